"""Counting by parts and buckets gives the very model that counting all rows at once gives."""

from itertools import pairwise

import numpy as np
import pytest

from headline.model.ngrams.ngram import NGram
from headline.model.ngrams.ngram_counts import Windows, WindowsInMemory, estimate_ngrams

START, END = 2, 3


def made_up_rows(number: int, vocab_size: int, seed: int = 0) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, 9, number)
    drawn = [np.minimum(4 + rng.zipf(1.3, n) - 1, vocab_size - 1).tolist() for n in lengths]
    return [[START, *row, END] for row in drawn]


def windows_of(rows: list[list[int]], order: int) -> Windows:
    flat = np.array([i for row in rows for i in row], dtype=np.int32)
    return Windows.of(flat, np.array([len(row) for row in rows]), order)


def same(a: NGram, b: NGram) -> bool:
    ours, theirs = a.tensors(), b.tensors()
    return ours.keys() == theirs.keys() and all(
        ours[name].dtype == theirs[name].dtype and np.array_equal(ours[name], theirs[name]) for name in ours
    )


@pytest.mark.parametrize("order", [1, 2, 3, 4, 6])
@pytest.mark.parametrize(
    "vocab_size, ways", [(12, [(1, 10**6), (3, 40), (50, 1)]), (200, [(7, 30)]), (70_000, [(3, 400)])]
)
def test_parts_and_buckets_change_nothing(order, vocab_size, ways):
    rows = made_up_rows(300, vocab_size)
    for parts, bucket in ways:
        tables = WindowsInMemory()
        edges = np.linspace(0, len(rows), parts + 1).astype(int)
        for a, b in pairwise(edges):
            tables.add(windows_of(rows[a:b], order))
        for min_counts in ((), (1, 1, 2), (1, 2, 3, 3)):
            found = estimate_ngrams(tables, vocab_size, [0, START], START, [min_counts], 10**9, bucket)
            assert same(found, NGram.build(rows, vocab_size, [0, START], order, min_counts))


def test_the_first_choice_that_leaves_few_enough_is_taken():
    rows, choices = made_up_rows(300, 60), [(), (1, 1, 2), (1, 2, 3), (1, 9, 9)]
    tables = WindowsInMemory()
    tables.add(windows_of(rows, 3))
    sizes = [len(NGram.build(rows, 60, [0, START], 3, choice)) for choice in choices]
    assert sizes == sorted(sizes, reverse=True) and len(set(sizes)) == 4
    for most, expected in ((10**9, 0), (sizes[0] - 1, 1), (sizes[2], 2), (0, 3)):
        assert len(estimate_ngrams(tables, 60, [0, START], START, choices, most, 50)) == sizes[expected]


def test_tables_that_are_merged_hold_each_window_once():
    rows = made_up_rows(100, 30)
    whole, parts = windows_of(rows, 3), [windows_of(rows[i::4], 3) for i in range(4)]
    merged = Windows.merged(parts)
    assert np.array_equal(merged.ids, whole.ids) and np.array_equal(merged.counts, whole.counts)
    assert whole.counts.sum() == sum(map(len, rows)) and len(whole) < whole.counts.sum()
