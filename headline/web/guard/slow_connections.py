"""Closes connections whose client is too slow, so that nobody can hold the server's handles by doing nothing.

Uvicorn waits without end for the rest of a request that was begun, and for a client to read its answer. With httptools
it also keeps a head of any size.
"""

import asyncio
from typing import Any

import uvicorn.config
from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEADER_SECONDS = 15.0  # for the whole head of a request, from its first byte; or from the connection on
HEAD_BYTES = 2**16  # of a request's head, about: what came with the last part of it is not counted
BODY_SECONDS = 30.0  # in which
BODY_BYTES = 4096  # of a request's body must come at least
READ_SECONDS = 60.0  # in which the client must read some of an answer that waits for it


class PatientProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """Uvicorn's protocol of one connection, with limits on how long it waits."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._received = 0  # bytes of the body since the timer was set
        self._timer: asyncio.TimerHandle | None = None
        self._waits_for = ""
        self._read_timer: asyncio.TimerHandle | None = None
        self._wait_for("head")

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._received += len(data)
        self._wait_for("head" if self.cycle is None or self.cycle.response_complete else self._rest())

        if self._waits_for == "head" and self._received > HEAD_BYTES and not self._drains():
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_for("")
        self._stop_read_timer()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop_read_timer()
        self._read_timer = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_read_timer()
        super().resume_writing()

    def on_response_complete(self) -> None:
        super().on_response_complete()  # it limits how long the connection may be idle, or begins the next request
        self._wait_for("" if self.cycle.response_complete else self._rest())

    def _rest(self) -> str:
        """What is missing of the request that is being answered."""
        return "body" if self.cycle.more_body else ""

    def _drains(self) -> bool:
        """Whether what comes is the rest of a body whose request was answered before it ended, such as with 413."""
        return self.cycle is not None and self.cycle.more_body

    def _stop_read_timer(self) -> None:
        if self._read_timer:
            self._read_timer.cancel()
        self._read_timer = None

    def _wait_for(self, part: str) -> None:
        """Begin to wait for a part of a request, or for nothing; go on if that part was waited for already."""
        if part == self._waits_for:
            return
        self._waits_for = part
        if self._timer:
            self._timer.cancel()
        self._timer = None
        if part:
            self._received = 0
            self._timer = self.loop.call_later(HEADER_SECONDS if part == "head" else BODY_SECONDS, self._check)

    def _check(self) -> None:
        """Close the connection if the part has not come, or go on if enough of it has."""
        if self.transport.get_protocol() is not self:  # it became a websocket
            return
        stalled_here = self.flow.read_paused  # the app is busy and has not taken what came
        if self._waits_for == "body" and (self._received >= BODY_BYTES or stalled_here):
            self._waits_for = ""
            self._wait_for("body")
        else:
            self.transport.abort()


def close_slow_connections(protocol: type[PatientProtocol] = PatientProtocol) -> None:
    """Make Uvicorn use this protocol in every server that this process starts, because Gradio lets nobody choose."""
    uvicorn.config.HTTP_PROTOCOLS["auto"] = f"{protocol.__module__}:{protocol.__name__}"
