"""Who may read the public routes from another site's page: nobody, unless HEADLINE_CORS names them."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from headline.web.http.cors import PublicCors, allowed_origins

SITE, OTHER = "https://site.example", "https://other.example"
PREFLIGHT = {"Origin": SITE, "Access-Control-Request-Method": "GET"}


async def like_gradio(request):
    """Lets every site read everything whose origin it hears of."""
    origin = request.headers.get("origin")
    return PlainTextResponse("said", headers={"Access-Control-Allow-Origin": origin} if origin else {})


def client(*origins: str) -> TestClient:
    paths = ("/public", "/ours", "/gradio")
    app = Starlette(routes=[Route(path, like_gradio, methods=["GET", "POST", "OPTIONS"]) for path in paths])
    return TestClient(PublicCors(app, frozenset({"/public"}), frozenset({"/ours"}), origins))


def allowed(reply) -> str | None:
    return reply.headers.get("access-control-allow-origin")


def test_no_site_may_read_our_paths_unless_told():
    for path in ("/public", "/ours"):
        reply = client().get(path, headers={"Origin": SITE})
        assert (reply.text, allowed(reply)) == ("said", None)
        assert allowed(client().options(path, headers=PREFLIGHT)) is None


def test_sites_that_are_named_may_read_the_public_paths_alone():
    named = client(SITE)
    reply = named.get("/public", headers={"Origin": SITE})
    assert allowed(reply) == SITE and "access-control-allow-credentials" not in reply.headers
    assert allowed(named.get("/public", headers={"Origin": OTHER})) is None
    assert allowed(named.get("/ours", headers={"Origin": SITE})) is None
    for origin in ({}, {"Origin": SITE}, {"Origin": OTHER}):  # or a cache would hand one's answer to another
        assert named.get("/public", headers=origin).headers["vary"] == "Origin"


def test_a_star_is_every_site():
    assert allowed(client("*").get("/public", headers={"Origin": "null"})) == "*"
    assert allowed(client("*").get("/public")) is None
    assert allowed(client("*").get("/ours", headers={"Origin": SITE})) is None


def test_a_preflight_is_answered_to_those_who_may():
    reply = client(SITE).options("/public", headers=PREFLIGHT)
    assert (reply.status_code, allowed(reply)) == (204, SITE)
    assert reply.headers["access-control-allow-methods"] == "GET, HEAD"
    assert allowed(client(SITE).options("/public", headers=PREFLIGHT | {"Origin": OTHER})) is None


def test_gradios_own_paths_are_left_to_gradio():
    assert allowed(client().get("/gradio", headers={"Origin": SITE})) == SITE


@pytest.mark.parametrize(
    "told, origins",
    [
        ("", ()),
        (" , ", ()),
        ("*", ("*",)),
        ("https://Site.example/, http://localhost:3000", (SITE, "http://localhost:3000")),
        ("http://[::1]:80", ("http://[::1]:80",)),
    ],
)
def test_origins_are_read_from_the_environment(monkeypatch, told, origins):
    monkeypatch.setenv("HEADLINE_CORS", told)
    assert allowed_origins() == origins


@pytest.mark.parametrize(
    "told", ["site.example", "https://site.example/page", "null", "https://a b", "https://*.example"]
)
def test_what_is_no_origin_is_named(monkeypatch, told):
    monkeypatch.setenv("HEADLINE_CORS", f"{SITE},{told}")
    with pytest.raises(ValueError, match="HEADLINE_CORS"):
        allowed_origins()


def test_nothing_is_allowed_where_nothing_is_set(monkeypatch):
    monkeypatch.delenv("HEADLINE_CORS", raising=False)
    assert allowed_origins() == ()
