"""The box in a script that is written from right to left."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from headline.corpus.vocabulary import Vocabulary
from headline.model.checkpoint import Checkpoint
from headline.model.config import ModelConfig
from tests.tiny import random_weights

BOX = "#headline-input"
WORDS = {
    "he": ("הממשלה", "הודיעה", "על", "תוכנית", "חדשה"),
    "ar": ("الحكومة", "تعلن", "خطة", "جديدة", "اليوم"),
}


def model_of(tag: str) -> Checkpoint:
    """Each word follows the one before it: the network alone says nothing."""
    words = ["<pad>", "<unk>", "<s>", "</s>", *WORDS[tag]]
    known = Vocabulary(words, [0] * 4 + [9, 8, 7, 6, 5], "headline", language=tag)
    config = ModelConfig("autocomplete", len(known), 12, embedding_size=5, units=7)
    return Checkpoint(config, known, random_weights(config, scale=0.0))


def choose(page: Page, tag: str) -> None:
    """Choose a model; Gradio may reload the page once after it was opened."""
    chosen = page.locator("#model input")
    while chosen.input_value() != tag:
        chosen.click()
        with page.expect_response(lambda response: "/suggest?" in response.url and f"model={tag}" in response.url):
            page.get_by_role("option", name=tag, exact=True).click()
        page.wait_for_timeout(1000)


@pytest.mark.parametrize("tag", WORDS)
def test_grey_text_goes_on_at_the_left_and_never_over_the_letters(page: Page, runs: Path, tag: str):
    model_of(tag).save(runs / tag)
    page.reload()
    page.locator("#headline-list li").first.wait_for()
    page.wait_for_timeout(3000)
    choose(page, tag)
    first = WORDS[tag][0]
    page.locator(BOX).press_sequentially(first[:3], delay=50)
    expect(page.locator(".ghost-rest")).to_have_text(re.compile(f"^{first[3:]}"))
    grey, typed = (page.locator(f".ghost-{part}").bounding_box() for part in ("rest", "typed"))
    box = page.locator(BOX).bounding_box()
    assert grey and typed and box
    assert abs(grey["x"] + grey["width"] - typed["x"]) < 1  # it ends where the typed letters begin
    assert typed["x"] + typed["width"] > box["x"] + box["width"] - 20  # these are at the right
    row = page.locator("#headline-list .words bdi").first
    expect(row).to_have_css("direction", "rtl")
    words, line = row.bounding_box(), page.locator("#headline-list .words").first.bounding_box()
    assert words and line and abs(words["x"] + words["width"] - line["x"] - line["width"]) < 1  # at the right
    page.keyboard.press("Control+ArrowLeft")
    expect(page.locator(BOX)).to_have_value(f"{first} ")
    page.locator(BOX).fill("the")
    expect(page.locator(".search .line")).to_have_attribute("dir", "ltr")
