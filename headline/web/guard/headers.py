"""Security headers: what the page may load, who may put it into a frame, and what other hosts hear of it.

The page's policy is as strict as Gradio permits. Gradio makes functions from texts, so 'unsafe-eval' is needed, and
sets styles in attributes, so 'unsafe-inline' is needed for styles. Its scripts within the page are allowed by their
hashes, so that a script or a `javascript:` link that got into the page in another way would not run.
"""

import base64
import hashlib
import os
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headline.errors import SettingError

FRAMES = ("'self'", "https://huggingface.co", "https://*.hf.space")  # where a Space is shown
_ORIGIN = re.compile(r"'self'|'none'|https?://(\*\.)?[A-Za-z0-9.\-]+(:\d{1,5})?")
_SCRIPT = re.compile(rb"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_DOCUMENT = re.compile(r"text/html|[^;]*\bxml\b")  # content types that a browser shows as a page of their own


def frame_ancestors() -> tuple[str, ...]:
    """The origins in HEADLINE_FRAMES, separated by commas, whose pages may show ours in a frame.

    Raises:
        SettingError: one of them is not an origin.
    """
    entries = [entry.strip().rstrip("/") for entry in os.environ.get("HEADLINE_FRAMES", "").split(",")]
    origins = tuple(f"'{entry}'" if entry in ("self", "none") else entry for entry in entries if entry)
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise SettingError(f"HEADLINE_FRAMES must name origins such as https://a.example, or none; not “{origin}”.")
    return origins or FRAMES


def page_policy(page: bytes, frames: tuple[str, ...] = FRAMES) -> str:
    """The Content-Security-Policy of the front page, with the hashes of the scripts that it holds."""
    scripts = [content for attributes, content in _SCRIPT.findall(page) if b"src=" not in attributes]
    digests = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in scripts]
    hashes = " ".join(f"'sha256-{digest}'" for digest in dict.fromkeys(digests))
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' 'unsafe-eval' {hashes}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {' '.join(frames)}",
        ]
    )


def document_policy(frames: tuple[str, ...]) -> str:
    """The policy of every other document, such as an uploaded SVG that somebody opens: it runs and loads nothing."""
    nothing = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"
    return f"{nothing}; frame-ancestors {' '.join(frames)}; sandbox"


class SecurityHeaders:
    """ASGI middleware that adds the headers to every answer. Headers that are there already stay as they are."""

    def __init__(self, app: ASGIApp, frames: tuple[str, ...] = FRAMES):
        self._app = app
        self._policy = document_policy(frames)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                if _DOCUMENT.match(headers.get("content-type", "")):
                    headers.setdefault("Content-Security-Policy", self._policy)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
