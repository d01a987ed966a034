"""What is asked at every key about one model, answered as JSON with little work: nothing but the standard library."""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

from headline.errors import BusyError, RequestError
from headline.generator.suggester import Suggester
from headline.web.serve.kept_answers import KeptAnswers
from headline.web.serve.questions import API, Question, answer, suggestions, text_of, whole
from headline.web.turns import RETRY_AFTER, Turns

SUGGEST, PAGE = "/gradio_api/suggest", f"{API}/suggest"
MODEL = "bundled"  # the id under which a page knows the model that it comes with
_MOST_SUGGESTIONS = 50
_TRUE, _FALSE = ("1", "true", "on", "yes", "t", "y"), ("0", "false", "off", "no", "f", "n")
JSON, NO_STORE = (b"content-type", b"application/json"), (b"cache-control", b"no-store")
_CACHED, _PRIVATE = (b"cache-control", b"public, max-age=60"), (b"cache-control", b"private, no-store")

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

Reply = tuple[int, list[tuple[bytes, bytes]], bytes]  # status, headers, body


Asked = Callable[[Suggester], bytes]  # makes the JSON that answers a question


@lru_cache(maxsize=32)  # a worker asks first whether it is one, and then for the answer
def asked(path: str, query: bytes) -> Asked:
    """Read a request for SUGGEST or PAGE.

    Raises:
        RequestError: a parameter is not allowed, or names another model.
    """
    given = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    if given.get("model", "") not in ("", MODEL):
        raise RequestError("There is no such model: this server has one.")
    return _public(given) if path == SUGGEST else _page(given)


def _public(given: Mapping[str, str]) -> Asked:
    text, count, phrases = given.get("q", ""), whole(given, "k", 8), _flag(given, "phrases")
    if count < 1:
        raise RequestError(f"The number of suggestions must be a number from 1 to {_MOST_SUGGESTIONS}.")
    count = min(count, _MOST_SUGGESTIONS)
    return lambda model: _json({"q": text, "suggestions": suggestions(model, text_of(text), count, phrases)})


def _page(given: Mapping[str, str]) -> Asked:
    question, same = Question.read(given), {"q": given.get("q", ""), "model": given.get("model", "")}
    return lambda model: _json(answer(model, question) | same)


class OneModel:
    """Answers SUGGEST and PAGE with one model. The last answers are kept."""

    def __init__(self, suggester: Callable[[], Suggester], turns: Turns):
        self._suggester, self._turns, self._kept = suggester, turns, KeptAnswers()

    async def reply(self, path: str, query: bytes) -> Reply:
        """The answer: one that was given before at once, another when its turn comes; 429 if too many others wait.

        Raises:
            RequestError: as `asked`.
        """
        kept = self._kept.get((path, query))
        if kept is None:
            work = asked(path, query)
            try:
                kept = await self._turns.take(lambda: work(self._suggester()))
            except BusyError as error:
                return refusal(429, str(error), (b"retry-after", str(RETRY_AFTER).encode()))
            self._kept.put((path, query), kept)
        return 200, [JSON, _CACHED if path == SUGGEST else _PRIVATE], kept


class BundledFirst:
    """ASGI middleware that answers what is asked about the bundled model, and hands on all other requests.

    Refusals are handed on too: the routes behind it have the words for them.
    """

    def __init__(self, app: ASGIApp, bundled: OneModel):
        self._app, self._bundled = app, bundled

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or path not in (PAGE, SUGGEST) or scope["method"] not in ("GET", "HEAD"):
            return await self._app(scope, receive, send)
        try:
            reply = await self._bundled.reply(path, scope["query_string"])
        except RequestError:
            return await self._app(scope, receive, send)
        await send_reply(reply, scope, send)


async def send_reply(reply: Reply, scope: Scope, send: Send) -> None:
    status, headers, body = reply
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def refusal(status: int, sentence: str, *headers: tuple[bytes, bytes]) -> Reply:
    return status, [JSON, NO_STORE, *headers], _json({"error": sentence})


def _flag(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "0").lower()
    if value not in _TRUE + _FALSE:
        raise RequestError(f"{name} must be 1 or 0.")
    return value in _TRUE


def _json(content: dict) -> bytes:
    return _ENCODER.encode(content).encode("utf-8", "replace")
