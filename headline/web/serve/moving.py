"""Connections that move between processes: the socket itself, with what was read of its next request.

Each process has an end of a channel, a pair of Unix sockets that keep messages apart and in order. A connection moves
only between two requests. Its address stays the client's own, and nothing is copied: answers and uploads go straight
from one to the other.
"""

import asyncio
import contextlib
import re
import socket
from collections.abc import Callable
from typing import Any

from headline.errors import RequestError
from headline.web.guard.slow_connections import PatientProtocol
from headline.web.serve.one_model import PAGE, SUGGEST, asked

MESSAGE = 2**15  # bytes of a connection's data in one message
_LAST, _MORE = b"\0", b"\1"  # how a message begins: whether another one goes on with its data
_QUESTION = re.compile(
    rb"(?:GET|HEAD) (%b|%b)(?:\?([!-~]*))? HTTP/1\.1\r\n" % (re.escape(SUGGEST.encode()), re.escape(PAGE.encode()))
)
_NOT_ALONE = re.compile(rb"\r\n(?:content-length|transfer-encoding|upgrade|expect)[ \t]*:", re.IGNORECASE)
_END = b"\r\n\r\n"


def is_question(data: bytes) -> bool:
    """Whether this is one whole request, and one that any process can answer: about the bundled model, without a body.

    Everything that is not surely so is not. Both ends of a channel ask this, so that no connection goes to and fro.
    """
    found = _QUESTION.match(data)
    if not found or data.find(_END) != len(data) - len(_END) or _NOT_ALONE.search(data):
        return False
    try:
        asked(found[1].decode("ascii"), found[2] or b"")
    except RequestError:  # the page's process has the words for it, or the model
        return False
    return True


class MovingProtocol(PatientProtocol):
    """Uvicorn's protocol of one connection, which may end here and go on in another process.

    It needs httptools, which tells where a request begins.
    """

    def __init__(self, *args: Any, began: bytes = b"", **options: Any):
        """`began` was read by another process."""
        super().__init__(*args, **options)
        self._began, self._in_head = began, False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if self._began:  # before anything that comes later
            super().data_received(self._began)
            self._began = b""

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def is_between_requests(self) -> bool:
        answered = self.cycle is None or (self.cycle.response_complete and not self.cycle.more_body)
        return answered and not self._in_head and not self.pipeline

    def move(self, channel: socket.socket, data: bytes) -> bool:
        """Send the connection through a channel, with data that came for its next request; False if that cannot be.

        Raises:
            OSError: the channel is closed, or, if it does not wait, full.
        """
        if self.transport.is_closing() or self.transport.get_write_buffer_size() or self.scheme == "https":
            return False
        connection = self.transport.get_extra_info("socket").fileno()
        for at in range(0, max(1, len(data)), MESSAGE):
            more = _MORE if at + MESSAGE < len(data) else _LAST
            socket.send_fds(channel, [more, data[at : at + MESSAGE]], [] if at else [connection])
        self.transport.abort()  # closes this process's handle alone
        return True


class Arrivals:
    """Takes the connections that come through a channel."""

    def __init__(self, channel: socket.socket, protocol: Callable[..., asyncio.Protocol]):
        """`protocol` makes the protocol of one connection, given what `began`."""
        self._channel, self._protocol = channel.dup(), protocol
        self._channel.setblocking(False)
        self._connection: socket.socket | None = None
        self._data = b""
        self._tasks: set[asyncio.Task] = set()

    def listen(self) -> None:
        """Take them on the running event loop, until the other end is closed."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._channel.fileno(), self._take)

    def _take(self) -> None:
        try:
            message, handles, _, _ = socket.recv_fds(self._channel, MESSAGE + 1, 1)
        except BlockingIOError:
            return
        except OSError:
            message, handles = b"", []
        if not message:
            self._loop.remove_reader(self._channel.fileno())
            return
        if handles:
            self._connection, self._data = socket.socket(fileno=handles[0]), b""
        self._data += message[1:]
        if message[:1] == _LAST and self._connection is not None:  # None: this process has no handle left for it
            task = self._loop.create_task(self._open(self._connection, self._data))
            self._connection = None
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _open(self, connection: socket.socket, data: bytes) -> None:
        connection.setblocking(False)
        try:
            await self._loop.connect_accepted_socket(lambda: self._protocol(began=data), connection)
        except OSError:  # the client has gone
            with contextlib.suppress(OSError):
                connection.close()
