"""The routes of the server of suggestions alone, as an ASGI app without a framework: little work per key."""

import json
import time
from collections.abc import Callable
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headline.errors import BusyError, RequestError
from headline.generator.suggester import Suggester
from headline.web.serve.counts import MEDIA_TYPE, Counts
from headline.web.serve.kept_answers import KeptAnswers
from headline.web.serve.questions import API, Question, answer, suggestions, text_of, whole
from headline.web.turns import RETRY_AFTER, Turns

SUGGEST, PAGE, HEALTH, METRICS = "/gradio_api/suggest", f"{API}/suggest", "/healthz", "/metrics"
ROUTES = (SUGGEST, PAGE, HEALTH, METRICS)
MOST_SUGGESTIONS = 50
_MODEL = "bundled"  # the id under which a page knows the model that it comes with; here, whichever is served
_TRUE, _FALSE = ("1", "true", "on", "yes", "t", "y"), ("0", "false", "off", "no", "f", "n")
_JSON, _NO_STORE = (b"content-type", b"application/json"), (b"cache-control", b"no-store")
_CACHED, _PRIVATE = (b"cache-control", b"public, max-age=60"), (b"cache-control", b"private, no-store")

Reply = tuple[int, list[tuple[bytes, bytes]], bytes]  # status, headers, body


class SuggestApp:
    """Answers with one model. What it answers depends on the request alone, so any process may answer any request."""

    def __init__(self, suggester: Suggester, counts: Counts):
        self._suggester, self._counts = suggester, counts
        self._turns, self._kept = Turns(), KeptAnswers()
        self._asked: dict[str, Callable[[dict[str, str]], bytes]] = {SUGGEST: self._public, PAGE: self._page}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        status, headers, body = await self._reply(scope)
        headers = [*headers, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _reply(self, scope: Scope) -> Reply:
        path = scope["path"]
        if path not in ROUTES:
            return _refusal(404, f"There is nothing here; suggestions are at {SUGGEST}.")
        if scope["method"] not in ("GET", "HEAD"):
            return _refusal(405, "This address answers GET and HEAD.", (b"allow", b"GET, HEAD"))
        if path == HEALTH:
            return 200, [_JSON, _NO_STORE], b'{"status":"ok","problems":[]}'
        if path == METRICS:
            return 200, [(b"content-type", MEDIA_TYPE.encode()), _NO_STORE], self._counts.text()
        try:
            return (
                200,
                [_JSON, _CACHED if path == SUGGEST else _PRIVATE],
                await self._answer(path, scope["query_string"]),
            )
        except BusyError as error:
            return _refusal(429, str(error), (b"retry-after", str(RETRY_AFTER).encode()))
        except RequestError as error:
            return _refusal(400, str(error))

    async def _answer(self, path: str, query: bytes) -> bytes:
        """The JSON for a question: one that was asked before is answered at once, another when its turn comes.

        Raises:
            RequestError: a parameter is not allowed.
            BusyError: too many others wait.
        """
        kept = self._kept.get((path, query))
        if kept is None:
            given = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
            if given.get("model", "") not in ("", _MODEL):
                raise RequestError("There is no such model: this server has one.")
            kept = await self._turns.take(lambda: self._asked[path](given))
            self._kept.put((path, query), kept)
        return kept

    def _public(self, given: dict[str, str]) -> bytes:
        count = whole(given, "k", 8)
        if count < 1:
            raise RequestError(f"The number of suggestions must be a number from 1 to {MOST_SUGGESTIONS}.")
        text = given.get("q", "")
        found = suggestions(self._suggester, text_of(text), min(count, MOST_SUGGESTIONS), _flag(given, "phrases"))
        return _json({"q": text, "suggestions": found})

    def _page(self, given: dict[str, str]) -> bytes:
        found = answer(self._suggester, Question.read(given))
        return _json(found | {"q": given.get("q", ""), "model": given.get("model", "")})


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


def _flag(given: dict[str, str], name: str) -> bool:
    value = given.get(name, "0").lower()
    if value not in _TRUE + _FALSE:
        raise RequestError(f"{name} must be 1 or 0.")
    return value in _TRUE


def _refusal(status: int, sentence: str, *headers: tuple[bytes, bytes]) -> Reply:
    return status, [_JSON, _NO_STORE, *headers], _json({"error": sentence})


def _json(content: dict) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
