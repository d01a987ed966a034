"""The size of what is sent: a request that is too large, or for which there is no room, is refused at once."""

import threading
import time
from collections import Counter
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headline.errors import LimitError
from headline.model.storage.folders import size_of
from headline.runs.limits import Limits
from headline.web.guard.networks import network_of
from headline.web.http.metrics import count_refusal

_MEGABYTE = 2**20  # bytes
_FORM = _MEGABYTE  # that the form around an upload may take
_ESCAPED = 2  # times as long is a text as JSON, at most, as browsers write it
_HOUR = 3600.0  # seconds


class _TooLarge(Exception):
    """A body has more bytes than are allowed."""


class BodyLimits:
    """ASGI middleware that bounds the bodies of requests, and what one subscriber uploads in an hour."""

    def __init__(self, app: ASGIApp, runs: Path, limits: Limits):
        """Uploads are stored below the folder `runs`."""
        self._app, self._runs, self._limits = app, runs, limits
        self._uploaded: Counter[str] = Counter()  # bytes of this hour, by network
        self._hour = 0.0
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._limits.upload_mb or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return await self._app(scope, receive, send)
        upload = scope["path"].endswith("/upload")
        most = self._limits.upload_mb * _MEGABYTE * (1 if upload else _ESCAPED) + _FORM
        length = Headers(scope=scope).get("content-length", "")
        size = int(length) if length.isascii() and length.isdigit() and len(length) < 20 else None
        if size is not None and size > most:
            return await self._refuse(self._too_large(), scope, receive, send)
        if upload:
            network = network_of(scope["client"][0]) if scope.get("client") else ""
            if sentence := await run_in_threadpool(self._no_room, network, most if size is None else size):
                return await self._refuse(sentence, scope, receive, send)
        await self._count(most, scope, receive, send)

    async def _count(self, most: int, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and answer with a refusal once its body has more than `most` bytes."""
        received, started = 0, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise _TooLarge
            return message

        async def sent(message: Message) -> None:
            nonlocal started
            if received <= most or started:  # else it is an answer to the error
                started = True
                await send(message)

        try:
            await self._app(scope, counted, sent)
        except Exception:  # the one raised above, or what the app made of it
            if received <= most:
                raise
        if received > most and not started:
            await self._refuse(self._too_large(), scope, receive, send)

    def _too_large(self) -> str:
        return f"This page takes up to {self._limits.upload_mb} MB at once."

    def _no_room(self, network: str, size: int) -> str:
        """Why an upload of so many bytes cannot be stored; empty if it can."""
        limits = self._limits
        if limits.disk_mb and size_of(self._runs) + size > limits.disk_mb * _MEGABYTE:
            return "This page has stored as much as it can keep: try again later."
        with self._lock:
            if time.monotonic() - self._hour > _HOUR:
                self._hour = time.monotonic()
                self._uploaded.clear()
            if limits.disk_mb_each and self._uploaded[network] + size > limits.disk_mb_each * _MEGABYTE:
                return f"You have uploaded {limits.disk_mb_each} MB within an hour: try again later."
            self._uploaded[network] += size
        return ""

    async def _refuse(self, sentence: str, scope: Scope, receive: Receive, send: Send) -> None:
        count_refusal(LimitError(sentence))
        await PlainTextResponse(sentence, 413)(scope, receive, send)
