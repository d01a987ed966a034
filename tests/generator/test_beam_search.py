"""The formula that beams are ranked by."""

import pytest

from headline.generator.whole.beam_search import normalised


@pytest.mark.parametrize(
    "log_probability, length, expected",
    [(-6.0, 1, -6.0), (-6.0, 7, -6.0 / 2**0.7), (-10.0, 13, -10.0 / 3**0.7), (0.0, 4, 0.0)],
)
def test_the_length_penalty_is_equation_14_of_wu_et_al(log_probability, length, expected):
    assert normalised(log_probability, length) == pytest.approx(expected)
