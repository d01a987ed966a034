"""Halves of surrogate pairs, which JSON can write and UTF-8 cannot: an answer that quoted one could not be sent."""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Every escape of JSON, so that what follows an escaped backslash is not taken for one; group 1: half of a pair.
_ESCAPE = re.compile(
    rb"\\(?:[^u]|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|u)", re.DOTALL
)


def with_whole_characters(content: bytes) -> bytes:
    r"""JSON with U+FFFD in place of each half of a surrogate pair; as long as before.

    >>> with_whole_characters(rb'"\ud83d\ude00 \ud83d \\ud83d"')
    b'"\\ud83d\\ude00 \\ufffd \\\\ud83d"'
    """
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], content)


class WholeCharacters:
    """ASGI middleware that takes the halves of surrogate pairs out of what is posted as JSON."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] in ("GET", "HEAD", "OPTIONS")
            or Headers(scope=scope).get("content-type", "").startswith("multipart/")
        ):
            return await self._app(scope, receive, send)
        is_read = False

        async def receive_whole() -> Message:
            """The body as one message, then what the server says."""
            nonlocal is_read
            if is_read:
                return await receive()
            is_read = True
            body = bytearray()
            while (message := await receive())["type"] == "http.request":
                body += message.get("body", b"")
                if not message.get("more_body"):
                    return {"type": "http.request", "body": with_whole_characters(bytes(body)), "more_body": False}
            return message

        await self._app(scope, receive_whole, send)
