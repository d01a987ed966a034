"""Which next words get the rows of the list: the most probable one, and those that are worth most."""

from dataclasses import replace
from itertools import combinations

import pytest

from headline.corpus.vocabulary import Vocabulary
from headline.generator.words.choice import Choice, worth_most
from headline.model.checkpoint import Checkpoint
from tests.tiny import WORDS, bigram_checkpoint, random_checkpoint, suggester

LIKELY = 8.0  # a logit


def chosen(rows: list[tuple[float, int]], k: int) -> list[int]:
    """The numbers of the rows that get a place; a row is a probability and what it is worth."""
    choices = [Choice(p, (n,)) for n, (p, _) in enumerate(rows)]
    return [c.ids[0] for c in worth_most(choices, k, [keys for _, keys in rows])]


@pytest.mark.parametrize(
    ("rows", "k", "expected"),
    [
        ([(0.3, 3), (0.2, 3), (0.1, 15), (0.05, 11)], 2, [0, 2]),
        ([(0.3, 3), (0.2, 3), (0.1, 15), (0.05, 13)], 3, [0, 2, 3]),  # 0.65 keys, not 0.6
        ([(0.3, 3), (0.2, 3), (0.1, 15), (0.05, 13)], 1, [0]),  # the most probable one stays
        ([(0.3, 3), (0.2, 5), (0.1, 10), (0.05, 2)], 2, [0, 1]),  # as many keys: the more probable one
        ([(0.4, 0), (0.3, 3), (0.2, 3), (0.1, 15)], 2, [0, 1]),  # what is no next word keeps its place
        ([(0.4, 0), (0.3, 3), (0.2, 3), (0.1, 15)], 3, [0, 1, 3]),
        ([(0.4, 3), (0.3, 3), (0.2, 0), (0.1, 15)], 2, [0, 3]),  # and gets none that it had not
        ([(0.4, 0), (0.3, 0), (0.2, 3), (0.1, 15)], 2, [0, 1]),  # nor does a next word
        ([(0.4, 3), (0.3, 0)], 5, [0, 1]),
        ([(0.4, 3), (0.3, 0)], 0, []),
        ([], 3, []),
    ],
)
def test_places_of_next_words_go_to_those_that_are_worth_most(rows, k, expected):
    assert chosen(rows, k) == expected


@pytest.mark.parametrize("seed", range(20))
def test_no_other_choice_of_as_many_is_worth_more(seed: int):
    suggestions = suggester(random_checkpoint(seed=seed)).suggest("the ", k=1000)
    rows = [(s.probability, len(s.completion) + 1) for s in suggestions]
    for k in range(1, 5):
        found = chosen(rows, k)
        others = ([0, *rest] for rest in combinations(range(1, len(rows)), k - 1))
        best = max(sum(rows[n][0] * rows[n][1] for n in numbers) for numbers in others)
        assert sum(rows[n][0] * rows[n][1] for n in found) == pytest.approx(best)
        assert found == sorted(found)
        listed = suggester(random_checkpoint(seed=seed)).suggest("the ", k)
        assert listed == [suggestions[n] for n in found]


FOLLOWS = {
    "the": {
        "rise": LIKELY,
        "we": LIKELY - 1,
        "of": LIKELY - 1.1,
        "McConnell": LIKELY - 1.6,
        "government": LIKELY - 1.65,
    },
    "says": {"we": LIKELY, "of": LIKELY - 0.1, "government": LIKELY - 1},
}


@pytest.mark.parametrize(
    ("text", "k", "expected"),
    [
        ("the ", 1, ["the rise"]),
        ("the ", 2, ["the rise", "the government"]),
        ("the ", 3, ["the rise", "the McConnell", "the government"]),
        ("the ", 5, ["the rise", "the we", "the of", "the McConnell", "the government"]),
        ("says ", 2, ["says we", "says government"]),
        ("says", 2, ["says we", "says government"]),  # at a word's end too
        ("London says", 2, ["London says we", "London says government"]),
    ],
)
def test_long_words_are_listed_before_short_ones_that_are_a_little_likelier(text: str, k: int, expected: list[str]):
    assert [s.text for s in suggester(bigram_checkpoint(FOLLOWS)).suggest(text, k)] == expected


def with_counts(checkpoint: Checkpoint, counts: dict[str, int], others: int) -> Checkpoint:
    """The same model, of a list that has some words so many times, and the others so many."""
    known = checkpoint.vocabulary
    numbers = [counts.get(written, others) for written in known.written]
    return replace(checkpoint, vocabulary=Vocabulary(known.written, numbers, known.tokenizer.name))


CLOSE = {"says": {"we": LIKELY, "rise": LIKELY - 0.1, "won't": LIKELY - 0.5}}


@pytest.mark.parametrize(
    ("counts", "others", "second"),
    [
        ({}, 5, "says rise"),
        ({"rise": 2_000}, 1, "says won't"),
        ({"rise": 2_000, "won't": 2_000}, 1, "says rise"),
        ({"rise": 19}, 1, "says rise"),  # in so short a list 19 are few
        ({"rise": 20}, 1, "says won't"),
    ],
)
def test_a_word_that_says_something_is_worth_twice_as_much(counts: dict[str, int], others: int, second: str):
    box = suggester(with_counts(bigram_checkpoint(CLOSE), counts, others))
    assert [s.text for s in box.suggest("says ", 2)] == ["says we", second]


def test_rows_are_in_the_order_of_their_probability():
    found = suggester(bigram_checkpoint(FOLLOWS)).suggest("the ", 3)
    assert [s.probability for s in found] == sorted((s.probability for s in found), reverse=True)


def test_completions_are_ranked_by_their_probability_alone():
    follows = {
        "the": {"we": LIKELY, "won't": LIKELY - 0.5, "of": LIKELY, "government": LIKELY, "governs": LIKELY + 0.5}
    }
    box = suggester(bigram_checkpoint(follows))
    assert [s.text for s in box.suggest("the gov", 1)] == ["the governs"]
    assert [s.text for s in box.suggest("the w", 1)] == ["the we"]


def test_a_row_below_the_least_probability_gets_no_place():
    box = suggester(bigram_checkpoint({"the": {"rise": LIKELY, "we": LIKELY - 1, "government": LIKELY - 2}}))
    known = {s.text: s.probability for s in box.suggest("the ", 3)}
    least = (known["the we"] + known["the government"]) / 2
    assert [s.text for s in box.suggest("the ", 2, min_probability=least)] == ["the rise", "the we"]


def test_first_words_of_an_empty_box_are_the_most_probable():
    box = suggester(bigram_checkpoint({"<s>": {"we": LIKELY, "of": LIKELY - 0.5, "government": LIKELY - 1}}))
    assert [s.text for s in box.suggest("", 2)] == ["We", "Of"]
    assert len(box.suggest("", 100)) == len(WORDS)
