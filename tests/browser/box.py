"""The search box as the browser tests see it."""

from playwright.sync_api import Page

BOX = "#headline-input"
LIST = "#headline-list"


def rows(page: Page, list_id: str = "headline-list") -> list[str]:
    # Read in one go: the list may be drawn anew between two questions.
    return page.locator(f"#{list_id} .words").evaluate_all("rows => rows.map(row => row.textContent)")


def expect_rows(page: Page, condition: str, list_id: str = "headline-list") -> None:
    """Wait until every row (there must be one) fulfils a condition on `row`, in JavaScript."""
    page.wait_for_function(
        f"""() => {{
            const rows = [...document.querySelectorAll("#{list_id} .words")].map(row => row.textContent);
            return rows.length > 0 && rows.every(row => {condition});
        }}"""
    )


def expect_answer(page: Page, text: str) -> None:
    """Wait until the server's own list for a text is shown, also by a page that Gradio loads anew meanwhile."""
    page.wait_for_function(
        "text => { const l = document.querySelector('#headline-list')?.dataset; return l?.typed === text && l.exact; }",
        arg=text,
    )


def typed(page: Page, text: str) -> None:
    page.locator(BOX).press_sequentially(text)
    expect_answer(page, page.locator(BOX).input_value())


def chosen(page: Page) -> str | None:
    """The text of the active option, as assistive technology finds it."""
    return page.evaluate(
        f"""() => {{
            const id = document.querySelector("{BOX}").getAttribute("aria-activedescendant");
            const row = id && document.getElementById(id);
            return row && row.getAttribute("aria-selected") === "true" ? row.querySelector(".words").textContent : null;
        }}"""
    )


def ghost(page: Page) -> str:
    return page.locator(".ghost-rest").text_content() or ""


def without_engine(page: Page) -> None:
    """Open the page again as a browser without WebAssembly does: the server answers all keys."""
    page.add_init_script("delete window.WebAssembly")
    page.reload()
    page.locator(f"{LIST} li").first.wait_for()
