"""The events that a run writes to `progress.jsonl`, read once each."""

import contextlib
import json
import os
import threading
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

_NUMBER = (int, float)
_WANTED: dict[str, dict[str, tuple[type, ...]]] = {  # kind of event -> field -> types
    "progress": dict.fromkeys(("epoch", "epochs", "step", "steps", "words_per_second", "seconds"), _NUMBER)
    | dict.fromkeys(("loss", "validation_loss", "seconds_left"), (*_NUMBER, type(None)))
    | {"epoch_ended": (bool,)},
    "left": {"seconds_left": _NUMBER},
    "corpus": {"summary": (str,)},
    "baseline": {"nats": _NUMBER},
    "samples": {"headlines": (list,)},
    "device": {"name": (str,)},
    "error": {"message": (str,)},
    "overrun": {"message": (str,)},
    "done": {"stopped": (bool,), "metrics": (dict,)},
}

_LEAST_LEFT = 1.0  # seconds: a run that goes on takes some time


class RunEvents:
    """The events of one run so far. `read_new` adds those written since the last call."""

    def __init__(self, path: Path):
        self.path = path
        self._lock = threading.Lock()
        self._restart(None)

    def _restart(self, inode: int | None) -> None:
        self._inode, self._offset = inode, 0  # of the file, in bytes
        self.last: dict[str, dict] = {}  # the last event of each kind
        self.progress: list[dict] = []
        self.stage = "starting"
        self._left: tuple[float, float] | None = None  # seconds left as the run told, and when that was read
        self._age = 0.0  # seconds since the file was last written, when it was read

    def read_new(self) -> None:
        """Read the lines added since the last call. A line that is still being written is left for the next."""
        with self._lock:
            try:
                with open(self.path, "rb") as file:
                    stat = os.fstat(file.fileno())
                    if stat.st_ino != self._inode or stat.st_size < self._offset:
                        self._restart(stat.st_ino)
                    self._age = max(0.0, time.time() - stat.st_mtime)
                    file.seek(self._offset)
                    written = file.read()
            except FileNotFoundError:
                return self._restart(None)
            whole = written[: written.rfind(b"\n") + 1]
            self._offset += len(whole)
            for line in whole.splitlines():
                with contextlib.suppress(ValueError, RecursionError):  # a line cut short when the disk was full
                    self._add(json.loads(line))

    def seconds_left(self) -> float | None:
        """The seconds left as the run told last, less those since; None if it has not told any."""
        if self._left is None:
            return None
        left, told = self._left
        return max(_LEAST_LEFT, left - (time.monotonic() - told))

    def _add(self, event: Any) -> None:
        if not is_usable(event):
            return
        self.last[event["event"]] = event
        self.stage = str(event.get("stage", "training"))
        if event["event"] == "progress":
            self.progress.append(event)
        if event["event"] in ("progress", "left") and event["seconds_left"] is not None:
            self._left = event["seconds_left"], time.monotonic() - self._age


def is_usable(event: Any) -> bool:
    """Whether an event has the fields that are read of its kind: another version of the program may write others."""
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        return False
    wanted = _WANTED.get(event["event"], {})
    return all(name in event and isinstance(event[name], types) for name, types in wanted.items())


@lru_cache(maxsize=64)
def events_of(folder: Path) -> RunEvents:
    """Return the events of a run, the same object each time, so that its file is read only once."""
    return RunEvents(folder / "progress.jsonl")
