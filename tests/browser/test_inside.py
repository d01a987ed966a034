"""The Inside tab: the numbers that the page shows are the network's, and keys lead from word to word."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from headline.model.checkpoint import Checkpoint
from headline.model.language_model import LanguageModel, log_softmax
from headline.paths import BUNDLED_MODEL
from tests.browser.test_train import open_tab, violations_of_ours

pytestmark = pytest.mark.save_data
TEXT = "the government of"


def walked(page: Page, text: str = TEXT) -> None:
    open_tab(page, "Inside")
    expect(page.locator("#word-walk .where")).to_have_text("former, word 1 of 5")  # the example
    page.locator("#inside-text textarea, #inside-text input").first.fill(text)
    expect(page.locator("#word-walk .where")).to_have_text(re.compile(f"^{text.split()[0]}, word 1 of"))


def test_five_numbers_are_those_of_the_network(page: Page):
    walked(page)
    page.get_by_role("slider", name="Word of the headline").press("End")
    expect(page.locator("#word-walk .where")).to_have_text("of, word 3 of 3")
    model = LanguageModel(Checkpoint.load(BUNDLED_MODEL))
    ids = model.vocabulary.split_typed(TEXT + " ").context
    state = model.start()
    for i in ids:
        state = model.step(state, np.array([i]))
    row = page.locator("#word-walk [aria-label='Logits, softmax and mixture'] tbody tr").first
    name, *figures = row.locator("th, td").all_inner_texts()
    word = model.vocabulary.stoi[model.vocabulary.tokenizer.key(name)]
    logits, ngram = model.network.logits(state), model.ngram.next_word(state.ids[0, 1 - model.ngram.order :].tolist())
    softmax = np.exp(log_softmax(logits / model.temperature))[0, word]
    expected = (softmax, ngram[word], model.probabilities(state)[0, word])
    assert figures == [
        f"{logits[0, word]:.3f}".replace("-", "−"),
        *(f"{share:.1%}".replace("%", " %") for share in expected),
    ]
    expect(page.locator("#word-walk .id")).to_have_text(f"of → {ids[-1]}")


def test_the_words_are_reached_by_keys_and_buttons_and_are_told(page: Page):
    walked(page)
    slider = page.get_by_role("slider", name="Word of the headline")
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "government, word 2 of 3")
    page.get_by_role("button", name="Next word →").press("Enter")
    expect(page.get_by_role("button", name="Next word →")).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Next word →").press("Enter")  # there is none
    expect(page.locator("#word-walk .where")).to_have_text("of, word 3 of 3")
    page.get_by_role("button", name="Word before").click()
    expect(page.locator("#word-walk .where")).to_have_text("government, word 2 of 3")
    expect(page.get_by_role("img", name=re.compile("^forget gate: 512 numbers from"))).to_be_visible()


def test_a_phone_is_not_scrolled_sideways_by_a_long_text(phone: Page):
    phone.set_viewport_size({"width": 390, "height": 800})
    walked(phone, "the " + "internationalisation" * 6)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390


def test_the_map_is_read_by_keys_and_the_index_leads_to_a_step_on_either_path(page: Page):
    walked(page)
    listed = page.get_by_label("Word", exact=True)
    expect(listed.locator("option").first).to_have_text("the (typed)")
    listed.select_option("government")
    expect(page.locator("#embedding-map .near p")).to_have_text("Nearest to “government”")
    weights = Checkpoint.load(BUNDLED_MODEL)
    vectors = weights.weights["embedding"] / np.linalg.norm(weights.weights["embedding"], axis=1, keepdims=True)
    name, cosine = page.locator("#embedding-map .near li span").all_inner_texts()[:2]
    stoi = weights.vocabulary.stoi
    expected = vectors[stoi[weights.vocabulary.tokenizer.key(name)]] @ vectors[stoi["government"]]
    assert cosine == f"{expected:.2f}"
    assert page.locator("#embedding-map g.own").count() == 3
    page.locator("#embedding-map g.point:not(.own) circle.reach").first.hover(force=True)  # dots may overlap
    expect(page.locator("#embedding-map .near p")).not_to_have_text("Nearest to “government”")
    sheet = page.locator("#inside")
    expect(sheet.locator("h3").first).to_have_text("1. Raw")
    sheet.get_by_role("button", name=re.compile("The network")).press("Enter")
    expect(sheet.locator("h3").filter(has_text="The network")).to_be_focused()
    page.get_by_label("Our own recipe").check()
    expect(sheet.locator("h3").first).to_have_text("1. Words")
    assert violations_of_ours(page) == []


def test_what_was_typed_stays_when_the_tab_is_opened_again(page: Page):
    walked(page)
    open_tab(page, "Write")
    open_tab(page, "Inside")
    expect(page.locator("#inside-text textarea, #inside-text input").first).to_have_value(TEXT)
    expect(page.locator("#word-walk .where")).to_have_text("the, word 1 of 3")
