"""Sampled softmax: a few words for each training batch to choose among."""

import numpy as np


class CandidateSampler:
    """Few words for the softmax of a training batch to choose among, instead of the whole vocabulary.

    Sampled softmax, Jean et al. 2015, "On Using Very Large Target Vocabulary for Neural Machine
    Translation": each logit is lowered by the logarithm of the chance that its word is a candidate,
    which makes the loss over the candidates stand for the loss over all words.

    Half of the candidates are the most frequent words, which are always in; then come the batch's
    own words, and the rest is drawn evenly from all others.
    """

    def __init__(self, counts: np.ndarray, size: int, words_per_batch: float, rng: np.random.Generator):
        """`counts[i]` is how often the corpus has the word with id i, ids by falling frequency: (V,)."""
        self.size, self.rng = size, rng
        self.head = size // 2
        frequency = counts / max(1, counts.sum())
        self.missed = (1 - frequency) ** words_per_batch  # (V,) the chance that no word of a batch is this one
        self._place = np.zeros(len(counts), dtype=np.int32)  # (V,) of a word among the candidates

    def draw(self, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For the targets of a batch, ids of any shape:

        candidates (C,) int32, of which the first is the padding, C = size unless the batch alone
        has more; the log of their chances to be one (C,) float32; and the targets again, each as its
        place among the candidates.
        """
        own = np.unique(targets[targets >= self.head])
        others = self.rng.permutation(np.arange(self.head, len(self.missed), dtype=np.int32))
        others = others[~np.isin(others, own)][: max(0, self.size - self.head - len(own))]
        candidates = np.concatenate([np.arange(self.head), own, others]).astype(np.int32)
        drawn = len(others) / max(1, len(self.missed) - self.head - len(own))
        chance = 1 - (1 - drawn) * self.missed[candidates]
        chance[: self.head] = 1
        self._place[candidates] = np.arange(len(candidates), dtype=np.int32)
        return candidates, np.log(chance).astype(np.float32), self._place[targets]
