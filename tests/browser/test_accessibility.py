"""axe-core on every tab, light and dark, at a desk and on a phone: WCAG 2.2, levels A and AA."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.box import BOX, expect_answer

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def violations(page: Page) -> dict[str, list[str]]:
    """Rules that the page breaks, each with the parts that do."""
    found = Axe().run(page, options=RULES).response["violations"]
    return {rule["id"]: [node["html"][:200] for node in rule["nodes"]] for rule in found}


@pytest.mark.save_data
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 360])
def test_nothing_stands_in_anybodys_way(page: Page, app_url: str, width: int, theme: str):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{app_url}?__theme={theme}")
    page.locator("#headline-list li").first.wait_for()
    page.locator(BOX).press_sequentially("the gov")
    expect_answer(page, "the gov")
    page.locator(BOX).press("ArrowDown")
    page.get_by_text("Settings", exact=True).click()
    page.click("#finish")
    page.locator("#finished .choice").first.wait_for()
    found = violations(page)
    page.get_by_role("tab", name="Train").click()
    page.get_by_label("My own files").check()
    page.click("#start")
    expect(page.locator("#run .run-headline")).to_contain_text("Choose a file")
    assert (found, violations(page)) == ({}, {})
