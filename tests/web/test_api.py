"""The app's API and its MCP tools, asked by real clients over the network, as anybody's program would."""

import ast
import asyncio
import importlib.util
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

import app
from headline.web.http.metrics import HEALTH, METRICS, Heartbeat
from headline.web.http.public import DOCS, OPENAPI, OPENSEARCH, OPENSEARCH_XML, SUGGEST
from tests.tiny import bigram_checkpoint, random_checkpoint

CHAIN = {"<s>": {"the": 5}, "the": {"government": 6, "NASA": 5}, "government": {"says": 4}}
ENDPOINTS = {"/suggest", "/complete", "/generate", "/models"}
SITE = "https://site.example"


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Iterator[gr.Blocks]:
    """The app, served as `python app.py` serves it."""
    folder = tmp_path_factory.mktemp("app")
    bigram_checkpoint(CHAIN).save(folder / "bundled")
    random_checkpoint(seed=1).save(folder / "runs" / "mine")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HEADLINE_PUBLIC", "SPACE_ID", "HEADLINE_AUTH", "HEADLINE_FRAMES"):
            patch.delenv(name, raising=False)
        patch.setenv("HEADLINE_CORS", SITE)
        patch.setenv("HEADLINE_HOSTS", "app.example")
        page = app.build_app(folder / "bundled", folder / "runs")
        app.launch(page, server_name="127.0.0.1", server_port=port, prevent_thread_lock=True, quiet=True)
    yield page
    page.close()


@pytest.fixture(scope="module")
def client(page) -> Client:
    return Client(page.local_url, verbose=False)


@pytest.fixture(scope="module")
def http(page) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=page.local_url) as http:
        yield http


def test_the_api_lists_these_and_none_of_the_pages_own_handlers(client, http):
    told = client.view_api(return_format="dict")
    assert told["named_endpoints"].keys() == ENDPOINTS and not told["unnamed_endpoints"]
    assert http.get("/gradio_api/info").json()["named_endpoints"].keys() == ENDPOINTS
    for endpoint in told["named_endpoints"].values():
        assert endpoint["description"].endswith(".")


def test_a_client_gets_suggestions(client):
    found = client.predict("the gov", 2, api_name="/suggest")
    assert len(found) == 2 and found[0] == found[0] | {
        "text": "the government",
        "completion": "ernment",
        "kind": "word",
    }
    named = client.predict(text="the gov", count=2, model="mine", phrases=True, api_name="/suggest")
    assert named != found


def test_a_client_gets_completions_headlines_and_models(client):
    assert client.predict("the gov", api_name="/complete").startswith("the government")
    made = client.predict(seed="the", number=2, api_name="/generate")
    assert 0 < len(made) <= 2
    assert all(one.keys() == {"text", "seen"} and one["text"].startswith("the") for one in made)
    assert [one["id"] for one in client.predict(api_name="/models")] == ["bundled", "mine"]


@pytest.mark.parametrize(
    "endpoint, asked, sentence",
    [
        ("/suggest", {"text": "the", "count": 0}, "The number of suggestions must be a number from 1 to 50."),
        ("/suggest", {"text": None}, "The text must be a string of letters."),
        ("/complete", {"text": "the", "model": "gone"}, "There is no such model"),
        ("/generate", {"temperature": -1}, "The temperature must be a number from 0 to 2."),
        ("/generate", {"number": 0}, "The number of headlines must be a number from 1 to 20."),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(client, capfd, endpoint, asked, sentence):
    with pytest.raises(AppError) as refused:
        client.predict(api_name=endpoint, **asked)
    assert str(refused.value).startswith(sentence)
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("endpoint", sorted(ENDPOINTS - {"/models"}))  # /models takes no value
def test_a_call_with_too_few_values_is_refused_with_a_sentence_and_is_not_logged(http, capfd, endpoint):
    reply = http.post(f"/gradio_api/call{endpoint}", json={"data": []})
    events = http.get(f"/gradio_api/call{endpoint}/{reply.json()['event_id']}").text
    assert "event: error" in events and f"{endpoint} takes" in events and "and 0 came" in events
    if endpoint != "/generate":  # which must queue
        reply = http.post(f"/gradio_api/run{endpoint}", json={"data": []})
        assert reply.status_code == 400 and reply.json()["error"].startswith(f"{endpoint} takes")
    assert "Traceback" not in "".join(capfd.readouterr())


def test_too_much_is_less(client):
    assert len(client.predict("t", 10**9, api_name="/suggest")) <= 50
    assert len(client.predict("z" * 1_000_000 + " the gov", 1, api_name="/suggest")) == 1


def test_half_a_pair_of_surrogates_is_answered(http):
    content = rb'{"data": ["the \ud800", 2, "bundled", false]}'
    reply = http.post("/gradio_api/run/suggest", content=content, headers={"Content-Type": "application/json"})
    assert reply.status_code == 200 and reply.json()["data"][0]


def test_a_public_page_lists_the_bundled_model_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADLINE_PUBLIC", "1")
    random_checkpoint().save(tmp_path / "bundled")
    random_checkpoint().save(tmp_path / "runs" / "somebodys")
    page = app.build_app(tmp_path / "bundled", tmp_path / "runs")
    (listed,) = [f.fn for f in page.fns.values() if f.api_name == "models"]
    assert [one["id"] for one in listed()] == ["bundled"]


def test_the_plain_routes_are_served_beside_gradios(http):
    assert http.get(SUGGEST, params={"q": "the gov", "k": 1}).json()["suggestions"][0]["text"] == "the government"
    for path in (SUGGEST, OPENSEARCH, OPENSEARCH_XML, OPENAPI, DOCS, "/gradio_api/headline/suggest"):
        assert http.get(path).status_code == 200
    assert http.head(OPENSEARCH_XML).status_code == 200
    assert str(http.base_url) in http.get(OPENSEARCH_XML).text


def test_health_and_metrics_are_served_and_count_gradios_requests_too(http):
    assert http.get(HEALTH).json() == {"status": "ok", "problems": []}
    http.get("/")
    http.get(SUGGEST, params={"q": "the gov", "k": 0})
    http.post("/gradio_api/run/suggest", json={"data": ["the", 0, "bundled", False]})
    until = time.monotonic() + 60  # the answer is kept for some seconds
    wanted = [f'route="{route}",status="{status}"' for route, status in (("/", 200), (SUGGEST, 400))]
    wanted += ['route="/gradio_api/run"', 'reason="request"', 'reason="bad_request"', "headline_models_loaded"]
    while not all(part in http.get(METRICS).text for part in wanted) and time.monotonic() < until:
        time.sleep(0.2)
    assert [part for part in wanted if part not in http.get(METRICS).text] == []


@pytest.mark.parametrize("host", ["", "app.example"])  # where the host is not the local one, Gradio lets all sites in
def test_other_sites_may_read_what_the_settings_let_them(http, host):
    def allowed(path: str, origin: str) -> str | None:
        headers = {"Origin": origin} | ({"Host": host} if host else {})
        return http.get(path, headers=headers).headers.get("access-control-allow-origin")

    for path in (SUGGEST, OPENSEARCH, OPENSEARCH_XML, OPENAPI):
        assert allowed(path, SITE) == SITE
        assert allowed(path, "https://other.example") is None
    for path in (DOCS, "/gradio_api/headline/suggest", "/gradio_api/headline/engine"):
        assert allowed(path, SITE) is None


def test_a_refusal_over_plain_http_has_status_400(http):
    for name, data in (
        ("suggest", ["the", 0, "bundled", False]),
        ("complete", ["the", "a\0b"]),
        ("suggest", [None, 1, "", False]),
    ):
        reply = http.post(f"/gradio_api/run/{name}", json={"data": data})
        assert reply.status_code == 400 and reply.json()["error"].endswith(".")


@pytest.mark.parametrize("value", [None, "\ud800", 7, [], {}, "x" * 300, "a\0b", {"text": 7}], ids=ascii)
def test_whatever_the_pages_handlers_are_sent_is_no_failure(page, http, value):
    for number, fn in page.fns.items():
        asked = {
            "fn_index": number,
            "data": [value] * len(fn.inputs),
            "session_hash": "s",
            "event_data": {"text": value},
        }
        body = json.dumps(asked)  # with half a surrogate pair as JSON writes it
        reply = http.post(
            "/gradio_api/run/predict", content=body, headers={"Content-Type": "application/json"}, timeout=60
        )
        assert reply.status_code < 500, (fn.name, reply.text)
        if reply.status_code == 400:
            assert reply.json()["error"]


def test_every_answer_has_the_security_headers(http):
    for path in (
        "/",
        SUGGEST,
        OPENSEARCH_XML,
        DOCS,
        "/gradio_api/headline/engine",
        "/gradio_api/info",
        "/missing",
        "/theme.css",
    ):
        headers = http.get(path).headers
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")
    page = http.get("/").headers["content-security-policy"]
    assert (
        "script-src 'self' 'unsafe-eval' 'sha256-" in page and "frame-ancestors 'self' https://huggingface.co" in page
    )


def test_no_other_host_is_answered_for(http):
    for path in ("/", SUGGEST, "/gradio_api/info", "/gradio_api/mcp/", "/config"):
        assert http.get(path, headers={"Host": "app.example"}).status_code not in (400, 421)
        assert http.get(path, headers={"Host": "evil.example"}).status_code == 400


def test_the_page_says_what_it_is(http):
    html = http.get("/").text
    head = html[: html.index("window.gradio_config")]
    assert head.count("<title>") == 1 and "<title>headline</title>" in head
    assert 'type="application/opensearchdescription+xml"' in head and 'href="gradio_api/opensearch.xml"' in head
    assert "githubusercontent" not in head and "Gradio" not in head.replace(app.read_asset("first.js"), "")


def with_tools(page: gr.Blocks, ask):
    """What `ask`, given a session of the page's MCP server, returns."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def session():
        address = f"{page.local_url}gradio_api/mcp/"
        async with streamable_http_client(address) as (read, write, _), ClientSession(read, write) as session:
            await session.initialize()
            return await ask(session)

    # In a thread of its own: where browser tests ran before, this one has a loop of events already.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, session()).result()


def test_an_assistant_finds_the_tools_and_nothing_that_trains(page):
    async def tools(session):
        return (await session.list_tools()).tools

    found = {tool.name: tool for tool in with_tools(page, tools)}
    assert {f"/{name}" for name in found} == ENDPOINTS
    for tool in found.values():
        assert tool.description
        assert all(told["description"] for told in tool.inputSchema["properties"].values())
    assert found["suggest"].inputSchema["required"] == ["text"]


def test_an_assistant_calls_each_tool(page):
    async def answers(session):
        asked = {
            "suggest": {"text": "the gov"},
            "complete": {"text": "the gov"},
            "generate": {"number": 2},
            "models": {},
        }
        return {name: await session.call_tool(name, given) for name, given in asked.items()}

    found = with_tools(page, answers)
    assert not any(answer.isError for answer in found.values())
    told = {name: answer.content[0].text for name, answer in found.items()}
    assert ast.literal_eval(told["suggest"])[0]["text"] == "the government"
    assert told["complete"].startswith("the government")
    assert 0 < len(ast.literal_eval(told["generate"])) <= 2
    assert ast.literal_eval(told["models"])[0]["id"] == "bundled"


def test_an_assistant_is_refused_with_a_sentence(page):
    async def refused(session):
        return [
            await session.call_tool("suggest", {"text": "the", "count": 0}),
            await session.call_tool("generate", {"temperature": -1}),
            await session.call_tool("train", {}),
        ]

    count, temperature, train = with_tools(page, refused)
    assert count.isError and count.content[0].text == "The number of suggestions must be a number from 1 to 50."
    assert temperature.isError and temperature.content[0].text == "The temperature must be a number from 0 to 2."
    assert train.isError


@pytest.mark.parametrize("there", [True, False])
def test_mcp_is_served_where_its_package_is(monkeypatch, there):
    """And the page without it where it is not."""
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: (there or None) if name == "mcp" else found(name))
    launched = {}
    with gr.Blocks() as page:
        pass
    page.routes_of_its_own, page.models = [], app.Models(app.ASSETS / "model", app.RUNS)
    page.heartbeat, page.bundled, page.workers = Heartbeat(), None, 0
    monkeypatch.setattr(page, "launch", lambda **options: launched.update(options))
    monkeypatch.setattr(app.threading, "Thread", lambda **_: type("Idle", (), {"start": lambda self: None})())
    app.launch(page)
    assert launched["mcp_server"] is there


def test_headlines_wait_their_turn_whichever_way_they_are_asked_for(http):
    reply = http.post("/gradio_api/run/generate", json={"data": ["the", 1, 0.7, 0, "bundled"]})
    assert "data" not in reply.json() and "queue" in reply.json()["detail"]


def test_arguments_may_be_named_and_left_out(http):
    event = http.post("/gradio_api/call/v2/suggest", json={"text": "the gov"}).json()["event_id"]
    lines = http.get(f"/gradio_api/call/suggest/{event}").text.splitlines()
    data = next(line.removeprefix("data: ") for line in lines if line.startswith("data: "))
    assert json.loads(data)[0][0]["text"] == "the government"
