"""What the search box's script gets from Python, and the routes it asks, without a browser."""

import base64

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from headline.web.http.search_routes import search_routes
from headline.web.models import BUNDLED_ID, Models
from headline.web.search_box import API, Question, answer, box_value, search_box, table
from headline.web.turns import Turns
from tests import tiny
from tests.tiny import bigram_checkpoint, random_checkpoint

CHAIN = {"<s>": {"the": 5}, "the": {"government": 6, "NASA": 5}, "government": {"says": 4}}


def decoded(found: dict) -> dict[int, float]:
    ids = np.frombuffer(base64.b64decode(found["ids"]), "<u4" if found["wide"] else "<u2")
    nats = np.frombuffer(base64.b64decode(found["p"]), np.uint8) / found["scale"]
    return dict(zip(ids.tolist(), np.exp(-nats).tolist(), strict=True))


@pytest.fixture
def client(tmp_path) -> TestClient:
    bundled = random_checkpoint().save(tmp_path / "bundled")
    random_checkpoint(seed=1).save(tmp_path / "runs" / "mine")
    app = FastAPI()
    app.router.routes.extend(search_routes(Models(bundled, tmp_path / "runs"), Turns()))
    return TestClient(app)


def test_a_table_holds_the_next_words_probabilities():
    suggester = tiny.suggester(bigram_checkpoint(CHAIN))
    typed = suggester.vocabulary.split_typed("the ")
    found = table(suggester, "the ", typed, typed.context, "auto")
    p = suggester.next_words.after(typed.context).words
    shares = decoded(found)
    assert list(shares)[:2] == [suggester.vocabulary.stoi["government"], suggester.vocabulary.stoi["nasa"]]
    assert shares == pytest.approx({i: p[i] for i in shares}, rel=0.04)
    assert suggester.vocabulary.stoi["the"] not in shares  # never twice in a row
    assert (found["text"], found["style"], found["space"]) == ("the ", "written", False)


@pytest.mark.parametrize(
    "text, table_of, next_of",
    [
        ("the government", "the ", "the government "),
        ("the gov", "the ", None),  # no word: nothing comes behind it yet
        ("the n", "the ", None),
        ("the ", "the ", None),
        ("", "", None),
    ],
)
def test_an_answer_brings_the_tables_for_this_word_and_the_next(text, table_of, next_of):
    suggester = tiny.suggester(bigram_checkpoint(CHAIN))
    found = answer(suggester, Question(text, 5))
    assert found["q"] == text and found["table"]["text"] == table_of
    assert found.get("next", {}).get("text") == next_of
    assert answer(suggester, Question(text, 5, table=False, next=False)).keys() == {"q", "suggestions", "complete"}


def test_a_word_that_hardly_ends_here_brings_no_table_behind_it():
    """Of the words that begin with "the" hardly any is "the" itself."""
    words = ("the", "therefore")
    suggester = tiny.suggester(bigram_checkpoint({"<s>": {"the": 1, "therefore": 9}}, words=words))
    assert "next" not in answer(suggester, Question("the", 5))
    suggester = tiny.suggester(bigram_checkpoint({"<s>": {"the": 9, "therefore": 9}}, words=words))
    assert "next" in answer(suggester, Question("the", 5))


def test_items_say_what_they_add_and_what_they_replace():
    suggester = tiny.suggester(bigram_checkpoint(CHAIN))
    (item,) = answer(suggester, Question("the govermnent", 5, phrases=False))["suggestions"]
    assert (item["completion"], item["kind"], item["replaces"]) == ("government", "correction", len("govermnent"))
    first = answer(suggester, Question("the gov", 5, phrases=False))["suggestions"][0]
    assert first.keys() == {"completion", "probability", "kind"} and first["completion"] == "ernment"


def test_a_large_vocabulary_has_wider_ids():
    words = [f"w{i}" for i in range(70_000)]
    suggester = tiny.suggester(random_checkpoint(words=words))
    found = answer(suggester, Question("w69999 ", 3))["table"]
    assert found["wide"] and len(decoded(found)) <= 2000 and max(decoded(found)) > 2**16 - 1


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


def test_a_question_that_is_none_is_refused(client):
    for query in ({"q": "a", "k": "many"}, {"q": "a", "model": "../x"}):
        reply = client.get(f"{API}/suggest", params=query)
        assert reply.status_code == 400 and reply.json()["error"].endswith(".")


def test_the_words_travel_once(client):
    reply = client.get(f"{API}/words", params={"model": BUNDLED_ID})
    assert reply.json()["words"] == random_checkpoint().vocabulary.written
    again = client.get(f"{API}/words", params={"model": BUNDLED_ID}, headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_python_tells_the_box_is_told_once_each_time():
    first, second = box_value(put="a"), box_value(put="a")
    assert first["put"] == "a" and first["stamp"] != second["stamp"]
    assert box_value(model="mine") == {"text": "", "model": "mine"}


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
