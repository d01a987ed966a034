"""The login: who passes, who waits, and that there is no way around it."""

import base64
import runpy

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from headline.errors import SettingError
from headline.paths import ROOT
from headline.web.guard import login
from headline.web.guard.login import COOKIE, MOST_FAILURES, SECONDS, Failures, Login, users_from_environment
from headline.web.guard.networks import network_of

USERS = ("ada:correct horse", "bob:päss:word")


def basic(pair: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock) -> TestClient:
    return TestClient(Login(PlainTextResponse("said"), USERS, clock))


def fail(client: TestClient, times: int = MOST_FAILURES) -> None:
    for _ in range(times):
        assert client.get("/", headers=basic("ada:wrong")).status_code == 401


@pytest.mark.parametrize("pair", USERS)
def test_a_user_passes(client, pair):
    assert client.get("/any", headers=basic(pair)).text == "said"


@pytest.mark.parametrize(
    "path", ["/", "/gradio_api/suggest", "/gradio_api/mcp/", "/metrics", "/gradio_api/startup-events/../suggest", "//"]
)
def test_nobody_else_passes_and_the_browser_asks_for_the_password(client, path):
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic ?"}, {"Cookie": f"{COOKIE}=1"}):
        reply = client.get(path, headers=headers)
        assert reply.status_code == 401 and reply.headers["www-authenticate"].startswith("Basic ")
        assert reply.json()["error"].endswith(".") and "said" not in reply.text


@pytest.mark.parametrize(
    "pair",
    ["ada:correct horse ", "ada:", "ada", "bob:correct horse", "Ada:correct horse", ":", "", "ada:correct horse\n"],
)
def test_a_wrong_name_or_password_does_not_pass(client, pair):
    assert client.get("/", headers=basic(pair)).status_code == 401


def test_every_user_is_compared_in_constant_time(client, monkeypatch):
    """All of them, whichever matches, and never by ==."""
    compared = []
    compare = login.hmac.compare_digest
    monkeypatch.setattr(login.hmac, "compare_digest", lambda a, b: compared.append(a) or compare(a, b))
    for pair in (*USERS, "ada:wrong"):
        compared.clear()
        client.get("/", headers=basic(pair))
        assert len(compared) == len(USERS)
        client.cookies.clear()


def test_an_address_that_fails_often_must_wait_even_with_the_right_password(client, clock):
    fail(client)
    reply = client.get("/", headers=basic(USERS[0]))
    assert reply.status_code == 429 and 0 < int(reply.headers["retry-after"]) <= SECONDS + 1
    clock.now += SECONDS
    assert client.get("/", headers=basic(USERS[0])).status_code == 200


def test_a_request_without_a_password_is_no_failure(client):
    for _ in range(2 * MOST_FAILURES):
        assert client.get("/").status_code == 401


def test_who_was_here_before_need_not_wait_for_others_behind_the_same_address(client):
    assert COOKIE in client.get("/", headers=basic(USERS[0])).headers["set-cookie"]
    known = dict(client.cookies)
    client.cookies.clear()
    fail(client)
    assert client.get("/", headers=basic(USERS[0])).status_code == 429
    client.cookies.update(known)
    assert client.get("/", headers=basic(USERS[0])).status_code == 200
    assert client.get("/").status_code == 401  # the cookie alone opens nothing


def test_another_address_need_not_wait():
    app = Login(PlainTextResponse("said"), USERS)
    fail(TestClient(app, client=("192.0.2.1", 1)))
    assert TestClient(app, client=("192.0.2.1", 2)).get("/", headers=basic(USERS[0])).status_code == 429
    assert TestClient(app, client=("192.0.2.2", 1)).get("/", headers=basic(USERS[0])).status_code == 200


def test_one_subscribers_addresses_count_as_one():
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") != network_of("2001:db8:0:1::1")
    assert network_of("192.0.2.1") != network_of("192.0.2.2") and network_of("testclient") == "testclient"
    # As a socket for IPv4 and IPv6 has them: nobody may lock out all others.
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") != network_of("::ffff:192.0.2.2")


def test_failures_are_remembered_of_a_bounded_number_of_addresses(clock):
    failures = Failures(clock)
    for number in range(10_500):
        failures.add(str(number))
    assert len(failures._times) == 10_000


def test_a_page_of_another_site_cannot_use_a_visitors_password(client):
    headers = basic(USERS[0]) | {"Host": "app.example"}
    for origin in ("https://evil.example", "null", "https://app.example.evil.example"):
        assert client.post("/", headers=headers | {"Origin": origin}).status_code == 403
    assert client.post("/", headers=headers | {"Origin": "https://app.example"}).status_code == 200
    behind = headers | {"Host": "127.0.0.1:7860", "X-Forwarded-Host": "app.example", "Origin": "https://app.example"}
    assert client.post("/", headers=behind).status_code == 200


def test_what_gradio_and_a_health_check_ask_is_open(client):
    for path in ("/gradio_api/startup-events", "/healthz"):
        assert client.get(path).status_code == 200


def test_users_come_from_the_environment_or_from_a_file(monkeypatch, tmp_path):
    monkeypatch.delenv("HEADLINE_AUTH", raising=False)
    assert users_from_environment() == ()
    monkeypatch.setenv("HEADLINE_AUTH", "ada:correct horse, bob:pä:ss")
    assert users_from_environment() == ("ada:correct horse", "bob:pä:ss")
    (tmp_path / "users").write_text("ada:with, comma\n\nbob:x\n")
    monkeypatch.setenv("HEADLINE_AUTH", f"@{tmp_path / 'users'}")
    assert users_from_environment() == ("ada:with, comma", "bob:x")


@pytest.mark.parametrize("told", ["secret", "ada:", ":secret", "ada:x,secret", ",", "@/missing"])
def test_a_setting_that_locks_nothing_is_refused_without_quoting_it(monkeypatch, told):
    monkeypatch.setenv("HEADLINE_AUTH", told)
    with pytest.raises(SettingError, match="HEADLINE_AUTH") as refused:
        users_from_environment()
    assert "secret" not in str(refused.value)


def test_the_app_does_not_start_with_a_setting_that_locks_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("HEADLINE_AUTH", "secret")
    monkeypatch.setattr("headline.runs.queue.RUNS", tmp_path)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
    assert ended.value.code == "headline: HEADLINE_AUTH must hold user:password; entry 1 does not."
