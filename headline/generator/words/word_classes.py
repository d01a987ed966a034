"""Classes of words that are used alike: the context says which class comes, and so which words of the general list.

A vocabulary knows how likely each of its own words is in a context; of a word outside it, only the frequency is known.
But both are in classes (as in the class-based models of Brown et al. 1992): after *flights to* the names of places
among the vocabulary's words are likelier than they usually are, so names of places on the list are too.

    p(word | outside, context) ~ share(word) · ((p(class | context) + ε) / (p(class) + ε))^0.75
"""

import gzip
from functools import cache

import numpy as np

from headline.corpus.vocabulary import Vocabulary
from headline.generator.words.ranking import Recent
from headline.paths import ASSETS

WORD_CLASSES = ASSETS / "word_classes.txt.gz"
CLASSES = 90
NONE = CLASSES  # the class of a word of which none is known
_POWER, _LEAST = 0.75, 1e-4
_KEPT = 8  # contexts: every letter of a word asks again


@cache
def word_classes() -> dict[str, int]:
    """Return the class of each English word that has one, by its key."""
    lines = gzip.decompress(WORD_CLASSES.read_bytes()).decode().splitlines()
    return {word: number for number, line in enumerate(lines) for word in line.split(" ")}


class WordClasses:
    """How much likelier words outside a vocabulary are in a context than by their frequency, by class."""

    def __init__(self, vocabulary: Vocabulary, of_ids: np.ndarray, shares: np.ndarray):
        """`of_ids` has the class of each id, (V,); `shares` those of all words outside, by class: (CLASSES + 1,)."""
        self._of_ids, self._shares = of_ids, shares
        self._usual = self._by_class(np.asarray(vocabulary.counts, dtype=np.float64))
        self._known: Recent[tuple[np.ndarray, np.ndarray]] = Recent(_KEPT)

    def factors(self, words: np.ndarray) -> np.ndarray:
        """Return the factor of the share of a word of each class, and last of words of no class: (CLASSES + 1,).

        `words` are the probabilities of the vocabulary's words in the context, (V,). Shares times factors sum to 1.
        """
        known = self._known.get((id(words),))
        if known is not None and known[0] is words:
            return known[1]
        factors = np.ones(CLASSES + 1)
        here = self._by_class(words)
        if here.any() and self._usual.any():
            factors[:CLASSES] = ((here + _LEAST) / (self._usual + _LEAST)) ** _POWER
        factors /= max(float(self._shares @ factors), 1e-30)
        self._known.put((id(words),), (words, factors))
        return factors

    def _by_class(self, weights: np.ndarray) -> np.ndarray:
        """The share of each class among what has one: (CLASSES,)."""
        sums = np.bincount(self._of_ids, weights, CLASSES + 1)[:CLASSES]
        return sums / max(float(sums.sum()), 1e-30)
