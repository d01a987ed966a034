"""The time left of a whole run: also before its first step, and after its last one."""

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Self

from headline.training.duration.told import Told
from headline.training.duration.work import Work

LOADING, BUILDING, TRAINING, MEASURING, TYPING = range(5)  # the parts of a run; of the last there is one for each model
_STAGES = ("starting", "starting", "training", "measuring")
_SECONDS_BETWEEN = 0.5  # two numbers
_TRUSTED = 0.15  # share of a part from which on its own pace says how long it takes


class RunTime:
    """Tells the seconds left while a run loads and while it measures, as events, twice a second from a thread of its
    own; `TimeLeft` tells them while the run trains.

    Each number is the work that is left times the seconds that a second of work takes: as this machine was known to
    take them, and more and more as the run itself does. A part that takes longer than that makes the rest longer too.
    `now` is a clock in seconds that is never set back.
    """

    def __init__(self, emit: Callable[[dict], None], now: Callable[[], float] = time.monotonic):
        self._emit, self._now = emit, now
        self.told = Told()
        self.told.begin(now())
        self._parts: list[float] = []  # the work of each, in seconds
        self._part, self._share, self._began = LOADING, 0.0, now()
        self._slower: float | None = None  # seconds that a second of work takes, as known when the part began
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._tick, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """From now on tell nothing: the event that ends a run is the last one."""
        with self._lock:
            self._ended.set()

    def emit(self, event: dict) -> None:
        """Emit an event, never in the middle of another one."""
        with self._lock:
            self._emit(event)

    def expect(self, work: Work, factor: float | None) -> None:
        """Take the work of the run, and what this machine was known to take for a second of it, if it was."""
        training = work.epochs * (work.steps * work.step + work.check + work.between) + work.mixing
        self._parts = [work.loading, work.start - work.loading, training, work.measuring, *work.typing]
        self.told.factor = self._slower = factor

    def reach(self, part: int, share: float = 0.0) -> None:
        """A share of a part, from 0 to 1, has been done, and all parts before it."""
        with self._lock:
            if part != self._part and self._parts:
                self._part, self._began = part, self._now()
                gone = self._began - self.told.began
                self._slower = self.told.slower(gone, sum(self._parts[:part]), sum(self._parts))
            self._share = share

    def trained(self, missed: float) -> None:
        """The network has been trained; `missed` is the share of its epochs that were not needed."""
        if self._parts:
            self._parts[TRAINING] *= 1 - missed
        self.reach(MEASURING)

    def tell(self) -> None:
        """Tell the seconds left, where they are known and nobody else does."""
        with self._lock:
            if self._ended.is_set() or self._slower is None:
                return
            if self._part == TRAINING or self._part >= len(self._parts):
                return
            now = self._now()
            left = self.told.towards(self._left(now, self._slower), now)
            self._emit({"event": "left", "seconds_left": left, "stage": _STAGES[min(self._part, MEASURING)]})

    def _left(self, now: float, slower: float) -> float:
        """The seconds left."""
        done, part, others = (sum(self._parts[: self._part]), self._parts[self._part], self._parts[self._part + 1 :])
        gone, whole, share = now - self._began, sum(self._parts), self._share

        def so_far(work: float) -> float:
            return self.told.slower(now - self.told.began, work, whole) or slower

        if share > _TRUSTED and part:
            own = slower ** (1 - share) * (gone / (part * share)) ** share  # the more of it is done, the surer
            return own * part * (1 - share) + so_far(done + part * share) * sum(others)
        # As if it were done now: then it took as long as expected or longer, and so may the others.
        return max(0.0, slower * part - gone) + max(slower, so_far(done + part)) * sum(others)

    def _tick(self) -> None:
        while not self._ended.wait(_SECONDS_BETWEEN):
            with contextlib.suppress(OSError, ValueError):  # the run itself says why it cannot write
                self.tell()
