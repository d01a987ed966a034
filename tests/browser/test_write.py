"""What a person does on the Write tab: the search box by keyboard, pointer, touch and input method."""

import json
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.box import BOX, LIST, chosen, expect_answer, expect_rows, ghost, rows, typed, without_engine
from tests.browser.conftest import free_port, served

SUGGEST = re.compile("/gradio_api/headline/suggest")


def test_typing_shows_suggestions_and_a_click_takes_one(page: Page):
    box = page.locator(BOX)
    typed(page, "the gov")
    assert "the government" in rows(page)
    page.locator(f"{LIST} li", has_text="the government").first.click()
    expect(box).to_have_value("the government ")
    expect(box).to_be_focused()
    expect_rows(page, 'row.startsWith("the government ") && row.length > 15')


def test_roles_and_states_are_those_of_a_combobox(page: Page):
    box = page.get_by_role("combobox", name="Your headline")
    typed(page, "the gov")
    for name, value in {"aria-expanded": "true", "aria-autocomplete": "both", "aria-controls": "headline-list"}.items():
        expect(box).to_have_attribute(name, value)
    assert page.get_by_role("listbox", name="Suggestions").get_by_role("option").count() == len(rows(page))
    expect(page.locator("#search-box .status")).to_have_text(re.compile(r"^\d suggestions?$"))
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(page.locator(f"{LIST} li").first).not_to_be_visible()


def test_arrows_choose_and_wrap_and_enter_takes(page: Page):
    box = page.locator(BOX)
    typed(page, "the gov")
    offered = rows(page)
    assert chosen(page) is None
    for expected in [*offered, offered[0]]:
        box.press("ArrowDown")
        assert chosen(page) == expected
    box.press("ArrowUp")
    assert chosen(page) == offered[-1]
    expect(box).to_be_focused()
    expect(box).to_have_value("the gov")
    box.press("Home")  # the caret goes, and the choice with it
    assert chosen(page) is None
    assert box.evaluate("e => e.selectionStart") == 0
    expect_answer(page, "")
    box.press("End")
    expect_answer(page, "the gov")
    box.press("ArrowUp")
    assert chosen(page) == offered[-1]
    box.press("Enter")
    expect(box).to_have_value(offered[-1] + " ")


def test_alt_and_arrows_close_and_open_without_choosing(page: Page):
    box = page.locator(BOX)
    typed(page, "the gov")
    box.press("Alt+ArrowUp")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press("Alt+ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")
    assert chosen(page) is None


def test_tab_takes_the_ghost_and_moves_on_where_there_is_none(page: Page):
    box = page.locator(BOX)
    typed(page, "the govern")
    assert ghost(page) == "ment"
    box.press("Tab")
    expect(box).to_have_value("the government ")
    expect(box).to_be_focused()
    box.fill("xqzwv")
    expect_answer(page, "xqzwv")
    assert ghost(page) == ""
    box.press("Tab")
    expect(box).not_to_be_focused()


def test_escape_dismisses_the_ghost_then_tab_is_tab_again(page: Page):
    box = page.locator(BOX)
    typed(page, "the govern")
    box.press("Escape")
    assert ghost(page) == ""
    box.press("Tab")
    expect(box).not_to_be_focused()
    expect(box).to_have_value("the govern")
    box.focus()
    box.press("Escape")
    expect(box).to_have_value("")
    box.press("Control+z")
    expect(box).to_have_value("the govern")


def test_one_word_of_the_ghost_is_taken_by_control_and_right(page: Page):
    without_engine(page)
    box = page.locator(BOX)
    reply = {
        "suggestions": [{"completion": "ernment to cut", "probability": 0.9, "kind": "phrase"}],
        "model": "bundled",
    }
    page.route(SUGGEST, lambda route: route.fulfill(json=reply | {"q": "the gov"}))
    page.locator(BOX).fill("the gov")
    expect_answer(page, "the gov")
    assert ghost(page) == "ernment to cut"
    box.press("Control+ArrowRight")
    expect(box).to_have_value("the government ")


def test_control_and_right_in_the_text_moves_the_caret(page: Page):
    box = page.locator(BOX)
    typed(page, "the gov")
    box.press("Home")
    box.press("Control+ArrowRight")
    expect(box).to_have_value("the gov")
    assert box.evaluate("e => e.selectionStart") in (3, 4)


def test_what_was_taken_can_be_undone_and_redone(page: Page):
    box = page.locator(BOX)
    typed(page, "the govern")
    box.press("Tab")
    box.press("Control+z")
    expect(box).to_have_value("the govern")
    box.press("Control+Shift+z")
    expect(box).to_have_value("the government ")


def test_a_correction_is_marked_and_takes_the_words_place(page: Page):
    box = page.locator(BOX)
    typed(page, "Prime Minister of Austrlia")
    row = page.locator(f"{LIST} li", has_text=re.compile("Australiadid you mean")).first
    expect(row.locator(".mark")).to_have_text("did you mean")
    row.click()
    expect(box).to_have_value("Prime Minister of Australia ")
    box.press("Control+z")
    expect(box).to_have_value("Prime Minister of Austrlia")


def test_hovering_chooses_nothing(page: Page):
    typed(page, "the gov")
    page.locator(BOX).press("ArrowDown")
    first = chosen(page)
    page.locator(f"{LIST} li").nth(2).hover()
    assert chosen(page) == first


def test_nothing_is_taken_while_an_input_method_composes(page: Page):
    box = page.locator(BOX)
    typed(page, "the ")
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "gov", "selectionStart": 3, "selectionEnd": 3})
    page.wait_for_function(f"() => document.querySelector('{LIST}').dataset.typed === 'the gov'")
    assert ghost(page) == ""
    session.send("Input.insertText", {"text": "gov"})
    expect(box).to_have_value("the gov")
    expect_answer(page, "the gov")
    assert ghost(page) != ""


def test_backspace_paste_cut_and_an_emptied_box_change_the_list(page: Page):
    box = page.locator(BOX)
    typed(page, "the govxq")
    box.press("Backspace")
    box.press("Backspace")
    expect_answer(page, "the gov")
    box.press("Control+a")
    page.evaluate("document.execCommand('insertText', false, 'new zeal')")  # what a paste does
    expect_answer(page, "new zeal")
    box.press("Control+a")
    box.press("Control+x")
    expect_answer(page, "")
    expect_rows(page, "row.length > 0 && row[0] === row[0].toUpperCase()")


@pytest.mark.parametrize("text", ["australian government to cut", "two killed in delhi crash as rain"])
def test_a_burst_of_letters_ends_on_the_right_list(page: Page, text: str):
    page.locator(BOX).press_sequentially(text, delay=5)
    expect_answer(page, text)
    shown = rows(page)
    page.reload()
    page.locator(BOX).fill(text)
    expect_answer(page, text)
    assert rows(page) == shown


def test_answers_that_come_late_are_never_shown_over_newer_ones(page: Page):
    without_engine(page)
    delays = iter([0.4, 0.05, 0.3, 0.0, 0.2] * 20)

    def late(route: Route) -> None:
        time.sleep(next(delays) / 4)
        route.continue_()

    page.evaluate(
        f"""() => {{
            window.shown = [];
            const list = document.querySelector("{LIST}"), box = document.querySelector("{BOX}");
            new MutationObserver(() => window.shown.push([list.dataset.typed, box.value])).observe(list, {{childList: true}});
        }}"""
    )
    page.route(SUGGEST, late)
    page.locator(BOX).press_sequentially("the prime minister of", delay=15)
    expect_answer(page, "the prime minister of")
    shown = page.evaluate("window.shown")
    lengths = [len(typed) for typed, _ in shown]
    assert lengths == sorted(lengths)
    assert all(value.startswith(typed) for typed, value in shown)


def test_rows_that_still_fit_stay_while_the_server_thinks(page: Page):
    without_engine(page)
    typed(page, "the gov")
    fitting = [row for row in rows(page) if row.startswith("the gove")]
    page.route(SUGGEST, lambda route: None)  # never answered
    page.locator(BOX).press("e")
    expect_rows(page, 'row.startsWith("the gove")')
    assert rows(page) == fitting and len(fitting) > 1
    assert page.locator(LIST).get_attribute("data-exact") == ""


def test_when_the_server_is_gone_the_text_stays_and_it_is_said(page: Page, request):
    without_engine(page)
    page.route(SUGGEST, lambda route: route.fulfill(status=503, body="no"))
    page.locator(BOX).press_sequentially("the gov")
    expect(page.get_by_role("status").filter(has_text="The server does not answer")).to_be_visible()
    expect(page.locator(BOX)).to_have_value("the gov")
    page.expected_errors = True


def test_what_is_typed_is_text_and_never_markup(page: Page):
    box = page.locator(BOX)
    hostile = "<img src=x onerror=alert(1)> ${1+1} {{value}} the "
    box.fill(hostile)
    expect_answer(page, hostile)
    assert rows(page) and all(
        row.endswith(tuple("abcdefghijklmnopqrstuvwxyz0123456789'ABCDEFGHIJKLMNOPQRSTUVWXYZ.")) for row in rows(page)
    )
    page.click("#finish")
    expect_rows(page, f"row.startsWith({json.dumps(hostile)})", "finished")
    assert page.locator("#search-box img, #finished img").count() == 0


def test_the_line_below_tells_what_was_saved(page: Page):
    saved = page.locator(".saved-line")
    typed(page, "the govern")
    expect(saved).to_have_text(re.compile("^Tab takes the grey words"))  # nothing has been saved yet
    page.locator(BOX).press("Tab")
    expect(saved).to_have_text("11 keys pressed for 15 letters: 27 % saved")


def test_a_link_carries_the_text(page: Page, app_url: str):
    typed(page, "the gov & co")
    page.wait_for_function("() => new URLSearchParams(location.search).get('q') === 'the gov & co'")
    page.goto(page.url)
    expect(page.locator(BOX)).to_have_value("the gov & co")
    page.goto(f"{app_url}?q=new%20zeal")
    expect(page.locator(BOX)).to_have_value("new zeal")
    expect_rows(page, 'row.startsWith("new zeal")')


def test_settings_are_kept_in_the_browser(page: Page):
    page.get_by_text("Settings", exact=True).click()
    page.get_by_label("How many").select_option("3")
    page.get_by_label("Case").select_option("upper")
    typed(page, "the gov")
    assert len(rows(page)) <= 3 and rows(page)[0] == "the govERNMENT"
    page.reload()
    page.locator(BOX).fill("")
    typed(page, "the ")
    assert len(rows(page)) == 3 and all(row[4:] == row[4:].upper() for row in rows(page))


def test_finish_it_writes_several_headlines_which_can_be_used(page: Page):
    page.get_by_role("button", name="the school district has").click()
    box = page.locator(BOX)
    expect(box).to_have_value("the school district has ")
    page.click("#finish")
    expect_rows(page, 'row.startsWith("the school district has ")', "finished")
    expect(page.locator("#finished .mark").first).to_have_text(re.compile("new|seen in training"))
    page.wait_for_function("() => document.querySelectorAll('#finished .choice').length >= 3")
    page.wait_for_timeout(1500)
    made = rows(page, "finished")
    assert len(set(made)) == len(made)
    page.locator("#finished .choice").nth(1).click()
    expect(box).to_have_value(made[1])
    expect(box).to_be_focused()


def test_enter_finishes_too(page: Page):
    typed(page, "crime has become")
    page.locator(BOX).press("Enter")
    expect_rows(page, 'row.startsWith("crime has become ")', "finished")


def test_a_phone_gets_chips_for_a_thumb(phone: Page):
    phone.locator(BOX).tap()
    phone.locator(BOX).press_sequentially("the gov")
    expect_answer(phone, "the gov")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
    sizes = phone.locator(f"{LIST} li").evaluate_all("rows => rows.map(r => r.getBoundingClientRect().height)")
    assert sizes and min(sizes) >= 44
    assert float(phone.locator(BOX).evaluate("e => parseFloat(getComputedStyle(e).fontSize)")) >= 16
    phone.locator(f"{LIST} li").first.tap()
    expect(phone.locator(BOX)).to_have_value("the government ")
    expect(phone.locator(BOX)).to_be_focused()


def test_a_page_at_rest_draws_no_frames(browser: Browser, app_url: str):
    """Gradio's loading screen leaves a loop behind that asks for sixty frames a second; `first.js` ends it."""
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(
        """window.frames_asked = 0;
        const native = window.requestAnimationFrame.bind(window);
        window.requestAnimationFrame = (callback) => { window.frames_asked += 1; return native(callback); };"""
    )
    page.goto(app_url)
    page.locator("#headline-list li").first.wait_for()
    assert page.evaluate("window.frames_asked") > 5  # the loading screen's own
    for _ in range(40):  # its dance may take a few seconds to end
        before = page.evaluate("window.frames_asked")
        page.wait_for_timeout(500)
        asked = page.evaluate("window.frames_asked") - before
        if not asked:
            break
    assert asked == 0
    context.close()


def test_what_the_arrows_chose_stays_chosen_when_the_exact_list_comes(page: Page):
    without_engine(page)
    typed(page, "the gov")
    held: list[Route] = []
    page.route(SUGGEST, lambda route: held.append(route))
    page.locator(BOX).press_sequentially("e")
    expect_rows(page, "row.startsWith('the gove')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    before = chosen(page)
    assert before is not None and before != rows(page)[0]
    page.wait_for_timeout(100)
    for route in held:
        route.continue_()
    expect_answer(page, "the gove")
    assert chosen(page) == before
    page.unroute(SUGGEST)


def test_an_answer_for_less_of_the_text_that_comes_late_changes_nothing(page: Page):
    without_engine(page)
    box, listed = page.locator(BOX), page.locator(LIST)
    box.fill("the govern")
    expect_answer(page, "the govern")
    before, grey = rows(page), page.locator(".ghost-rest").text_content()
    held: list[Route] = []
    page.route(SUGGEST, lambda route: held.append(route))
    with page.expect_request(SUGGEST):
        box.fill("the go")
    box.fill("the govern")  # whose list the page has kept
    expect_answer(page, "the govern")
    with page.expect_response(SUGGEST):
        held[0].continue_()
    page.wait_for_timeout(200)
    assert (rows(page), page.locator(".ghost-rest").text_content()) == (before, grey)
    assert listed.get_attribute("data-exact") == "1"
    page.unroute(SUGGEST)


LOST = "The server does not answer. Your text is kept."


def test_the_list_comes_back_by_itself_once_the_server_answers_again(page: Page):
    without_engine(page)
    page.expected_errors = True
    typed(page, "the ")
    page.route(SUGGEST, lambda route: route.abort("connectionrefused"))
    page.locator(BOX).press_sequentially("qua")
    expect(page.locator(".told")).to_have_text(LOST)
    page.unroute(SUGGEST)
    expect_answer(page, "the qua")  # without another key
    expect(page.locator(".told")).not_to_have_text(LOST)


def test_a_busy_server_is_asked_again_when_it_says(page: Page):
    without_engine(page)
    page.expected_errors = True
    typed(page, "the ")
    refused: list[Route] = []

    def busy(route: Route) -> None:
        refused.append(route)
        route.fulfill(status=429, headers={"Retry-After": "1"}, json={"error": "The server has too much to do."})

    page.route(SUGGEST, busy, times=2)
    page.locator(BOX).press_sequentially("q")
    expect_answer(page, "the q")
    assert 1 <= len(refused) <= 2


def test_the_list_comes_back_when_the_server_was_started_anew(browser: Browser, tmp_path: Path):
    port = free_port()  # the same both times
    context = browser.new_context()
    page = context.new_page()
    with served(tmp_path, GRADIO_SERVER_PORT=str(port)):
        page.goto(f"http://127.0.0.1:{port}/")
        typed(page, "the ")
    page.locator(BOX).press_sequentially("qua")
    expect(page.locator(".told")).to_have_text(LOST)
    with served(tmp_path, GRADIO_SERVER_PORT=str(port)):
        expect_answer(page, "the qua")
    context.close()
