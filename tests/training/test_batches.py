"""What `fit` reads: every word of the corpus once an epoch, in batches whose shapes Keras can foresee."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from headline.corpus.sequences import PAD_ID, prefix_rows, shifted_row
from headline.corpus.vocabulary import Vocabulary
from headline.training.network import batches as batches_module
from headline.training.network.batches import CausalBatches, PrefixBatches, make_batches
from headline.training.settings import RECIPES
from tests.tiny import headlines

ROWS = [[2, *range(10, 10 + n), 3] for n in (1, 2, 3, 5, 6, 7, 9, 11, 12, 4, 2, 3)]


def read(batches) -> list[tuple]:
    return [batches[i] for i in range(len(batches))]


def causal_words(batches) -> Counter:
    """How often each pair of a word and the one that follows is read."""
    return Counter((int(a), int(b)) for x, y in read(batches) for a, b in zip(x.ravel(), y.ravel(), strict=True) if b)


@pytest.mark.parametrize("seed", [None, 0, 1])
def test_every_word_is_read_once_an_epoch(seed):
    batches = CausalBatches(ROWS, batch_size=5, seed=seed)
    expected = Counter(pair for row in ROWS for pair in pairwise(row))
    assert batches.words == expected.total()
    for _ in range(3):
        assert causal_words(batches) == expected
        batches.on_epoch_end()


@pytest.mark.parametrize("seed", [None, 0, 1])
def test_a_share_of_other_rows_is_read_in_each_epoch_until_all_were(seed):
    again = [[2, *range(100 * n, 100 * n + n), 3] for n in range(1, 8)]
    batches = CausalBatches(ROWS, 5, seed, again, again_share=0.3)
    known, sentences = (Counter(pair for row in rows for pair in pairwise(row)) for rows in (ROWS, again))
    assert batches.words == known.total() + round(0.3 * sentences.total())
    read, number = Counter(), len(batches)
    for _ in range(3):  # two of the seven each
        found = causal_words(batches)
        assert known <= found and len(batches) == number
        more = found - known
        assert sum(n == 2 for n, _ in more.elements()) == 2 and not read & more
        read += more
        batches.on_epoch_end()
    assert read < sentences


def test_no_other_rows_are_read_with_a_share_of_0():
    batches = CausalBatches(ROWS, 5, 0, [[2, 100, 3]], again_share=0.0)
    assert causal_words(batches) == Counter(pair for row in ROWS for pair in pairwise(row))


@pytest.mark.parametrize(
    "make",
    [lambda seed: CausalBatches(ROWS, 3, seed), lambda seed: PrefixBatches(ROWS, 3, block_size=14, seed=seed)],
    ids=["causal", "prefix"],
)
def test_a_seed_draws_a_new_order_each_epoch_and_the_same_one_again(make):
    def epochs(seed):
        batches, found = make(seed), []
        for _ in range(3):
            found.append([x.tolist() for x, _ in read(batches)])
            batches.on_epoch_end()
        return found

    assert epochs(1) == epochs(1) != epochs(2)
    first, second, third = epochs(1)
    assert not first == second == third
    first, second, third = epochs(None)
    assert first == second == third


@pytest.mark.parametrize("seed", range(20))
def test_the_first_two_batches_show_keras_that_widths_differ(seed):
    batches = CausalBatches(ROWS, batch_size=3, seed=seed)
    widths = [x.shape[1] for x, _ in read(batches)]
    assert len(set(widths)) > 1
    assert widths[0] != widths[1]


def test_without_rows_there_are_no_batches():
    assert len(CausalBatches([], batch_size=4)) == CausalBatches([], batch_size=4).words == 0
    assert len(PrefixBatches([], batch_size=4, block_size=5)) == 0


@pytest.mark.parametrize("seed", [None, 3])
def test_the_lessons_rows_are_each_read_once(seed):
    encoded = [[1, 2, 3, 4], [5, 6], [7], [8, 9, 1]]
    x, y = prefix_rows(encoded, block_size=4)
    batches = PrefixBatches(encoded, batch_size=4, block_size=4, seed=seed)
    assert (len(batches), batches.words) == (2, len(y))
    found = [(*row, label) for xs, ys in read(batches) for row, label in zip(xs.tolist(), ys.tolist(), strict=True)]
    assert Counter(found) == Counter((*row, label) for row, label in zip(x.tolist(), y.tolist(), strict=True))


def encoded_by(settings):
    vocabulary = Vocabulary.build(headlines(60), settings.tokenizer)
    lines = [vocabulary.encode(headline) for headline in headlines(60)]
    encoded = {"train": lines[:50], "validation": lines[50:], "test": []}
    return vocabulary, encoded, settings.model_config(len(vocabulary), max(map(len, lines)))


@pytest.mark.parametrize("recipe, kind", [("autocomplete", CausalBatches), ("notebook", PrefixBatches)])
def test_each_recipe_has_its_own_batches(recipe, kind):
    settings = RECIPES[recipe]
    vocabulary, encoded, config = encoded_by(settings)
    batches, held_out = make_batches(settings, config, vocabulary, encoded)
    assert type(batches) is type(held_out) is kind
    x, y = held_out[0]
    assert x.dtype == y.dtype == np.int32 and x.max() < len(vocabulary)
    predicted = sum(
        len(ids) + (1 if config.causal else -1) for ids in encoded["train"]
    )  # the end mark, or no first word
    assert batches.words == predicted


def test_few_candidates_hold_the_right_words_and_the_held_out_side_is_judged_by_all():
    settings = RECIPES["autocomplete"].changed(candidates=30, batch_size=3)
    vocabulary, encoded, config = encoded_by(settings)
    assert len(vocabulary) > 2 * settings.candidates
    batches, held_out = make_batches(settings, config, vocabulary, encoded)
    plain = CausalBatches(
        [shifted_row(ids, vocabulary.start, vocabulary.end, config.block_size) for ids in encoded["train"]],
        3,
        settings.seed,
    )
    for (inputs, y), (x, targets) in zip(read(batches), read(plain), strict=True):
        np.testing.assert_array_equal(inputs["ids"], x)
        np.testing.assert_array_equal(inputs["candidates"][y], targets)
        assert ((y == PAD_ID) == (targets == PAD_ID)).all()
        assert len(inputs["candidates"]) == len(inputs["log_chance"]) == 30
    inputs, y = held_out[0]
    np.testing.assert_array_equal(inputs["candidates"], np.arange(len(vocabulary)))
    assert not inputs["log_chance"].any() and y.max() < len(vocabulary)


def test_a_vocabulary_that_is_not_much_larger_is_taken_whole():
    settings = RECIPES["autocomplete"].changed(candidates=60)
    vocabulary, encoded, config = encoded_by(settings)
    batches, held_out = make_batches(settings, config, vocabulary, encoded)
    assert batches.sampler is None and held_out.all_candidates is None


def test_held_out_rows_of_a_large_vocabulary_are_measured_in_small_batches_and_evenly(monkeypatch):
    rows = [[2, *[5] * (1 + n % 12), 3] for n in range(600)]
    held_out = CausalBatches(rows, 64)
    whole = {width for (inputs, _) in read(held_out) for width in [inputs.shape[1]]}
    monkeypatch.setattr(batches_module, "LOGITS_AT_ONCE", 1_000 * 13 * 20)
    held_out.judge_by_all(1_000)
    assert held_out.batch_size == 20 and len(held_out) == 30  # all of them: they cost little
    monkeypatch.setattr(batches_module, "MOST_LOGITS", 1_000 * held_out.words // 3)
    held_out.judge_by_all(1_000)
    assert len(held_out) == 10
    found = [inputs["ids"] for inputs, _ in read(held_out)]
    assert {ids.shape[1] for ids in found} >= {min(whole), max(whole)} and len({ids.shape[1] for ids in found[:2]}) == 2
    words = sum(int((y != PAD_ID).sum()) for _, y in read(held_out))
    assert words == pytest.approx(held_out.words / 3, rel=0.1)
