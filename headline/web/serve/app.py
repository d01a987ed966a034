"""The routes of the server of suggestions alone, as an ASGI app without a framework: little work per key."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headline.errors import RequestError
from headline.generator.suggester import Suggester
from headline.web.serve.counts import MEDIA_TYPE, Counts
from headline.web.serve.one_model import JSON, NO_STORE, PAGE, SUGGEST, OneModel, Reply, refusal, send_reply
from headline.web.turns import Turns

HEALTH, METRICS = "/healthz", "/metrics"
ROUTES = (SUGGEST, PAGE, HEALTH, METRICS)


class SuggestApp:
    """Answers with one model. What it answers depends on the request alone, so any process may answer any request."""

    def __init__(self, suggester: Suggester, counts: Counts, turns: Turns | None = None):
        self._counts, self._model = counts, OneModel(lambda: suggester, turns or Turns())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send_reply(await self._reply(scope), scope, send)

    async def _reply(self, scope: Scope) -> Reply:
        path = scope["path"]
        if path not in ROUTES:
            return refusal(404, f"There is nothing here; suggestions are at {SUGGEST}.")
        if scope["method"] not in ("GET", "HEAD"):
            return refusal(405, "This address answers GET and HEAD.", (b"allow", b"GET, HEAD"))
        if path == HEALTH:
            return 200, [JSON, NO_STORE], b'{"status":"ok","problems":[]}'
        if path == METRICS:
            return 200, [(b"content-type", MEDIA_TYPE.encode()), NO_STORE], self._counts.text()
        try:
            return await self._model.reply(path, scope["query_string"])
        except RequestError as error:
            return refusal(400, str(error))


class Counted:
    """ASGI middleware that counts requests and how long each waits for its answer. It must be outermost."""

    def __init__(self, app: ASGIApp, counts: Counts, worker: int):
        self._app, self._counts, self._worker = app, counts, worker

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._counts.add(self._worker, scope["path"], message["status"], time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, send_counted)
