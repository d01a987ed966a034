"""Map steps over the parts of a corpus: in this process, or on a Dask cluster."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol, TypeVar

from headline.errors import ClusterError

Part = TypeVar("Part")
Shared = TypeVar("Shared")
Result = TypeVar("Result")

_SECONDS_TO_CONNECT = 10


class Mapper(Protocol):
    """Applies a function to every part, with something that all of them share."""

    def __call__(
        self, function: Callable[[Part, Shared], Result], parts: Iterable[Part], shared: Shared
    ) -> Iterator[Result]:
        """Yield function(part, shared) for each part, in the order of the parts."""
        ...


def map_here(function: Callable[[Part, Shared], Result], parts: Iterable[Part], shared: Shared) -> Iterator[Result]:
    """Work on one part after the other in this process: memory holds one of them."""
    return (function(part, shared) for part in parts)


class DaskMapper:
    """Works on the parts on a Dask cluster, whose workers reach the same folders by the same paths.

    No more than two parts for each thread of the cluster are on their way at a time.
    """

    def __init__(self, client: Any):
        """`client` is a `distributed.Client`."""
        self._client = client

    @classmethod
    def connect(cls, address: str) -> "DaskMapper":
        """Connect to the scheduler at an address such as tcp://10.0.0.1:8786.

        Raises:
            ClusterError: Dask is not installed, or nobody answers there.
        """
        try:
            from distributed import Client
        except ImportError as error:
            raise ClusterError("--dask needs Dask: pip install -r requirements-scale.txt.") from error
        try:
            return cls(Client(address, timeout=_SECONDS_TO_CONNECT))
        except (OSError, TimeoutError, ValueError, RuntimeError) as error:
            raise ClusterError(f"No Dask scheduler answers at {address}: start one with `dask scheduler`.") from error

    def __call__(
        self, function: Callable[[Part, Shared], Result], parts: Iterable[Part], shared: Shared
    ) -> Iterator[Result]:
        there = self._client.scatter(shared, broadcast=True, hash=False)
        most = 2 * max(1, sum(self._client.nthreads().values()))
        waiting: deque[Any] = deque()
        for part in parts:
            waiting.append(self._client.submit(function, part, there, pure=False))
            if len(waiting) >= most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
