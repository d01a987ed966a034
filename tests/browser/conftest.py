"""The app as it is started by `python app.py`, and a Chromium to visit it with."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser import chromium

expect.set_options(timeout=20_000)  # milliseconds: other tests run beside these
# What Gradio's client says of its streams when a page is reloaded amid them, which a slow machine brings to light.
LEFT = ("AbortError: signal is aborted", "Connection errored out")
# The pages of one context share a process, which keeps the scripts that it has compiled: half the work of opening one.
ONE_PROCESS = "--renderer-process-limit=1"
ROOT = Path(__file__).resolve().parents[2]


def wait_until(condition, seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"after {seconds} s still not: {what}"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def served(folder: Path, **environment: str) -> Iterator[str]:
    """The address of an app that keeps its runs in a folder."""
    port = environment.get("GRADIO_SERVER_PORT") or str(free_port())
    told = {"HEADLINE_RUNS": str(folder / "runs"), "GRADIO_SERVER_PORT": port}
    url = f"http://127.0.0.1:{port}/"
    with open(folder / "log.txt", "wb") as log:
        server = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=os.environ | told | environment, stdout=log, stderr=log
        )

    def answers() -> bool:
        assert server.poll() is None, (folder / "log.txt").read_text()
        try:
            return urllib.request.urlopen(url, timeout=5).status == 200
        except urllib.error.HTTPError as error:
            return error.code == 401  # it asks for a login
        except (urllib.error.URLError, ConnectionError):
            return False

    try:
        wait_until(answers, 60, "the app answers")
        yield url
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="session")
def app_folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("app")


@pytest.fixture(scope="session")
def runs(app_folder: Path) -> Path:
    """The folder of runs of the app that all tests share."""
    return app_folder / "runs"


@pytest.fixture(scope="session")
def app_url(app_folder: Path) -> Iterator[str]:
    with served(app_folder) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    assert path, "The browser tests need Chromium: run `make test`, which installs it, or install it yourself."
    with sync_playwright() as playwright:
        # Playwright gives each launch a new user data folder.
        browser = playwright.chromium.launch(executable_path=path, args=[*chromium.ARGUMENTS, ONE_PROCESS])
        yield browser
        browser.close()


def save_data(visitor: BrowserContext | Page) -> None:
    """Let a visitor's browser save data: the server answers, and no engine is fetched and built.

    That takes more than a second of both cores a page, which tests of other things than typing can do without.
    """
    visitor.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")


class Visitors:
    """One visitor after another at the same screen, each of whom finds nothing that an earlier one stored.

    What the server lets a browser keep of its files stays, and so do compiled scripts while a first page stays open.
    """

    def __init__(self, browser: Browser, url: str):
        self.context, self.url = browser.new_context(viewport={"width": 1100, "height": 900}), url
        self._first = self.context.new_page()
        self._first.goto(f"{url}favicon.ico")
        self._session = self.context.new_cdp_session(self._first)

    @contextmanager
    def visit(self) -> Iterator[Page]:
        """A page of a new visitor, not yet opened."""
        origin = self.url.rstrip("/")
        self._session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        try:
            yield self.context.new_page()
        finally:
            for page in self.context.pages:
                if page != self._first:
                    page.close()
            self.context.unroute_all()
            self.context.set_offline(False)
            self.context.clear_permissions()


@pytest.fixture(scope="session")
def at_a_desk(browser: Browser, app_url: str) -> Iterator[Visitors]:
    visitors = Visitors(browser, app_url)
    yield visitors
    visitors.context.close()


@pytest.fixture
def page(at_a_desk: Visitors, app_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The opened page. No test may leave an error in its console, nor a request to another host."""
    with at_a_desk.visit() as page:
        marker = request.node.get_closest_marker("save_data")
        if marker and False not in marker.args:
            save_data(page)
        outside: list[str] = []
        errors: list[str] = []
        local = (app_url, "data:", "blob:")
        page.on("request", lambda request: None if request.url.startswith(local) else outside.append(request.url))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(app_url)
        page.locator("#headline-list li").first.wait_for()
        yield page
    assert outside == [], "the page asked another host"
    if not getattr(page, "expected_errors", False):
        told = [error for error in errors if not any(left in error for left in LEFT)]
        assert told == [], "the page's console holds errors"


@pytest.fixture
def phone(browser: Browser, app_url: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(app_url)
    page.locator("#headline-list li").first.wait_for()
    yield page
    context.close()
