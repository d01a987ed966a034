"""Candidates of the sampled softmax."""

import numpy as np


class CandidateSampler:
    """Draws the candidates of each batch: the words that its softmax is computed over.

    Sampled softmax, Jean et al. 2015, "On Using Very Large Target Vocabulary for Neural Machine Translation": each
    logit is lowered by the log probability that its word is a candidate, so the loss over the candidates estimates
    the loss over all words.

    Half of the candidates are the most frequent words; then come the batch's own words; the rest is drawn uniformly
    from all others.
    """

    def __init__(self, counts: np.ndarray, size: int, words_per_batch: float, rng: np.random.Generator):
        """`counts[i]` is how often the word with id i occurs in the corpus, by falling frequency: (V,)."""
        self.size, self.rng = size, rng
        self.head = size // 2
        frequency = counts / max(1, counts.sum())
        self.missed = (1 - frequency) ** words_per_batch  # (V,) the probability that a batch lacks this word
        self._place = np.zeros(len(counts), dtype=np.int32)  # (V,) index of a word among the candidates

    def draw(self, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Draw candidates for the targets of a batch, ids of any shape.

        Returns the candidates (C,) int32, the padding first, C = size unless the batch alone has more; the log
        probabilities of being a candidate (C,) float32; and the targets as indices among the candidates.
        """
        own = np.unique(targets[targets >= self.head])
        tail = len(self.missed) - self.head
        others = self.head + self.rng.choice(tail, min(tail, max(0, self.size - self.head)), replace=False)
        others = others[~np.isin(others, own)][: max(0, self.size - self.head - len(own))]
        candidates = np.concatenate([np.arange(self.head), own, others]).astype(np.int32)
        drawn = len(others) / max(1, tail - len(own))
        chance = 1 - (1 - drawn) * self.missed[candidates]
        chance[: self.head] = 1
        self._place[candidates] = np.arange(len(candidates), dtype=np.int32)
        return candidates, np.log(chance).astype(np.float32), self._place[targets]
