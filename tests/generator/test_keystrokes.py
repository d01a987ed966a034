"""The simulated person, on cases small enough to count by hand."""

import pytest

from headline.generator.box.keystrokes import keystrokes, typed_with
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
    assert found.keys == 1 + 1 + 1 + len(",i") + 1 + len("over")  # the page puts the space behind the comma


def test_letters_that_change_their_number_in_small_writing_do_no_harm():
    found = keystrokes(["İstanbul wins"], offering({"İ": ["İstanbul"]}))
    assert found.keys == 2 + len("wins")


def test_no_headlines_save_nothing():
    assert keystrokes([], offering({})).saved == 0


def test_a_suggesters_own_suggestions_are_taken():
    model = tiny.suggester(tiny.bigram_checkpoint({"<s>": {"the": 9}, "the": {"government": 9}}))
    found = typed_with(model, ["the government"], rows=1, phrases=False)
    assert (found.keys, found.taken) == (2, 2)
    assert typed_with(model, ["the government"], rows=5).keys == 1  # Tab, in the empty box


def test_nothing_is_taken_that_the_page_would_not_show():
    words = [f"word{n}" for n in range(300)]
    model = tiny.suggester(tiny.uniform_checkpoint(words=words))
    assert any(s.text == "word0 word7" for s in model.suggest("word0 ", 300))
    assert typed_with(model, ["word0 word7"], rows=300).taken == 1  # in the empty box


@pytest.mark.parametrize(
    "headline, keys",
    [
        ("Word, next", 1 + 1 + 4),  # the space makes room for the comma, and one comes behind it
        ("Word’s next", 1 + 2 + 5),  # no space comes behind ’s by itself
        ("Word-next", 1 + 5),
        ("Word? “Next”", 1 + 1 + 6),
        ("Word... next", 1 + 3 + 4),
        ("Word% (next)", 1 + 1 + 6),
        ("Word@next", 1 + 2 + 4),  # the space has to be deleted
    ],
)
def test_the_space_of_a_taken_word_costs_what_it_costs_in_the_page(headline, keys):
    assert keystrokes([headline], offering({"": ["Word"]})).keys == keys
