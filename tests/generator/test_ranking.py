"""The k best, and the memory of the last answers."""

import numpy as np
import pytest

from headline.generator.words.ranking import Recent, top


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


def test_recent_forgets_what_was_used_longest_ago():
    recent = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)
