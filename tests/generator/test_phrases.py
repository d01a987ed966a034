"""Several words at once, by beam search."""

import numpy as np
import pytest

from headline.generator.next_words import Likeliest, NextWord
from headline.generator.phrases import Phrase, grow

A, B, C, D, E = range(5)


def world(follows: dict[tuple[int, ...], dict[int, float]], end: float = 0.0):
    """A look-up of what follows given words; its calls are counted."""

    def look(rows):
        look.asked.extend(rows)
        found = []
        for row in rows:
            p = np.zeros(5, dtype=np.float32)
            for word, share in follows.get(row, {}).items():
                p[word] = share
            found.append(Likeliest.of(p, end))
        return found

    look.asked = []
    return look


def test_likely_words_grow_and_unlikely_ones_do_not():
    look = world({(A,): {B: 0.9}, (A, B): {C: 0.8, D: 0.1}, (E,): {B: 1.0}})
    found = grow([Phrase((A,), 0.5), Phrase((E,), 0.01)], look, min_probability=0.05)
    assert [p.ids for p in found] == [(A, B, C)]
    assert found[0].probability == pytest.approx(0.36)
    assert (E,) not in look.asked


def test_phrases_end_where_the_headline_most_likely_does():
    follows = {(A,): {B: 0.4}, (A, B): {C: 0.9}}
    assert [p.ids for p in grow([Phrase((A,), 0.5)], world(follows, end=0.3), 0.05)] == [(A, B, C)]
    assert grow([Phrase((A,), 0.5)], world(follows, end=0.5), 0.05) == []


def test_of_phrases_that_begin_alike_the_best_is_kept():
    look = world({(A,): {B: 0.5, C: 0.5}, (A, B): {D: 0.9}, (A, C): {D: 0.1, E: 0.1}})
    assert {p.ids for p in grow([Phrase((A,), 1.0)], look, 0.02)} == {(A, B, D), (A, C)}


def test_no_word_follows_itself():
    look = world({(A,): {A: 0.9, B: 0.1}})
    assert [p.ids for p in grow([Phrase((A,), 1.0)], look, 0.05)] == [(A, B)]


def test_length_and_width_are_bounded():
    look = world({(A,): {A: 1.0, B: 0.0}} | {(A,) * 0: {}})
    endless = world({ids: {(ids[-1] + 1) % 5: 1.0} for n in range(1, 9) for ids in [tuple(i % 5 for i in range(n))]})
    assert [p.ids for p in grow([Phrase((A,), 1.0)], endless, 0.05, words=4)] == [(0, 1, 2, 3)]
    assert grow([Phrase((A,), 1.0)], look, 0.05, words=1) == []
    wide = world({(i,): {(i + 1) % 5: 1.0} for i in range(5)})
    grow([Phrase((i,), 0.2) for i in range(5)], wide, 0.01, words=2, width=3)
    assert wide.asked == [(0,), (1,), (2,)]


def test_nothing_to_begin_with_asks_nothing():
    look = world({})
    assert grow([], look, 0.05) == [] and look.asked == []


def test_the_best_words_of_a_distribution():
    p = np.random.default_rng(0).random(100).astype(np.float32)
    follows = NextWord(p, 0.0, 0.25)
    for k in (1, 4, 16, 17, 50):
        ids = np.argsort(-p, kind="stable")[:k]
        assert follows.best(k) == list(zip(ids.tolist(), p[ids].tolist(), strict=True))
    assert follows.likeliest == Likeliest(tuple(follows.best(16)), 0.25)
