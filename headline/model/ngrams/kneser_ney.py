"""Estimating an n-gram model: interpolated modified Kneser-Ney smoothing.

Chen & Goodman 1999, "An Empirical Study of Smoothing Techniques for Language Modeling". Each order takes a discount
D(c) off every count and gives what it took to the next shorter context,

    p(w | u v) = max(c(u v w) - D(c), 0) / c(u v .) + left(u v) p(w | v)

Shorter orders count the different contexts of an n-gram instead of its occurrences, and the shortest one shares the
rest evenly among all words that can follow at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

_MIN_DISCOUNT = 0.1


class Estimate(NamedTuple):
    """Arrays of an n-gram model, as `NGram` takes them: one entry per order from 2 in the lists."""

    unigrams: np.ndarray
    words: list[np.ndarray]
    shares: list[np.ndarray]
    children: list[np.ndarray]
    left: list[np.ndarray]


def estimate(
    rows: Sequence[Sequence[int]],
    vocab_size: int,
    suppressed_ids: Sequence[int],
    order: int,
    min_counts: Sequence[int],
) -> Estimate:
    """Count rows of ids and smooth the counts. The arguments are those of `NGram.build`."""
    orders = _count_orders(rows, vocab_size, order)
    kept = Estimate(unigram_shares(orders[0].distinct, suppressed_ids), [], [], [], [])
    renumber = np.arange(vocab_size)  # index of an n-gram among those kept, -1 if it is not kept
    for k in range(1, order):
        o, parents = orders[k], len(orders[k - 1].words)
        share, _ = _discounted(o.distinct, o.parents, parents)
        min_count = min_counts[min(k, len(min_counts) - 1)] if min_counts else 1
        chosen = np.flatnonzero((o.counts >= min_count) & (renumber[o.parents] >= 0))
        above = renumber[o.parents[chosen]]
        size_above = int((renumber >= 0).sum())
        number = np.bincount(above, minlength=size_above)
        kept.words.append(smallest_type(o.words[chosen], vocab_size))
        kept.shares.append(share[chosen].astype(np.float32))
        kept.children.append(smallest_type(number, int(number.max(initial=0)) + 1))
        kept.left.append(np.maximum(0, 1 - np.bincount(above, weights=share[chosen], minlength=size_above)))
        renumber = np.full(len(o.words), -1, dtype=np.int64)
        renumber[chosen] = np.arange(len(chosen))
    return kept


@dataclass
class _Order:
    """All n-grams of one length, sorted by context and then by last word: arrays of shape (n,)."""

    words: np.ndarray  # id of the last word
    counts: np.ndarray  # occurrences
    parents: np.ndarray  # index of the context in the order below
    distinct: np.ndarray  # the count to smooth: different contexts, or occurrences in the longest order


def _count_orders(rows: Sequence[Sequence[int]], vocab_size: int, order: int) -> list[_Order]:
    """Count the n-grams of rows of ids, of 1 to `order` words."""
    flat = np.concatenate([np.asarray(row, dtype=np.int64) for row in rows] or [np.empty(0, dtype=np.int64)])
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    room = np.concatenate([np.arange(n, 0, -1) for n in lengths] or [np.empty(0, dtype=np.int64)])
    begins_row = np.zeros(len(flat), dtype=bool)
    begins_row[(np.cumsum(lengths) - lengths)[lengths > 0]] = True

    counts = np.bincount(flat, minlength=vocab_size)
    orders = [_Order(np.arange(vocab_size), counts, np.zeros(vocab_size, dtype=np.int64), counts)]
    shorter = flat  # (positions,) index of the n-gram of the order below that begins at each position, or -1
    opening = np.zeros(vocab_size, dtype=bool)  # whether an n-gram of that order first occurs where a row begins
    for n in range(2, order + 1):
        at = np.flatnonzero(room >= n)
        codes, first, inverse, counts = np.unique(
            shorter[at] * vocab_size + flat[at + n - 1], return_index=True, return_inverse=True, return_counts=True
        )
        # The order below counts different contexts, except where a row begins and there is no context.
        below = orders[-1]
        contexts = np.bincount(shorter[at[first] + 1], minlength=len(below.counts))
        below.distinct = np.where(opening, below.counts, contexts)
        orders.append(_Order(codes % vocab_size, counts, codes // vocab_size, counts))
        shorter = np.full(len(flat), -1, dtype=np.int64)
        shorter[at] = inverse
        opening = begins_row[at[first]]
    return orders


def unigram_shares(distinct: np.ndarray, suppressed_ids: Sequence[int]) -> np.ndarray:
    """Return the probabilities of single words: (V,), 0 for the suppressed ids. `distinct` (V,) are their counts."""
    possible = np.ones(len(distinct), dtype=bool)
    possible[list(suppressed_ids)] = False
    counts = np.where(possible, distinct, 0)
    share, kept_mass = _discounted(counts, np.zeros(len(distinct), dtype=np.int64), 1)
    return np.where(possible, share + (1 - kept_mass[0]) / max(1, possible.sum()), 0)


def _discounted(counts: np.ndarray, parents: np.ndarray, contexts: int) -> tuple[np.ndarray, np.ndarray]:
    """Discounted share of each n-gram in its context's count, (n,), and the sum of shares per context, (contexts,)."""
    share = discounted(counts, parents, contexts, discounts_of(histogram(counts)))
    return share, np.bincount(parents, weights=share, minlength=contexts)


def discounted(counts: np.ndarray, parents: np.ndarray, contexts: int, discounts: np.ndarray) -> np.ndarray:
    """Return the discounted share of each n-gram in its context's count: (n,). `discounts` are those of a count."""
    totals = np.bincount(parents, weights=counts, minlength=contexts)
    return np.maximum(counts - discounts[np.minimum(counts, 3)], 0) / np.maximum(totals[parents], 1)


def histogram(counts: np.ndarray) -> np.ndarray:
    """Return how many n-grams have a count of 0, 1, 2, 3, 4, and 5 or more: (6,)."""
    return np.bincount(np.minimum(counts, 5), minlength=6)


def discounts_of(histogram: np.ndarray) -> np.ndarray:
    """Return D for a count of 0, 1, 2, and 3 or more: equation 26 of Chen & Goodman 1999.

    A short corpus may have no n-gram that occurs exactly 1, 2, 3 or 4 times; then D is 0.5. D is at least 0.1: a corpus
    that repeats its headlines has few rare n-grams, and without a discount no probability would be left for words
    that have not followed yet.
    """
    n = histogram[:5].astype(np.float64)
    if not n[1:].all():
        return np.array([0, 0.5, 0.5, 0.5])
    y = n[1] / (n[1] + 2 * n[2])
    d = np.array([0, 1 - 2 * y * n[2] / n[1], 2 - 3 * y * n[3] / n[2], 3 - 4 * y * n[4] / n[3]])
    return np.clip(d, [0, _MIN_DISCOUNT, _MIN_DISCOUNT, _MIN_DISCOUNT], [0, 1, 2, 3])


def smallest_type(numbers: np.ndarray, above: int) -> np.ndarray:
    """Whole numbers below `above` in the smallest unsigned type that holds them."""
    return numbers.astype(np.min_scalar_type(max(0, above - 1)))
