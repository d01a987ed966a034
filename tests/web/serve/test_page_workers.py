"""Connections that move between the page's process and its workers, and back."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from headline.errors import SettingError
from headline.paths import ROOT
from headline.web.guard.rules import Rules
from headline.web.serve.page_workers import PageWorkers, number_of_workers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="connections move between processes on Linux alone")
QUESTION = "/gradio_api/suggest?q=the+gov&k=1&phrases=1"
GENEROUS = 30.0  # seconds until a test gives up


@dataclass
class Page:
    process: subprocess.Popen
    port: int

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=GENEROUS)

    def workers(self) -> list[int]:
        """The ids of the workers, which are children of the process that keeps them."""
        [keeper] = _children(self.process.pid)
        return _children(keeper)

    def counted(self) -> dict[tuple[str, ...], float]:
        """What /metrics says."""
        connection = self.connect()
        families = text_string_to_metric_families(ask(connection, "/metrics")[1].decode())
        connection.close()
        return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def ask(connection, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    connection.request(method, path, body, headers)
    reply = connection.getresponse()
    return reply.status, reply.read()


@pytest.fixture(scope="module")
def page(tiny_model) -> Iterator[Page]:
    command = [sys.executable, "-m", "tests.web.serve.small_page", tiny_model, "2"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield Page(process, int(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def local(connection: http.client.HTTPConnection) -> list:
    return list(connection.sock.getsockname())


def test_a_connection_goes_to_a_worker_and_comes_back_with_the_clients_address(page):
    before = page.counted()
    connection = page.connect()
    for _ in range(3):
        status, body = ask(connection, QUESTION)
        assert status == 200 and json.loads(body)["suggestions"][0]["text"] == "the government"
        address = local(connection)
        told = json.loads(ask(connection, "/who")[1])
        assert told == {"pid": page.process.pid, "client": address, "body": 0}
        assert local(connection) == address  # the same connection
    connection.close()
    after = page.counted()
    assert after["headline_workers",] == 2
    name = "headline_request_seconds_count"
    own = (name, "/gradio_api/suggest", "200")
    assert after[own] - before.get(own, 0) == 3  # by workers: the sum is of all processes
    assert [row for row in after if row[0] == "headline_worker_memory_bytes" and after[row] > 0] != []


@pytest.mark.parametrize("size", [0, 100, 3_000_000])
def test_an_upload_of_any_size_after_a_question_is_read_whole(page, size):
    connection = page.connect()
    for _ in range(2):
        assert ask(connection, QUESTION)[0] == 200
        told = json.loads(ask(connection, "/who", "POST", b"x" * size)[1])
        assert (told["pid"], told["body"]) == (page.process.pid, size)
    connection.close()


def test_a_stream_after_a_question_comes_whole(page):
    connection = page.connect()
    assert ask(connection, QUESTION)[0] == 200
    assert ask(connection, "/events") == (200, b"data: 0\n\ndata: 1\n\ndata: 2\n\n")
    assert ask(connection, QUESTION)[0] == 200
    connection.close()


def test_a_visitors_model_and_a_wrong_question_are_answered_by_the_page(page):
    connection = page.connect()
    for query in ("model=mine", "q=a&mod%65l=mine", "k=many"):
        assert ask(connection, QUESTION)[0] == 200
        assert json.loads(ask(connection, f"/gradio_api/suggest?{query}")[1])["pid"] == page.process.pid
    connection.close()


def test_workers_keep_the_rules_on_hosts_and_headers(page):
    connection = page.connect()
    for host, status in (("page.example", 200), ("127.0.0.1", 200), ("rebound.example", 400)):
        connection.request("GET", QUESTION, headers={"Host": host})
        reply = connection.getresponse()
        reply.read()
        assert (reply.status, reply.headers["X-Content-Type-Options"]) == (status, "nosniff")
        assert reply.headers["Server"] is None  # what a worker answers does not say by which program
    connection.close()


def answers_to(page: Page, sent: list[bytes], number: int) -> list[tuple[int, bytes]]:
    """Send pieces over one connection, and read so many answers."""
    with socket.create_connection(("127.0.0.1", page.port), timeout=GENEROUS) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in sent:
            connection.sendall(piece)
        received = connection.makefile("rb")
        found = []
        for _ in range(number):
            status = int(received.readline().split()[1])
            length = 0
            while (line := received.readline()) != b"\r\n":
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            found.append((status, received.read(length)))
        return found


@pytest.mark.parametrize("cut", [0, 1, 10, 40, -1])
def test_requests_sent_before_the_answer_are_answered_in_order_by_whom_they_are_for(page, cut):
    """Also in pieces: a head that ends in the next piece."""
    head = b" HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    question = b"GET " + QUESTION.encode() + head + b"\r\n"
    other = b"POST /who" + head + b"Content-Length: 3\r\n\r\nabc"
    inside = b"POST /who" + head + b"Content-Length: %d\r\n\r\n%b" % (len(question), question)  # is no request
    later = other + question + inside + question
    found = answers_to(page, [question, later[:cut], later[cut:]], 5)
    assert [status for status, _ in found] == [200] * 5
    told = [json.loads(body) for _, body in found]
    assert [told[n]["body"] for n in (1, 3)] == [3, len(question)]
    assert {told[n]["pid"] for n in (1, 3)} == {page.process.pid}
    assert all("suggestions" in told[n] or told[n]["body"] == 0 for n in (0, 2, 4))  # the page may answer those too


@pytest.mark.parametrize("told", ["-1", "two", "65", "1.5"])
def test_a_number_of_workers_that_is_none_is_refused(monkeypatch, told):
    monkeypatch.setenv("HEADLINE_WORKERS", told)
    with pytest.raises(SettingError, match="HEADLINE_WORKERS must be a whole number from 0 to 64"):
        number_of_workers()


def test_there_are_no_workers_with_a_login():
    with pytest.raises(SettingError, match="must be 0 with HEADLINE_AUTH"):
        PageWorkers(1).start(None, Rules(users=("a:b",)), ())


def test_a_worker_that_dies_is_replaced_and_all_end_with_the_page(page):
    """The last test, because it ends the page."""
    until = time.monotonic() + GENEROUS
    while len(page.workers()) < 2:  # the second one may still be on its way
        assert time.monotonic() < until
        time.sleep(0.1)
    first, second = page.workers()
    os.kill(first, signal.SIGKILL)
    while len(now := page.workers()) < 2 or first in now:
        connection = page.connect()
        assert ask(connection, QUESTION)[0] == 200  # meanwhile another one answers
        connection.close()
        assert time.monotonic() < until
    assert second in now
    [keeper] = _children(page.process.pid)
    for pid in (keeper, now[0]):  # now nobody replaces a worker
        os.kill(pid, signal.SIGKILL)
    while any(map(_runs, (keeper, now[0]))):
        assert time.monotonic() < until
    for _ in range(4):
        connection = page.connect()
        assert "suggestions" in json.loads(ask(connection, QUESTION)[1])  # by the one that is left
        connection.close()
    page.process.kill()  # whatever ends it
    page.process.wait()
    while _runs(now[1]):
        assert time.monotonic() < until


def _runs(pid: int) -> bool:
    """Whether a process runs, or a thread of it that has not ended yet and keeps its sockets open."""
    try:
        ended = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        return not ended or len(os.listdir(f"/proc/{pid}/task")) > 1
    except OSError:
        return False
