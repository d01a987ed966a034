"""The k best of many scores."""

import numpy as np
import pytest

from headline.model.top import top, top_set


@pytest.mark.parametrize(
    "scores, k, expected",
    [
        ([1, 3, 2], 2, [1, 2]),
        ([5, 5, 5, 6], 3, [3, 0, 1]),
        ([1, 2], 9, [1, 0]),
        ([1, 2], 0, []),
        ([], 3, []),
        ([1], -1, []),
    ],
)
def test_top(scores, k, expected):
    assert top(np.array(scores, dtype=np.float32), k).tolist() == expected


@pytest.mark.parametrize("n", [1, 2, 7, 64, 999, 5000])
@pytest.mark.parametrize("k", [1, 2, 4, 9, 300, 2000])
@pytest.mark.parametrize("values", [3, 10**6], ids=["ties", "no ties"])
def test_top_is_what_sorting_finds(n, k, values):
    scores = np.random.default_rng(n * k).integers(0, values, n).astype(np.float32)
    assert top(scores, k).tolist() == np.argsort(-scores, kind="stable")[:k].tolist()
    found = top_set(scores, k)
    assert found.tolist() == np.flatnonzero(scores >= np.sort(scores)[-min(k, n)]).tolist()


def test_scores_may_be_infinite():
    scores = np.full(1000, -np.inf, dtype=np.float32)
    scores[[5, 700]] = 1, np.inf
    assert top(scores, 2).tolist() == [700, 5]
    assert top(scores, 3).tolist() == [700, 5, 0]
