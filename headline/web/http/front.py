"""Changes the head of Gradio's page: a script that must run before all others, title and description."""

import re
from html import escape

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headline.paths import read_asset
from headline.web.guard.headers import FRAMES, page_policy

# Gradio's own cards, which describe Gradio and link to a picture on another host.
_CARDS = re.compile(rb'<meta\s[^>]*?(?:property|name)="(?:og|twitter):[^>]*>\s*')
_TITLE = re.compile(rb'<title\b[^>]*>.*?</title>\s*|<meta\s[^>]*?name="description"[^>]*>\s*', re.DOTALL)


class FrontPage:
    """ASGI middleware: changes the head of the page that Gradio sends.

    It puts `assets/first.js` at the top, because what `gr.Blocks.launch(head=…)` adds runs after Gradio's own
    scripts. And it replaces what search engines and link previews read: title, description, and the link to the
    OpenSearch description. It also sets the page's Content-Security-Policy, which needs the hashes of its scripts.
    """

    def __init__(self, app: ASGIApp, title: str, about: str, search: str, frames: tuple[str, ...] = FRAMES):
        """`search` is the address of the OpenSearch description, relative to the page's.

        `frames` are the origins whose pages may show this one in a frame.
        """
        self._app = app
        self._frames = frames
        title, about = escape(title), escape(about)
        self._script = f"<script>{read_asset('first.js')}</script>".encode()
        self._card = (
            f"<title>{title}</title>"
            f'<meta name="description" content="{about}">'
            '<meta property="og:type" content="website">'
            f'<meta property="og:title" content="{title}"><meta property="og:description" content="{about}">'
            '<meta name="twitter:card" content="summary">'
            f'<link rel="search" type="application/opensearchdescription+xml" title="{title}" href="{escape(search)}">'
        ).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in ("", "/"):
            return await self._app(scope, receive, send)
        start: Message = {}
        body = b""

        async def hold(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = MutableHeaders(raw=start["headers"])
            if headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers:
                body = self._changed(body)
                headers["content-length"] = str(len(body))
                headers["content-security-policy"] = page_policy(body, self._frames)
            await send({**start, "headers": headers.raw})
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, hold)

    def _changed(self, page: bytes) -> bytes:
        before, begins, rest = page.partition(b"<head>")
        if not begins:
            return page
        # Only what comes before the first script is changed: after it come data.
        ends = min((at for at in (rest.find(b"<script"), rest.find(b"</head>")) if at >= 0), default=0)
        head = _TITLE.sub(b"", _CARDS.sub(b"", rest[:ends]))
        return before + begins + self._script + head + self._card + rest[ends:]
