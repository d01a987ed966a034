"""The number of seconds left that is told: it follows the estimates slowly, so that it never leaps."""

import math

_SETTLING = 0.05  # of the whole run: the time in which the told number moves most of the way to a new estimate
_LEAST_SETTLING = 2.0  # seconds
_STEEPEST = 1.2  # factor by which the told number changes between two reports at most, beside the time that went by
_LEAST_LEFT = 1.0  # seconds
_FEW = 7.9  # seconds: all that is less is told as "a few seconds", so that a change there is no leap


class Told:
    """What was told last of a run. Times are in seconds of any clock that is never set back."""

    def __init__(self) -> None:
        self.began = 0.0  # when the run did
        self.factor: float | None = None  # seconds that this machine was known to take for a second of work
        self._begun = False
        self._last: tuple[float, float] | None = None  # when, and how many seconds were left

    def begin(self, now: float) -> None:
        """The run begins, unless it did before."""
        if not self._begun:
            self.began, self._begun = now, True

    def slower(self, gone: float, done: float, whole: float) -> float | None:
        """The seconds that a second of work takes, once a run has done so much of it in `gone` seconds: what the
        machine was known for counts as much as the work that is not done yet."""
        if not done:
            return self.factor
        found, share = gone / done, done / whole
        return found if self.factor is None else self.factor ** (1 - share) * found**share

    def towards(self, estimate: float, now: float) -> float:
        """The number to tell: the one told last, less the time since, moved towards a new estimate in seconds."""
        estimate = max(_LEAST_LEFT, estimate)
        told = estimate if self._last is None else self._moved(estimate, now)
        self._last = (now, told)
        return told

    def _moved(self, estimate: float, now: float) -> float:
        assert self._last is not None, "something was told before"
        at, told = self._last
        expected = max(_LEAST_LEFT, told - (now - at))
        settling = max(_LEAST_SETTLING, _SETTLING * (now - self.began + estimate))
        share = 1 - math.exp(-(now - at) / settling)
        if estimate < expected:
            return max(expected / _STEEPEST, expected * (estimate / expected) ** share)
        # Up by a share of the difference: a share of the ratio would be less than the time that goes by meanwhile.
        return min(expected + share * (estimate - expected), max(_STEEPEST * expected, _FEW))
