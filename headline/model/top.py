"""The k best of many scores, found without sorting or copying all of them."""

import numpy as np

_GROUPS = 1024
_LEAST = 4  # groups for each of the k: the more, the fewer scores are left to compare
_MANY = 4 * _GROUPS  # scores from which on groups are quicker


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
    if len(scores) < _MANY or k > _GROUPS // _LEAST:
        return (scores >= np.partition(scores, len(scores) - k)[len(scores) - k]).nonzero()[0]
    size = len(scores) // _GROUPS
    maxima = np.maximum.reduce(scores[: _GROUPS * size].reshape(size, _GROUPS))
    candidates = (scores >= np.partition(maxima, _GROUPS - k)[_GROUPS - k]).nonzero()[0]
    left = scores[candidates]
    return candidates[left >= np.partition(left, len(left) - k)[len(left) - k]]
