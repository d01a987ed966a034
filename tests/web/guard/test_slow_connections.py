"""Connections of slow clients are closed, those of others are not."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from headline.web.guard import slow_connections

GENEROUS = 20.0  # seconds until a test gives up


async def app(scope, receive, send) -> None:
    body = await Request(scope, receive).body()
    answer: Response = PlainTextResponse("x" * 20_000_000 if scope["path"] == "/large" else f"read {len(body)}")
    await answer(scope, receive, send)


def wait_until(condition) -> None:
    until = time.monotonic() + GENEROUS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture
def server(monkeypatch) -> Iterator[uvicorn.Server]:
    """A server as Gradio starts one, whose patience is a fraction of a second."""
    for name in ("HEADER_SECONDS", "BODY_SECONDS", "READ_SECONDS"):
        monkeypatch.setattr(slow_connections, name, 0.3)
    monkeypatch.setattr(uvicorn.config, "HTTP_PROTOCOLS", dict(uvicorn.config.HTTP_PROTOCOLS))
    slow_connections.close_slow_connections()
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    yield server
    server.should_exit = True
    thread.join(GENEROUS)


def address_of(server: uvicorn.Server) -> tuple[str, int]:
    return server.servers[0].sockets[0].getsockname()


@pytest.fixture
def address(server) -> tuple[str, int]:
    return address_of(server)


def connect(address: tuple[str, int]) -> socket.socket:
    connection = socket.create_connection(address)
    connection.settimeout(GENEROUS)
    return connection


def is_closed_while_sending(connection: socket.socket, drop: bytes) -> bool:
    """Send a byte now and then until the server closes the connection."""
    until = time.monotonic() + GENEROUS
    connection.settimeout(0.05)
    while time.monotonic() < until:
        try:
            connection.sendall(drop)
            if connection.recv(1000) == b"":
                return True
        except TimeoutError:
            continue
        except ConnectionError:
            return True
    return False


def test_a_connection_that_says_nothing_is_closed(address):
    with connect(address) as connection:
        assert connection.recv(1) == b""


def test_a_head_that_never_ends_is_closed(address):
    with connect(address) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
        assert is_closed_while_sending(connection, b"y")


def test_a_second_head_that_never_ends_is_closed(address):
    with connect(address) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.recv(1000).endswith(b"read 0")
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
        assert is_closed_while_sending(connection, b"y")


def test_a_head_of_any_size_is_not_kept(address, monkeypatch):
    monkeypatch.setattr(slow_connections, "HEADER_SECONDS", 10 * GENEROUS)
    with connect(address) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
        with pytest.raises(ConnectionError):
            for _ in range(500):
                connection.sendall(b"y" * 100_000)  # faster than the server's patience ends


@pytest.mark.parametrize("before", [b"", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"], ids=["alone", "pipelined"])
def test_a_body_that_trickles_is_closed(address, before):
    with connect(address) as connection:
        connection.sendall(before + b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
        assert is_closed_while_sending(connection, b"y")


def test_a_body_that_comes_steadily_is_read(address, monkeypatch):
    monkeypatch.setattr(slow_connections, "BODY_SECONDS", 1.0)
    part, parts = b"y" * 20_000, 8
    with connect(address) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (parts * len(part)))
        for _ in range(parts):
            connection.sendall(part)
            time.sleep(0.2)
        assert connection.recv(1000).endswith(b"read 160000")


def test_a_client_that_does_not_read_its_answer_is_closed(server):
    with connect(address_of(server)) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        wait_until(lambda: server.server_state.connections)
        wait_until(lambda: not server.server_state.connections)  # without a letter of the answer being read
