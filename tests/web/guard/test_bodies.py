"""What is sent and too large is refused at once, and so is what there is no room for."""

import time

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from headline.runs.limits import Limits
from headline.web.guard.bodies import BodyLimits
from tests import event_loop

UPLOAD, JOIN = "/gradio_api/upload", "/gradio_api/queue/join"
MEGABYTE = 2**20


def client(runs, address: str = "10.0.0.1", **limits) -> TestClient:
    async def count(request: Request) -> PlainTextResponse:
        size = 0
        async for block in request.stream():
            size += len(block)
        return PlainTextResponse(str(size))

    app = Starlette(routes=[Route(path, count, methods=["GET", "POST"]) for path in (UPLOAD, JOIN)])
    return TestClient(BodyLimits(app, runs, Limits(**limits)), client=(address, 1))


def refused(answer, sentence: str) -> bool:
    return (answer.status_code, answer.text) == (413, sentence)


def test_what_fits_arrives_whole(tmp_path):
    for path in (UPLOAD, JOIN):
        assert client(tmp_path, upload_mb=1).post(path, content=b"x" * MEGABYTE).text == str(MEGABYTE)
    assert client(tmp_path).post(UPLOAD, content=b"x" * 3 * MEGABYTE).text == str(3 * MEGABYTE)
    assert client(tmp_path, upload_mb=1).get(UPLOAD).text == "0"


@pytest.mark.parametrize("path, most", [(UPLOAD, 2), (JOIN, 3)])  # a form around a file; a text written as JSON
def test_what_is_too_large_is_refused_by_its_length_and_by_its_bytes(tmp_path, path, most):
    found = client(tmp_path, upload_mb=1)
    body = b"x" * (most * MEGABYTE)
    assert found.post(path, content=body).text == str(len(body))
    assert refused(found.post(path, content=body + b"x"), "This page takes up to 1 MB at once.")
    blocks = (b"x" * MEGABYTE for _ in range(100))  # without a length
    assert refused(found.post(path, content=blocks), "This page takes up to 1 MB at once.")


def test_nothing_is_read_of_what_says_that_it_is_too_large(tmp_path):
    received, sent = [], []

    async def app(scope, receive, send):
        raise AssertionError("it was passed on")

    async def receive():
        received.append(1)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message):
        sent.append(message)

    headers = [(b"content-length", b"9999999999")]
    scope = {"type": "http", "method": "POST", "path": UPLOAD, "headers": headers, "client": ("a", 1)}
    event_loop.run(BodyLimits(app, tmp_path, Limits(upload_mb=1))(scope, receive, send))
    assert sent[0]["status"] == 413 and not received


@pytest.mark.parametrize("length", ["x", "-1", "1" * 30, "²", ""])
def test_an_odd_length_is_counted_instead(tmp_path, length):
    async def app(scope, receive, send):
        while (await receive()).get("more_body"):
            pass

    async def receive():
        return {"type": "http.request", "body": b"x" * MEGABYTE, "more_body": True}

    sent = []

    async def send(message):
        sent.append(message)

    headers = [(b"content-length", length.encode("latin-1"))]
    scope = {"type": "http", "method": "POST", "path": UPLOAD, "headers": headers, "client": None}
    event_loop.run(BodyLimits(app, tmp_path, Limits(upload_mb=1))(scope, receive, send))
    assert sent[0]["status"] == 413


def test_an_upload_for_which_there_is_no_room_is_refused(tmp_path):
    (tmp_path / ".uploads").mkdir()
    (tmp_path / ".uploads" / "a").write_bytes(bytes(2 * MEGABYTE))
    found = client(tmp_path, upload_mb=5, disk_mb=3)
    sentence = "This page has stored as much as it can keep: try again later."
    assert refused(found.post(UPLOAD, content=b"x" * (MEGABYTE + 1)), sentence)
    assert found.post(UPLOAD, content=b"x").text == "1"
    assert found.post(JOIN, content=b"x" * (MEGABYTE + 1)).status_code == 200  # that stores nothing


def test_one_address_uploads_so_much_within_an_hour(tmp_path, monkeypatch):
    app = client(tmp_path, upload_mb=1, disk_mb_each=2).app
    ada, ben = TestClient(app, client=("10.0.0.1", 1)), TestClient(app, client=("10.0.0.2", 1))
    body = b"x" * MEGABYTE
    assert [ada.post(UPLOAD, content=body).status_code for _ in range(2)] == [200, 200]
    assert refused(ada.post(UPLOAD, content=b"x"), "You have uploaded 2 MB within an hour: try again later.")
    assert ben.post(UPLOAD, content=body).status_code == 200
    now = time.monotonic()
    monkeypatch.setattr("headline.web.guard.bodies.time.monotonic", lambda: now + 3601)
    assert ada.post(UPLOAD, content=body).status_code == 200
