"""Answers that are kept, and the counts that workers share."""

import os

import pytest

from headline.web.serve.counts import Counts
from headline.web.serve.kept_answers import KeptAnswers


def test_the_least_recently_used_answers_go_first_and_all_stay_within_the_bound():
    kept = KeptAnswers(most=3_000)
    for n in range(6):
        kept.put(("/a", b"q=%d" % n), b"x" * 400)
        assert kept.get(("/a", b"q=0")) and kept.size <= 3_000  # the first is used again and again
    assert kept.get(("/a", b"q=1")) is None and kept.get(("/a", b"q=5")) == b"x" * 400
    kept.put(("/a", b"q=5"), b"y" * 400)
    before = kept.size
    kept.put(("/a", b"long"), b"x" * 10_000)  # larger than the bound: nothing is kept beyond it
    assert kept.size <= 3_000 < before + 10_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_what_one_process_counts_another_sees():
    counts = Counts(("/a",), workers=2)
    pid = os.fork()
    if not pid:
        counts.add(1, "/a", 429, 0.004)
        os._exit(0)
    os.waitpid(pid, 0)
    counts.add(0, "/a", 429, 0.3)
    counts.add(0, "/b", 201, 60.0)
    text = counts.text().decode()
    assert (
        'bucket{le="0.005",route="/a",status="429"} 1.0' in text
        and 'bucket{le="0.5",route="/a",status="429"} 2.0' in text
    )
    assert 'count{route="other",status="200"} 1.0' in text and 'sum{route="other",status="200"} 60.0' in text
