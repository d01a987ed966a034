"""A general list of English words that the vocabulary lacks, with their frequencies.

The list is wordfreq's (Robyn Speer 2022, 10.5281/zenodo.7199437; data CC BY-SA 4.0). The model's probability of
`<unk>` is divided among its words by frequency.
"""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np

from headline.corpus.vocabulary import AFTER_ALL, Vocabulary
from headline.generator.words.blocklist import misspellings
from headline.model.top import top

_WORDS = 200_000  # the most frequent ones; rarer entries are often misspellings
_ENGLISH = 0.5  # share of a vocabulary's words that must be on the list, or the list is not used
_KEPT = 16


def listed_words() -> dict[str, float]:
    """Return English words and their frequencies, the most frequent first."""
    from wordfreq import get_frequency_dict, get_frequency_list  # takes a fifth of a second: loaded when needed

    frequent = dict(list(get_frequency_dict("en", "large").items())[:_WORDS])
    for cached in (get_frequency_dict, get_frequency_list):
        cached.cache_clear()  # wordfreq would keep all its words for as long as the program runs
    return frequent


@cache
def english() -> tuple[list[str], np.ndarray]:
    """Return words in alphabetical order and their frequencies, as shares of all words: (n,). Misspelt ones are left
    out, so that they are corrected like other slips."""
    wrong = misspellings()
    words, shares = zip(*sorted(item for item in listed_words().items() if item[0] not in wrong), strict=True)
    return list(words), np.array(shares, dtype=np.float64)


class Lexicon:
    """Words outside a vocabulary, each with its share of all such words."""

    def __init__(self, words: Sequence[str], shares: np.ndarray):
        """`words` in alphabetical order; `shares` (n,) their frequencies in any scale, 0 for words never suggested."""
        self._words = list(words)
        self._shares = shares / max(float(shares.sum()), 1e-30)
        self._sums = np.concatenate([[0.0], np.cumsum(self._shares)])
        self._starting_with = lru_cache(maxsize=4096)(self._look_up)

    @classmethod
    def beyond(cls, vocabulary: Vocabulary) -> "Lexicon":
        """Return the English words that a vocabulary lacks; none if the vocabulary is not English."""
        words, shares = english()
        known = np.array([word in vocabulary.stoi for word in words])
        shared, own = int(known.sum()), len(vocabulary) - len(vocabulary.specials)
        if vocabulary.unk is None or shared < _ENGLISH * own:
            return cls([], np.empty(0))
        return cls(words, np.where(known, 0.0, shares))

    def __len__(self) -> int:
        return len(self._words)

    def starting_with(self, prefix: str, k: int) -> tuple[list[tuple[str, float]], float]:
        """Return up to `k` words (16 at most) with this prefix and their shares, the most frequent first, and the
        share of all words with this prefix."""
        found, mass = self._starting_with(prefix)
        return found[:k], mass

    def share(self, word: str) -> float:
        """Return the share of one word, 0 where it is not listed."""
        at = bisect_left(self._words, word)
        return float(self._shares[at]) if at < len(self._words) and self._words[at] == word else 0.0

    def best(self, prefix: str) -> tuple[str, float] | None:
        """Return the most frequent word with this prefix and its share, or None.

        It is faster than `starting_with` for a prefix that is used once.
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
