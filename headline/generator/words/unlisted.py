"""Words that the vocabulary lacks: those of the general list, and those that the text used before."""

from collections.abc import Set
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from headline.corpus.vocabulary import Typed, Vocabulary
from headline.generator.words.blocklist import is_blocked
from headline.generator.words.capitals import INITIALS
from headline.generator.words.lexicon import Lexicon
from headline.generator.writing import Writing

_PRIOR = 1.0  # strength of the prior on the share of unknown words, in words
_USED_BEFORE = 0.3  # share of the unknown words that this text used before


class Found(NamedTuple):
    """Unlisted words with one prefix, by their shares of the unknown word's probability."""

    words: dict[str, float]  # the most probable ones, with the chance that they have the capitals of the open word
    mass: float  # the share of all with this prefix, whatever their case
    fitting: float  # the same, as their case is typed


class Unlisted:
    """Shares the unknown word's probability out."""

    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon, blocked: Set[str]):
        """`blocked` words are never offered."""
        self._vocabulary, self._lexicon, self._blocked = vocabulary, lexicon, blocked
        self._is_blocked = lru_cache(maxsize=4096)(partial(is_blocked, blocked=blocked))  # of the general list's words
        counts, unk = vocabulary.counts, vocabulary.unk
        self._rate = float(counts[unk] / max(1, counts.sum())) if unk is not None else 0.0

    def so_far(self, typed: Typed) -> float:
        """Return the factor by which unknown words are more frequent in a text than the model expects.

        It is the posterior mean of a gamma distribution with a prior mean of 1 (Gelman et al. 2013, section 2.6).
        """
        unknown = sum(key not in self._vocabulary.stoi for key in typed.word_keys)
        return (_PRIOR + unknown) / (_PRIOR + self._rate * len(typed.words))

    def starting_with(
        self, prefix: str, k: int, typed: Typed, writing: Writing, factors: np.ndarray | None = None
    ) -> Found:
        """Return the words with a prefix: `k` of the general list, and those of the text that are unknown.

        `factors` are those of the context (`Lexicon.factors`).
        """
        used = dict(zip(typed.word_keys, typed.words, strict=True))
        unknown = [key for key in used if key.startswith(prefix) and key not in self._vocabulary.stoi]
        again = [self._vocabulary.tokenizer.lower(used[key]) for key in unknown]
        listed, mass = self._lexicon.starting_with(prefix, k, factors)
        rest = 1 - _USED_BEFORE if again else 1.0
        shares = {word: rest * share for word, share in listed if not self._is_blocked(word)}
        for word in again:
            if not is_blocked(word, self._blocked):
                shares[word] = shares.get(word, 0.0) + _USED_BEFORE / len(again)
        before = sum(_USED_BEFORE / len(again) * writing.chance_of_listed(word) for word in again)
        return Found(
            {word: share * writing.chance_of_listed(word) for word, share in shares.items()},
            rest * mass + (_USED_BEFORE if again else 0.0),
            rest * self._fitting(prefix, mass, writing, factors) + before,
        )

    def _fitting(self, prefix: str, mass: float, writing: Writing, factors: np.ndarray | None) -> float:
        """The share of the general list's words with a prefix, as the open word's capitals let expect them."""
        if not writing.telling:
            return mass
        own = self._lexicon.share(prefix, factors) if len(prefix) > INITIALS else 0.0
        certain = self._lexicon.brief(prefix, factors) + own
        return certain + writing.of_capitals * (mass - certain)
