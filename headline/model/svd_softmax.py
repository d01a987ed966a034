"""A softmax over many words that computes few of them exactly."""

import numpy as np

_PREVIEW = 48  # leading directions of a word's vector that are compared for every word


_REFINED = 256  # words whose whole vectors are


class _Preview:
    """A softmax over many words that looks closely at few of them.

    SVD-softmax (Shim et al. 2017, "SVD-Softmax: Fast Softmax Approximation on Large Vocabulary
    Neural Networks"): word vectors are turned so that their first numbers say the most, all words
    are scored by those, and only the best by all numbers. What the numbers left out would add to
    the others' scores is taken as normal noise, whose mean effect on the sum is known.
    """

    def __init__(self, matrix: np.ndarray, bias: np.ndarray):
        """`matrix` holds a word's vector in each row: (V, E)."""
        squares = (matrix.T @ matrix).astype(np.float64)
        self._turn = np.ascontiguousarray(np.linalg.eigh(squares)[1][:, ::-1], dtype=np.float32)  # (E, E)
        self._whole = matrix @ self._turn  # (V, E)
        self._short = np.ascontiguousarray(self._whole[:, :_PREVIEW])
        self._spread = self._whole[:, _PREVIEW:].var(axis=0)  # (E - preview,)
        self._bias = bias

    def softmax(self, vectors: np.ndarray, temperature: float) -> np.ndarray:
        """(B, E) -> (B, V)"""
        turned = vectors @ self._turn
        logits = turned[:, :_PREVIEW] @ self._short.T
        logits += self._bias
        logits += (turned[:, _PREVIEW:] ** 2 @ self._spread)[:, None] / 2
        for row, vector in zip(logits, turned, strict=True):
            best = row.argpartition(-_REFINED)[-_REFINED:]
            row[best] = self._whole[best] @ vector + self._bias[best]
        if temperature != 1:
            logits /= np.float32(temperature)
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        logits *= 1 / logits.sum(axis=1, keepdims=True)
        return logits
