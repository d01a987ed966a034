"""The page around the typing box: narrow, zoomed, in other colours, in a frame, with long texts and slow answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.box import BOX, LIST, expect_answer, expect_rows, ghost, rows, typed
from tests.tiny import random_checkpoint

LONG = "The president of the united states said that he would not be go"
# [contrast of an element's colour with the background behind it, and that of another element's]
CONTRASTS = """(selectors) => {
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    return [...brush.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  return selectors.map((selector) => {
    const element = document.querySelector(selector);
    let behind = element;
    while (rgba(getComputedStyle(behind).backgroundColor)[3] < 255) behind = behind.parentElement;
    const pair = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor].map((c) => luminance(rgba(c)));
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  });
}"""


@pytest.fixture
def narrow(browser: Browser, app_url: str) -> Iterator[Page]:
    """As wide as a page of 1040 pixels at a zoom of 200 %."""
    context = browser.new_context(viewport={"width": 520, "height": 700})
    page = context.new_page()
    page.goto(app_url)
    page.locator(f"{LIST} li").first.wait_for()
    yield page
    context.close()


def outside(page: Page, part: str, line: str) -> list[float]:
    """How many pixels of each visible `part` are cut off at the left and right of the `line` that holds it."""
    return page.locator(part).evaluate_all(
        """(parts, line) => parts.filter(part => part.textContent).flatMap(part => {
            const inner = part.getBoundingClientRect(), outer = part.closest(line).getBoundingClientRect();
            return [outer.left - inner.left, inner.right - outer.right].filter(over => over > 0.5);
        })""",
        line,
    )


def test_a_text_longer_than_the_line_keeps_its_end_in_view(narrow: Page):
    typed(narrow, LONG)
    shown = rows(narrow)
    assert len(shown) > 3 and outside(narrow, f"{LIST} .rest", ".words") == []
    assert outside(narrow, f"{LIST} .earlier", ".words") != []  # the beginning is what is cut
    assert ghost(narrow) == ""  # it would not be seen
    narrow.locator(BOX).press("Tab")
    expect(narrow.locator(BOX)).not_to_be_focused()  # and Tab does not take it
    narrow.locator(f"{LIST} li").first.click()
    text = narrow.locator(BOX).input_value()
    assert text.startswith(LONG) and len(text) > len(LONG)
    hidden = narrow.locator(BOX).evaluate("e => e.scrollWidth - e.clientWidth - e.scrollLeft")
    assert abs(hidden) <= 1  # pixels between what is seen and the end of the text
    narrow.locator(BOX).fill("")
    typed(narrow, "the govern")
    assert ghost(narrow) == "ment" and outside(narrow, ".ghost-rest", ".line") == []


def test_a_phone_shows_one_row_of_chips(phone: Page):
    finish = phone.locator("#finish")
    before = finish.bounding_box()
    for text in ("the gov", "the government of "):
        phone.locator(BOX).fill(text)
        expect_answer(phone, text)
        tops = phone.locator(f"{LIST} li").evaluate_all("rows => rows.map(row => row.getBoundingClientRect().top)")
        assert len(tops) > 2 and len(set(tops)) == 1
        assert finish.bounding_box() == before
        assert phone.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_grey_text_is_paler_than_typed_text_and_can_be_read(page: Page, app_url: str, theme: str):
    page.goto(f"{app_url}?__theme={theme}")
    typed(page, "the govern")
    grey, written = page.evaluate(CONTRASTS, [".ghost-rest", BOX])
    assert grey >= 4.5 and written >= 1.8 * grey
    page.get_by_text("Settings", exact=True).click()
    phrases = page.get_by_label("Several words at once")
    on = phrases.screenshot()
    phrases.uncheck()
    phrases.blur()
    assert phrases.screenshot() != on
    page.emulate_media(forced_colors="active")
    colours = page.locator(f".ghost-rest, {BOX}").evaluate_all(
        "parts => parts.map(part => getComputedStyle(part).color)"
    )
    assert len(set(colours)) == 2
    meter = page.locator(f"{LIST} .meter").first
    bar, empty = meter.evaluate(
        "m => [getComputedStyle(m, '::before'), getComputedStyle(m)].map(s => s.backgroundColor)"
    )
    assert bar != empty
    chosen, other = page.locator("button[role=tab]").evaluate_all(
        "tabs => tabs.slice(0, 2).map(t => getComputedStyle(t).outlineStyle)"
    )
    assert chosen != other


def test_in_a_frame_nothing_takes_the_focus_and_nothing_scrolls(browser: Browser, app_url: str):
    context = browser.new_context(viewport={"width": 900, "height": 600})
    page = context.new_page()
    frame = f'<input id="own" autofocus><p style="height: 2000px"></p><iframe src="{app_url}" width="800" height="500"></iframe>'
    page.route("**/host.html", lambda route: route.fulfill(content_type="text/html", body=frame))
    page.goto(f"{app_url}host.html")
    page.frame_locator("iframe").locator(f"{LIST} li").first.wait_for()
    expect(page.locator("#own")).to_be_focused()
    assert page.evaluate("scrollY") == 0
    page.keyboard.type("mine")
    expect(page.locator("#own")).to_have_value("mine")
    context.close()


def test_a_long_text_outlives_a_reload_and_copying_works_without_a_clipboard(page: Page, app_url: str):
    page.add_init_script("delete Navigator.prototype.clipboard")  # as over plain http
    page.goto(app_url)
    long = ("größer als eine Adresse " * 500)[:9_990]
    page.locator(BOX).fill(long)
    page.wait_for_function("history.state?.headline !== undefined")
    assert len(page.url) < 200
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("status").filter(has_text="too long for a link")).to_be_visible()
    page.reload()
    expect(page.locator(BOX)).to_have_value(long)
    page.locator(BOX).fill("Bären & co")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("status").filter(has_text="Link copied.")).to_be_visible()
    page.locator(BOX).fill("")
    page.locator(BOX).press("Control+v")
    expect(page.locator(BOX)).to_have_value(f"{app_url}?q=B%C3%A4ren+%26+co")
    page.reload()
    expect(page.locator(BOX)).not_to_have_value(long)


def test_an_example_needs_no_server_and_never_replaces_what_is_typed_after_it(page: Page):
    # Gradio fetches parts of itself after the page can be seen, and the engine comes after those.
    page.locator(f"{LIST}[data-engine='1']").wait_for(timeout=60_000)
    page.context.set_offline(True)
    page.expected_errors = True
    page.get_by_role("button", name="new study").click()
    expect(page.locator(BOX)).to_be_focused()
    page.keyboard.type("of ")
    expect(page.locator(BOX)).to_have_value("new study of ")
    page.context.set_offline(False)
    page.wait_for_timeout(300)
    expect(page.locator(BOX)).to_have_value("new study of ")


def test_finish_it_takes_what_is_in_the_box_and_keeps_its_rows(page: Page, runs: Path, app_url: str):
    random_checkpoint().save(runs / "another-model")
    page.goto(app_url)
    typed(page, "crime has become")
    page.get_by_label("Model", exact=True).click()
    page.get_by_role("option", name="another-model").click()
    expect(page.locator("#about-model")).not_to_contain_text("330,000")
    page.click("#finish")
    expect_rows(page, "row.startsWith('crime has become')", "finished")
    region = page.locator("#finished [role=status]")
    expect(region).not_to_have_text("Writing headlines…")
    assert page.locator("#finished [aria-live]").count() == 0
    row = page.locator("#finished .choice").first
    row.focus()
    held = page.evaluate_handle("document.activeElement")
    page.route("**/queue/join*", lambda route: (page.wait_for_timeout(500), route.continue_()))
    page.locator("#finish").dispatch_event("click")
    expect(region).to_have_text("Writing headlines…")
    expect(row).to_be_visible()  # the rows stay until there are others
    expect(region).not_to_have_text("Writing headlines…")
    assert held.evaluate("e => e === document.activeElement")
    random = runs / "another-model"
    for file in random.iterdir():
        file.unlink()
    random.rmdir()


def test_a_row_can_be_clicked_while_an_input_method_composes(page: Page):
    typed(page, "the ")
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "gov", "selectionStart": 3, "selectionEnd": 3})
    page.wait_for_function(f"() => document.querySelector('{LIST}').dataset.typed === 'the gov'")
    page.locator(f"{LIST} li", has_text="the government").first.click()
    expect(page.locator(BOX)).to_have_value("the government ")
    expect(page.locator(BOX)).to_be_focused()
    page.keyboard.type("s")
    expect(page.locator(BOX)).to_have_value("the government s")
    expect_answer(page, "the government s")
