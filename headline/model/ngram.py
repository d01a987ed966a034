"""A small word n-gram model: what followed these very words before. Mixed with the LSTM, and its baseline.

Interpolated modified Kneser-Ney smoothing (Chen & Goodman 1999, "An Empirical Study of Smoothing
Techniques for Language Modeling"): each order takes a discount D(c) off every count and hands what
it took to the next shorter context,

    p(w | u v) = max(c(u v w) - D(c), 0) / c(u v .) + left(u v) p(w | v)

where shorter orders count in how many different contexts an n-gram stood instead of how often, and
the shortest one shares what is left evenly among all words that can follow at all.
"""

from collections.abc import Sequence

import numpy as np

ORDER = 4
_LEAST_DISCOUNT = 0.1


class NGram:
    """Probabilities of next words as a tree of contexts, read from the first word of a context down.

    The n-grams of an order stand sorted by their context and then by their last word, so that what
    can follow a context is one slice: an n-gram is known by its place in that order. `words[k][i]` is
    the last word of the i-th n-gram of order k + 2, `shares[k][i]` its discounted probability.
    `children[k][i]` says how many words can follow the i-th n-gram of order k + 1, and `left[k][i]`
    what they leave to the shorter context. The n-grams of order 1 are the words, by id.
    """

    def __init__(
        self,
        unigrams: np.ndarray,
        words: Sequence[np.ndarray],
        shares: Sequence[np.ndarray],
        children: Sequence[np.ndarray],
        left: Sequence[np.ndarray],
    ):
        self.unigrams = np.asarray(unigrams, dtype=np.float32)  # (V,) sums to 1
        self.words = [np.asarray(w) for w in words]
        self.shares = [np.asarray(s, dtype=np.float32) for s in shares]
        self.children = [np.asarray(c) for c in children]
        self.left = [np.asarray(x, dtype=np.float32) for x in left]
        self.order = 1 + len(self.words)
        self._first = [np.concatenate([[0], np.cumsum(c, dtype=np.int64)]) for c in self.children]
        for k in range(self.order - 1):
            above = len(self.unigrams) if k == 0 else len(self.words[k - 1])
            sizes = {len(self.children[k]) - above, len(self.left[k]) - above}
            sizes |= {len(self.words[k]) - self._first[k][-1], len(self.shares[k]) - len(self.words[k])}
            if sizes != {0}:
                raise ValueError(f"the n-grams of order {k + 2} do not agree in number")
            if len(self.words[k]) and int(self.words[k].max()) >= len(self.unigrams):
                raise ValueError(f"an n-gram of order {k + 2} ends with a word that is not in the vocabulary")

    @classmethod
    def build(
        cls,
        rows: Sequence[Sequence[int]],
        vocab_size: int,
        never: Sequence[int] = (),
        order: int = ORDER,
        least: Sequence[int] = (),
    ) -> "NGram":
        """Count rows of ids, each from its start mark to its end mark.

        `never` lists ids that cannot follow anything: padding and the start mark. `least[k]` is how
        often an n-gram of order k + 1 must have been seen to be kept (the last entry for all longer
        ones, 1 without any); what is dropped goes to the shorter context.
        """
        flat = np.concatenate([np.asarray(row, dtype=np.int64) for row in rows] or [np.empty(0, dtype=np.int64)])
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        room = np.concatenate([np.arange(n, 0, -1) for n in lengths] or [np.empty(0, dtype=np.int64)])
        starts_row = np.zeros(len(flat), dtype=bool)
        starts_row[(np.cumsum(lengths) - lengths)[lengths > 0]] = True

        node = flat  # (positions,) the n-gram of the order at hand that begins here, by its place
        orders = [_Order(np.arange(vocab_size), np.bincount(flat, minlength=vocab_size), None)]
        places, opening = [np.arange(len(flat))], [np.zeros(vocab_size, dtype=bool)]
        nodes = [node]
        for n in range(2, order + 1):
            at = np.flatnonzero(room >= n)
            codes, first, inverse, counts = np.unique(
                node[at] * vocab_size + flat[at + n - 1], return_index=True, return_inverse=True, return_counts=True
            )
            node = np.full(len(flat), -1, dtype=np.int64)
            node[at] = inverse
            orders.append(_Order(codes % vocab_size, counts, codes // vocab_size))
            places.append(at[first])
            opening.append(starts_row[at[first]])
            nodes.append(node)

        # Shorter orders: in how many different contexts, except where a row began and none could be.
        used = [o.counts.copy() for o in orders]
        for k in range(order - 1):
            after = nodes[k][places[k + 1] + 1]
            contexts = np.bincount(after, minlength=len(used[k]))
            used[k] = np.where(opening[k], orders[k].counts, contexts)

        possible = np.ones(vocab_size, dtype=bool)
        possible[list(never)] = False
        counts = np.where(possible, used[0], 0)
        share, kept_mass = _discounted(counts, np.zeros(vocab_size, dtype=np.int64), 1)
        unigrams = np.where(possible, share + (1 - kept_mass[0]) / max(1, possible.sum()), 0)

        words, shares, children, left = [], [], [], []
        renumber = np.arange(vocab_size)  # the place of an n-gram among those that are kept, -1 if it is not
        for k in range(1, order):
            o, parents = orders[k], len(orders[k - 1].words)
            share, _ = _discounted(used[k], o.parents, parents)
            enough = (least[min(k, len(least) - 1)] if least else 1) <= o.counts
            kept = np.flatnonzero(enough & (renumber[o.parents] >= 0))
            above = renumber[o.parents[kept]]
            size_above = int((renumber >= 0).sum())
            words.append(_small(o.words[kept], vocab_size))
            shares.append(share[kept].astype(np.float32))
            number = np.bincount(above, minlength=size_above)
            children.append(_small(number, int(number.max(initial=0)) + 1))
            left.append(np.maximum(0, 1 - np.bincount(above, weights=share[kept], minlength=size_above)))
            renumber = np.full(len(o.words), -1, dtype=np.int64)
            renumber[kept] = np.arange(len(kept))
        return cls(unigrams, words, shares, children, left)

    def __len__(self) -> int:
        """How many n-grams of two words or more are kept."""
        return sum(map(len, self.words))

    def next_word(self, context: Sequence[int]) -> np.ndarray:
        """The probability of every word after some ids, the marks among them: (V,), float32, sums to 1.

        Only the last `order - 1` ids count.
        """
        scale, found = 1.0, []
        for begin in range(max(0, len(context) - self.order + 1), len(context)):
            k, place = self._find(context[begin:])
            if place < 0:
                continue
            a, b = self._first[k][place], self._first[k][place + 1]
            if b > a:
                found.append((self.words[k][a:b], self.shares[k][a:b] * np.float32(scale)))
                scale *= float(self.left[k][place])
        p = self.unigrams * np.float32(scale)
        for ids, share in found:
            p[ids] += share  # the words after one context differ from each other
        return p

    def _find(self, context: Sequence[int]) -> tuple[int, int]:
        """The level of a context and its place among the n-grams of its order, -1 if it was never seen."""
        place = int(context[0])
        for k, word in enumerate(context[1:]):
            a, b = self._first[k][place], self._first[k][place + 1]
            at = int(a + self.words[k][a:b].searchsorted(word))
            if at >= b or self.words[k][at] != word:
                return k + 1, -1
            place = at
        return len(context) - 1, place

    def tensors(self) -> dict[str, np.ndarray]:
        """What a file holds: half precision for what is a share, small whole numbers for the rest."""
        stored = {"unigrams": self.unigrams}
        for k in range(self.order - 1):
            n = k + 2
            stored[f"{n}.words"] = self.words[k]
            stored[f"{n}.shares"] = self.shares[k].astype(np.float16)
            stored[f"{n}.children"] = self.children[k]
            stored[f"{n}.left"] = self.left[k].astype(np.float16)
        return stored

    @classmethod
    def from_tensors(cls, stored: dict[str, np.ndarray]) -> "NGram":
        """The model from what a file holds.

        Raises:
            KeyError: a part is missing.
            ValueError: the parts do not agree.
        """
        orders = range(2, 2 + sum(name.endswith(".words") for name in stored))
        parts = [[stored[f"{n}.{name}"] for n in orders] for name in ("words", "shares", "children", "left")]
        return cls(stored["unigrams"], *parts)


class _Order:
    """All n-grams of one length: their last words, their counts, and the places of what stands before the last."""

    def __init__(self, words: np.ndarray, counts: np.ndarray, parents: np.ndarray | None):
        self.words, self.counts = words, counts
        self.parents = parents if parents is not None else np.zeros(len(words), dtype=np.int64)


def _discounted(counts: np.ndarray, parents: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Each n-gram's discounted share of its context's count, and what a context's n-grams keep together: (number,)."""
    totals = np.bincount(parents, weights=counts, minlength=number)
    discounts = _discounts(counts)[np.minimum(counts, 3)]
    share = np.maximum(counts - discounts, 0) / np.maximum(totals[parents], 1)
    return share, np.bincount(parents, weights=share, minlength=number)


def _discounts(counts: np.ndarray) -> np.ndarray:
    """D for a count of 0, 1, 2, and 3 or more: equation 26 of Chen & Goodman 1999.

    Where a list is too short for them to be told (no n-gram seen just so often), half a count is taken. None is
    below a tenth: a list whose headlines stand there several times over has few n-grams that are rare, and without
    a discount nothing would be left for a word that did not follow yet.
    """
    n = np.bincount(np.minimum(counts, 5), minlength=6)[:5].astype(np.float64)
    if not n[1:].all():
        return np.array([0, 0.5, 0.5, 0.5])
    y = n[1] / (n[1] + 2 * n[2])
    d = np.array([0, 1 - 2 * y * n[2] / n[1], 2 - 3 * y * n[3] / n[2], 3 - 4 * y * n[4] / n[3]])
    return np.clip(d, [0, _LEAST_DISCOUNT, _LEAST_DISCOUNT, _LEAST_DISCOUNT], [0, 1, 2, 3])


def _small(numbers: np.ndarray, above: int) -> np.ndarray:
    """The same whole numbers in as few bytes as they need."""
    return numbers.astype(np.min_scalar_type(max(0, above - 1)))
