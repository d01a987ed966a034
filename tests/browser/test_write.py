"""What a person does on the Write tab."""

import pytest
from playwright.sync_api import Page, expect

BOX = "#headline-box textarea, #headline-box input"


def rows(page: Page, list_id: str = "suggestions") -> list[str]:
    # Read in one go: the list may be drawn anew between two questions.
    return page.locator(f"#{list_id} .words").evaluate_all("rows => rows.map(row => row.textContent)")


def expect_rows(page: Page, condition: str, list_id: str = "suggestions") -> None:
    """Wait until every row (there must be one) fulfils a condition on `row`, in JavaScript."""
    page.wait_for_function(
        f"""() => {{
            const rows = [...document.querySelectorAll("#{list_id} .words")].map(row => row.textContent);
            return rows.length > 0 && rows.every(row => {condition});
        }}"""
    )


def test_typing_shows_suggestions_and_a_click_takes_one(page: Page):
    box = page.locator(BOX)
    box.press_sequentially("the gov")
    expect_rows(page, 'row.startsWith("the gov") && row.length > 7')
    assert "the government" in rows(page)
    page.locator("#suggestions button", has_text="the government").first.click()
    expect(box).to_have_value("the government ")
    expect(box).to_be_focused()
    expect_rows(page, 'row.startsWith("the government ") && row.length > 15')


def test_the_typed_part_is_set_apart_and_the_likeliest_stands_first(page: Page):
    page.locator(BOX).press_sequentially("police s")
    expect_rows(page, 'row.startsWith("police s")')
    typed = page.locator("#suggestions .typed").all_text_contents()
    assert set(typed) == {"police s"}
    shares = [float(s.rstrip("%").lstrip("<")) for s in page.locator("#suggestions .figure").all_text_contents()]
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("text", ["australian government to cut", "two killed in delhi crash as rain"])
def test_a_burst_of_letters_ends_on_the_right_list(page: Page, text: str):
    page.locator(BOX).press_sequentially(text, delay=5)
    # A row repeats the end of a long text behind an ellipsis.
    page.wait_for_function(
        """text => {
            const typed = [...document.querySelectorAll("#suggestions .typed")].map(t => t.textContent);
            return typed.length > 0 && typed.every(t => t === text || t === "…" + text.slice(1 - t.length));
        }""",
        arg=text,
    )


def test_backspace_paste_and_an_emptied_box_change_the_list(page: Page):
    box = page.locator(BOX)
    box.press_sequentially("the govx")
    page.wait_for_function("() => document.querySelectorAll('#suggestions button').length === 0")
    box.press("Backspace")
    expect_rows(page, 'row.startsWith("the gov")')
    box.press("Control+a")
    page.evaluate("document.execCommand('insertText', false, 'new zeal')")  # what a paste does
    expect_rows(page, 'row.startsWith("new zeal")')
    box.fill("")
    expect_rows(page, "row.length > 0 && row[0] === row[0].toUpperCase()")


def test_what_is_typed_is_text_and_never_markup(page: Page):
    box = page.locator(BOX)
    box.fill("<img src=x onerror=alert(1)> ${1+1} {{value}} the ")
    expect_rows(page, 'row.includes("{{value}} the ")')
    page.click("#finish")
    expect_rows(page, 'row.startsWith("<img src=x onerror=alert(1)> ${1+1} {{value}} the ")', "finished")
    assert page.locator("#suggestions img, #finished img").count() == 0


def test_finish_it_writes_several_headlines_and_a_click_takes_one(page: Page):
    page.get_by_text("the school district has", exact=True).click()
    box = page.locator(BOX)
    expect(box).to_have_value("the school district has")
    page.click("#finish")
    expect_rows(page, 'row.startsWith("the school district has ")', "finished")
    made = rows(page, "finished")
    assert len(made) >= 3 and len(set(made)) == len(made)
    page.locator("#finished button").nth(1).click()
    expect(box).to_have_value(made[1])


def test_the_page_fits_a_phone(page: Page):
    page.set_viewport_size({"width": 320, "height": 700})
    page.locator(BOX).press_sequentially("the gov")
    expect_rows(page, 'row.startsWith("the gov")')
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
