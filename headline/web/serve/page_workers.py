"""Workers of the page's server: they answer what is asked about the bundled model at every key, and nothing else.

The page's process takes all connections. One that asks such a question moves to a worker, and moves back as soon as it
asks anything else (`moving`). Where no worker can take it, the page's process answers the question itself.
"""

import asyncio
import contextlib
import gc
import importlib.util
import os
import socket
import sys
from collections.abc import Callable
from functools import partial
from itertools import cycle
from typing import Any

import uvicorn

from headline.errors import SettingError
from headline.generator.next_words import BYTES_KEPT
from headline.generator.suggester import Suggester
from headline.web.freed_memory import return_freed_memory
from headline.web.guard.rules import Rules
from headline.web.http.cors import PublicCors
from headline.web.serve.app import ROUTES, Counted, SuggestApp
from headline.web.serve.counts import Counts
from headline.web.serve.moving import MESSAGE, Arrivals, MovingProtocol, is_question
from headline.web.serve.one_model import SUGGEST
from headline.web.serve.workers import Keeper, worker_config

NAME = "HEADLINE_WORKERS"
_MOST = 64
_BYTES_KEPT = 48 * 2**20  # of what all workers computed: the page's process needs memory too
_SECONDS_TO_MOVE = 5.0  # that a worker waits for the page's process to take a connection back


def number_of_workers() -> int:
    """HEADLINE_WORKERS; 0 if it is not set.

    Raises:
        SettingError: it is no number of workers, or there can be none on this system.
    """
    told = os.environ.get(NAME, "").strip() or "0"
    if not (told.isascii() and told.isdigit() and int(told) <= _MOST):
        raise SettingError(f"{NAME} must be a whole number from 0 to {_MOST}; it is “{told[:50]}”.")
    if int(told) and sys.platform != "linux":
        raise SettingError(f"{NAME} must be 0 on this system: connections move between processes on Linux alone.")
    if int(told) and not importlib.util.find_spec("httptools"):
        raise SettingError(f"{NAME} needs the package httptools: pip install httptools.")
    return int(told)


def bytes_kept(workers: int) -> int:
    """What each process may keep of what it computed for earlier texts."""
    return _BYTES_KEPT // workers if workers else BYTES_KEPT


class PageWorkers:
    """The page's ends of the channels to its workers."""

    def __init__(self, number: int):
        self.counts = Counts(ROUTES, number)
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(number)]
        self._channels, self._theirs = zip(*pairs, strict=True)
        self._next = cycle(range(number))
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, suggester: Suggester, rules: Rules, origins: tuple[str, ...]) -> None:
        """Fork the process that keeps the workers. No thread of Python's may run yet.

        Raises:
            SettingError: there is a login, whose wrong passwords one process must count.
        """
        if rules.users:
            raise SettingError(f"{NAME} must be 0 with HEADLINE_AUTH: one process must count the wrong passwords.")
        for text in ("", "a"):  # what is made at the first question of each kind is made before the workers are
            suggester.suggest(text, phrases=True)
        gc.collect()
        return_freed_memory()
        gc.freeze()  # or a worker's collector would write to the pages of objects that are shared, and so copy them
        page_lives = os.pipe()  # nobody writes; the end that is read ends with this process, however that ends
        if not os.fork():
            try:
                for channel in self._channels:
                    channel.close()
                os.close(page_lives[1])
                work = partial(_work, suggester, rules, origins, self.counts, self._theirs)
                Keeper(work, self.counts, len(self._channels), page_lives[0]).run()
            finally:
                os._exit(0)
        os.close(page_lives[0])
        for channel in self._theirs:
            channel.close()
        for channel in self._channels:
            channel.setblocking(False)  # the page must not wait for a worker
        PageProtocol.workers = self

    def take(self, protocol: "PageProtocol", data: bytes) -> bool:
        """Move a connection that asks a question to a worker; False if none can take it."""
        if len(data) > MESSAGE:
            return False
        self._listen(protocol)
        for _ in self._channels:
            worker = next(self._next)
            if self.counts.is_here(worker):
                with contextlib.suppress(OSError):
                    return protocol.move(self._channels[worker], data)
        return False

    def _listen(self, protocol: "PageProtocol") -> None:
        """Take back, from the first time on, what workers cannot answer."""
        if protocol.loop is self._loop:
            return
        self._loop = protocol.loop
        again = partial(PageProtocol, protocol.config, protocol.server_state, protocol.app_state)
        for channel in self._channels:
            Arrivals(channel, partial(again, _loop=protocol.loop)).listen()


class PageProtocol(MovingProtocol):
    """A connection in the page's process, from where questions move to workers."""

    workers: PageWorkers | None = None

    def data_received(self, data: bytes) -> None:
        takes = self.workers is not None and self.is_between_requests() and is_question(data)
        if not (takes and self.workers and self.workers.take(self, data)):
            super().data_received(data)


class WorkerProtocol(MovingProtocol):
    """A connection in a worker, from where all but questions move back to the page's process."""

    def __init__(self, *args: Any, channel: socket.socket, **options: Any):
        super().__init__(*args, **options)
        self._channel, self._early = channel, b""

    def data_received(self, data: bytes) -> None:
        if not self.is_between_requests():  # sent before the last answer came: whose it is shows only then
            self._early += data
            self.flow.pause_reading()
        elif is_question(data):
            super().data_received(data)
        else:
            with contextlib.suppress(OSError):  # the page's process has ended
                if self.move(self._channel, data):
                    return
            self.transport.abort()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._early and not self.transport.is_closing():
            early, self._early = self._early, b""
            self.data_received(early)


def _work(
    suggester: Suggester,
    rules: Rules,
    origins: tuple[str, ...],
    counts: Counts,
    channels: tuple[socket.socket, ...],
    worker: int,
) -> None:
    """Answer the questions that come through a channel until SIGTERM or SIGINT."""
    for channel in channels:
        if channel is not channels[worker]:  # or nobody would notice that the last other process had closed it
            channel.close()
    answers = PublicCors(SuggestApp(suggester, counts), frozenset({SUGGEST}), frozenset(ROUTES), origins)
    app = Counted(rules.guard(answers), counts, worker)
    config = worker_config(app)
    server = uvicorn.Server(config)

    async def serve() -> None:
        config.load()
        loop = asyncio.get_running_loop()
        protocol: Callable[..., Any] = partial(WorkerProtocol, config, server.server_state, {}, _loop=loop)
        channels[worker].settimeout(_SECONDS_TO_MOVE)
        Arrivals(channels[worker], partial(protocol, channel=channels[worker])).listen()
        await server.serve(sockets=[])

    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(serve())
