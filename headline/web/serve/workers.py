"""Worker processes behind one socket: they are forked from one that has loaded the model, whose memory they share."""

import contextlib
import gc
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import uvicorn

from headline.errors import SettingError
from headline.web.serve.counts import Counts

_KEEP_ALIVE = 75  # seconds that an idle connection is kept: longer than a proxy keeps it, which is 60 in nginx
_SECONDS_TO_END = 4  # that a worker has to finish its answers
_SECONDS_BETWEEN = 1.0  # at least, from one start of a worker to the next
_WAITING = 2048  # connections that the system keeps until a worker takes them

App = Callable[[int], Any]  # the number of a worker -> its ASGI app
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def listening(host: str, port: int) -> socket.socket:
    """A socket at an address; port 0 means any free one.

    Raises:
        SettingError: the address is in use, or not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
    except (OSError, OverflowError) as error:
        found.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingError(f"The server cannot listen on {host}, port {port}: {reason}.") from error
    found.listen(_WAITING)
    return found


def serve(app: App, listener: socket.socket, counts: Counts, workers: int) -> None:
    """Answer on a socket with so many processes until SIGTERM or SIGINT. A worker that ends is replaced.

    Raises:
        SettingError: there cannot be so many here.
    """
    if workers < 1:
        raise SettingError(f"--workers must be 1 or more; it is {workers}.")
    if workers == 1:
        counts.here(0, os.getpid())
        signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn raises it again once it has ended
        return _answer(app(0), listener)
    if not hasattr(os, "fork"):
        raise SettingError("This system has no fork, so that --workers must be 1.")
    gc.collect()
    gc.freeze()  # or a worker's collector would write to the pages of objects that are shared, and so copy them
    Keeper(lambda worker: _answer(app(worker), listener), counts, workers).run()


class Keeper:
    """The process that keeps the workers alive. It answers nothing itself."""

    def __init__(self, work: Callable[[int], None], counts: Counts, workers: int, lives: int | None = None):
        """`work` is what the worker of a number does. `lives` can be read once there is nobody to work for any more."""
        self._work_of, self._counts = work, counts
        self._workers: dict[int, int] = {}  # process id -> number
        self._missing = list(range(workers))
        self._ending = False
        # Nobody writes to a pipe; the end that is read ends with this process, however that ends.
        self._end_held: int | None = None
        if lives is None:
            lives, self._end_held = os.pipe()
        self._lives = lives

    def run(self) -> None:
        for number in _SIGNALS:
            signal.signal(number, self._end)
        while self._workers or not self._ending:
            while self._missing and not self._ending:
                self._start(self._missing.pop(0))
            try:
                pid, _ = os.wait()
            except ChildProcessError:
                continue
            worker = self._workers.pop(pid, None)
            if worker is not None:
                self._counts.here(worker, 0)
                self._missing.append(worker)
                self._ending |= bool(select.select([self._lives], [], [], 0)[0])
                if not self._ending:
                    time.sleep(_SECONDS_BETWEEN)  # one that cannot start must not be started without end

    def _start(self, worker: int) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)  # or the new process could take one for its parent's
        pid = os.fork()
        if not pid:
            self._work(worker)
        self._workers[pid] = worker
        self._counts.here(worker, pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def _work(self, worker: int) -> None:
        """Answer in a process that was just forked, and end it."""
        code = 1
        try:
            for number in _SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            if self._end_held is not None:
                os.close(self._end_held)
            threading.Thread(target=self._end_with_parent, daemon=True).start()
            self._work_of(worker)
            code = 0
        finally:
            os._exit(code)  # what the parent would do at its end is not this process's

    def _end_with_parent(self) -> None:
        os.read(self._lives, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _end(self, *_: object) -> None:
        self._ending = True
        for pid in self._workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)


def worker_config(app: Any) -> uvicorn.Config:
    """How Uvicorn serves an app in any of our worker processes. No answer tells the server's name."""
    return uvicorn.Config(
        app,
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_SECONDS_TO_END,
    )


def _answer(app: Any, listener: socket.socket) -> None:
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(worker_config(app)).run(sockets=[listener])
