"""What the search box's script gets from Python, and the routes it asks, without a browser."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from headline.web.http.search_routes import search_routes
from headline.web.models import BUNDLED_ID, Models
from headline.web.search_box import search_box
from headline.web.serve.questions import API, Question, answer
from headline.web.turns import Turns
from tests import tiny
from tests.tiny import bigram_checkpoint, random_checkpoint

CHAIN = {"<s>": {"the": 5}, "the": {"government": 6, "NASA": 5}, "government": {"says": 4}}


@pytest.fixture
def client(tmp_path) -> TestClient:
    bundled = random_checkpoint().save(tmp_path / "bundled")
    random_checkpoint(seed=1).save(tmp_path / "runs" / "mine")
    app = FastAPI()
    app.router.routes.extend(search_routes(Models(bundled, tmp_path / "runs"), Turns()))
    return TestClient(app)


def test_items_say_what_they_add_and_what_they_replace():
    suggester = tiny.suggester(bigram_checkpoint(CHAIN))
    (item,) = answer(suggester, Question("the govermnent", 5, phrases=False))["suggestions"]
    assert (item["completion"], item["kind"], item["replaces"]) == ("government", "correction", len("govermnent"))
    first = answer(suggester, Question("the gov", 5, phrases=False))["suggestions"][0]
    assert first.keys() == {"completion", "probability", "kind"} and first["completion"] == "ernment"


@pytest.mark.parametrize(
    "style, text, rest",
    [
        ("auto", "the gov", "ernment"),
        ("title", "the ", "Government"),
        ("lower", "The ", "government"),
        ("upper", "the gov", "ERNMENT"),
        ("upper", "the ", "GOVERNMENT"),
        ("sentence", "The Big ", "the"),
        ("sentence", "", "The"),
        ("title", "", "The"),
    ],
)
def test_the_case_that_was_asked_for_is_written(style, text, rest):
    suggester = tiny.suggester(bigram_checkpoint(CHAIN | {"<unk>": {"the": 5}}))
    assert answer(suggester, Question(text, 1, style, phrases=False))["suggestions"][0]["completion"] == rest


def test_the_route_answers_as_the_suggester_does(client):
    reply = client.get(f"{API}/suggest", params={"q": "the gov", "k": 2, "model": "mine"})
    found = reply.json()
    assert reply.status_code == 200 and (found["q"], found["model"]) == ("the gov", "mine")
    assert 0 < len(found["suggestions"]) <= 2
    other = client.get(f"{API}/suggest", params={"q": "the gov", "k": 2, "model": BUNDLED_ID}).json()
    assert other["suggestions"] != found["suggestions"]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"q": "x" * 30_000},
        {"q": "the ", "k": 10**9},
        {"q": "a", "k": -1},
        {"q": "a", "style": "<b>"},
        {"model": "gone"},
    ],
)
def test_odd_questions_get_an_answer(client, query):
    reply = client.get(f"{API}/suggest", params=query)
    assert reply.status_code == 200 and reply.json()["q"] == query.get("q", "")
    assert len(reply.json()["suggestions"]) <= 20


def test_a_model_that_was_deleted_is_told_to_the_box(client):
    assert client.get(f"{API}/suggest", params={"q": "the ", "model": "gone"}).json()["gone"] is True
    for model in ("", BUNDLED_ID, "mine"):
        assert "gone" not in client.get(f"{API}/suggest", params={"q": "the ", "model": model}).json()


def test_a_question_that_is_none_is_refused(client):
    for query in ({"q": "a", "k": "many"}, {"q": "a", "model": "../x"}):
        reply = client.get(f"{API}/suggest", params=query)
        assert reply.status_code == 400 and reply.json()["error"].endswith(".")


def test_no_data_is_in_the_boxs_template():
    box = search_box("<b>${1+1}</b>")
    assert "${" not in box.html_template and "{{" not in box.html_template and "<b>" not in box.html_template


@pytest.mark.parametrize(
    "root, api", [(None, API), ("/app", "/app" + API), ("https://a.org/app/", "https://a.org/app" + API)]
)
def test_below_a_path_of_a_proxy_the_page_asks_below_it_too(monkeypatch, root, api):
    monkeypatch.delenv("GRADIO_ROOT_PATH", raising=False)
    if root:
        monkeypatch.setenv("GRADIO_ROOT_PATH", root)
    assert search_box("bundled").props["api"] == api
