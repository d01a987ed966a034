"""The plain HTTP routes for any program and for a browser's search bar, without a browser."""

from xml.etree import ElementTree

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from headline.web.http.docs_page import docs_page
from headline.web.http.opensearch import description, suggestions
from headline.web.http.public import DOCS, OPENAPI, OPENSEARCH, OPENSEARCH_XML, PUBLIC, SUGGEST, public_routes
from headline.web.models import Models
from headline.web.turns import Turns
from tests.tiny import random_checkpoint

ODD = ["", " ", "\0", "\u202e", "💥", "</script><b>", '"]}', "a&b=c#d", "x" * 30_000, "%", "\r\nSet-Cookie: a=b"]
HOSTILE = ['a"><Url', "a'b", "a b", "me@host", "a\\b", "<b>", "a:b", "a:-1", "."]
NAMESPACE = {"os": "http://a9.com/-/spec/opensearch/1.1/"}


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> TestClient:
    tmp_path = tmp_path_factory.mktemp("models")
    bundled = random_checkpoint().save(tmp_path / "bundled")
    random_checkpoint(seed=1).save(tmp_path / "runs" / "mine")
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.router.routes.extend(public_routes(Models(bundled, tmp_path / "runs"), Turns()))
    return TestClient(app)


def urls(xml: str) -> dict[str, str]:
    """The addresses of a description by what they are for."""
    return {url.get("rel"): url.get("template") for url in ElementTree.fromstring(xml).findall("os:Url", NAMESPACE)}


def test_suggestions_are_json(client):
    reply = client.get(SUGGEST, params={"q": "the gov", "k": 2})
    found = reply.json()
    assert reply.status_code == 200 and found.keys() == {"q", "suggestions"} and found["q"] == "the gov"
    assert len(found["suggestions"]) == 2
    for one in found["suggestions"]:
        assert one.keys() == {"text", "completion", "probability", "kind", "more", "replaces"}
        assert one["text"] == "the gov" + one["completion"] and 0 < one["probability"] <= 1


def test_another_model_answers_when_it_is_named_and_no_cache_keeps_that(client):
    ours = client.get(SUGGEST, params={"q": "the "})
    other = client.get(SUGGEST, params={"q": "the ", "model": "mine"})
    assert ours.json() != other.json()
    assert client.get(SUGGEST, params={"q": "the ", "model": "bundled"}).json() == ours.json()
    for path in (SUGGEST, OPENSEARCH):
        assert client.get(path, params={"q": "the "}).headers["cache-control"] == "public, max-age=60"
        told = client.get(path, params={"q": "the ", "model": "mine"})
        assert told.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("q", ODD)
def test_odd_texts_are_answered_and_said_again_as_they_were(client, q):
    assert client.get(SUGGEST, params={"q": q}).json()["q"] == q
    told = client.get(OPENSEARCH, params={"q": q}).json()
    assert told[0] == q and len({len(part) for part in told[1:]}) == 1


def test_letters_that_are_no_utf_8_are_answered(client):
    reply = client.get(SUGGEST + "?q=%ED%A0%80%FF")
    assert reply.status_code == 200 and set(reply.json()["q"]) == {"\ufffd"}


@pytest.mark.parametrize(
    "path, query, sentence",
    [
        (SUGGEST, {"k": 0}, "The number of suggestions must be a number from 1 to 50."),
        (SUGGEST, {"k": "many"}, "k: Input should be a valid integer"),
        (SUGGEST, {"k": "9" * 5000 + ".5x"}, "k: Unable to parse input string as an integer"),
        (SUGGEST, {"phrases": "many"}, "phrases: Input should be a valid boolean"),
        (SUGGEST, {"model": "../bundled"}, "There is no such model"),
        (OPENSEARCH, {"model": "<b>"}, "There is no such model"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(client, path, query, sentence):
    reply = client.get(path, params={"q": "the"} | query)
    assert reply.status_code == 400 and reply.json().keys() == {"error"}
    assert reply.json()["error"].startswith(sentence)
    assert reply.headers["cache-control"] == "no-store"


def test_too_many_are_fewer(client):
    assert len(client.get(SUGGEST, params={"q": "", "k": 10**9}).json()["suggestions"]) <= 50


@pytest.mark.parametrize("path", [SUGGEST, OPENSEARCH, OPENSEARCH_XML, OPENAPI, DOCS])
def test_a_head_request_brings_the_headers_and_a_post_is_refused(client, path):
    got, head = client.get(path), client.head(path)
    assert head.status_code == 200 and head.content == b""
    for name in ("content-type", "content-length", "cache-control"):
        assert head.headers.get(name) == got.headers.get(name)
    assert client.post(path).status_code == 405


def test_the_search_bars_suggestions_are_four_lists(client):
    reply = client.get(OPENSEARCH, params={"q": "the gov"}, headers={"Host": "app.example"})
    assert reply.headers["content-type"] == "application/x-suggestions+json"
    q, texts, abouts, addresses = reply.json()
    assert q == "the gov" and texts and all(text.startswith("the gov") for text in texts)
    assert len(texts) == len(abouts) == len(addresses)
    assert all(address.startswith("http://app.example/?q=the%20gov") for address in addresses)
    assert "X-Forwarded-Host" in reply.headers["vary"]


def test_addresses_of_suggestions_are_escaped():
    found = [{"text": "AT&T’s #1", "kind": "word", "probability": 0.304, "more": " /?"}]
    told = suggestions("AT&T", found, "https://app.example")
    expected = "https://app.example/?q=AT%26T%E2%80%99s%20%231%20%2F%3F"
    assert told == ["AT&T", ["AT&T’s #1 /?"], ["word, 30%"], [expected]]


@pytest.mark.parametrize(("probability", "shown"), [(0.004, "<1%"), (0.0094, "<1%"), (0.0096, "1%"), (0.996, "100%")])
def test_a_suggestion_is_never_told_as_0_percent(probability, shown):
    found = [{"text": "minister's", "kind": "word", "probability": probability, "more": ""}]
    assert suggestions("minis", found, "https://app.example")[2] == [f"word, {shown}"]


def test_the_description_names_the_app_and_its_addresses(client):
    reply = client.get(OPENSEARCH_XML, headers={"Host": "app.example:81"})
    assert reply.headers["content-type"] == "application/opensearchdescription+xml"
    document = ElementTree.fromstring(reply.text)
    assert document.tag == f"{{{NAMESPACE['os']}}}OpenSearchDescription"
    told = {name: document.findtext(f"os:{name}", namespaces=NAMESPACE) for name in ("ShortName", "InputEncoding")}
    assert told == {"ShortName": "headline", "InputEncoding": "UTF-8"}
    assert 0 < len(document.findtext("os:Description", namespaces=NAMESPACE)) <= 1024
    assert document.findtext("os:Image", namespaces=NAMESPACE).startswith("data:image/")
    assert urls(reply.text) == {
        "results": "http://app.example:81/?q={searchTerms}",
        "suggestions": "http://app.example:81/gradio_api/opensearch?q={searchTerms}",
        "self": "http://app.example:81/gradio_api/opensearch.xml",
    }


@pytest.mark.parametrize(
    "headers, root",
    [
        ({"X-Forwarded-Host": "app.example", "X-Forwarded-Proto": "https"}, "https://app.example"),
        ({"X-Forwarded-Host": "app.example, inner", "X-Forwarded-Proto": "https,http"}, "https://app.example"),
        ({"X-Forwarded-Proto": "https", "Host": "app.example"}, "https://app.example"),
        ({"X-Forwarded-Host": "[::1]:7860"}, "http://[::1]:7860"),
    ],
)
def test_addresses_are_those_before_a_proxy(client, headers, root):
    assert urls(client.get(OPENSEARCH_XML, headers=headers).text)["results"] == root + "/?q={searchTerms}"


def test_the_app_may_be_below_a_path(client, monkeypatch):
    monkeypatch.setattr(client.app, "root_path", "/apps/headline")
    told = urls(client.get(OPENSEARCH_XML, headers={"X-Forwarded-Host": "app.example"}).text)
    assert told["suggestions"] == "http://app.example/apps/headline/gradio_api/opensearch?q={searchTerms}"


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "X-Gradio-Server"])
@pytest.mark.parametrize("host", HOSTILE)
def test_a_host_that_is_none_gets_into_no_address(client, header, host):
    value = f"http://{host}" if header == "X-Gradio-Server" else host
    for path in (OPENSEARCH_XML, OPENSEARCH):
        reply = client.get(path, headers={header: value})
        if reply.status_code == 400:
            assert reply.json() == {"error": "The request's Host or X-Forwarded-Host names no host."}
        elif path == OPENSEARCH_XML:  # it was not believed: the server's own name stands there
            assert urls(reply.text)["results"] == "http://testserver/?q={searchTerms}"
        else:
            assert all(address.startswith("http://testserver/?q=") for address in reply.json()[3])


def test_a_description_escapes_whatever_it_holds():
    root = 'http://a"><b>&amp;'
    assert urls(description(root, "/s", "/x"))["results"] == root + "/?q={searchTerms}"


def test_the_api_is_described_and_that_is_ours_alone(client):
    schema = client.get(OPENAPI).json()
    assert schema["openapi"].startswith("3.") and schema["paths"].keys() == PUBLIC | {DOCS}
    assert all(methods.keys() == {"get"} for methods in schema["paths"].values())
    parameters = {one["name"]: one for one in schema["paths"][SUGGEST]["get"]["parameters"]}
    assert parameters.keys() == {"q", "k", "model", "phrases"}
    assert parameters["k"]["schema"]["type"] == "integer" and parameters["k"]["schema"]["default"] == 8
    for path, kind in (
        (OPENSEARCH, "application/x-suggestions+json"),
        (OPENSEARCH_XML, "application/opensearchdescription+xml"),
    ):
        assert kind in schema["paths"][path]["get"]["responses"]["200"]["content"]
    answered = client.get(SUGGEST, params={"q": "the"}).json()
    assert schema["components"]["schemas"]["Suggestions"]["properties"].keys() == answered.keys()
    assert schema["components"]["schemas"]["SuggestionBody"]["properties"].keys() == answered["suggestions"][0].keys()


def test_the_page_on_it_needs_no_other_host_and_runs_nothing(client):
    reply = client.get(DOCS)
    assert reply.headers["content-type"].startswith("text/html")
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")
    assert "//" not in reply.text.replace("<!doctype", "") and "<script" not in reply.text
    for path in PUBLIC:
        assert f"<code>GET {path}</code>" in reply.text


def test_the_page_on_it_escapes_what_it_shows():
    bad = "<i>&"
    operation = {
        "description": bad,
        "parameters": [{"name": bad, "description": bad, "schema": {"type": bad, "default": bad}}],
        "responses": {bad: {"description": bad, "content": {bad: {}}}},
    }
    page = docs_page({"info": {"title": bad, "version": bad, "description": bad}, "paths": {bad: {"get": operation}}})
    assert "<i>" not in page and page.count("&lt;i&gt;&amp;") == 13
