"""What an operator sees: counts and times of requests, runs by state, health, log lines; nothing of a visitor's."""

import json
import re
from collections import namedtuple
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient

from headline.errors import ArchiveError, CorpusError
from headline.runs.job import STATES, Job, count_states
from headline.web.http import metrics
from headline.web.http.metrics import HEALTH, METRICS, Heartbeat, Measured, RequestLog, count_refusal, operation_routes
from headline.web.models import Models
from headline.web.serve.counts import Counts
from tests.tiny import random_checkpoint

SECRET = "the-visitors-own-words"


async def answer(request):
    return PlainTextResponse("said", int(request.query_params.get("status", 200)))


async def talk(socket):
    await socket.accept()
    await socket.close()


@pytest.fixture
def models(tmp_path) -> Models:
    return Models(random_checkpoint().save(tmp_path / "bundled"), tmp_path / "runs")


@pytest.fixture
def heartbeat() -> Heartbeat:
    return Heartbeat()


@pytest.fixture
def client(models, heartbeat) -> TestClient:
    routes = [Route(path, answer) for path in ("/ours", "/{other:path}")] + [WebSocketRoute("/socket", talk)]
    app = Starlette(routes=operation_routes(models, heartbeat) + routes)
    return TestClient(Measured(app, frozenset({"/ours", HEALTH, METRICS})))


@pytest.fixture(autouse=True)
def anew(monkeypatch):
    """/metrics counts at every request, not every few seconds."""
    monkeypatch.setattr(metrics, "_SECONDS_KEPT", 0.0)


def scraped(client) -> dict[tuple[str, tuple[str, ...]], float]:
    """(name, values of the labels) -> value, as Prometheus reads them."""
    families = text_string_to_metric_families(client.get(METRICS).text)
    return {(s.name, tuple(s.labels.values())): s.value for family in families for s in family.samples}


def gained(client, ask) -> dict[tuple[str, tuple[str, ...]], float]:
    before = scraped(client)
    ask()
    after = scraped(client)
    return {key: value - before.get(key, 0) for key, value in after.items() if value != before.get(key, 0)}


def test_requests_are_counted_by_route_and_status(client):
    def ask():
        for status in (200, 200, 503):
            client.get("/ours", params={"status": status})

    found = gained(client, ask)
    assert found["headline_request_seconds_count", ("/ours", "200")] == 2
    assert found["headline_request_seconds_count", ("/ours", "503")] == 1
    assert found["headline_request_seconds_sum", ("/ours", "200")] > 0
    assert found["headline_request_seconds_bucket", ("+Inf", "/ours", "200")] == 2


@pytest.mark.parametrize(
    "path, route",
    [
        ("/", "/"),
        ("/gradio_api/queue/join", "/gradio_api/queue"),
        ("/gradio_api/file=/tmp/" + SECRET, "/gradio_api/file"),
        ("/gradio_api/" + SECRET, "/gradio_api"),
        ("/assets/index.js", "/assets"),
        ("/" + SECRET, "other"),
    ],
)
def test_a_route_is_one_of_few_names(client, path, route):
    found = gained(client, lambda: client.get(path, params={"q": SECRET}))
    assert found["headline_request_seconds_count", (route, "200")] == 1
    assert SECRET not in client.get(METRICS).text


def test_refusals_are_counted_by_reason(client):
    def ask():
        for status in (400, 429, 429, 499):
            client.get("/ours", params={"status": status})
        count_refusal(CorpusError(SECRET))
        count_refusal(ArchiveError(SECRET))

    found = gained(client, ask)
    told = {labels[0]: value for (name, labels), value in found.items() if name == "headline_refusals_total"}
    assert told == {"bad_request": 1, "too_many_requests": 2, "other": 1, "corpus": 1, "archive": 1}
    assert SECRET not in client.get(METRICS).text


def test_a_websocket_goes_through(client):
    with client.websocket_connect("/socket"):
        pass


def run_in(models: Models, id_: str, state: str) -> Job:
    folder = models.runs / id_
    folder.mkdir(parents=True)
    started = {} if state == "waiting" else {"pid": 1}
    Job(folder).describe({"name": SECRET, "files": [], "started": ""} | started)
    event = {
        "done": {"event": "done", "stopped": False, "metrics": {}},
        "failed": {"event": "error", "message": SECRET},
    }.get(state)
    if event:
        (folder / "progress.jsonl").write_text(json.dumps(event) + "\n", encoding="utf-8")
    return Job(folder)


def test_runs_queue_and_models_are_counted(client, models):
    for i, state in enumerate(["waiting", "waiting", "done", "failed", "failed", "failed"]):
        run_in(models, f"{SECRET}-{i}", state)
    assert models.loaded == 0
    models.get(None)
    found = scraped(client)
    counted = {state: found["headline_runs", (state,)] for state in STATES}
    assert counted == {"waiting": 2, "running": 0, "done": 1, "stopped": 0, "failed": 3}
    assert found["headline_queue_length", ()] == 2 and found["headline_models_loaded", ()] == 1
    assert found["process_resident_memory_bytes", ()] > 0
    assert SECRET not in client.get(METRICS).text


def test_a_run_that_has_ended_is_read_once(models, monkeypatch):
    ended: dict[str, str] = {}
    done = run_in(models, "done", "done")
    run_in(models, "waiting", "waiting")
    assert count_states(models.runs, ended) == {"done": 1, "waiting": 1} and ended == {"done": "done"}
    monkeypatch.setattr(Job, "status", lambda job: pytest.fail(f"{job.id} was read again"))
    assert count_states(models.runs, ended) == {"done": 1, "waiting": 1}
    done.delete()
    assert count_states(models.runs, ended) == {"waiting": 1} and ended == {}


def test_an_answer_is_kept_for_some_seconds(client, models, monkeypatch):
    """So that asking often costs little."""
    monkeypatch.setattr(metrics, "_SECONDS_KEPT", 3600.0)
    before = client.get(METRICS).text
    run_in(models, "new", "done")
    assert client.get(METRICS).text == before


def test_health_is_ok_or_says_what_is_wrong(client, heartbeat, monkeypatch):
    reply = client.get(HEALTH)
    assert (reply.status_code, reply.json()) == (200, {"status": "ok", "problems": []})
    assert client.head(HEALTH).status_code == 200 and reply.headers["cache-control"] == "no-store"
    monkeypatch.setattr(Heartbeat, "age", 61.0)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(metrics.shutil, "disk_usage", lambda folder: usage(2**40, 2**40, 7 * 2**20))
    reply = client.get(HEALTH)
    assert reply.status_code == 503 and reply.json()["problems"] == [
        "The queue of runs has not moved for 61 seconds: restart the app.",
        "The disk of the runs has 7 MB free: a run cannot save its model.",
    ]


def test_what_workers_count_is_added_once(client, monkeypatch):
    workers = Counts(("/ours",), workers=2)
    monkeypatch.setattr(metrics._counts, "workers", workers)
    lines: list[str] = []
    log = RequestLog(lines.append)

    def ask():
        client.get("/ours")
        workers.add(0, "/ours", 200, 0.002)
        workers.add(1, "/ours", 200, 30.0)
        workers.add(1, "/ours", 429, 0.001)

    found = gained(client, ask)
    name = "headline_request_seconds"
    assert found[f"{name}_count", ("/ours", "200")] == 3 and found[f"{name}_count", ("/ours", "429")] == 1
    assert found[f"{name}_bucket", ("10.0", "/ours", "200")] == 2 and found[f"{name}_sum", ("/ours", "200")] > 30
    assert found["headline_refusals_total", ("too_many_requests",)] == 1
    log.write()
    assert {(line["route"], line["status"]): line["count"] for line in map(json.loads, lines) if "route" in line}[
        "/ours", "200"
    ] == 3
    text = client.get(METRICS).text
    assert text.count(f"# TYPE {name} ") == 1 and "headline_workers 0.0" in text


def test_a_line_is_logged_for_each_kind_of_request(client):
    lines: list[str] = []
    log = RequestLog(lines.append)
    log.write()
    assert lines == []
    for status in (200, 200, 429):
        client.get("/ours", params={"q": SECRET, "status": status})
    log.write()
    told = [json.loads(line) for line in lines]
    assert [{k: v for k, v in line.items() if k not in ("time", "mean_seconds")} for line in told] == [
        {"route": "/ours", "status": "200", "count": 2},
        {"route": "/ours", "status": "429", "count": 1},
        {"reason": "too_many_requests", "count": 1},
    ]
    assert all(line["time"].endswith("+00:00") for line in told) and 0 < told[0]["mean_seconds"] < 60
    assert SECRET not in "".join(lines)
    log.write()
    assert len(lines) == 3  # what was logged is not logged again


def test_lines_are_logged_once_a_minute(client, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(metrics.time, "monotonic", lambda: now)
    lines: list[str] = []
    log = RequestLog(lines.append)
    client.get("/ours")
    log.write_if_due()
    assert lines == []
    now += metrics.LOG_SECONDS
    log.write_if_due()
    log.write_if_due()
    assert len(lines) == 1


def test_the_page_on_operating_lists_each_metric(client):
    page = (Path(__file__).resolve().parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
    listed = {name.removesuffix("_total") for name in re.findall(r"^\| `(headline_\w+)`", page, re.MULTILINE)}
    assert listed == set(
        re.findall(r"^# TYPE (headline_\w+?)(?:_total|_created)? ", client.get(METRICS).text, re.MULTILINE)
    )
