"""The k best of many scores, found without sorting or copying all of them."""

import numpy as np

_GROUPS = 4  # times k: the more groups, the fewer scores are left to compare


def top(scores: np.ndarray, k: int) -> np.ndarray:
    """Return the indices of the k highest scores, the highest first, ties in order: shape (min(k, n),)."""
    k = min(k, len(scores))
    if k <= 0:
        return np.empty(0, dtype=np.int64)
    best = _at_least_kth(scores, k)
    return best[np.argsort(-scores[best], kind="stable")][:k]


def top_set(scores: np.ndarray, k: int) -> np.ndarray:
    """Return the indices of the k highest scores in rising order, and of all that tie with the last: (k or more,)."""
    return _at_least_kth(scores, min(k, len(scores)))


def _at_least_kth(scores: np.ndarray, k: int) -> np.ndarray:
    """Return the indices of all scores that are at least the k-th highest one, in rising order.

    The k-th highest of the maxima of groups is not above the k-th highest score, so few scores have to be compared.
    """
    size = len(scores) // (_GROUPS * k)
    candidates = None
    if size > 1:
        groups = _GROUPS * k
        maxima = scores[: groups * size].reshape(size, groups).max(axis=0)
        candidates = np.flatnonzero(scores >= np.partition(maxima, groups - k)[groups - k])
    left = scores if candidates is None else scores[candidates]
    best = np.flatnonzero(left >= np.partition(left, len(left) - k)[len(left) - k])
    return best if candidates is None else candidates[best]
