"""Counts of requests in memory that all workers share, and what /metrics says of them."""

import mmap
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

MEDIA_TYPE = CONTENT_TYPE_LATEST
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
STATUSES = (200, 400, 401, 404, 405, 429, 500)  # each answer is counted under the last one that is not above its own


class Counts(Collector):
    """A histogram of seconds for each route and status, of each worker: only that one writes it, so nobody waits."""

    def __init__(self, routes: Iterable[str], workers: int):
        self._routes = (*routes, "other")
        shape = (workers, len(self._routes), len(STATUSES), len(BUCKETS) + 2)  # and the rest, and the sum of seconds
        # Anonymous shared memory: processes that are forked later have it too.
        shared = mmap.mmap(-1, 8 * int(np.prod(shape)))
        self._counts = np.frombuffer(shared, dtype=np.float64).reshape(shape)
        self._pids = np.frombuffer(mmap.mmap(-1, 8 * workers), dtype=np.int64)  # 0: that worker is not there
        self._numbers = {route: n for n, route in enumerate(self._routes)}

    def here(self, worker: int, pid: int) -> None:
        """Note that a worker has a process, or none: 0."""
        self._pids[worker] = pid

    def is_here(self, worker: int) -> bool:
        return bool(self._pids[worker])

    @property
    def pids(self) -> list[int]:
        return [pid for pid in self._pids.tolist() if pid]

    def add(self, worker: int, route: str, status: int, seconds: float) -> None:
        """Count one request. A path that is none of the routes is counted as “other”."""
        kind = max(0, bisect_left(STATUSES, status + 1) - 1)
        row = self._counts[worker, self._numbers.get(route, len(self._routes) - 1), kind]
        row[bisect_left(BUCKETS, seconds)] += 1
        row[-1] += seconds

    def text(self) -> bytes:
        """The counts of all workers in the text format of Prometheus."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)

    def statuses(self) -> dict[int, int]:
        """The number of requests by status."""
        totals = self._counts[..., :-1].sum(axis=(0, 1, 3))
        return dict(zip(STATUSES, map(int, totals), strict=True))

    def collect(self) -> Iterator[Metric]:
        yield self.seconds()
        yield from self.processes()

    def seconds(self) -> Metric:
        """The histogram of all workers."""
        found = HistogramMetricFamily(
            "headline_request_seconds",
            "Seconds from a request to the beginning of its answer",
            labels=("route", "status"),
        )
        total = self._counts.sum(axis=0)
        for route, rows in zip(self._routes, total, strict=True):
            for status, row in zip(STATUSES, rows, strict=True):
                if row[:-1].any():
                    ends = [*map(str, BUCKETS), "+Inf"]
                    buckets = list(zip(ends, np.cumsum(row[:-1]).tolist(), strict=True))
                    found.add_metric((route, str(status)), buckets, float(row[-1]))
        return found

    def processes(self) -> Iterator[Metric]:
        """How many workers there are, and their memory."""
        yield GaugeMetricFamily("headline_workers", "Worker processes that answer", len(self.pids))
        memory = GaugeMetricFamily(
            "headline_worker_memory_bytes",
            "Memory of each worker; what several share is counted in parts",
            labels=("worker",),
        )
        for worker, pid in enumerate(self._pids.tolist()):
            if pid:
                memory.add_metric((str(worker),), proportional_bytes(pid))
        yield memory

    def describe(self) -> Iterator[Metric]:
        return iter(())


def summed(one: Metric, other: Metric) -> Metric:
    """Two metrics of the same kind as one: values with the same labels are added."""
    samples = {(s.name, frozenset(s.labels.items())): s for s in one.samples}
    for sample in other.samples:
        key = (sample.name, frozenset(sample.labels.items()))
        before = samples[key].value if key in samples else 0.0
        samples[key] = sample._replace(value=before + sample.value)
    found = Metric(one.name, one.documentation, one.type)
    found.samples = list(samples.values())
    return found


def proportional_bytes(pid: int) -> float:
    """The memory of a process, of pages that n processes share the n-th part (Linux' Pss); not a number elsewhere."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return float("nan")
    return 1024.0 * next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
