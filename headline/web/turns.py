"""Turns on the event loop: who would have to wait too long is refused, so that the queue does not grow."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from headline.errors import BusyError

T = TypeVar("T")

LONGEST_WAIT = 0.25  # seconds that a request may have to wait for those before it
RETRY_AFTER = 1  # seconds after which a refused one may ask again
_NEWEST = 0.02  # share of the newest answer in the mean time of an answer


class Turns:
    """Counts the requests that wait, and estimates how long that will take."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter):
        """`clock` returns seconds."""
        self._clock = clock
        self._waiting = 0
        self._seconds = 0.0  # that an answer takes: an exponential moving average

    async def take(self, work: Callable[[], T]) -> T:
        """Do some work on the event loop when its turn comes, and return its result.

        Raises:
            BusyError: the requests that already wait would take too long.
        """
        if self._waiting * self._seconds > LONGEST_WAIT:
            raise BusyError(f"The server has too much to do: ask again in {RETRY_AFTER} second.")
        self._waiting += 1
        try:
            await asyncio.sleep(0)  # so that all requests that have come are counted before the first is answered
            began = self._clock()
            found = work()
            self._seconds += _NEWEST * (self._clock() - began - self._seconds)
            return found
        finally:
            self._waiting -= 1
