"""Markup in files and models is shown as text: nothing of it becomes an element, and no script of it runs."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from headline.share.archive import pack
from tests.browser.box import BOX
from tests.browser.test_train import open_tab
from tests.tiny import WORDS, random_checkpoint

# Each kind of markup that Gradio's Markdown or templates would have taken for their own.
HOSTILE = (
    '<svg data-evil><a href="javascript:window.ran=1"><text>x</text></a></svg>'
    '<img data-evil src="http://evil.example/a.png" onerror="window.ran=1">'
    '<div data-evil style="position:fixed;inset:0">over</div>'
    "[x](javascript:window.ran=1) ![y](http://evil.example/b.png) ${window.ran=1} {{window.ran=1}} `${1+1}`"
)
SHORT = '<img data-evil src="//evil.example/c" onerror="window.ran=1">${window.ran=1}'
LOOK = "#look .run-headline"
BECAME = """() => [...document.querySelectorAll(
    '[data-evil], a[href^="javascript:"], [src*="//evil.example"]')].map((e) => e.outerHTML)"""


def expect_only_text(page: Page) -> None:
    assert page.evaluate(BECAME) == []
    assert page.evaluate("window.ran === undefined")


def upload(page: Page, selector: str, name: str, content: bytes) -> None:
    page.locator(selector).set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})


def all_tabs(page: Page) -> None:
    for tab in ("Write", "Inside", "Train"):
        open_tab(page, tab)
        page.wait_for_timeout(300)
        expect_only_text(page)


@pytest.mark.save_data
def test_a_hostile_header_is_text_in_the_notice_and_in_the_estimate(page: Page):
    open_tab(page, "Train")
    page.get_by_label("My own files").check()
    header = '"' + HOSTILE.replace('"', '""') + '"'
    upload(page, "#files input[type=file]", f"{SHORT.replace('/', ':')}.csv", f"{header},b\n1,2\n".encode())
    expect(page.locator(LOOK)).to_contain_text("<svg data-evil>")
    expect(page.locator("#files")).to_contain_text("<img data-evil")
    expect(page.locator("#estimated .line")).to_contain_text("<svg data-evil>")
    page.click("#start")
    expect(page.locator("#run .run-headline")).to_contain_text("<svg data-evil>")
    all_tabs(page)


def test_hostile_headlines_are_text_in_the_preview_and_in_the_box(page: Page):
    open_tab(page, "Train")
    page.get_by_label("My own files").check()
    rows = "\n".join(f"{HOSTILE} {n}" for n in range(30))
    upload(page, "#files input[type=file]", "titles.txt", rows.encode())
    expect(page.locator("#preview")).to_contain_text("<svg data-evil>")
    open_tab(page, "Write")
    page.locator(BOX).fill(HOSTILE)
    page.click("#finish")
    expect(page.locator("#finished .choice").first).to_contain_text("<svg data-evil>")
    all_tabs(page)


def hostile_zip(folder: Path) -> bytes:
    """A model that is accepted, with markup in every field that may hold any text, and in its words."""
    words = [*WORDS, '<img/data-evil/src="//evil.example/w"/onerror="window.ran=1">', "${window.ran=1}"]
    texts = [HOSTILE, SHORT]
    model = replace(
        random_checkpoint(words=words),
        training={"settings": {SHORT: HOSTILE}, SHORT: HOSTILE},
        metrics={"test": {SHORT: 1.0, "perplexity": 9.0, "top5": 0.5}, SHORT: HOSTILE},
        corpus={"files": texts, "columns": texts, "skipped_files": texts, "kept": 12, SHORT: HOSTILE},
        provenance=dict.fromkeys(("name", "created", "headline", "device", "read", SHORT), HOSTILE),
        licence={"weights": HOSTILE, "data": [{"name": HOSTILE, "url": "javascript:window.ran=1"}]},
    )
    return pack(model.save(folder / "model"), folder).read_bytes()


def test_a_hostile_model_is_text_on_every_tab(page: Page, tmp_path: Path):
    open_tab(page, "Train")
    page.locator("#runs button").first.click()
    upload(page, "#runs input[type=file]", f"{SHORT.replace('/', ':')}.zip", hostile_zip(tmp_path))
    expect(page.locator("#run .run-headline")).to_contain_text("was uploaded")
    page.locator("#run-choice input").click()
    page.get_by_role("option").first.click()
    page.locator("#new-name input, #new-name textarea").fill(HOSTILE[:80])
    page.click("#rename")
    expect(page.locator("#compare")).to_contain_text("<svg data-evil>")
    page.locator("#begin input").click()
    expect_only_text(page)
    page.keyboard.press("Escape")
    open_tab(page, "Write")
    expect(page.locator("#about-model .line")).to_contain_text("autocomplete recipe")
    page.locator("#model input").click()
    expect(page.get_by_role("option").filter(has_text="<svg data-evil>").first).to_be_visible()
    expect_only_text(page)
    page.keyboard.press("Escape")
    page.locator(BOX).fill("<img/data")
    all_tabs(page)


@pytest.mark.save_data
def test_a_zip_that_is_refused_quotes_it_as_text(page: Page):
    open_tab(page, "Train")
    page.locator("#runs button").first.click()
    upload(page, "#runs input[type=file]", f"{SHORT.replace('/', ':')}.zip", b"no zip")
    expect(page.locator("#run .run-headline")).to_contain_text("no whole model")
    all_tabs(page)
