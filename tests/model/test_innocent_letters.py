"""What the bundled model offers to letters and contexts that may be innocent, and to slips that its sources hold."""

import pytest

from headline.generator.suggester import Suggester
from headline.generator.words.blocklist import delicate_words, is_blocked
from headline.paths import BUNDLED_MODEL


@pytest.fixture(scope="module")
def bundled() -> Suggester:
    return Suggester.load(BUNDLED_MODEL)


@pytest.mark.parametrize("text", ["Se", "se", "anti-", "Nu", "te", "the Muslim te", "a co", "top", "br", "r", "ra"])
def test_innocent_letters_bring_no_delicate_word(bundled, text):
    offered = [s.text.split()[-1].lower() for s in bundled.suggest(text, 6)]
    assert offered and [word for word in offered if is_blocked(word, delicate_words())] == []


@pytest.mark.parametrize("text, word", [("same-s", "same-sex"), ("gang r", "rape"), ("child sexual a", "abuse")])
def test_a_delicate_word_is_offered_where_the_context_means_it(bundled, text, word):
    assert word in [s.text.split()[-1].lower() for s in bundled.suggest(text, 6)]


@pytest.mark.parametrize(
    "typed, meant",
    [("they recomend", "they recommend"), ("the goverment", "the government"), ("an enviroment", "an environment")],
)
def test_a_misspelling_is_corrected_and_never_offered(bundled, typed, meant):
    found = bundled.suggest(typed, 6)
    assert meant in [s.text for s in found] and found[0].kind == "correction"
    for end in range(len(typed) - 4, len(typed)):
        assert typed not in [s.text for s in bundled.suggest(typed[:end], 20)]
