"""Which pages of other sites may read the public routes: none, unless HEADLINE_CORS names them."""

import os
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ORIGIN = re.compile(r"https?://[a-z0-9.\-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")
_AGE = "600"  # seconds that a browser may keep the answer to its preflight


def allowed_origins() -> tuple[str, ...]:
    """HEADLINE_CORS: origins with commas between them, or * for all.

    Raises:
        ValueError: one of them is none.
    """
    told = [origin.strip() for origin in os.environ.get("HEADLINE_CORS", "").split(",")]
    origins = tuple(origin.lower().rstrip("/") for origin in told if origin)
    for origin in origins:
        if origin != "*" and not _ORIGIN.fullmatch(origin):
            raise ValueError(f"HEADLINE_CORS must name origins such as https://example.com, or be *; not “{origin}”.")
    return origins


class PublicCors:
    """ASGI middleware that answers for cross-origin requests to some paths, to be the outermost.

    Gradio has a middleware of its own for this, which on any host but the local one lets every site read
    everything; it never hears of the origin of a request to our paths.
    """

    def __init__(self, app: ASGIApp, public: frozenset[str], ours: frozenset[str], origins: tuple[str, ...]):
        """`public` are the paths that `origins` may read, `ours` those that nobody else's page may."""
        self._app = app
        self._public = public
        self._all = public | ours
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or path not in self._all:
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        allowed = self._allowed(origin) if path in self._public else None
        if scope["method"] == "OPTIONS" and allowed and "access-control-request-method" in headers:
            reply = Response(status_code=204, headers={"Access-Control-Allow-Methods": "GET, HEAD"})
            reply.headers["Access-Control-Max-Age"] = _AGE
            return await reply(scope, receive, self._telling(send, path, allowed))
        silent = {**scope, "headers": [pair for pair in scope["headers"] if pair[0].lower() != b"origin"]}
        await self._app(silent, receive, self._telling(send, path, allowed))

    def _allowed(self, origin: str | None) -> str | None:
        if origin is None:
            return None
        return "*" if "*" in self._origins else origin if origin in self._origins else None

    def _telling(self, send: Send, path: str, allowed: str | None) -> Send:
        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start" and path in self._public:
                headers = MutableHeaders(scope=message)
                if allowed:
                    headers["Access-Control-Allow-Origin"] = allowed
                if self._origins and "*" not in self._origins:
                    headers.add_vary_header("Origin")  # or a cache would hand one site's answer to another
            await send(message)

        return tell
