"""The script at the top of the first page, and what the page tells of itself, without a browser."""

import re
from importlib.resources import files

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from headline.paths import read_asset
from headline.web.http.front import FrontPage

PAGE = "<!doctype html><html><head><title>x</title></head><body><head></body></html>"
TOLD = {"title": "head & line", "about": 'Says "more"', "search": "here/opensearch.xml"}
FRONT = Middleware(FrontPage, **TOLD)
CARD = (
    '<title>head &amp; line</title><meta name="description" content="Says &quot;more&quot;">'
    '<meta property="og:type" content="website"><meta property="og:title" content="head &amp; line">'
    '<meta property="og:description" content="Says &quot;more&quot;"><meta name="twitter:card" content="summary">'
    '<link rel="search" type="application/opensearchdescription+xml" title="head &amp; line" href="here/opensearch.xml">'
)


def client(respond) -> TestClient:
    routes = [Route(path, lambda request: respond(), methods=["GET", "POST"]) for path in ("/", "/other")]
    return TestClient(Starlette(routes=routes, middleware=[FRONT]))


@pytest.mark.parametrize(
    "respond",
    [
        lambda: HTMLResponse(PAGE),
        lambda: StreamingResponse(iter([PAGE[:30].encode(), PAGE[30:].encode()]), media_type="text/html"),
    ],
)
def test_the_page_begins_with_our_script(respond):
    reply = client(respond).get("/")
    begins = f"<head><script>{read_asset('first.js')}</script>{CARD}</head>"
    assert reply.text == PAGE.replace("<head><title>x</title></head>", begins, 1)
    assert int(reply.headers["content-length"]) == len(reply.content)


def test_nothing_else_is_touched():
    page = client(lambda: HTMLResponse(PAGE))
    assert page.get("/other").text == PAGE
    assert page.post("/").text == PAGE
    assert client(lambda: JSONResponse("<head>")).get("/").json() == "<head>"
    assert client(lambda: HTMLResponse(PAGE, headers={"content-encoding": "identity"})).get("/").text == PAGE


def test_a_head_request_keeps_its_headers():
    reply = TestClient(Starlette(routes=[Route("/", lambda r: HTMLResponse(PAGE))], middleware=[FRONT]))
    assert reply.head("/").headers["content-type"].startswith("text/html")


def test_gradios_own_cards_give_way_to_ours():
    """Those in the page that is installed, whose picture is on another host."""
    page = (files("gradio") / "templates" / "frontend" / "index.html").read_text(encoding="utf-8")
    before = page[: page.index("<script>")]
    assert "og:image" in before and "twitter:image" in before  # or this could not fail
    changed = client(lambda: HTMLResponse(page)).get("/").text
    head = changed.replace(f"<script>{read_asset('first.js')}</script>", "", 1)
    head = head[: head.index("<script>")]
    assert head.count("og:") == 3 and head.count("twitter:") == 1 and "image" not in head and "https://" not in head
    assert head.endswith(CARD)
    kept = [tag for tag in re.findall(r"<(?:meta|base|style)[^>]*>", before) if not re.search("og:|twitter:", tag)]
    assert len(kept) >= 4 and all(tag in head for tag in kept)
    assert changed.endswith(page[page.index("<script>") :])


def test_what_stands_in_scripts_and_in_the_body_is_left_alone():
    data = '<script>{"a": "<meta property=\'og:title\' name="og:x"><title>y</title>"}</script></head><body><title>z</title>'
    page = f'<html><head><meta name="description" content="old">{data}'
    assert client(lambda: HTMLResponse(page)).get("/").text.endswith(f"</script>{CARD}{data}")


def test_a_page_without_a_head_stays():
    assert client(lambda: HTMLResponse("<p>none</p>")).get("/").text == "<p>none</p>"
