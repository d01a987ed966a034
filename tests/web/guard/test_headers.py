"""The security headers, and the policy that allows the page's own scripts alone."""

import base64
import hashlib

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from headline.errors import SettingError
from headline.web.guard.headers import FRAMES, SecurityHeaders, frame_ancestors, page_policy
from headline.web.http.front import FrontPage

OWN = "default-src 'none'"


def client(**answers: Response) -> TestClient:
    routes = [Route(f"/{path}", lambda request, answer=answer: answer) for path, answer in answers.items()]
    return TestClient(SecurityHeaders(Starlette(routes=routes)))


def test_every_answer_says_what_it_is_and_keeps_its_address_to_itself():
    asked = client(text=PlainTextResponse("a"))
    for path in ("/text", "/missing"):
        headers = asked.get(path).headers
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")
        assert "content-security-policy" not in headers


@pytest.mark.parametrize(
    "kind", ["text/html; charset=utf-8", "image/svg+xml", "application/xml", "application/xhtml+xml"]
)
def test_a_document_runs_and_loads_nothing(kind):
    policy = client(file=Response("<svg/>", media_type=kind)).get("/file").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and policy.endswith("sandbox") and "script-src" not in policy


def test_a_policy_that_is_there_stays():
    answer = HTMLResponse("", headers={"Content-Security-Policy": OWN})
    assert client(page=answer).get("/page").headers.get_list("content-security-policy") == [OWN]


def directives(policy: str) -> dict[str, list[str]]:
    return {part.split()[0]: part.split()[1:] for part in policy.split("; ")}


def test_the_page_loads_from_itself_alone():
    found = directives(page_policy(b""))
    assert found["default-src"] == found["connect-src"] == found["base-uri"] == found["form-action"] == ["'self'"]
    assert found["object-src"] == ["'none'"] and found["frame-ancestors"] == list(FRAMES)
    sources = {source for name, listed in found.items() if name != "frame-ancestors" for source in listed}
    assert sources <= {"'self'", "'none'", "'unsafe-eval'", "'unsafe-inline'", "data:", "blob:"}
    assert "'unsafe-inline'" not in found["script-src"]


def test_the_scripts_within_the_page_are_allowed_by_their_hashes():
    front = FrontPage(
        HTMLResponse("<html><head></head><script>a()</script><script src='b.js'></script></html>"), "t", "a", "s"
    )
    reply = TestClient(front).get("/")
    script = directives(reply.headers["content-security-policy"])["script-src"]
    digest = base64.b64encode(hashlib.sha256(b"a()").digest()).decode()
    assert f"'sha256-{digest}'" in script
    assert len([source for source in script if source.startswith("'sha256-")]) == 2  # that one and first.js


@pytest.mark.parametrize(
    "told, frames",
    [
        ("", FRAMES),
        ("none", ("'none'",)),
        ("self, https://example.com/", ("'self'", "https://example.com")),
        ("https://*.example.com:8443", ("https://*.example.com:8443",)),
    ],
)
def test_who_may_show_the_page_in_a_frame_is_settable(monkeypatch, told, frames):
    monkeypatch.setenv("HEADLINE_FRAMES", told)
    assert frame_ancestors() == frames


@pytest.mark.parametrize("told", ["example.com", "https://a; script-src *", "https://a/b", "*", "javascript:x"])
def test_what_is_no_origin_is_named(monkeypatch, told):
    monkeypatch.setenv("HEADLINE_FRAMES", told)
    with pytest.raises(SettingError, match="HEADLINE_FRAMES"):
        frame_ancestors()
