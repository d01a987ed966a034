"""`headline serve`, as a process: its routes, its workers, and how it ends."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from headline.paths import ROOT


@dataclass
class Served:
    process: subprocess.Popen
    port: int

    @property
    def pid(self) -> int:
        return self.process.pid

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict, bytes]:
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method, headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=60) as reply:
                return reply.status, dict(reply.headers), reply.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def workers(self) -> list[int]:
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]


@contextlib.contextmanager
def served(model: Path, workers: int = 1) -> Iterator[Served]:
    """The command with a model, on a free port."""
    command = [sys.executable, "-m", "headline", "serve", "--port", "0", "--model", model, "--workers", str(workers)]
    environment = os.environ | {"HEADLINE_CORS": "https://a.example"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        told = process.stdout.readline()
        port = re.search(r":(\d+)/", told)
        assert port, told
        yield Served(process, int(port[1]))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="module")
def server(tiny_model):
    with served(tiny_model) as found:
        yield found


def test_the_answers_are_those_of_the_page(server):
    status, headers, body = server.get("/gradio_api/suggest?q=the+gov&k=1&phrases=1")
    assert (status, headers["content-type"], headers["cache-control"]) == (
        200,
        "application/json",
        "public, max-age=60",
    )
    assert "server" not in headers  # by which program
    [first] = json.loads(body)["suggestions"]
    assert (
        list(first) == ["text", "completion", "probability", "kind", "more", "replaces"]
        and first["text"] == "the government"
    )
    assert server.get("/gradio_api/suggest?q=the+gov&k=1&phrases=1")[2] == body  # the second time it is kept
    page = json.loads(server.get("/gradio_api/headline/suggest?q=the+gov&model=bundled&k=1&phrases=0")[2])
    assert page["suggestions"][0]["completion"] == "ernment" and (page["q"], page["model"]) == ("the gov", "bundled")
    assert json.loads(server.get("/gradio_api/suggest?q=%F0%9F%98%80+%d7%9e")[2])["q"] == "😀 מ"


REFUSED = {
    "/gradio_api/suggest?k=x": 400,
    "/gradio_api/suggest?k=0": 400,
    "/gradio_api/suggest?phrases=maybe": 400,
    "/gradio_api/suggest?model=other": 400,
    "/gradio_api/headline/suggest?k=1.5": 400,
    "/": 404,
}


@pytest.mark.parametrize("path", REFUSED)
def test_what_is_not_allowed_gets_a_sentence(server, path):
    status, headers, body = server.get(path)
    assert status == REFUSED[path] and json.loads(body)["error"].endswith(".")
    assert headers["cache-control"] == "no-store" and headers["x-content-type-options"] == "nosniff"


def test_methods_hosts_and_origins_are_kept_to(server):
    assert server.get("/gradio_api/suggest", "POST")[0] == 405
    status, headers, body = server.get("/gradio_api/suggest?q=the", "HEAD")
    assert status == 200 and int(headers["content-length"]) > 0 and body == b""
    assert server.get("/healthz", Host="evil.example")[0] == 400
    for origin, allowed in (("https://a.example", "https://a.example"), ("https://b.example", None)):
        assert server.get("/gradio_api/suggest?q=a", Origin=origin)[1].get("access-control-allow-origin") == allowed


def test_metrics_count_what_was_asked(server):
    server.get("/gradio_api/suggest?k=y")
    status, headers, body = server.get("/metrics")
    assert status == 200 and headers["content-type"].startswith("text/plain")
    counted = re.search(r'request_seconds_count\{route="/gradio_api/suggest",status="400"\} (\d+)', body.decode())
    assert counted and int(counted[1]) >= 1 and b"headline_workers 1.0" in body


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_worker_that_dies_is_replaced_and_all_end_together(tiny_model):
    with served(tiny_model, workers=2) as server:
        assert json.loads(server.get("/healthz")[2]) == {"status": "ok", "problems": []}
        first = server.workers()
        assert len(first) == 2
        os.kill(first[0], signal.SIGKILL)
        while len(now := server.workers()) < 2 or first[0] in now:
            assert server.process.poll() is None
        assert server.get("/gradio_api/suggest?q=the+gov")[0] == 200
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
        for pid in now:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)


def test_an_address_that_is_taken_is_one_sentence(server):
    command = [sys.executable, "-m", "headline", "serve", "--port", str(server.port)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.startswith("headline: The server cannot listen on 127.0.0.1, port ")
    assert done.stderr.count("\n") == 1
