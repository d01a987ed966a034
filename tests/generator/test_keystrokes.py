"""The simulated person, on cases small enough to count by hand."""

import pytest

from headline.generator.keystrokes import keystrokes, typed_with
from tests import tiny


def offering(table: dict[str, list[str]]):
    return lambda text: table.get(text, [])


def test_nobody_offers_anything():
    found = keystrokes(["The end"], offering({}))
    assert (found.headlines, found.letters, found.keys, found.taken, found.saved) == (1, 7, 7, 0, 0)


@pytest.mark.parametrize(
    "table, keys",
    [
        ({"T": ["the"]}, 1 + 1 + 3),  # T, the word with its space, e n d
        ({"": ["The end"]}, 1),
        ({"": ["The", "The end"]}, 1),  # the one that goes furthest
        ({"": ["Their", "She"]}, 7),  # not what was wanted
        ({"": ["The en"]}, 7),  # not up to the end of a word
        ({"": ["Th"]}, 7),
        ({"Th": ["The"]}, 2 + 1 + 3),  # an e and a space: two letters
        ({"The en": ["The end"]}, 7),  # a key for a letter is no gain
        ({"The ": ["The END"]}, 4 + 1),  # case does not matter
    ],
)
def test_keys_are_counted(table, keys):
    found = keystrokes(["The end"], offering(table))
    assert found.keys == keys
    assert found.saved == pytest.approx(1 - keys / 7)


def test_quotes_of_either_kind_are_taken_and_signs_follow_without_a_space():
    found = keystrokes(
        ["Don’t panic, it’s over"],
        offering({"D": ["Don't"], "Don’t ": ["Don’t panic"], "Don’t panic, i": ["Don't panic, it's"]}),
    )
    assert found.keys == 1 + 1 + 1 + len(", i") + 1 + len("over")


def test_letters_that_change_their_number_in_small_writing_do_no_harm():
    found = keystrokes(["İstanbul wins"], offering({"İ": ["İstanbul"]}))
    assert found.keys == 2 + len("wins")


def test_no_headlines_save_nothing():
    assert keystrokes([], offering({})).saved == 0


def test_a_suggesters_own_suggestions_are_taken():
    model = tiny.suggester(tiny.bigram_checkpoint({"<s>": {"the": 9}, "the": {"government": 9}}))
    found = typed_with(model, ["the government"], shown=1, phrases=False)
    assert (found.keys, found.taken) == (2, 2)
    assert typed_with(model, ["the government"], shown=5, phrases=True).keys == 1
