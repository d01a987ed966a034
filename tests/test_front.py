"""The script at the top of the first page, without a browser."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from headline.web.assets import read_asset
from headline.web.front import FrontPage

PAGE = "<!doctype html><html><head><title>x</title></head><body><head></body></html>"


def client(respond) -> TestClient:
    routes = [Route(path, lambda request: respond(), methods=["GET", "POST"]) for path in ("/", "/other")]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(FrontPage)]))


@pytest.mark.parametrize(
    "respond",
    [
        lambda: HTMLResponse(PAGE),
        lambda: StreamingResponse(iter([PAGE[:30].encode(), PAGE[30:].encode()]), media_type="text/html"),
    ],
)
def test_the_page_begins_with_our_script(respond):
    reply = client(respond).get("/")
    assert reply.text == PAGE.replace("<head>", f"<head><script>{read_asset('first.js')}</script>", 1)
    assert int(reply.headers["content-length"]) == len(reply.content)


def test_nothing_else_is_touched():
    page = client(lambda: HTMLResponse(PAGE))
    assert page.get("/other").text == PAGE
    assert page.post("/").text == PAGE
    assert client(lambda: JSONResponse("<head>")).get("/").json() == "<head>"
    assert client(lambda: HTMLResponse(PAGE, headers={"content-encoding": "identity"})).get("/").text == PAGE


def test_a_head_request_keeps_its_headers():
    reply = TestClient(Starlette(routes=[Route("/", lambda r: HTMLResponse(PAGE))], middleware=[Middleware(FrontPage)]))
    assert reply.head("/").headers["content-type"].startswith("text/html")
