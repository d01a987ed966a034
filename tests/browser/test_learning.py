"""What a person finished teaches the engine in that browser alone."""

import json
import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.box import BOX, LIST, expect_answer, rows

STORED = "localStorage.getItem('headline.finished')"
NAME = "Zorbelmann"  # no list of words has it


def opened(page: Page, url: str) -> Page:
    page.goto(url)
    expect(page.locator(LIST)).to_have_attribute("data-engine", "1", timeout=60_000)
    return page


def offered(page: Page, text: str) -> bool:
    page.locator(BOX).fill("")
    page.locator(BOX).fill(text)
    expect_answer(page, text)
    return any(NAME in row for row in rows(page))


def expect_offered(page: Page, text: str) -> None:
    """Wait until the name is in the list: a headline is learnt while nobody types."""
    page.locator(BOX).fill(text)
    page.locator(f"{LIST} .words", has_text=NAME).first.wait_for()


def test_a_name_used_once_is_offered_until_it_is_forgotten(browser: Browser, app_url: str):
    context = browser.new_context()
    page = opened(context.new_page(), app_url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
    assert not offered(page, "Zor")
    page.fill(BOX, f"{NAME} wins the   derby ")
    page.get_by_role("button", name="Copy link").click()
    assert json.loads(page.evaluate(STORED)) == [f"{NAME} wins the derby"]
    expect_offered(page, "Zor")
    assert offered(page, "the cup goes to Zo")
    page.evaluate(f"localStorage.setItem('headline.finished', JSON.stringify([7, null, '', ...JSON.parse({STORED})]))")
    opened(page, app_url)
    expect_offered(page, "Zor")  # at the next visit too, and what is damaged does no harm
    other = opened(browser.new_page(), app_url)
    assert not offered(other, "Zor")
    other.close()
    page.get_by_text("Settings", exact=True).click()
    page.get_by_role("button", name="Forget what I wrote").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Forgotten: 1 headline.")).to_be_visible()
    assert page.evaluate(STORED) is None and not offered(page, "Zor")
    switch = page.get_by_label("Learn from what I write")
    expect(switch).to_have_accessible_description(re.compile("kept in this browser alone"))
    switch.press("Space")
    page.fill(BOX, f"{NAME} wins again")
    page.locator(BOX).press("Enter")
    assert page.evaluate(STORED) is None and not offered(page, "Zor")
    assert not any("Zorbelmann" in url for url in asked if "/headline/" in url)
    page.evaluate("localStorage.setItem('headline.finished', '{')")
    opened(page, app_url)
    page.get_by_text("Settings", exact=True).click()
    page.get_by_label("Learn from what I write").check()
    assert not offered(page, "Zor")
    # Enter may ask how a beginning goes on: what it was pressed on is kept once another text follows.
    for text in (f"{NAME} was", f"{NAME} was here", f"{NAME} was here again"):
        page.fill(BOX, text)
        page.locator(BOX).press("Enter")
        assert page.evaluate(STORED) in (None, "{")
    page.fill(BOX, "")
    page.wait_for_function(f"{STORED} === {json.dumps(json.dumps([f'{NAME} was here again']))}")
    expect_offered(page, "Zor")
    context.close()
