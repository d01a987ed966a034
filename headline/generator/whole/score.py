"""Which of several whole headlines is worth showing: probable ones that say something, each thing once."""

from collections.abc import Sequence

import numpy as np

from headline.corpus.vocabulary import Vocabulary
from headline.generator.words.content import content_words

_FREQUENCY = 0.3  # weight of how frequent the words are by themselves
_RARE = 20  # occurrences below which all words are alike: a fine-tuned model's list lacks most words that it knows


class HeadlineScorer:
    """Scores whole headlines by the model's probability and by how frequent their words are anyway.

    The most probable headlines are the emptiest: *the president of the United States*. So the mean log probability of
    their words is lowered by a part of the mean log frequency of the same words (maximum mutual information: Li et al.
    2016, "A Diversity-Promoting Objective Function for Neural Conversation Models", equation 9, with frequencies for
    the language model).
    """

    def __init__(self, vocabulary: Vocabulary):
        counts, total = vocabulary.counts, max(1, vocabulary.counts.sum())
        self._log_frequency = np.log(np.maximum(counts, _RARE) / total)  # (V,)
        self._says = content_words(vocabulary)  # (V,) bool
        self._itos = vocabulary.itos

    def score(self, ids: Sequence[int], mean_log_probability: float) -> float:
        """Return the score of a headline that adds these ids to its seed; the higher, the better."""
        frequent = float(self._log_frequency[list(ids)].mean()) if len(ids) else 0.0
        return mean_log_probability - _FREQUENCY * frequent

    def repeats(self, ids: Sequence[int]) -> int:
        """Return how many words of a whole headline, of those that say something, came before; a plural or genitive is
        the same word."""
        said = [self._stem(self._itos[i]) for i in ids if self._says[i]]
        return len(said) - len(set(said))

    @staticmethod
    def _stem(key: str) -> str:
        return key.replace("’", "'").removesuffix("'s").removesuffix("s")
