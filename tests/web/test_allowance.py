"""Nobody takes what is there for all."""

import threading
from types import SimpleNamespace

import gradio as gr
import pytest

from headline.errors import CorpusError, LimitError
from headline.runs.limits import Limits
from headline.web.allowance import ONE_AT_A_TIME, Allowance, address_of
from headline.web.http.answers import Answers
from headline.web.http.api import Sentence, add_api
from headline.web.models import BUNDLED_ID, Models
from headline.web.tabs import corpus_picker
from headline.web.tabs.corpus_picker import PASTE_CHOICE
from headline.web.tabs.write import WriteTab
from tests.tiny import random_checkpoint
from tests.web.test_train import build, given


def request(host: str):
    return SimpleNamespace(client=SimpleNamespace(host=host))


def test_each_visitor_is_answered_a_few_requests_at_once():
    allowance = Allowance(2)
    with allowance.used_by("a"), allowance.used_by("a"), allowance.used_by("b"):
        with pytest.raises(LimitError, match=ONE_AT_A_TIME):
            allowance.used_by("a").__enter__()
        with allowance.used_by("b"):
            pass
    for _ in range(3):
        with pytest.raises(CorpusError), allowance.used_by("a"):
            raise CorpusError("given back all the same")
    assert not allowance._used


def test_without_a_limit_everybody_is_answered():
    allowance = Allowance(0)
    with allowance.used_by("a"), allowance.used_by("a"), allowance.used_by("a"):
        pass


def test_who_asks_is_an_address():
    assert address_of(request("10.0.0.1")) == "10.0.0.1"
    assert address_of(request("2001:db8::1")) == address_of(request("2001:db8::2"))  # one subscriber has all of these
    assert address_of(None) == address_of(SimpleNamespace(client=None)) == ""


@pytest.fixture
def models(tmp_path) -> Models:
    bundled = random_checkpoint().save(tmp_path / "bundled")
    return Models(bundled, tmp_path / "runs", Limits(public=True, at_once_each=1))


def test_one_address_gets_its_headlines_one_request_at_a_time(models):
    with gr.Blocks():
        tab = WriteTab(models, gr.BrowserState([]))
    asked = {
        tab.box: {"text": ""},
        tab.number: 2,
        tab.words: 3,
        tab.temperature: 1.0,
        tab.model: BUNDLED_ID,
        tab.mine: [],
    }
    first = tab.finish(asked, request("a"))
    assert next(first)[tab.finished]["items"]
    (refused,) = tab.finish(asked, request("a"))
    assert "still being written" in refused[tab.finished]["note"] and "items" not in refused[tab.finished]
    assert list(tab.finish(asked, request("b")))[-1][tab.finished]["items"]
    first.close()  # the page was closed
    assert list(tab.finish(asked, request("a")))[-1][tab.finished]["items"]


def test_the_api_refuses_a_second_request_of_one_address(models):
    with gr.Blocks() as page:
        add_api(Answers(models), models.generating)
    generate = next(fn.fn for fn in page.fns.values() if fn.api_name == "generate")
    with models.generating.used_by("a"), pytest.raises(Sentence, match=ONE_AT_A_TIME):
        generate(number=1, request=request("a"))
    assert generate(number=1, request=request("a"))


def test_a_visitor_has_one_list_read_at_a_time_and_others_do_not_wait(tmp_path, monkeypatch):
    tab = build(tmp_path, public=True, at_once_each=1, upload_mb=5)
    begun, go_on = threading.Event(), threading.Event()
    parse = corpus_picker.parse_confined

    def slow(paths, column, into, *bounds):
        if "a" * 32 in str(into):
            begun.set()
            assert go_on.wait(60)
        return parse(paths, column, into, *bounds)

    monkeypatch.setattr(corpus_picker, "parse_confined", slow)
    ada, ben = ({tab.visitor: letter * 32} for letter in "ab")
    pasted = given(tab, source=PASTE_CHOICE, pasted="One\nTwo")
    thread = threading.Thread(target=tab.corpus.show_preview, args=(pasted | ada,))
    thread.start()
    assert begun.wait(60)
    assert tab.corpus.show_preview(pasted | ada)[tab.corpus.notice]["headline"] == ONE_AT_A_TIME
    assert tab.corpus.show_preview(pasted | ben)[tab.corpus.notice] == {}
    go_on.set()
    thread.join()
    assert tab.corpus.show_preview(pasted | ada)[tab.corpus.notice] == {}
