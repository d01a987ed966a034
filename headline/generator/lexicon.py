"""A general list of words for those that a corpus never had: what `<unk>` may be.

The list is wordfreq's of English (Robyn Speer 2022, 10.5281/zenodo.7199437; data CC BY-SA 4.0), which
knows how often each word is used. The model's own probability of an unknown word is shared out by it.
"""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np

from headline.corpus.vocabulary import AFTER_ALL, Vocabulary
from headline.generator.ranking import top

_WORDS = 200_000  # the most frequent ones; beyond them come slips of the pen
_ENGLISH = 0.5  # of a vocabulary's words must be on the list for it to be of use
_KEPT = 16


@cache
def english() -> tuple[list[str], np.ndarray]:
    """Words in alphabetical order, and how often each is used, as a share of all words: (n,)."""
    from wordfreq import get_frequency_dict  # takes a fifth of a second, and not everybody asks

    frequent = list(get_frequency_dict("en", "large").items())[:_WORDS]
    frequent.sort()
    words, shares = zip(*frequent, strict=True)
    return list(words), np.array(shares, dtype=np.float64)


class Lexicon:
    """Words outside a vocabulary, and what share of all such words each has."""

    def __init__(self, words: Sequence[str], shares: np.ndarray):
        """Words in alphabetical order, and how often each is used: (n,), any scale, 0 for those never to be offered."""
        self._words = list(words)
        self._shares = shares / max(float(shares.sum()), 1e-30)
        self._sums = np.concatenate([[0.0], np.cumsum(self._shares)])
        self._starting_with = lru_cache(maxsize=4096)(self._look_up)

    @classmethod
    def beyond(cls, vocabulary: Vocabulary) -> "Lexicon":
        """The English words that a vocabulary lacks; none at all where it is no English one."""
        words, shares = english()
        known = np.array([word in vocabulary.stoi for word in words])
        shared, own = int(known.sum()), len(vocabulary) - len(vocabulary.specials)
        if vocabulary.unk is None or shared < _ENGLISH * own:
            return cls([], np.empty(0))
        return cls(words, np.where(known, 0.0, shares))

    def __len__(self) -> int:
        return len(self._words)

    def starting_with(self, prefix: str, k: int) -> tuple[list[tuple[str, float]], float]:
        """Up to `k` words that begin with some letters, the most frequent first, each with its share; and
        the share of all that do. No more than 16 are ever given."""
        found, mass = self._starting_with(prefix)
        return found[:k], mass

    def best(self, prefix: str) -> tuple[str, float] | None:
        """The most frequent word that begins with some letters, and its share; None where there is none.

        Quicker than `starting_with` for letters that are asked about once.
        """
        a = bisect_left(self._words, prefix)
        if a == len(self._words) or not self._words[a].startswith(prefix):
            return None
        b = bisect_left(self._words, prefix + AFTER_ALL, a)
        at = a + int(self._shares[a:b].argmax())
        return (self._words[at], float(self._shares[at])) if self._shares[at] > 0 else None

    def _look_up(self, prefix: str) -> tuple[list[tuple[str, float]], float]:
        a, b = bisect_left(self._words, prefix), bisect_left(self._words, prefix + AFTER_ALL)
        shares = self._shares[a:b]
        best = top(shares, _KEPT)
        found = [(self._words[a + i], float(shares[i])) for i in best if shares[i] > 0]
        return found, float(self._sums[b] - self._sums[a])
