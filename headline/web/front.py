"""What Gradio's first page lacks: a script that must run before all others."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headline.web.assets import read_asset


class FrontPage:
    """ASGI middleware: puts `assets/first.js` at the top of the head of the page that Gradio sends.

    `gr.Blocks.launch(head=…)` will not do, for it reaches the page after Gradio's own scripts have run.
    """

    def __init__(self, app: ASGIApp):
        self._app = app
        self._addition = f"<script>{read_asset('first.js')}</script>".encode()

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
                body = body.replace(b"<head>", b"<head>" + self._addition, 1)
                headers["content-length"] = str(len(body))
            await send({**start, "headers": headers.raw})
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, hold)
