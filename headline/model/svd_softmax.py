"""A softmax over many words that computes few logits exactly."""

import numpy as np

from headline.model.network import product
from headline.model.top import top_set

_FREQUENT = 2**16  # words at most of which all have the same preview; of more, these first ones, and the rare ones
_PREVIEW, _FREQUENT_PREVIEW, _RARE_PREVIEW = 48, 96, 16  # leading singular directions that are used for every word
_REFINED, _REFINED_OF_EITHER = 256, 512  # words whose logits are then computed from all directions


class SvdSoftmax:
    """An approximate softmax for large vocabularies.

    Shim et al. 2017, "SVD-Softmax: Fast Softmax Approximation on Large Vocabulary Neural Networks": word vectors are
    rotated so that their first components carry most of the variance, all words are scored with those, and only the
    best words with all components. The components left out are treated as normal noise, whose mean effect on the
    softmax's denominator is added.

    Of more than 65,536 words, the rarer ones are scored with fewer components than those, in a rotation of their own:
    as in an adaptive softmax (Grave et al. 2017, "Efficient softmax approximation for GPUs"), rare words get less of
    the work.
    """

    def __init__(self, matrix: np.ndarray, bias: np.ndarray):
        """`matrix` (V, E) has a word's vector in each row, frequent words first; `bias` is (V,)."""
        self._words = len(bias)
        if self._words <= _FREQUENT:
            self._parts = [_Part(matrix, bias, _PREVIEW, _REFINED)]
        else:
            kinds = (slice(None, _FREQUENT), _FREQUENT_PREVIEW), (slice(_FREQUENT, None), _RARE_PREVIEW)
            self._parts = [_Part(matrix[rows], bias[rows], preview, _REFINED_OF_EITHER) for rows, preview in kinds]

    def softmax(self, vectors: np.ndarray, temperature: float) -> np.ndarray:
        """(B, E) -> (B, V)"""
        logits = np.empty((len(vectors), self._words), dtype=np.float32)
        left_out = self._parts[0].logits(vectors, logits[:, :_FREQUENT])
        for rare in self._parts[1:]:
            more = rare.logits(vectors, logits[:, _FREQUENT:]) - left_out
            logits[:, _FREQUENT:] += more[:, None]
        if temperature != 1:
            logits *= np.float32(1 / temperature)
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        logits *= 1 / logits.sum(axis=1, keepdims=True)
        return logits


class _Part:
    """Logits of some of the words."""

    def __init__(self, matrix: np.ndarray, bias: np.ndarray, preview: int, refined: int):
        squares = (matrix.T @ matrix).astype(np.float64)
        self._rotation = np.ascontiguousarray(np.linalg.eigh(squares)[1][:, ::-1], dtype=np.float32)  # (E, E)
        rotated = matrix @ self._rotation
        self._preview = np.ascontiguousarray(rotated[:, :preview].T)  # (preview, V): BLAS is quickest with it so
        self._variance = rotated[:, preview:].var(axis=0)  # (E - preview,)
        self._matrix, self._bias, self._refined = matrix, bias, refined

    def logits(self, vectors: np.ndarray, out: np.ndarray) -> np.ndarray:
        """Write the logits for vectors (B, E) into `out` (B, V), and return what all of a row are too low by: (B,)."""
        preview = len(self._preview)
        rotated = product(vectors, self._rotation)
        out[:] = product(rotated[:, :preview], self._preview)
        out += self._bias
        # (B,) missing in the logits of the preview alone; row by row, so that a row does not depend on the others
        noise = (rotated[:, None, preview:] ** 2 @ self._variance)[:, 0] / 2
        for row, vector, missing in zip(out, vectors, noise, strict=True):
            best = top_set(row, self._refined)
            row[best] = self._matrix[best] @ vector + (self._bias[best] - missing)
        return noise
