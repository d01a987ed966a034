"""Our routes and the API's answers: any request gets an answer or a refusal with a sentence, never a failure."""

import json
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp

from headline.errors import RequestError
from headline.runs.limits import Limits
from headline.web.http.answers import Answers
from headline.web.http.cors import PublicCors
from headline.web.http.engine_routes import engine_routes
from headline.web.http.metrics import Heartbeat, Measured, operation_routes
from headline.web.http.public import PUBLIC, public_routes
from headline.web.http.search_routes import search_routes
from headline.web.models import Models
from headline.web.turns import Turns
from tests import event_loop
from tests.properties.changes import json_values
from tests.properties.texts import texts
from tests.tiny import random_checkpoint

OTHERS = "a-model-beside-the-folder-of-runs"


class Beating(Heartbeat):
    age = 0.0  # however long the tests take


@cache
def served() -> tuple[Models, ASGIApp, tuple[str, ...]]:
    """A public page's models, its routes as they are served, and their paths."""
    folder = Path(tempfile.mkdtemp(dir=_kept().name))
    models = Models(random_checkpoint().save(folder / "bundled"), folder / "runs", Limits(public=True))
    random_checkpoint(seed=1).save(models.runs / "mine")
    random_checkpoint(words=["secret"]).save(folder / OTHERS)
    app = FastAPI()
    turns = Turns()
    routes = (
        search_routes(models, turns)
        + engine_routes(models)
        + public_routes(models, turns)
        + operation_routes(models, Beating())
    )
    app.router.routes.extend(routes)
    paths = frozenset(route.path for route in routes)
    return models, Measured(PublicCors(app, PUBLIC, paths, ("https://site.example",)), paths), tuple(sorted(paths))


@cache
def _kept() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="headline-properties-")  # until Python ends


async def ask(app: ASGIApp, scope: dict) -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and body of the answer to a request without a body."""
    sent: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    await app(scope, receive, send)
    status, headers = sent[0]["status"], dict(sent[0]["headers"])
    return status, headers, b"".join(message.get("body", b"") for message in sent[1:])


def request(path: str, query: bytes = b"", method: str = "GET", headers: tuple = ()) -> tuple:
    _, app, _ = served()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 7860),
        "client": ("127.0.0.1", 40000),
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query,
        "headers": [(b"host", b"127.0.0.1:7860"), *headers],
    }
    return event_loop.run(ask(app, scope))


HOSTILE_IDS = (
    f"../{OTHERS} mine/../../{OTHERS} ..\\{OTHERS} ./mine mine/ /etc . .. mine/model bundled/ ../bundled "
    f"%2e%2e/{OTHERS} ....//{OTHERS} \x00 mine\x00 {'x' * 300} {'é' * 200}"
).split()
ids = st.sampled_from(["", "bundled", "mine", "gone", *HOSTILE_IDS]) | texts
numbers = st.sampled_from(
    ["0", "-1", "1", "8", "1e9", "9" * 400, "nan", "inf", "", "true", "on", "x", "٣", "1_0", " 1"]
)
values = texts | ids | numbers | st.text(max_size=3).map(lambda text: text * 12_000)
names = st.sampled_from("q model k phrases style name sha256 text count".split()) | st.text(max_size=5)
pairs = st.lists(st.tuples(names, values | st.binary(max_size=20)), max_size=8)


def encoded(part: str | bytes) -> str:
    return quote_from_bytes(part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass"))


queries = st.binary(max_size=60) | pairs.map(
    lambda given_pairs: "&".join(f"{encoded(name)}={encoded(value)}" for name, value in given_pairs).encode()
)
header_values = st.sampled_from([b"https://site.example", b"null", b"", b"a.example", b"http, https", b"[::1]:99999"])
headers = st.lists(
    st.tuples(
        st.sampled_from([b"origin", b"host", b"if-none-match", b"x-forwarded-host", b"x-forwarded-proto", b"accept"])
        | st.just(b"x-gradio-server"),
        header_values | st.binary(max_size=20),
    ),
    max_size=4,
)


@given(st.data(), queries, st.sampled_from(["GET", "HEAD", "OPTIONS", "POST", "PUT"]), headers)
def test_any_request_is_answered_or_refused(data, query, method, sent):
    _, _, paths = served()
    path = data.draw(st.sampled_from(paths) | texts.map(lambda text: "/" + text))
    status, answered, body = request(path, query, method, tuple(sent))
    assert status < 500
    if answered[b"content-type"].startswith(b"application/json") and body:
        content = json.loads(body)
        assert status == 200 or content.keys() & {"error", "detail"}


@pytest.mark.parametrize("path", ["/gradio_api/suggest", "/gradio_api/headline/suggest", "/gradio_api/headline/engine"])
@pytest.mark.parametrize("id_", HOSTILE_IDS)
def test_no_id_leads_to_another_folder(path, id_):
    query = f"q=se&model={encoded(id_)}".encode()
    status, _, body = request(path, query)
    assert status == 400 and b"no such model" in body
    assert b"secret" not in body and b"headline-properties-" not in body


@given(ids, texts)
def test_no_text_as_an_id_leads_to_another_folder(id_, text):
    models, _, _ = served()
    query = f"q={encoded(text)}&model={encoded(id_)}".encode()
    _, _, body = request("/gradio_api/headline/engine", query)
    assert b"secret" not in body
    assert models.loaded <= 2  # the bundled one and “mine”


arguments = json_values | texts | ids


@given(texts | arguments, arguments, arguments, arguments)
def test_the_answers_of_the_api_are_lists_or_a_sentence(text, count, model, phrases):
    answers = Answers(served()[0])
    for asked in (
        lambda: answers.suggest(text, count, model, phrases),
        lambda: answers.complete(text, model),
        lambda: answers.generate(text, 2, count, phrases, model),
        answers.models,
    ):
        try:
            json.dumps(asked()).encode()
        except RequestError as error:
            assert str(error).endswith(".") and len(str(error)) < 300
