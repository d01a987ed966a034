"""A text as the suggester sees it: the settled words, and the one that is still being typed."""

import pytest

from headline.corpus.vocabulary import Vocabulary

HEADLINES = [
    "The U.S. visits amazon.com again",
    "A 15-year-old at the U.S. house",
    "Why NASA won’t say: 10,000 things",
    "“Quoted” the 'word' में, naïve",
    "The F.B.I. and AT&T say 6.5% of $2 is naïve",
]


def typed(vocabulary, text):
    found = vocabulary.split_typed(text)
    settled = text[: len(text) - len(found.fragment)]
    assert found.context == vocabulary.encode(settled)
    return found.words, found.fragment, found.needs_space


@pytest.mark.parametrize(
    ("text", "words", "fragment", "needs_space"),
    [
        ("", [], "", False),
        (" \n", [], "", False),
        ("the", [], "the", False),
        ("Zzz", [], "Zzz", False),
        ("the ", ["the"], "", False),
        ("The\tho", ["The"], "ho", False),
        ("why:", ["why"], "", True),
        ("why: ", ["why"], "", False),
        ("why?", ["why"], "", True),
        ("the 15-", ["the"], "15-", False),
        ("the 15-year-", ["the"], "15-year-", False),
        ("the-", ["the"], "", True),  # no word goes on so
        ("won’", [], "won’", False),
        ("house’", ["house"], "", True),
        ("10,", [], "10,", False),
        ("the U", ["the"], "U", False),
        ("the U.", ["the"], "U.", False),
        ("the U.S", ["the"], "U.S", False),
        ("the U.S.", ["the"], "U.S.", False),
        ("F.B.I", [], "F.B.I", False),
        ("amazon.c", [], "amazon.c", False),
        ("the.c", ["the"], "c", False),
        ("AT&", [], "AT&", False),
        ("say “", ["say"], "", False),
        ("say “ho", ["say"], "ho", False),
        ("say“", ["say"], "", True),
        ("say (", ["say"], "", False),
        ("“", [], "", False),
        ("...", [], "", True),
        ("😀", [], "", True),
        ("the $", ["the"], "$", False),
        ("#", [], "#", False),
        ("the “£", ["the"], "£", False),
        ("5$", ["5"], "", True),
        ("the $2", ["the"], "$2", False),
        ("say -", ["say"], "", True),
        ("मे", [], "मे", False),
        ("say “the house”", ["say", "the", "house"], "", True),
        ("why - ", ["why"], "", False),
        ("why -", ["why"], "", True),
        ("house, ", ["house"], "", False),
        ("house,", ["house"], "", True),
    ],
)
def test_the_word_that_is_still_being_typed(text, words, fragment, needs_space):
    assert typed(Vocabulary.build(HEADLINES), text) == (words, fragment, needs_space)


@pytest.mark.parametrize(
    ("text", "words", "fragment", "needs_space"),
    [
        ("", [], "", False),
        ("the ho", ["the"], "ho", False),
        ("15-year-", ["15", "year"], "", True),
        ("15-year-o", ["15", "year"], "o", False),
        ("U.S", ["U"], "S", False),
        ("won’", [], "won’", False),
        ("why: ", ["why"], "", False),
        ('say "', ["say"], "", False),
        ("“quo", [], "“quo", False),  # a curly quote is a letter to Keras
    ],
)
def test_the_word_that_is_being_typed_for_the_lessons_network(text, words, fragment, needs_space):
    assert typed(Vocabulary.build(HEADLINES, "keras"), text) == (words, fragment, needs_space)
