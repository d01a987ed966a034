"""What an operator sees: /metrics for Prometheus, /healthz, and log lines that count requests.

Routes, statuses and reasons come from fixed lists. No text, id or address of a visitor is counted or logged.
"""

import json
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headline.errors import HeadlineError
from headline.runs.job import STATES, count_states
from headline.web.models import Models
from headline.web.serve.counts import BUCKETS, Counts, summed

HEALTH, METRICS = "/healthz", "/metrics"
LOG_SECONDS = 60.0  # between two log lines of one kind
_SECONDS_KEPT = 5.0  # the answer of /metrics: counting runs reads the disk
_LATEST_BEAT = 60.0  # seconds without a turn after which the queue is taken to stand still
_LEAST_DISK = 100 * 2**20  # bytes free, below which a run could not save its model
# The parts of Gradio's own routes that tell what a request was for.
_GRADIO = frozenset("call component_server file heartbeat info mcp queue run upload upload_progress".split())

_registry = CollectorRegistry()
ProcessCollector(registry=_registry)  # memory, processor time, open files
_seconds = Histogram(
    "headline_request_seconds",
    "Seconds from a request to the beginning of its answer",
    ("route", "status"),
    registry=None,
    buckets=BUCKETS,
)
_refusals = Counter("headline_refusals", "Requests and files that were refused", ("reason",), registry=None)


class _WithWorkers(Collector):
    """What this process has counted, and its workers if it has some."""

    workers: Counts | None = None

    def requests(self) -> Iterator[Metric]:
        """Requests and refusals."""
        own = (*_seconds.collect(), *_refusals.collect())
        if self.workers is None:
            yield from own
            return
        refused = CounterMetricFamily("headline_refusals", "", labels=("reason",))
        for status, number in self.workers.statuses().items():
            if 400 <= status < 500:
                refused.add_metric((_reason(status),), number)
        for one, other in zip(own, (self.workers.seconds(), refused), strict=True):
            yield summed(one, other)

    def collect(self) -> Iterator[Metric]:
        yield from self.requests()
        if self.workers is not None:
            yield from self.workers.processes()

    def describe(self) -> Iterator[Metric]:
        return iter(())


_counts = _WithWorkers()
_registry.register(_counts)


def count_workers(counts: Counts) -> None:
    """Add what workers count to /metrics and to the log, from now on."""
    _counts.workers = counts


def count_refusal(error: HeadlineError) -> None:
    """Count a refusal that the page shows as a sentence, by its kind: “corpus” for a CorpusError."""
    _refusals.labels(type(error).__name__.removesuffix("Error").lower()).inc()


class Measured:
    """ASGI middleware that counts requests and measures how long each waits for its answer. It must be outermost."""

    def __init__(self, app: ASGIApp, ours: frozenset[str]):
        """`ours` are the paths that are counted each by itself."""
        self._app = app
        self._ours = ours
        self._histograms: dict[tuple[str, int], Histogram] = {}  # looking one up by labels costs more than counting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began = time.perf_counter()

        async def send_measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
                self._count(self._route(path), message["status"], time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, send_measured)

    def _route(self, path: str) -> str:
        """The name under which a path is counted. There are few, whatever is asked."""
        if path in self._ours or path == "/":
            return path
        first, _, rest = path.lstrip("/").partition("/")
        if first == "gradio_api":
            part = rest.partition("/")[0].partition("=")[0]
            return f"/gradio_api/{part}" if part in _GRADIO else "/gradio_api"
        return "/assets" if first in ("assets", "static", "svelte") else "other"

    def _count(self, route: str, status: int, seconds: float) -> None:
        histogram = self._histograms.get((route, status))
        if histogram is None:
            histogram = self._histograms[route, status] = _seconds.labels(route, status)
        histogram.observe(seconds)
        if 400 <= status < 500:
            _refusals.labels(_reason(status)).inc()


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).name.lower()
    except ValueError:
        return "other"


class Heartbeat:
    """When the thread that starts waiting runs last took its turn."""

    def __init__(self) -> None:
        self.beat()

    def beat(self) -> None:
        self._last = time.monotonic()

    @property
    def age(self) -> float:
        """Seconds since the last turn."""
        return time.monotonic() - self._last


def operation_routes(models: Models, heartbeat: Heartbeat) -> list[BaseRoute]:
    """/healthz and /metrics, for `gr.Blocks.launch(app_kwargs={"routes": …})`. Each answers GET and HEAD."""
    metrics = _Metrics(models)

    async def healthz(request: Request) -> Response:  # on the event loop, so that it answers while all threads work
        problems = find_problems(models, heartbeat)
        content = {"status": "failing" if problems else "ok", "problems": problems}
        return JSONResponse(content, 503 if problems else 200, {"Cache-Control": "no-store"})

    def prometheus(request: Request) -> Response:
        return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})

    return [Route(HEALTH, healthz), Route(METRICS, prometheus)]


def find_problems(models: Models, heartbeat: Heartbeat) -> list[str]:
    """Sentences on what does not work, none if all is well."""
    problems = []
    if heartbeat.age > _LATEST_BEAT:
        problems.append(f"The queue of runs has not moved for {heartbeat.age:.0f} seconds: restart the app.")
    folder = next(path for path in (models.runs.absolute(), *models.runs.absolute().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    if free < _LEAST_DISK:
        problems.append(f"The disk of the runs has {free // 2**20} MB free: a run cannot save its model.")
    return problems


class _Metrics:
    """The answer of /metrics, made anew when the last one is some seconds old."""

    def __init__(self, models: Models):
        self._of_the_app = CollectorRegistry()
        self._of_the_app.register(_AppCollector(models))
        self._lock = threading.Lock()
        self._text, self._until = b"", 0.0

    def text(self) -> bytes:
        with self._lock:
            if time.monotonic() >= self._until:
                self._text = generate_latest(_registry) + generate_latest(self._of_the_app)
                self._until = time.monotonic() + _SECONDS_KEPT
            return self._text


class _AppCollector(Collector):
    """What is counted when it is asked for: runs by state, the queue, and the models in memory."""

    def __init__(self, models: Models):
        self._models = models
        self._ended: dict[str, str] = {}  # the states of runs that will not change any more, by id

    def collect(self) -> Iterator[Metric]:
        states = count_states(self._models.runs, self._ended)
        runs = GaugeMetricFamily("headline_runs", "Training runs in the folder of runs", labels=("state",))
        for state in STATES:
            runs.add_metric((state,), states[state])
        yield runs
        yield GaugeMetricFamily("headline_queue_length", "Training runs that wait", states["waiting"])
        yield GaugeMetricFamily("headline_models_loaded", "Models in memory", self._models.loaded)

    def describe(self) -> Iterator[Metric]:  # or registering it would count the runs
        return iter(())


class RequestLog:
    """Logs what was counted since the last time: a line of JSON per route and status, and one per reason."""

    def __init__(self, write: Callable[[str], object] = lambda line: print(line, file=sys.stderr, flush=True)):
        self._write = write
        self._before = _counted()
        self._due = time.monotonic() + LOG_SECONDS

    def write_if_due(self) -> None:
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + LOG_SECONDS
            self.write()

    def write(self) -> None:
        now, before = _counted(), self._before
        self._before = now
        time_ = datetime.now(UTC).isoformat(timespec="seconds")
        for labels, (count, seconds) in now.items():
            old_count, old_seconds = before.get(labels, (0.0, 0.0))
            if new := round(count - old_count):
                line = {"time": time_, **dict(labels), "count": new}
                if "route" in line:
                    line["mean_seconds"] = round((seconds - old_seconds) / new, 6)
                self._write(json.dumps(line))


def _counted() -> dict[tuple[tuple[str, str], ...], tuple[float, float]]:
    """Labels -> (count, sum of seconds) of every kind of request and refusal so far."""
    counts: dict[tuple[tuple[str, str], ...], float] = {}
    sums: dict[tuple[tuple[str, str], ...], float] = {}
    for metric in _counts.requests():
        for sample in metric.samples:
            labels = tuple(sample.labels.items())
            if sample.name.endswith(("_count", "_total")):
                counts[labels] = sample.value
            elif sample.name.endswith("_sum"):
                sums[labels] = sample.value
    return {labels: (count, sums.get(labels, 0.0)) for labels, count in counts.items()}
