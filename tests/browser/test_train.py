"""What a person does on the Train tab."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_write import BOX, expect_rows

RUN_SECONDS = 180_000  # at most, for a run of a few epochs on two busy cores


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def set_epochs(page: Page, epochs: int) -> None:
    number = page.get_by_label("number input for Epochs")
    number.fill(str(epochs))
    number.press("Tab")


def test_train_on_the_sample_and_type_with_the_result(page: Page):
    open_tab(page, "Train")
    set_epochs(page, 3)
    page.click("#start")
    said = page.locator("#run .run-headline")
    expect(said).to_contain_text("Epoch", timeout=RUN_SECONDS)
    expect(said).to_contain_text("loss")
    expect(said).to_contain_text("left")
    # A second run waits for the first, and typing goes on meanwhile.
    open_tab(page, "Write")
    page.locator(BOX).fill("the gov")
    expect_rows(page, 'row.startsWith("the gov")')
    open_tab(page, "Train")
    # A page that is opened again finds the run.
    page.reload()
    open_tab(page, "Train")
    expect(said).to_contain_text("Done.", timeout=RUN_SECONDS)
    assert page.locator("#run tbody tr").count() == 3
    expect(page.locator("#run")).to_contain_text("perplexity")
    assert violations(page) == {}
    open_tab(page, "Write")
    expect(page.locator("#model input")).to_have_value(re.compile("^Sample"))
    expect(page.locator("#about-model")).to_contain_text("headlines")
    page.locator(BOX).fill("the school ")
    expect_rows(page, 'row.startsWith("the school ") && row.length > 11')


def test_a_file_that_cannot_be_used_is_told_in_a_sentence(page: Page, tmp_path: Path):
    table = tmp_path / "prices.csv"
    table.write_text("shop,price\nCorner,12\nMarket,10\n")
    open_tab(page, "Train")
    page.get_by_label("Files of my own").check()
    page.click("#start")
    said = page.locator("#run .run-headline")
    expect(said).to_contain_text("Choose a file")
    page.locator("#files input[type=file]").set_input_files(table)
    expect(page.locator("#files")).to_contain_text("prices")
    page.click("#start")
    expect(said).to_contain_text("has no column called headline or title", timeout=RUN_SECONDS)
    expect(said).to_contain_text("shop")


def test_a_run_is_stopped_and_its_best_is_kept(page: Page, tmp_path: Path):
    titles = tmp_path / "titles.txt"
    titles.write_text(
        "\n".join(f"Council {w} plan for park number {i}" for i in range(300) for w in ("backs", "drops"))
    )
    open_tab(page, "Train")
    page.get_by_label("Files of my own").check()
    page.locator("#files input[type=file]").set_input_files(titles)
    expect(page.locator("#files")).to_contain_text("titles")
    set_epochs(page, 50)
    page.click("#start")
    said = page.locator("#run .run-headline")
    expect(said).to_contain_text("Epoch", timeout=RUN_SECONDS)
    page.click("#stop")
    expect(said).to_contain_text("Stopped", timeout=RUN_SECONDS)
    open_tab(page, "Write")
    expect(page.locator("#model input")).to_have_value(re.compile("^titles"))
    page.locator(BOX).fill("Council ba")
    expect(page.locator("#headline-list .words").first).to_have_text("Council backs")
