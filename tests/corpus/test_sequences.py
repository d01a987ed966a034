"""Ids -> arrays: the lesson's prefix rows, shifted rows, batches by length, and candidates for the softmax."""

from itertools import pairwise

import numpy as np
import pytest

from headline.corpus.sequences import (
    PAD_ID,
    length_batches,
    pad_left,
    prefix_rows,
    row_width,
    shifted_batch,
    shifted_row,
)
from headline.corpus.vocabulary import Vocabulary
from headline.training.network.candidates import CandidateSampler
from headline.training.settings import RECIPES


@pytest.mark.parametrize(
    ("ids", "length", "row"),
    [([], 3, [0, 0, 0]), ([5], 3, [0, 0, 5]), ([5, 6, 7], 3, [5, 6, 7]), ([5, 6, 7, 8], 3, [6, 7, 8]), ([5], 0, [])],
)
def test_padding_stands_before_the_last_words(ids, length, row):
    padded = pad_left(ids, length)
    assert padded.tolist() == row
    assert padded.dtype == np.int32


def test_prefix_rows_are_every_prefix_of_two_words_or_more():
    x, y = prefix_rows([[1, 2, 3, 4], [9], [], [5, 6]], block_size=3)
    assert x.tolist() == [[0, 1], [1, 2], [2, 3], [0, 5]]
    assert y.tolist() == [2, 3, 4, 6]
    assert x.dtype == y.dtype == np.int32


@pytest.mark.parametrize("encoded", [[], [[]], [[7]]])
def test_prefix_rows_of_nothing(encoded):
    x, y = prefix_rows(encoded, block_size=5)
    assert (x.shape, y.shape) == ((0, 4), (0,))


def test_prefix_rows_of_the_lessons_files(lesson):
    vocabulary = Vocabulary.build(lesson.headlines, "keras")
    encoded = [vocabulary.encode(headline) for headline in lesson.headlines]
    longest = max(map(len, encoded))
    assert longest == 28
    x, y = prefix_rows(encoded, longest)
    assert x.shape == (53_305, 27)
    assert y.shape == (53_305,)
    assert y.min() > PAD_ID
    assert x.max() < len(vocabulary)
    assert RECIPES["notebook"].model_config(len(vocabulary), longest).parameters == 1_348_983


@pytest.mark.parametrize(
    ("ids", "block_size", "row"),
    [
        ([], 3, [2, 3]),
        ([7], 3, [2, 7, 3]),
        ([7, 8], 3, [2, 7, 8, 3]),
        ([7, 8, 9], 3, [2, 7, 8, 9]),  # cut: it did not end there
        ([7, 8, 9, 10], 3, [2, 7, 8, 9]),
    ],
)
def test_a_shifted_row_begins_and_ends_with_a_mark(ids, block_size, row):
    assert shifted_row(ids, start=2, end=3, block_size=block_size) == row
    assert len(row) <= block_size + 1


@pytest.mark.parametrize("seed", range(5))
def test_shifted_batches_hold_each_row_and_its_next_words(seed):
    rng = np.random.default_rng(seed)
    rows = [[2, *rng.integers(4, 99, size=rng.integers(0, 12)).tolist(), 3] for _ in range(7)]
    x, y = shifted_batch(rows)
    assert x.shape == y.shape == (7, row_width(max(map(len, rows))))
    assert x.dtype == y.dtype == np.int32
    for row, before, after in zip(rows, x.tolist(), y.tolist(), strict=True):
        n = len(row) - 1
        assert (before[:n], after[:n]) == (row[:-1], row[1:])
        assert set(before[n:]) | set(after[n:]) <= {PAD_ID}


@pytest.mark.parametrize(("longest", "width"), [(2, 4), (5, 4), (6, 8), (9, 8), (33, 32)])
def test_widths_are_few(longest, width):
    assert row_width(longest) == width


LENGTHS = np.random.default_rng(3).integers(2, 9, size=103)


def test_batches_by_length_hold_every_row_once():
    for rng in (None, np.random.default_rng(0)):
        batches = length_batches(LENGTHS, 10, rng)
        assert sorted(len(batch) for batch in batches) == [3] + [10] * 10
        assert sorted(np.concatenate(batches)) == list(range(103))
        spans = sorted((LENGTHS[batch].min(), LENGTHS[batch].max()) for batch in batches)
        assert all(high <= low for (_, high), (low, _) in pairwise(spans))


def test_batches_are_shuffled_by_the_rng_alone():
    def drawn(rng):
        return [batch.tolist() for batch in length_batches(LENGTHS, 10, rng)]

    assert drawn(None) == drawn(None)
    assert [LENGTHS[batch[0]] for batch in drawn(None)] == sorted(LENGTHS[batch[0]] for batch in drawn(None))
    assert drawn(np.random.default_rng(1)) == drawn(np.random.default_rng(1))
    assert drawn(np.random.default_rng(1)) != drawn(np.random.default_rng(2))
    rng = np.random.default_rng(1)
    epochs = [drawn(rng), drawn(rng)]  # a new draw each
    lengths = [[LENGTHS[batch[0]] for batch in epoch] for epoch in epochs]
    assert lengths[0] != lengths[1]
    assert {frozenset(batch) for batch in epochs[0]} != {frozenset(batch) for batch in epochs[1]}


V, SIZE, WORDS = 2000, 300, 120
COUNTS = np.concatenate([[0], 100_000 // np.arange(1, V)])  # as words fall in frequency; the padding is never seen
FREQUENCY = COUNTS / COUNTS.sum()


def batch_of(rng):
    return rng.choice(V, size=(8, WORDS // 8), p=FREQUENCY)


def test_every_target_is_a_candidate_and_keeps_its_place():
    rng = np.random.default_rng(0)
    sampler = CandidateSampler(COUNTS, SIZE, WORDS, rng)
    for _ in range(20):
        targets = batch_of(rng)
        targets[:, -2:] = PAD_ID
        candidates, log_chance, places = sampler.draw(targets)
        assert candidates[0] == PAD_ID
        assert candidates.dtype == np.int32
        assert log_chance.dtype == np.float32
        assert len(candidates) == len(log_chance) == SIZE == len(set(candidates.tolist()))
        assert candidates[places].tolist() == targets.tolist()
        assert set(range(SIZE // 2)) <= set(candidates.tolist())
        assert (log_chance[: SIZE // 2] == 0).all()
        assert np.isfinite(log_chance).all()
        assert (log_chance[SIZE // 2 :] < 0).all()


def test_a_batch_of_more_words_than_the_size_is_held_whole():
    targets = np.arange(900, 1300)
    candidates, log_chance, places = CandidateSampler(COUNTS, SIZE, WORDS, np.random.default_rng(0)).draw(targets)
    assert candidates.tolist() == [*range(150), *targets]
    assert len(log_chance) == 550
    assert (candidates[places] == targets).all()


def test_the_draw_rests_on_the_rng():
    targets = np.array([5, 700])
    one, same, other = (
        CandidateSampler(COUNTS, SIZE, WORDS, np.random.default_rng(seed)).draw(targets)[0].tolist()
        for seed in (1, 1, 2)
    )
    assert one == same != other


@pytest.mark.parametrize("size", [300, 900])
def test_the_sum_over_the_candidates_stands_for_the_sum_over_all_words(size):
    """Each word's term, over its chance to be a candidate, is right on average: Jean et al. 2015, section 3.2."""
    rng = np.random.default_rng(11)
    weights = np.exp(rng.normal(0, 1, size=V))  # (V,) exp of the logits
    target = 3
    sampler = CandidateSampler(COUNTS, size, WORDS, rng)
    corrected, plain = [], []
    for _ in range(300):
        candidates, log_chance, _ = sampler.draw(batch_of(rng))
        others = candidates != target
        terms = weights[candidates]
        corrected.append((terms / np.exp(log_chance))[others].sum())
        plain.append(terms[others].sum())
    true = weights.sum() - weights[target]
    # A draw has a standard deviation of a tenth at most, the mean of 300 one of less than a hundredth.
    assert np.mean(corrected) == pytest.approx(true, rel=0.03)
    assert np.mean(plain) < 0.6 * true
