"""How long a run still takes, from the steps that it has done so far. The numbers that it tells never leap."""

import math
from collections import deque
from dataclasses import dataclass

from headline.training.duration.told import Told

_WINDOW = 200  # newest durations of one kind that count
_OUTLIER = 20.0  # times the median: a longer step, such as one while the machine slept, counts as one of that length
_FORWARD = 0.4  # of a training step: what a step on held-out headlines takes, until one was timed
_LEAST_STEPS = 5  # before which nothing is said: the first one compiles the network


class Pace:
    """The mean duration of one kind of work, in seconds. The first one is left out once there are others.

    The first compiles, imports or fills caches. One that takes very long, because the machine did something else,
    counts as `_OUTLIER` times the median.
    """

    def __init__(self) -> None:
        self._first: float | None = None
        self._durations: deque[float] = deque(maxlen=_WINDOW)

    def add(self, seconds: float) -> None:
        if self._first is None:
            self._first = seconds
        else:
            self._durations.append(seconds)

    def __len__(self) -> int:
        return len(self._durations) + (self._first is not None)

    def mean(self, unknown: float) -> float:
        """The mean, or `unknown` before anything was timed."""
        if not self._durations:
            return unknown if self._first is None else self._first
        middle = sorted(self._durations)[len(self._durations) // 2]
        return sum(min(seconds, _OUTLIER * middle) for seconds in self._durations) / len(self._durations)


@dataclass(frozen=True)
class Course:
    """What a run will do, in numbers of steps, and what is expected of the parts that were not timed yet.

    The expected seconds count against each other only: if a training step takes twice as long as expected, so will
    the others.
    """

    epochs: int
    steps: int  # training batches of an epoch
    checks: int = 0  # batches of held-out headlines after each epoch
    step: float = 1.0  # seconds of a training step, as expected
    between: float = 0.0  # seconds between two epochs beside the checks: samples, and what is kept in case of a stop
    after: float = 0.0  # seconds after the last epoch: the mixture, and measuring
    check: float = 0.0  # seconds of all checks after one epoch
    start: float = 0.0  # seconds before the first step has been done; 0: unknown
    patience: int = 0  # epochs without a better held-out loss that end the run; 0: none do


class TimeLeft:
    """Follows a run by its steps and tells the seconds that it still takes.

    Times are passed in, in seconds of any clock that is never set back. Durations are averaged per kind: training
    steps, held-out steps, and what comes between two epochs. The number that is told follows the estimate slowly,
    from the one in `told` on, if something was told before the first step.
    """

    def __init__(self, course: Course, told: Told | None = None):
        self.course = course
        self._training, self._checking, self._between = Pace(), Pace(), Pace()
        self._last: float | None = None  # when the last step of any kind ended
        self._ended, self._waited = 0, 0  # epochs that ended, and those since the best held-out loss
        self._best = math.inf
        self.told = told or Told()

    def epoch_began(self, now: float) -> None:
        self.told.begin(now)
        if self._last is not None:
            self._between.add(now - self._last)
        self._last = now

    def trained(self, now: float) -> None:
        """One training step has ended."""
        self._training.add(self._since(now))

    def checked(self, now: float) -> None:
        """One held-out step has ended."""
        self._checking.add(self._since(now))

    def epoch_ended(self, loss: float | None) -> None:
        """An epoch has ended, with a held-out loss if there is one."""
        self._ended += 1
        if loss is not None and loss < self._best:
            self._best, self._waited = loss, 0
        else:
            self._waited += 1

    def _epochs_after(self, epoch: int) -> float:
        """How many epochs come after this one: half-way between the fewest and the most, if the last one got no
        better, since the next one may end the run or not."""
        most, patience = self.course.epochs - epoch, self.course.patience
        if not (patience and self._waited):
            return most
        fewest = max(0, min(most, self._ended + patience - self._waited - epoch))
        return fewest if self._waited >= patience else (fewest + most) / 2

    def _since(self, now: float) -> float:
        before, self._last = self._last, now
        return now - before if before is not None else 0.0

    def left(self, now: float, epoch: int, step: int, check: int = 0) -> float | None:
        """The seconds left after so many steps of an epoch, counted from 1; None before that can be said."""
        if len(self._training) < min(_LEAST_STEPS, self.course.steps):
            return None
        return self.told.towards(self._estimate(now, epoch, step, check), now)

    def _estimate(self, now: float, epoch: int, step: int, check: int) -> float:
        course = self.course
        training = self._training.mean(0.0)
        checking = self._checking.mean(_FORWARD * training)
        slower = self._slower(now, epoch, step, check, training)
        between = self._between.mean(slower * course.between)
        epochs_left = self._epochs_after(epoch)
        steps = epochs_left * course.steps + course.steps - step
        checks = epochs_left * course.checks + course.checks - check
        passed = now - self._last if self._last is not None else 0.0  # of what is being done now
        return max(
            0.0, steps * training + checks * checking + (epochs_left + 1) * between + slower * course.after - passed
        )

    def _slower(self, now: float, epoch: int, step: int, check: int, training: float) -> float:
        """How much longer things take than expected: all that was done so far, or where the start of the run is not
        known the training steps alone."""
        course = self.course
        if not course.start:
            return training / course.step if training else 1.0

        def work(epochs: float, steps: int) -> float:
            return steps * course.step + epochs * (course.check + course.between)

        done = course.start + work(epoch - 1 + check / max(1, course.checks), (epoch - 1) * course.steps + step)
        whole = course.start + work(course.epochs, course.epochs * course.steps) + course.after
        return self.told.slower(now - self.told.began, done, whole) or 1.0
