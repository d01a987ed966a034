"""The page answers by itself once it has the model, with the server gone too; until then the server does."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from headline.generator.box.shown import shown
from headline.generator.suggester import Suggester
from headline.paths import BUNDLED_MODEL
from tests.browser.conftest import served

BOX, LIST = "#headline-input", "#headline-list"
READY = 60_000  # milliseconds


def opened(page: Page, url: str) -> list[Request]:
    """Open the page and wait for the engine; return a list to which all further requests are added."""
    page.goto(url)
    expect(page.locator(LIST)).to_have_attribute("data-engine", "1", timeout=READY)
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))
    return requests


def rows(page: Page, text: str) -> list[str]:
    """What the exact list for a text adds to it, once it is there."""
    expect(page.locator(LIST)).to_have_attribute("data-typed", text)
    expect(page.locator(LIST)).to_have_attribute("data-exact", "1")
    return page.locator(f"{LIST} li").evaluate_all(
        "rows => rows.map((row) => ['rest', 'more'].map((part) => row.querySelector('.' + part).textContent).join(''))"
    )


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester.load(BUNDLED_MODEL)


@pytest.fixture
def fresh(browser: Browser) -> Iterator[Page]:
    """A page of a browser that keeps nothing of earlier visits."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_no_key_asks_the_server_and_every_list_is_pythons(fresh: Page, app_url: str, suggester: Suggester):
    requests = opened(fresh, app_url)
    fresh.focus(BOX)
    text = "White house says govermnent"
    for end, letter in enumerate(text, start=1):
        fresh.keyboard.type(letter)
        expected = [s.completion + s.more for s in shown(suggester, text[:end]).suggestions]
        assert rows(fresh, text[:end]) == expected
    assert [request.url for request in requests if "/headline/" in request.url] == []


def test_writing_goes_on_when_the_server_is_gone(browser: Browser, tmp_path: Path, suggester: Suggester):
    with served(tmp_path) as url:
        page = browser.new_page()
        opened(page, url)
    page.fill(BOX, "")
    page.locator(BOX).press_sequentially("prime min", delay=20)
    assert rows(page, "prime min") == [s.completion + s.more for s in shown(suggester, "prime min").suggestions]
    page.keyboard.press("Tab")
    taken = page.input_value(BOX)
    assert taken.startswith("prime minister")
    assert rows(page, taken) == [s.completion + s.more for s in shown(suggester, taken).suggestions]
    expect(page.locator(".search .told")).not_to_contain_text("does not answer")
    page.close()


def test_a_second_visit_fetches_no_file_again(browser: Browser, app_url: str):
    context = browser.new_context()
    visits = []
    for _ in range(2):
        page = context.new_page()
        finished: list[Request] = []
        page.on("requestfinished", lambda request, finished=finished: finished.append(request))
        opened(page, app_url)
        sizes = [request.sizes()["responseBodySize"] for request in finished if "/engine/file" in request.url]
        visits.append(sizes)
        page.close()
    context.close()
    first, second = visits
    assert len(first) >= 6 and 2**20 < sum(first) <= 14 * 10**6
    assert second == []


@pytest.mark.parametrize(
    "script",
    [
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })",
        "Object.defineProperty(navigator, 'deviceMemory', { value: 1 })",
        "delete window.WebAssembly",
    ],
    ids=["save-data", "little memory", "no WebAssembly"],
)
def test_where_the_engine_does_not_suit_the_server_answers(
    fresh: Page, app_url: str, suggester: Suggester, script: str
):
    asked: list[str] = []
    fresh.on("request", lambda request: asked.append(request.url))
    fresh.add_init_script(script)
    fresh.goto(app_url)
    fresh.locator(f"{LIST} li").first.wait_for()
    fresh.locator(BOX).press_sequentially("White h", delay=30)
    assert rows(fresh, "White h") == [s.completion + s.more for s in shown(suggester, "White h").suggestions]
    fresh.wait_for_timeout(3000)  # longer than the engine waits for an idle page
    assert not any("/headline/engine" in url for url in asked)


def test_a_damaged_file_leaves_the_server_to_answer(fresh: Page, app_url: str, suggester: Suggester):
    damaged: list[str] = []

    def damage(route) -> None:
        damaged.append(route.request.url)
        route.fulfill(body=b"x" * 10)

    fresh.context.route("**/engine/file?*weights*", damage)
    with fresh.context.expect_event("request", lambda request: "weights" in request.url, timeout=READY):
        fresh.goto(app_url)
    fresh.locator(f"{LIST} li").first.wait_for()
    expect(fresh.locator(".loading-line")).to_have_text("", timeout=READY)
    fresh.locator(BOX).press_sequentially("White h", delay=30)
    assert rows(fresh, "White h") == [s.completion + s.more for s in shown(suggester, "White h").suggestions]
    assert damaged and fresh.locator(LIST).get_attribute("data-engine") != "1"


def test_a_list_that_comes_late_still_helps(fresh: Page, app_url: str):
    """At 300 ms from the server and 60 ms a key, rows are seen before the last answer is there."""

    def later(route) -> None:
        fresh.wait_for_timeout(300)
        route.continue_()

    fresh.add_init_script("delete window.WebAssembly")
    fresh.goto(app_url)
    fresh.locator(f"{LIST} li").first.wait_for()
    fresh.locator(BOX).press_sequentially("the ", delay=10)
    rows(fresh, "the ")
    fresh.route("**/headline/suggest?*", later)
    fresh.locator(BOX).press_sequentially("go", delay=60)
    assert fresh.locator(f"{LIST} li").count() > 0 or rows(fresh, "the go")
    rows(fresh, "the go")
