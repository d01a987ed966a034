"""How large a run will be, told before it is started."""

import pytest

from headline.errors import SettingError
from headline.training.footprint import Footprint, check_memory, footprint
from headline.training.settings import RECIPES

AUTOCOMPLETE, NOTEBOOK = RECIPES["autocomplete"], RECIPES["notebook"]
LIST = dict(headlines=100_000, words=700_000, distinct=18_337, longest=20)


def test_the_parameters_are_those_of_the_network_with_every_word_of_the_list():
    found = footprint(AUTOCOMPLETE.changed(units=64, embedding_size=64), **LIST)
    assert found.parameters == (18_341 * 65) + (64 * 256 + 64 * 256 + 256)
    assert footprint(AUTOCOMPLETE.changed(units=64, embedding_size=64, max_words=100), **LIST).parameters < 50_000


def test_it_is_more_than_docs_training_says_was_measured_and_not_twice_as_much():
    assert 1_360 < footprint(AUTOCOMPLETE, **LIST).megabytes < 2 * 1_360
    nyt = dict(headlines=8_309, words=60_000, distinct=11_753, longest=20)
    assert 922 < footprint(NOTEBOOK.changed(block_size=20), **nyt).megabytes < 2 * 922


@pytest.mark.parametrize(
    "settings",
    [
        AUTOCOMPLETE.changed(units=8_000),
        AUTOCOMPLETE.changed(embedding_size=8_000),
        AUTOCOMPLETE.changed(candidates=0, batch_size=512),
        NOTEBOOK.changed(block_size=1_000),
    ],
)
def test_each_size_that_costs_memory_is_seen(settings):
    size = footprint(settings, **LIST | {"longest": 5_000})
    assert size.megabytes > 4_000
    with pytest.raises(
        SettingError, match=r"This run would need about [\d,]+ MB of memory, and this page allows 4,000"
    ):
        check_memory(size, 4_000)
    check_memory(size, 0)


def test_what_no_program_could_read_is_a_sentence():
    with pytest.raises(SettingError, match="units must be a whole number from 1 to"):
        footprint(AUTOCOMPLETE.changed(units=10**9), **LIST)


def test_it_is_said_in_words():
    said = "numbers (its parameters) and takes about 2,000 MB of memory"
    assert str(Footprint(9_417_268, 2_000)) == f"It learns about 9.4 million {said}"
    assert str(Footprint(23_517_268, 2_000)) == f"It learns about 24 million {said}"
    assert str(Footprint(350_094, 2_000)) == f"It learns about 350,000 {said}"
    assert str(Footprint(7, 2_000)) == f"It learns about 7 {said}"


def test_a_million_words_need_more_than_docs_scale_says_their_steps_took():
    million = AUTOCOMPLETE.changed(max_words=1_000_000)
    found = footprint(million, headlines=20_000, words=180_000, distinct=1_000_000, longest=10)
    assert 2_683 < found.megabytes < 3 * 2_683
    held_out = footprint(
        million.changed(candidates=64), headlines=20_000, words=180_000, distinct=1_000_000, longest=10
    )
    assert held_out.megabytes == found.megabytes  # judging the held-out titles takes more than a step's candidates
