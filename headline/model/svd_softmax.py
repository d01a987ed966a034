"""A softmax over many words that computes few logits exactly."""

import numpy as np

from headline.model.network import product
from headline.model.top import top_set

_PREVIEW = 48  # leading singular directions that are used for every word
_REFINED = 256  # words whose logits are then computed from all directions


class SvdSoftmax:
    """An approximate softmax for large vocabularies.

    Shim et al. 2017, "SVD-Softmax: Fast Softmax Approximation on Large Vocabulary Neural Networks":
    word vectors are rotated so that their first components carry most of the variance, all words
    are scored with those, and only the best words with all components. The components left out
    are treated as normal noise, whose mean effect on the softmax's denominator is added.
    """

    def __init__(self, matrix: np.ndarray, bias: np.ndarray):
        """`matrix` (V, E) has a word's vector in each row; `bias` is (V,)."""
        squares = (matrix.T @ matrix).astype(np.float64)
        self._rotation = np.ascontiguousarray(np.linalg.eigh(squares)[1][:, ::-1], dtype=np.float32)  # (E, E)
        rotated = matrix @ self._rotation
        self._preview = np.ascontiguousarray(rotated[:, :_PREVIEW].T)  # (preview, V): BLAS is quickest with it so
        self._variance = rotated[:, _PREVIEW:].var(axis=0)  # (E - preview,)
        self._matrix, self._bias = matrix, bias

    def softmax(self, vectors: np.ndarray, temperature: float) -> np.ndarray:
        """(B, E) -> (B, V)"""
        rotated = product(vectors, self._rotation)
        logits = product(rotated[:, :_PREVIEW], self._preview)
        logits += self._bias
        # (B,) missing in the logits of the preview alone; row by row, so that a row does not depend on the others
        noise = (rotated[:, None, _PREVIEW:] ** 2 @ self._variance)[:, 0] / 2
        for row, vector, missing in zip(logits, vectors, noise, strict=True):
            best = top_set(row, _REFINED)
            row[best] = self._matrix[best] @ vector + (self._bias[best] - missing)
        if temperature != 1:
            logits *= np.float32(1 / temperature)
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        logits *= 1 / logits.sum(axis=1, keepdims=True)
        return logits
