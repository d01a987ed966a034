"""Whatever is sent to a handler or a route is answered with a sentence at worst, and names no folder of the server."""

import json
import sys
import tempfile
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from headline.errors import CheckpointError
from headline.model.storage.checkpoint_files import WORDS
from headline.model.storage.metadata import Metadata
from headline.paths import ROOT
from headline.web.given import box_text, ids_of, is_id, name_of, number_of, text_of, without_folders
from headline.web.http.engine_routes import engine_routes
from headline.web.http.public import public_routes
from headline.web.http.refusals import GradioRefusals
from headline.web.http.search_routes import search_routes
from headline.web.http.zip_route import ZIP, zip_route
from headline.web.models import BUNDLED_ID, Models
from headline.web.tabs.panels import line
from headline.web.tabs.run_view import refusal
from headline.web.turns import Turns
from tests.tiny import random_checkpoint

ODD = [
    "x" * 256, "é" * 128, "a\0b", "\0", "\ud800", "a\ud800b", "../../etc/passwd", "/etc/passwd", "..", ".", ".visitors", "a/b", "a\\b",
    "\x1b[2J", "a\nb", "\u2028", "\u202egnp", "\x7f", "--help", "-rf", "x" * 60_000, "%00", "con", "💥" * 64,
]  # fmt: skip
NO_ID = [text for text in ODD if text not in ("--help", "-rf", "%00", "con")]


@pytest.fixture
def models(tmp_path) -> Models:
    bundled = random_checkpoint().save(tmp_path / "bundled")
    random_checkpoint(seed=1).save(tmp_path / "runs" / "mine")
    random_checkpoint(seed=2).save(tmp_path / "runs" / "-rf")
    return Models(bundled, tmp_path / "runs")


@pytest.fixture
def client(models) -> TestClient:
    app = FastAPI()
    ours = [*search_routes(models, Turns()), *engine_routes(models), *public_routes(models, Turns()), zip_route(models)]
    app.router.routes.extend(ours)
    return TestClient(app)  # which raises what a route does not handle


@pytest.mark.parametrize("text", NO_ID, ids=ascii)
def test_an_id_is_a_plain_name_that_fits(text):
    assert not is_id(text)


@pytest.mark.parametrize("text", ["20260101-000000-abc", "mine", "My model 2", "é" * 127, "-rf"])
def test_names_that_people_give_to_folders_are_ids(text):
    assert is_id(text)


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_no_id_leads_out_of_the_folder_of_runs_or_to_an_error(models, text):
    bundled = models.get(BUNDLED_ID)
    other = models.get(text)
    assert other is bundled or text == "-rf"
    assert models.find(text) is (other if text == "-rf" else None)
    assert models.job(text).folder.parent == models.runs
    assert not models.is_run(text) and models.ready(text) in (None, other) and models.describe(text)
    models.rename(text, "new")
    if text != "-rf":
        models.delete(text)
    assert {path.name for path in models.runs.iterdir()} == {"mine", "-rf"}


ROUTES = [
    ("/gradio_api/headline/suggest", "q model k style phrases"),
    ("/gradio_api/headline/engine", "model"),
    ("/gradio_api/headline/engine/file", "model name sha256"),
    ("/gradio_api/suggest", "q k model phrases"),
    ("/gradio_api/opensearch", "q model"),
    (ZIP, "model"),
]


@pytest.mark.parametrize("path, name", [(path, name) for path, names in ROUTES for name in names.split()])
def test_any_value_of_any_parameter_is_answered_or_refused_with_a_sentence(client, path, name):
    for text in [*ODD, "1" * 5000, "-1", "NaN", "1e999", "{}", "null"]:
        reply = client.get(path, params={name: text.encode("utf-8", "surrogatepass")})
        assert reply.status_code in (200, 304, 400, 404), (text[:40], reply.text)
        if reply.status_code >= 400:
            sentence = reply.json()["error"]
            assert sentence.endswith(".") and len(sentence) < 300 and "Traceback" not in sentence


@pytest.mark.parametrize("path", ["/gradio_api/headline/suggest", "/gradio_api/headline/engine", "/gradio_api/suggest"])
def test_what_can_be_no_id_is_refused(client, path):
    for text in ("x" * 256, "a\0b", "../mine", ".hidden", "a\x1bb"):
        assert client.get(path, params={"model": text}).status_code == 400


NOT_WHAT_IS_ASKED_FOR = [None, 7, 1.5, True, [], {}, [[]], {"text": 7}, {"text": None}, "\ud800", b"x"]


@pytest.mark.parametrize("value", NOT_WHAT_IS_ASKED_FOR, ids=ascii)
def test_what_a_browser_sends_may_be_of_any_type(value):
    for text in (text_of(value), box_text(value), name_of(value, 80)):
        assert isinstance(text, str) and text.encode("utf-8") is not None
    assert ids_of(value) == [] and 1 <= number_of(value, 1, 20) <= 20


def test_what_is_right_stays():
    assert box_text({"text": "the gov "}) == "the gov " and text_of("x" * 20_000) == "x" * 10_000
    assert ids_of(["mine", 3, "../x", {}, "other"]) == ["mine", "other"]
    assert name_of("  Mine\x1b[2J\n\u202e two ", 80) == "Mine [2J   two"
    assert [number_of(n, 0, 20) for n in (5, 1e9, float("inf"), float("nan"), -3)] == [5, 20, 20, 0, 0]


def test_sentences_name_the_servers_files_without_their_folders(tmp_path, monkeypatch):
    with pytest.raises(CheckpointError) as damaged:
        Metadata.read(tmp_path / "missing folder")
    told = str(damaged.value)
    assert str(tmp_path) in told  # or this could not fail
    for shown in (without_folders(told), refusal(told)["headline"], line(told)["text"]):
        assert tempfile.gettempdir() not in shown and "checkpoint.json" in shown
    for root in (ROOT, Path.home(), Path(sys.prefix), Path.cwd()):
        assert without_folders(f"{root}/a/b c.csv is empty.") == "b c.csv is empty."


def test_a_damaged_models_zip_is_refused_without_its_folder(client, models):
    (models.runs / "mine" / WORDS).unlink()
    reply = client.get(ZIP, params={"model": "mine"})
    assert reply.status_code in (400, 404) and tempfile.gettempdir() not in reply.text


@pytest.mark.parametrize("text", ["and/or", "a /r/aww is here", "https://huggingface.co/settings/tokens", "1/2 / 3"])
def test_other_slashes_stay(text):
    assert without_folders(text) == text


def gradio_like(status: int, content: object):
    reply = content if isinstance(content, PlainTextResponse) else JSONResponse(content, status)
    app = FastAPI(
        routes=[Route("/gradio_api/run/suggest", lambda r: reply, methods=["POST"]), Route("/other", lambda r: reply)]
    )
    return TestClient(GradioRefusals(app))


def test_gradios_refusals_are_the_askers_fault_and_its_failures_are_not():
    path = "/gradio_api/run/suggest"
    refused = gradio_like(500, {"error": "The text must be a string of letters."}).post(path)
    assert refused.status_code == 400 and refused.json()["error"].startswith("The text")
    assert gradio_like(500, {"error": None}).post(path).status_code == 500
    assert gradio_like(500, ["x"]).post(path).status_code == 500
    assert gradio_like(500, PlainTextResponse("Internal Server Error", 500)).post(path).text == "Internal Server Error"
    assert gradio_like(200, {"error": "x"}).post(path).status_code == 200
    assert gradio_like(500, {"error": "x"}).get("/other").status_code == 500
    assert json.loads(gradio_like(422, {"detail": "x"}).post(path).text) == {"detail": "x"}
