"""A word n-gram model: it remembers set phrases. It is mixed with the LSTM, and is its baseline.

kneser_ney.py has the formula.
"""

from collections.abc import Sequence

import numpy as np

from headline.model.ngrams.kneser_ney import estimate

ORDER = 4
MAX_ORDER = 6


class NGram:
    """Probabilities of next words as a tree of contexts, read from the first word of a context down.

    The n-grams of an order are sorted by their context and then by their last word, so that what
    can follow a context is one slice, and an n-gram is identified by its index in that order.
    `words[k][i]` is the last word of the i-th n-gram of order k + 2, `shares[k][i]` its discounted
    probability. `children[k][i]` is the number of words that can follow the i-th n-gram of order
    k + 1, and `left[k][i]` the probability left to the shorter context. The n-grams of order 1
    are the words, by id.

    Raises:
        ValueError: the arrays do not agree, or hold values that are not allowed.
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
        _check_probabilities("unigrams", self.unigrams)
        for k in range(self.order - 1):
            self._check_order(k)

    def _check_order(self, k: int) -> None:
        n, words, first = k + 2, self.words[k], self._first[k]
        contexts = len(self.unigrams) if k == 0 else len(self.words[k - 1])
        if (np.asarray(self.children[k]) < 0).any():
            raise ValueError(f"the n-grams of order {n} have negative counts")
        lengths = {len(self.children[k]) - contexts, len(self.left[k]) - contexts}
        if lengths | {len(words) - first[-1], len(self.shares[k]) - len(words)} != {0}:
            raise ValueError(f"the n-grams of order {n} do not agree in number")
        if len(words) and not (words.min() >= 0 and words.max() < len(self.unigrams)):
            raise ValueError(f"an n-gram of order {n} ends with an id that is not in the vocabulary")
        rising = np.diff(words.astype(np.int64)) > 0
        rising[first[(first > 0) & (first < len(words))] - 1] = True  # the next context begins here
        if not rising.all():
            raise ValueError(f"the n-grams of order {n} are not sorted")
        _check_probabilities(f"{n}.shares", self.shares[k])
        _check_probabilities(f"{n}.left", self.left[k])

    @classmethod
    def build(
        cls,
        rows: Sequence[Sequence[int]],
        vocab_size: int,
        suppressed_ids: Sequence[int] = (),
        order: int = ORDER,
        min_counts: Sequence[int] = (),
    ) -> "NGram":
        """Estimate a model from rows of ids, each from its start token to its end token.

        Args:
            rows: the ids of each headline.
            vocab_size: V.
            suppressed_ids: ids that cannot follow anything: padding and the start token.
            order: the longest n-grams, in words.
            min_counts: `min_counts[k]` is how often an n-gram of order k + 1 must occur to be kept; the last entry
                holds for all longer ones, and without any entry all n-grams are kept. The probability of
                those dropped goes to the shorter context.
        """
        return cls(*estimate(rows, vocab_size, suppressed_ids, order, min_counts))

    def __len__(self) -> int:
        """The number of n-grams of two words or more."""
        return sum(map(len, self.words))

    @property
    def vocab_size(self) -> int:
        return len(self.unigrams)

    def next_word(self, context: Sequence[int]) -> np.ndarray:
        """The probability of every word after some ids, special tokens included: (V,), float32, sums to 1.

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

    def strongest(self) -> np.ndarray:
        """The discounted probability of the word that most often follows each word: (V,), 0 where none does."""
        found = np.zeros(self.vocab_size, dtype=np.float32)
        if self.order > 1 and len(self.shares[0]):
            first = self._first[0]
            followed = first[1:] > first[:-1]
            found[followed] = np.maximum.reduceat(self.shares[0], first[:-1][followed])
        return found

    def _find(self, context: Sequence[int]) -> tuple[int, int]:
        """The level of a context and its index among the n-grams of its order, -1 if it is not there."""
        place = int(context[0])
        for k, word in enumerate(context[1:]):
            a, b = self._first[k][place], self._first[k][place + 1]
            at = int(a + self.words[k][a:b].searchsorted(word))
            if at >= b or self.words[k][at] != word:
                return k + 1, -1
            place = at
        return len(context) - 1, place

    def renumbered(self, ids: np.ndarray, vocab_size: int) -> "NGram":
        """The same model for another vocabulary of `vocab_size` words, in which the word i has the id `ids[i]`.

        `ids` (V,) are all different. Words that only the other vocabulary has get the probability 0.
        """
        unigrams = np.zeros(vocab_size, dtype=np.float32)
        unigrams[ids] = self.unigrams
        parts: tuple[list, list, list, list] = ([], [], [], [])
        place = np.asarray(ids, dtype=np.int64)  # of each context: its new index in its order
        contexts = vocab_size
        for k in range(self.order - 1):
            children, left = np.zeros(contexts, dtype=self.children[k].dtype), np.ones(contexts, dtype=np.float32)
            children[place], left[place] = self.children[k], self.left[k]
            parents = np.repeat(place, np.asarray(self.children[k], dtype=np.int64))
            words = np.asarray(ids)[self.words[k]]
            order = np.lexsort((words, parents))
            parts[0].append(words[order].astype(np.min_scalar_type(max(0, vocab_size - 1))))
            parts[1].append(self.shares[k][order])
            parts[2].append(children)
            parts[3].append(left)
            place = np.empty(len(order), dtype=np.int64)
            place[order] = np.arange(len(order))
            contexts = len(order)
        return NGram(unigrams, *parts)

    def tensors(self) -> dict[str, np.ndarray]:
        """The tensors to store: float16 for shares, the smallest unsigned integers for ids and counts."""
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
        """The model from stored tensors.

        Raises:
            KeyError: a tensor is missing.
            ValueError: the tensors do not agree.
        """
        orders = range(2, 2 + sum(name.endswith(".words") for name in stored))
        parts = [[stored[f"{n}.{name}"] for n in orders] for name in ("words", "shares", "children", "left")]
        return cls(stored["unigrams"], *parts)


def _check_probabilities(name: str, values: np.ndarray) -> None:
    if not ((values >= 0) & (values <= 1)).all():  # False for what is not a number, too
        raise ValueError(f"{name} holds values that are not probabilities")
