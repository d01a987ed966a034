"""Suggestions belong to the words before the caret: in the middle of a text, with a selection, after undo and paste."""

import re

from playwright.sync_api import Page, expect

from headline.generator.box.keystrokes import steps
from headline.generator.box.shown import shown, within_one_key
from headline.generator.suggester import Suggester
from headline.paths import BUNDLED_MODEL
from tests.browser.box import BOX, LIST, chosen, expect_answer, expect_rows, ghost, rows, typed, without_engine


def put_caret(page: Page, text: str) -> None:
    """Fill the box with a text in which "|" is the caret, or two of them the ends of a selection."""
    parts = text.split("|")
    page.locator(BOX).fill("".join(parts))
    start, end = len(parts[0]), len(parts[0]) + (len(parts[1]) if len(parts) > 2 else 0)
    page.locator(BOX).evaluate("(e, [start, end]) => e.setSelectionRange(start, end)", [start, end])
    expect_answer(page, parts[0])


def expect_caret(page: Page, text: str) -> None:
    before = text.index("|")
    expect(page.locator(BOX)).to_have_value(text.replace("|", ""))
    expect(page.locator(BOX)).to_be_focused()
    assert page.locator(BOX).evaluate("e => [e.selectionStart, e.selectionEnd]") == [before, before]


def take(page: Page, word: str) -> None:
    page.locator(f"{LIST} li", has_text=word).first.locator(".rest").click()


def test_in_the_middle_the_list_is_that_of_the_words_before_the_caret(page: Page):
    typed(page, "the gov")
    offered = rows(page)
    put_caret(page, "the gov| says no")
    assert rows(page) == offered and ghost(page) == ""
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect_answer(page, "the ")
    assert all(row.startswith("the ") for row in rows(page)) and rows(page) != offered
    page.keyboard.press("Home")
    expect_answer(page, "")
    page.keyboard.press("End")
    expect_answer(page, "the gov says no")


def test_taking_in_the_middle_leaves_what_follows(page: Page):
    put_caret(page, "the gov| says no")
    take(page, "government")
    expect_caret(page, "the government |says no")
    expect_answer(page, "the government ")
    page.keyboard.press("Control+z")
    expect(page.locator(BOX)).to_have_value("the gov says no")
    put_caret(page, "the gov|, they say")
    take(page, "government")
    expect_caret(page, "the government|, they say")
    put_caret(page, "the |government says")
    first = rows(page)[0].removeprefix("the ")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect_caret(page, f"the {first} |government says")


def test_inside_a_word_what_is_behind_stays_and_is_not_written_twice(page: Page):
    put_caret(page, "quan|tum of solace")
    assert all(row.startswith("quan") and " " not in row for row in rows(page))
    take(page, "quantum")
    expect_caret(page, "quantum |of solace")
    put_caret(page, "qua|ntum of solace")
    first = rows(page)[0]
    assert first != "quantum"
    take(page, first)
    expect_caret(page, f"{first} |ntum of solace")


def test_keys_in_the_middle(page: Page):
    put_caret(page, "the gov| says no")
    page.keyboard.press("ArrowDown")
    assert chosen(page) == rows(page)[0] == "the government"
    page.keyboard.press("Tab")
    expect_caret(page, "the government |says no")
    put_caret(page, "the gov| says no")
    page.keyboard.press("Escape")
    expect(page.locator(BOX)).to_have_attribute("aria-expanded", "false")
    expect_caret(page, "the gov| says no")
    page.keyboard.press("Tab")  # there is no grey text to take
    expect(page.locator(BOX)).not_to_be_focused()


def test_a_selection_is_replaced(page: Page):
    put_caret(page, "the |government| says")
    assert ghost(page) == ""
    word = rows(page)[1].removeprefix("the ")
    take(page, word)
    expect_caret(page, f"the {word} |says")
    page.keyboard.press("Control+z")
    expect(page.locator(BOX)).to_have_value("the government says")


def test_what_is_pasted_or_cut_in_the_middle_moves_the_list(page: Page):
    put_caret(page, "the | says no")
    page.evaluate("document.execCommand('insertText', false, 'prime minister')")  # what a paste does
    expect_answer(page, "the prime minister")
    assert all(row.startswith("the prime minister") for row in rows(page))
    page.keyboard.press("Control+Backspace")
    expect_answer(page, "the prime ")


def test_an_input_method_may_compose_in_the_middle(page: Page):
    put_caret(page, "the | says no")
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "gov", "selectionStart": 3, "selectionEnd": 3})
    page.wait_for_function(f"() => document.querySelector('{LIST}').dataset.typed === 'the gov'")
    session.send("Input.insertText", {"text": "gov"})
    expect(page.locator(BOX)).to_have_value("the gov says no")
    expect_answer(page, "the gov")


def test_the_space_of_a_taken_word_makes_room_for_a_mark(page: Page):
    box = page.locator(BOX)
    typed(page, "the govern")
    box.press("Tab")
    box.press_sequentially(",")
    expect_caret(page, "the government, |")
    expect_answer(page, "the government, ")
    box.press_sequentially(" and")  # the space is there
    expect(box).to_have_value("the government, and")
    box.press("Control+z")
    box.fill("")
    typed(page, "the govern")
    box.press("Tab")
    box.press_sequentially("’s")
    expect_caret(page, "the government’s|")
    box.press_sequentially("p")
    expect_caret(page, "the government’s p|")
    box.fill("")
    typed(page, "the govern")
    box.press("Tab")
    box.press_sequentially(" says: 3.5, U.S. at 9:30...")
    expect(box).to_have_value("the government says: 3.5, U.S. at 9:30...")


def test_a_mark_behind_a_taken_word_is_undone_by_itself(page: Page):
    box = page.locator(BOX)
    typed(page, "the govern")
    box.press("Tab")
    box.press_sequentially("?")
    expect(box).to_have_value("the government? ")
    box.press("Control+z")
    expect(box).to_have_value("the government ")
    box.press("Control+z")
    expect(box).to_have_value("the govern")


def test_a_space_that_was_typed_stays_before_a_mark(page: Page):
    typed(page, "the government ")
    page.locator(BOX).press_sequentially("(")
    expect(page.locator(BOX)).to_have_value("the government (")
    page.locator(BOX).fill("the government ")
    page.locator(BOX).press_sequentially(": ")
    expect(page.locator(BOX)).to_have_value("the government : ")
    page.locator(BOX).fill("")
    typed(page, "the govern")
    page.locator(BOX).press("Tab")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")  # the caret was elsewhere, but nothing has changed
    page.locator(BOX).press_sequentially(",")
    expect(page.locator(BOX)).to_have_value("the government, ")


def test_a_row_carries_on_in_a_paler_tone(page: Page):
    box = page.locator(BOX)
    typed(page, "what you need ")
    row = page.locator(f"{LIST} li").first
    expect(row.locator(".rest")).to_have_text("to")
    expect(row.locator(".more")).to_have_text(" know about")
    assert ghost(page) == "to know about"
    box.press("ArrowDown")
    box.press("Enter")  # the word
    expect(box).to_have_value("what you need to ")
    box.press("Control+z")
    expect_answer(page, "what you need ")
    box.press("ArrowDown")
    box.press("Tab")  # the whole
    expect(box).to_have_value("what you need to know about ")
    box.press("Control+z")
    expect_answer(page, "what you need ")
    box.press("Control+ArrowRight")
    expect(box).to_have_value("what you need to ")
    box.press("Control+z")
    expect_answer(page, "what you need ")
    row.locator(".more").click()
    expect(box).to_have_value("what you need to know about ")


def test_an_empty_box_shows_openings_without_figures(page: Page):
    expect_rows(page, "row.split(' ').length >= 2")
    assert len(rows(page)) == 6
    expect(page.locator(f"{LIST} .figure").first).not_to_be_visible()
    expect(page.locator(f"{LIST} .meter").first).not_to_be_visible()
    first = rows(page)[0]
    page.locator(BOX).press("ArrowDown")
    page.locator(BOX).press("Tab")
    expect(page.locator(BOX)).to_have_value(first + " ")
    expect_answer(page, first + " ")
    expect(page.locator(f"{LIST} .figure").first).to_be_visible()


def test_where_nothing_is_likely_there_are_no_figures(page: Page):
    without_engine(page)
    reply = {"model": "bundled", "complete": 0}
    unlikely = [{"completion": word, "probability": 0.009, "kind": "word"} for word in ("one", "two")]
    page.route("**/headline/suggest*", lambda route: route.fulfill(json=reply | {"q": "zz ", "suggestions": unlikely}))
    page.locator(BOX).fill("zz ")
    expect_answer(page, "zz ")
    assert rows(page) == ["zz one", "zz two"]
    expect(page.locator(f"{LIST} .figure").first).not_to_be_visible()
    expect(page.locator(f"{LIST} .meter").first).not_to_be_visible()


def test_a_chip_of_an_empty_box_takes_the_whole_opening_and_others_show_the_word(phone: Page):
    opening = rows(phone)[0]
    assert " " in opening
    phone.locator(f"{LIST} li").first.tap()
    expect(phone.locator(BOX)).to_have_value(opening + " ")
    phone.locator(BOX).fill("what you need ")
    expect_answer(phone, "what you need ")
    first = phone.locator(f"{LIST} li").first
    expect(first.locator(".more")).not_to_be_visible()
    first.tap()
    expect(phone.locator(BOX)).to_have_value("what you need to ")


def test_a_selection_that_is_given_up_leaves_the_list_of_its_place(page: Page):
    put_caret(page, "the |gov|")
    assert any(row.startswith("the ") for row in rows(page))
    page.keyboard.press("ArrowRight")
    expect_answer(page, "the gov")
    put_caret(page, "quan|| dary")
    page.keyboard.press("Delete")  # what is behind changes, and what fits with it
    expect(page.locator(BOX)).to_have_value("quandary")
    expect_rows(page, "row.startsWith('quan') && !row.includes(' ')")


def test_the_simulated_person_can_do_in_the_page_what_is_counted(page: Page):
    headline = "What you need to know about New York's new law, in 3.5 minutes: why it's on hold"
    suggester = Suggester.load(BUNDLED_MODEL)
    done = list(steps(headline, lambda text: within_one_key(shown(suggester, text))))
    assert {step.kind for step in done} == {"type", "take"}
    before = ""
    for step in done:
        expect_answer(page, before)
        if step.kind == "take":
            row = page.locator(f"{LIST} li").filter(has=page.locator(".rest", has_text=re.compile(r"\S")))
            texts = row.locator(".words").evaluate_all(
                """(lines, before) => lines.map(line => {
                    const rest = line.querySelector(".rest").textContent, more = line.querySelector(".more").textContent;
                    const kept = /^[,:;?!.…)”]/.test(rest) ? before.trimEnd() : before;
                    return [kept + rest, kept + rest + more];
                })""",
                before,
            )
            n = next(n for n, pair in enumerate(texts) if step.text in pair)
            part = ".rest" if texts[n][0] == step.text else ".more"
            row.nth(n).locator(part).click()
        else:
            page.locator(BOX).press_sequentially(step.text)
        before = page.locator(BOX).input_value()
    assert before.strip().lower() == headline.lower()
    expect(page.locator(".saved-line")).to_have_text(re.compile(f"^{len(done)} keys pressed"))
