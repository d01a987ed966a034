"""Which words say something: those that are not in every other headline."""

import numpy as np

from headline.corpus.vocabulary import Vocabulary

# Occurrences, and share of all words, from which a word says little by itself: to, the, is, says, new. In a short list
# the words that it is about would reach the share alone.
_OCCURS, _FREQUENT = 20, 1e-3


def content_words(vocabulary: Vocabulary) -> np.ndarray:
    """Return for each id whether it is a word that says something: (V,) booleans. Marks and special ids are none."""
    says = vocabulary.counts < max(_OCCURS, _FREQUENT * vocabulary.counts.sum())
    says[[*vocabulary.specials, *vocabulary.marks]] = False
    return says
