"""What carries on after a word, and openings."""

import numpy as np

from headline.generator.next_words import Likeliest, NextWord
from headline.generator.phrases import carried_on, openings
from tests import tiny

A, B, C, D, E = range(5)


def world(follows: dict[tuple[int, ...], dict[int, float]], end: float = 0.0):
    """A look-up of what follows given words; its calls are kept."""

    def look(rows):
        look.asked.append(list(rows))
        found = []
        for row in rows:
            p = np.zeros(5, dtype=np.float32)
            for word, share in follows.get(row, {}).items():
                p[word] = share
            found.append(Likeliest.of(p, end))
        return found

    look.asked = []
    return look


def test_words_carry_on_while_all_of_them_together_are_likelier_than_not():
    look = world({(A,): {B: 0.8}, (A, B): {C: 0.7}, (A, B, C): {D: 0.8}, (E,): {B: 0.5, C: 0.5}, (D,): {E: 0.51}})
    assert carried_on([(A,), (E,), (D,)], look) == [(B, C), (), (E,)]  # 0.8 · 0.7 = 0.56; 0.56 · 0.8 = 0.45
    assert look.asked == [[(A,), (E,), (D,)], [(A, B), (D, E)], [(A, B, C)]]  # together, step by step


def test_nothing_carries_on_where_the_headline_more_probably_ends():
    assert carried_on([(A,)], world({(A,): {B: 0.45}}, end=0.55)) == [()]


def test_no_word_follows_itself():
    assert carried_on([(A,), (A, B)], world({(A,): {A: 0.9, B: 0.1}, (A, B): {B: 0.9}})) == [(), ()]


def test_length_is_bounded():
    endless = world({tuple(range(n)): {n % 5: 1.0} for n in range(1, 6)})
    assert carried_on([(A,)], endless) == [(B, C, D)]
    assert carried_on([(A,)], endless, words=1) == [(B,)]
    assert carried_on([], endless) == []


def test_an_opening_is_frequent_and_leaves_open_what_comes():
    follows = {
        "<s>": {"the": 9, "rise": 8},
        "the": {"NASA": 9, "London": 8.9},  # nearly as frequent; much may follow London, and one word NASA
        "NASA": {"says": 30},
        "rise": {"</s>": 30},
    }
    suggester = tiny.suggester(tiny.bigram_checkpoint(follows))
    stoi = suggester.vocabulary.stoi
    assert openings(suggester.next_words, 2) == {stoi["the"]: (stoi["london"],)}


def test_the_best_words_of_a_distribution():
    p = np.random.default_rng(0).random(100).astype(np.float32)
    follows = NextWord(p, 0.0, 0.25)
    for k in (1, 4, 16, 17, 50):
        ids = np.argsort(-p, kind="stable")[:k]
        assert follows.best(k) == list(zip(ids.tolist(), p[ids].tolist(), strict=True))
    assert follows.likeliest == Likeliest(tuple(follows.best(16)), 0.25)
