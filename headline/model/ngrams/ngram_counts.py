"""Counting n-grams by parts that are merged, and the model that Kneser-Ney smoothing makes of them.

Counted are windows: at each position of a row the ids from there on, as many as the longest n-grams have, filled up
with -1 where the row ends. Their beginnings are all n-grams of all orders, and tables of windows are merged by adding
up counts. Windows that begin with a range of ids are a bucket: its n-grams and their contexts are complete, so one
bucket at a time is in memory. kneser_ney.py has the formula.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from headline.model.ngrams.kneser_ney import discounted, discounts_of, histogram, smallest_type, unigram_shares
from headline.model.ngrams.ngram import NGram

_NOTHING = -1  # after the end of a row
_BUCKET = 2_000_000  # windows in memory at a time, about


@dataclass(frozen=True)
class Windows:
    """Different windows, sorted, and how often each occurs."""

    ids: np.ndarray  # (order, n) int32
    counts: np.ndarray  # (n,) int64

    def __len__(self) -> int:
        return len(self.counts)

    @classmethod
    def of(cls, flat: np.ndarray, lengths: np.ndarray, order: int) -> "Windows":
        """Count the windows of rows: their ids one after the other, (n,), and the length of each row."""
        flat = np.asarray(flat, dtype=np.int32)
        ends = np.repeat(np.cumsum(lengths), lengths)  # of each position's row
        ids = np.full((order, len(flat)), _NOTHING, dtype=np.int32)
        at = np.arange(len(flat))
        for k in range(order):
            inside = at + k < ends
            ids[k, inside] = flat[at[inside] + k]
        return cls(ids, np.ones(len(flat), dtype=np.int64)).sorted()

    @classmethod
    def merged(cls, tables: Sequence["Windows"]) -> "Windows":
        """Add up tables of the same order."""
        ids = np.concatenate([table.ids for table in tables], axis=1)
        return cls(ids, np.concatenate([table.counts for table in tables])).sorted()

    def sorted(self) -> "Windows":
        """The same windows in order, each once, with all its counts."""
        order = _order(self.ids)
        ids, counts = self.ids[:, order], self.counts[order]
        starts = np.flatnonzero(_differ(ids))
        return Windows(ids[:, starts], np.add.reduceat(counts, starts) if len(starts) else counts)

    def between(self, first: int, end: int) -> "Windows":
        """The windows whose first id is at least `first` and below `end`."""
        a, b = self.ids[0].searchsorted([first, end])
        return Windows(self.ids[:, a:b], self.counts[a:b])


def _order(ids: np.ndarray) -> np.ndarray:
    """The order of columns of ids, -1 or more: (n,)."""
    bits = int(ids.max(initial=0) + 1).bit_length()
    if bits * len(ids) > 63:
        return np.lexsort(ids[::-1])
    code = np.zeros(ids.shape[1], dtype=np.int64)
    for column in ids:
        code = (code << bits) | (column.astype(np.int64) + 1)
    return np.argsort(code, kind="stable")


def _differ(ids: np.ndarray) -> np.ndarray:
    """Whether each column differs from the one before; the first does: (n,)."""
    found = np.ones(ids.shape[1], dtype=bool)
    found[1:] = (ids[:, 1:] != ids[:, :-1]).any(axis=0)
    return found


class WindowsInMemory:
    """Tables of windows by parts."""

    def __init__(self) -> None:
        self._tables: list[Windows] = []

    def add(self, windows: Windows) -> None:
        """Add the table of a part."""
        self._tables.append(windows)

    def fresh(self, name: str) -> "WindowTables":
        """Return an empty collection of the same kind; `name` is for what is stored."""
        return WindowsInMemory()

    def tables(self) -> Sequence[Windows]:
        return self._tables


class WindowTables(Protocol):
    """Tables of windows by parts, in memory or elsewhere. The methods are those of WindowsInMemory."""

    def add(self, windows: Windows) -> None: ...

    def fresh(self, name: str) -> "WindowTables": ...

    def tables(self) -> Sequence[Windows]: ...


def between(parts: WindowTables, first: int, end: int) -> Windows:
    """Merge the windows of all parts that begin with an id from `first` to below `end`."""
    return Windows.merged([table.between(first, end) for table in parts.tables()])


def estimate_ngrams(
    parts: WindowTables,
    vocab_size: int,
    suppressed_ids: Sequence[int],
    start: int,
    choices: Sequence[Sequence[int]],
    most: int,
    bucket: int = _BUCKET,
) -> NGram:
    """Estimate a model of the windows of all parts, with at most `most` n-grams where a choice allows that.

    Args:
        parts: the windows of rows from their start token to their end token.
        vocab_size: V.
        suppressed_ids: as for `NGram.build`.
        start: the start token, which begins every row and occurs nowhere else.
        choices: what may be `min_counts` of `NGram.build`, the first that leaves few enough is taken, or the last.
        most: n-grams of two words or more.
        bucket: windows in memory at a time, about.
    """
    order = len(parts.tables()[0].ids)
    borders = _borders(parts, vocab_size, bucket)
    merged, suffixes = parts.fresh("merged"), [parts.fresh(f"suffixes-{k}") for k in range(2, order)]
    distinct = np.zeros(vocab_size, dtype=np.int64)  # different words before each word
    for first, end in borders:
        windows = between(parts, first, end)
        merged.add(windows)
        distinct += _add_suffixes(windows, suffixes, vocab_size)
    buckets = [_Bucket(table, *ends, suffixes, start) for table, ends in zip(merged.tables(), borders, strict=True)]
    histograms = np.zeros((order, 6), dtype=np.int64)
    sizes = np.zeros(len(choices), dtype=np.int64)
    for part in buckets:
        orders = part.orders()
        histograms += [histogram(o.distinct) for o in orders]
        sizes += [sum(map(np.count_nonzero, _kept(orders, choice))) for choice in choices]
    fits = np.flatnonzero(sizes <= most)
    choice = choices[fits[0] if len(fits) else -1]
    discounts = [discounts_of(counts) for counts in histograms]
    return _assembled(buckets, choice, discounts, unigram_shares(distinct, suppressed_ids), order)


def _borders(parts: WindowTables, vocab_size: int, bucket: int) -> list[tuple[int, int]]:
    """Ranges of first ids with about `bucket` windows each; one id is never divided."""
    counts = np.zeros(vocab_size, dtype=np.int64)
    for table in parts.tables():
        counts += np.bincount(table.ids[0], minlength=vocab_size)
    number = np.concatenate([[0], np.cumsum(counts)[:-1]]) // bucket
    edges = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), vocab_size]
    return list(pairwise(edges))


def _add_suffixes(windows: Windows, suffixes: Sequence[WindowTables], vocab_size: int) -> np.ndarray:
    """Add what different n-grams end with, and return how many of two words end with each word: (V,)."""
    order = len(windows.ids)
    for k, tables in zip(range(2, order), suffixes, strict=True):
        longer = windows.ids[: k + 1, _starts(windows, k + 1)]
        tables.add(Windows(longer[1:], np.ones(longer.shape[1], dtype=np.int64)).sorted())
    if order < 2:
        return np.bincount(windows.ids[0], weights=windows.counts, minlength=vocab_size).astype(np.int64)
    return np.bincount(windows.ids[1, _starts(windows, 2)], minlength=vocab_size)


def _starts(windows: Windows, n: int) -> np.ndarray:
    """The first window of each different n-gram of n words: (m,)."""
    return np.flatnonzero(_differ(windows.ids[:n]) & (windows.ids[n - 1] != _NOTHING))


@dataclass(frozen=True)
class _Order:
    """All n-grams of one length that begin in a range of ids: arrays of shape (n,), sorted."""

    words: np.ndarray  # id of the last word
    counts: np.ndarray  # occurrences
    parents: np.ndarray  # index of the context in the order below
    distinct: np.ndarray  # the count to smooth: different contexts, or occurrences in the longest order


@dataclass(frozen=True)
class _Bucket:
    """The n-grams that begin with a range of ids."""

    windows: Windows
    first: int  # id
    end: int
    suffixes: Sequence[WindowTables]  # of n-grams of 3 words and more: of which n-grams of 2 words and more are endings
    start: int

    def orders(self) -> list[_Order]:
        """The n-grams of each length from 1, which are all ids of the range."""
        ids, counts = self.windows.ids, self.windows.counts
        every = np.arange(self.first, self.end)
        found = [_Order(every, np.zeros_like(every), np.zeros_like(every), np.zeros_like(every))]
        above = ids[0] - self.first  # (windows,) the n-gram of the order below that each window begins with
        for n in range(2, len(ids) + 1):
            starts = _starts(self.windows, n)
            number = np.full(len(counts), -1, dtype=np.int64)
            inside = ids[n - 1] != _NOTHING
            number[starts] = 1
            number = np.where(inside, np.cumsum(number == 1) - 1, -1)
            uses = np.bincount(number[inside], weights=counts[inside], minlength=len(starts)).astype(np.int64)
            found.append(_Order(ids[n - 1, starts], uses, above[starts], self._distinct(n, starts, uses)))
            above = number
        return found

    def _distinct(self, n: int, starts: np.ndarray, uses: np.ndarray) -> np.ndarray:
        """The different words before each n-gram, or its uses: where none can be before, and for the longest."""
        ids = self.windows.ids[:n, starts]
        if n == len(self.windows.ids):
            return uses
        own = Windows(ids, np.zeros(len(starts), dtype=np.int64))
        contexts = Windows.merged([own, between(self.suffixes[n - 2], self.first, self.end)]).counts
        return np.where(ids[0] == self.start, uses, contexts)


def _kept(orders: Sequence[_Order], min_counts: Sequence[int]) -> Iterator[np.ndarray]:
    """Which n-grams of each order from 2 are kept: frequent enough, and their contexts too."""
    above = np.ones(len(orders[0].words), dtype=bool)
    for k, o in enumerate(orders[1:], start=1):
        least = min_counts[min(k, len(min_counts) - 1)] if min_counts else 1
        above = (o.counts >= least) & above[o.parents]
        yield above


def _assembled(
    buckets: Sequence[_Bucket],
    min_counts: Sequence[int],
    discounts: Sequence[np.ndarray],
    unigrams: np.ndarray,
    order: int,
) -> NGram:
    """The model of the n-grams that are kept, from a bucket at a time."""
    parts: list[list[list[np.ndarray]]] = [[[] for _ in range(order - 1)] for _ in range(4)]
    words, shares, children, left = parts
    for bucket in buckets:
        orders = bucket.orders()
        renumber = np.arange(len(orders[0].words))
        for k, kept in enumerate(_kept(orders, min_counts)):
            o, size = orders[k + 1], int((renumber >= 0).sum())
            share = discounted(o.distinct, o.parents, len(orders[k].words), discounts[k + 1])[kept]
            above = renumber[o.parents[kept]]
            words[k].append(o.words[kept])
            shares[k].append(share.astype(np.float32))
            children[k].append(np.bincount(above, minlength=size))
            left[k].append(np.maximum(0, 1 - np.bincount(above, weights=share, minlength=size)))
            renumber = np.where(kept, np.cumsum(kept) - 1, -1)
    whole = [[np.concatenate(part) for part in of_order] for of_order in parts]
    return NGram(
        unigrams,
        [smallest_type(part, len(unigrams)) for part in whole[0]],
        whole[1],
        [smallest_type(part, int(part.max(initial=0)) + 1) for part in whole[2]],
        whole[3],
    )
