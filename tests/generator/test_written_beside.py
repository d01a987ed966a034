"""Words that are written otherwise before some words: what is written at once knows what comes next, what was typed stays."""

import pytest

from headline.corpus.segmentation import TOKENIZERS
from headline.generator.suggester import Suggester
from headline.generator.writing import Writing, append_words
from tests.tiny import bigram_checkpoint, suggester

WORDS = ("in", "a", "new", "York", "house", "opens", "of", "love", "the", "white", "near")
FOLLOWS = {
    "in": {"new": 12.0},
    "new": {"York": 12.0},
    "York": {"opens": 4.0, "</s>": 4.0},
    "a": {"new": 4.0, "house": 4.0},
    "the": {"white": 12.0},
    "white": {"house": 12.0},
    "house": {"opens": 12.0},
}


def model() -> Suggester:
    checkpoint = bigram_checkpoint(FOLLOWS, words=WORDS)
    stoi = checkpoint.vocabulary.stoi
    checkpoint.vocabulary.exceptions_before.update(
        {(stoi["new"], stoi["york"]): "New", (stoi["white"], stoi["house"]): "White"}
    )
    checkpoint.vocabulary.exceptions.update({(stoi["white"], stoi["house"]): "House"})
    return suggester(checkpoint)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("opens in ", "opens in New York"),
        ("opens in", "opens in New York"),  # after the open word
        ("opens in n", "opens in new York"),  # the letter is the person's
        ("opens in N", "opens in New York"),
        ("opens in new ", "opens in new York"),  # so is the word
        ("opens in Ne", "opens in New York"),
        ("near the ", "near the White House opens"),
        ("OPENS IN ", "OPENS IN NEW YORK"),
    ],
)
def test_a_row_that_carries_on_is_written_as_one_phrase(text, whole):
    first = model().suggest(text, 1, phrases=True)[0]
    assert first.text + first.more == whole
    assert first.text == whole[: len(first.text)]  # the word that its own key takes is the one that is shown


def test_a_row_alone_is_written_as_usual():
    assert model().suggest("opens in ", 1)[0].text == "opens in new"


@pytest.mark.parametrize(
    ("seed", "words", "headline"),
    [
        ("", "in new york opens", "In New York opens"),
        ("Opens in ", "new york", "Opens in New York"),
        ("Opens in new", "york", "Opens in new York"),
        ("Love", "in a new house", "Love in a new house"),
        ("The", "white house opens", "The White House opens"),
        ("The", "house: new york opens", "The house: new York opens"),  # by the text, which has no New there
    ],
)
def test_a_whole_headline_knows_the_word_after(seed, words, headline):
    vocabulary = model().vocabulary
    ids = [i for i in vocabulary.ids(TOKENIZERS["headline"].tokens(words))]
    assert append_words(seed, ids, vocabulary, opens=False) == headline.replace(": new", " New")


@pytest.mark.parametrize(
    ("text", "style"),
    [("Opens near the White House ", "written"), ("Opens in New York ", "written"), ("Opens a New House ", "title")],
)
def test_a_name_of_two_words_is_no_title(text, style):
    vocabulary = model().vocabulary
    assert Writing(text, vocabulary.split_typed(text), vocabulary).style == style
