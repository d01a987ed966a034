"""What units seem to follow: said only where the correlation is strong, and from the network's own states."""

import numpy as np
import pytest

from headline.web.tabs.inside_parts.unit_hints import properties, states, strongest, unit_hints
from tests import tiny
from tests.tiny import random_checkpoint

TEXTS = [["the", "government", "of", "London"], ["NASA", "says", "7", "governors", "rise"], ["we"]]


def test_the_states_are_those_of_each_text_alone():
    suggester = tiny.suggester(random_checkpoint())
    found, network, row = states(suggester, TEXTS), suggester.model.network, 0
    for words in TEXTS:
        state = network.start()
        for i in suggester.vocabulary.ids(words):
            state = network.step(state, np.array([i]))
            assert found[row] == pytest.approx(state.h[-1][0, 0], abs=1e-6)
            row += 1
    assert row == len(found)


def test_the_properties_of_each_word():
    known = properties(TEXTS)
    assert known["later in the headline"].tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 4, 0]
    assert known["at a number"].nonzero()[0].tolist() == [6]
    assert known["just after a preposition"].nonzero()[0].tolist() == [3]
    assert properties([["“", "a", "b", "”", "c"]])["inside quotation marks"].tolist() == [0, 1, 1, 1, 0]


def test_only_what_is_strong_is_said():
    rng = np.random.default_rng(0)
    follows = (rng.random(400) < 0.3).astype(float)
    rare = np.zeros(400)
    rare[:5] = 1
    h = np.stack([follows - 0.5, rng.normal(size=400), -3 * follows + rng.normal(size=400), rare, np.ones(400)], axis=1)
    said = strongest(h, {"at a number": follows, "at a thing seen five times": rare})
    assert said[0] == "higher at a number (r = 1.00)" and said[2].startswith("lower at a number (r = −0.")
    assert said.keys() == {0, 2}


def test_a_network_that_reads_from_the_padding_on_has_none():
    assert unit_hints(tiny.suggester(random_checkpoint("notebook"))) == {}
