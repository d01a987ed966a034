"""A page of another site that gives its name our address reads nothing."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from headline.errors import SettingError
from headline.web.guard.hosts import ANY, AllowedHosts, allowed_hosts, own_names


def status(host: str, hosts: tuple[str, ...] = ("example.org", "*.example.net"), **headers: str) -> int:
    app = AllowedHosts(PlainTextResponse("said"), hosts)
    return TestClient(app).get("/", headers={"Host": host} | headers).status_code


@pytest.mark.parametrize(
    "host",
    [
        "example.org",
        "EXAMPLE.org:7860",
        "example.org.",
        "a.example.net",
        "localhost:7860",
        "app.localhost",
        "127.0.0.1:7860",
        "192.168.1.2",
        "[::1]:7860",
    ],
)
def test_named_hosts_and_addresses_are_answered(host):
    assert status(host) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "example.org.evil.example",
        "notexample.org",
        "example.net",
        "evilexample.net",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "",
    ],
)
def test_other_names_are_refused_with_a_sentence(host):
    reply = TestClient(AllowedHosts(PlainTextResponse("said"), ("example.org", "*.example.net"))).get(
        "/", headers={"Host": host}
    )
    assert reply.status_code == 400 and "HEADLINE_HOSTS" in reply.json()["error"]


def test_a_forwarded_name_counts_too_because_links_are_made_of_it():
    assert status("127.0.0.1", **{"X-Forwarded-Host": "example.org"}) == 200
    assert status("127.0.0.1", **{"X-Forwarded-Host": "evil.example"}) == 400
    assert status("127.0.0.1", **{"X-Forwarded-Host": "example.org, evil.example"}) == 400


def test_a_star_is_every_name():
    assert status("evil.example", ANY) == 200


def test_a_page_at_home_answers_to_its_own_names_and_a_public_one_to_any(monkeypatch):
    monkeypatch.delenv("HEADLINE_HOSTS", raising=False)
    assert allowed_hosts(public=True) == ANY
    assert allowed_hosts(public=False) == own_names()
    monkeypatch.setattr("socket.gethostname", lambda: "Desk.home")
    assert own_names() == ("desk.home", "desk.local")


def test_names_are_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("HEADLINE_HOSTS", " Example.org, *.example.net ,")
    assert allowed_hosts(public=True) == ("example.org", "*.example.net")
    for told in ("https://example.org", "example.org:80", "a b", "*.", "ex*mple.org"):
        monkeypatch.setenv("HEADLINE_HOSTS", told)
        with pytest.raises(SettingError, match="HEADLINE_HOSTS"):
            allowed_hosts(public=True)
