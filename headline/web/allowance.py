"""How many requests of one visitor are answered at once, so that nobody takes what is there for all."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from headline.errors import LimitError
from headline.web.guard.networks import network_of

ONE_AT_A_TIME = "Your last request is still being answered: ask again when it is done."


class Allowance:
    """Counts the requests that are being answered, by visitor.

    A request beyond the limit is refused at once. So those of one visitor that wait in a queue leave it as quickly as
    they came, and others have their turn.
    """

    def __init__(self, most: int):
        """`most` requests of one visitor are answered at once; 0 means no limit."""
        self._most = most
        self._used: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def used_by(self, visitor: str) -> Iterator[None]:
        """Count a request within the block.

        Raises:
            LimitError: as many of this visitor are being answered as are allowed.
        """
        with self._lock:
            if self._most and self._used[visitor] >= self._most:
                raise LimitError(ONE_AT_A_TIME)
            self._used[visitor] += 1
        try:
            yield
        finally:
            with self._lock:
                self._used[visitor] -= 1
                self._used += Counter()  # forgets those with none


def address_of(request: Request | None) -> str:
    """The address of the subscriber that a request came from; the same for all that have none."""
    return network_of(request.client.host) if request and request.client else ""
