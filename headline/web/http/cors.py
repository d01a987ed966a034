"""CORS: pages of other sites may read the public routes only if HEADLINE_CORS names their origin."""

import os
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ORIGIN = re.compile(r"https?://[a-z0-9.\-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")
_MAX_AGE = "600"  # seconds that a browser may cache a preflight


def allowed_origins() -> tuple[str, ...]:
    """The origins in HEADLINE_CORS: separated by commas, or * for all.

    Raises:
        ValueError: one of them is not an origin.
    """
    entries = [origin.strip() for origin in os.environ.get("HEADLINE_CORS", "").split(",")]
    origins = tuple(origin.lower().rstrip("/") for origin in entries if origin)
    for origin in origins:
        if origin != "*" and not _ORIGIN.fullmatch(origin):
            raise ValueError(f"HEADLINE_CORS must name origins such as https://example.com, or be *; not “{origin}”.")
    return origins


class PublicCors:
    """ASGI middleware that answers cross-origin requests to some paths. It must be the outermost.

    Gradio's own CORS middleware lets every site read everything, except on localhost. So requests to our paths reach
    it without their Origin header.
    """

    def __init__(self, app: ASGIApp, public: frozenset[str], ours: frozenset[str], origins: tuple[str, ...]):
        """`origins` may read the `public` paths; no other site may read `ours`."""
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
            reply.headers["Access-Control-Max-Age"] = _MAX_AGE
            return await reply(scope, receive, self._with_headers(send, path, allowed))
        without_origin = dict(scope, headers=[pair for pair in scope["headers"] if pair[0].lower() != b"origin"])
        await self._app(without_origin, receive, self._with_headers(send, path, allowed))

    def _allowed(self, origin: str | None) -> str | None:
        if origin is None:
            return None
        return "*" if "*" in self._origins else origin if origin in self._origins else None

    def _with_headers(self, send: Send, path: str, allowed: str | None) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start" and path in self._public:
                headers = MutableHeaders(scope=message)
                if allowed:
                    headers["Access-Control-Allow-Origin"] = allowed
                if self._origins and "*" not in self._origins:
                    headers.add_vary_header("Origin")  # or a cache would give one site's answer to another
            await send(message)

        return send_with_headers
