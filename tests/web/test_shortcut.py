"""The shortcut past Gradio's middleware: only for plain routes, and only for their methods."""

import pytest
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from headline.web.shortcut import Shortcut


async def quick(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"quick {request.query_params.get('q', '')}")


async def slow(request: Request) -> PlainTextResponse:
    return PlainTextResponse("the long way")


def fastapi_route() -> str:
    return "of FastAPI"


@pytest.fixture
def client() -> TestClient:
    routes = [Route("/quick", quick, methods=["GET"]), APIRoute("/fastapi", fastapi_route)]
    rest = Starlette(routes=[Route("/{rest:path}", slow, methods=["GET", "POST"])])
    return TestClient(Shortcut(rest, routes))


def test_a_plain_route_is_asked_directly(client):
    assert client.get("/quick?q=a%20b").text == "quick a b"
    assert client.head("/quick").status_code == 200


@pytest.mark.parametrize("path", ["/quick/", "/quick/more", "/fastapi", "/", "/Quick"])
def test_everything_else_takes_the_long_way(client, path):
    assert client.get(path).text == "the long way"


def test_another_method_takes_the_long_way(client):
    assert client.post("/quick").text == "the long way"


def test_below_the_path_of_a_proxy():
    app = Shortcut(Starlette(routes=[Route("/{rest:path}", slow)]), [Route("/quick", quick)])
    assert TestClient(app, root_path="/below").get("/below/quick").text == "quick "
