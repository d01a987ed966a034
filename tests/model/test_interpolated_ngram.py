"""Several n-gram models as one, and n-grams in another vocabulary."""

import numpy as np
import pytest

from headline.model.ngrams.interpolated_ngram import MAX_PARTS, InterpolatedNGram, interpolated
from headline.model.ngrams.ngram import NGram
from tests.model.test_ngram import NEVER, SIZE, START, rows

CONTEXTS = ([START], [START, 5], [9, 4, 7], [5, 5, 5, 5])


def models(number: int) -> list[NGram]:
    return [NGram.build(rows(60, seed), SIZE, NEVER) for seed in range(number)]


@pytest.mark.parametrize("context", CONTEXTS)
def test_the_probability_is_the_weighted_mean(context):
    parts = models(3)
    p = interpolated(parts, [0.5, 0.3, 0.2]).next_word(context)
    wanted = sum(w * part.next_word(context) for w, part in zip((0.5, 0.3, 0.2), parts, strict=True))
    np.testing.assert_allclose(p, wanted, rtol=1e-5)
    assert p.sum() == pytest.approx(1, abs=1e-5)


def test_mixing_a_mixture_keeps_its_inner_weights_and_the_heaviest_parts():
    first, second, third = models(3)
    inner = interpolated([first, second], [0.25, 0.75])
    mixed = interpolated([third, inner], [3, 1])
    assert dict(zip(mixed.parts, mixed.weights, strict=True)) == {third: 0.75, second: 0.1875, first: 0.0625}
    many = interpolated([first] * 20, list(range(1, 21)))
    assert len(many.parts) == MAX_PARTS and sum(many.weights) == pytest.approx(1)
    assert max(many.weights) == pytest.approx(20 / sum(range(13, 21)))


def test_the_strongest_share_after_a_word_is_that_of_any_part():
    first, second = models(2)
    found = interpolated([first, second], [1, 1]).strongest()
    assert found.tolist() == np.maximum(first.strongest(), second.strongest()).tolist()


def test_it_comes_back_from_its_tensors():
    for parts, weights in ((models(1), [1.0]), (models(2), [0.25, 0.75])):
        before = InterpolatedNGram(parts, weights)
        after = InterpolatedNGram.from_tensors(before.tensors())
        assert after.weights == weights and len(after) == len(before)
        for context in CONTEXTS:
            np.testing.assert_allclose(after.next_word(context), before.next_word(context), atol=1e-3)


def test_parts_that_do_not_belong_together_are_refused():
    first, second = models(2)
    other = NGram.build(rows(30), SIZE + 1, NEVER)
    for parts, weights in (
        ([first, other], [0.5, 0.5]),
        ([first], [0.5, 0.5]),
        ([first, second], [0.9, 0.9]),
        ([first, second], [1.5, -0.5]),
        ([first, second], [float("nan"), 1.0]),
        ([], []),
    ):
        with pytest.raises(ValueError, match="n-gram model"):
            InterpolatedNGram(parts, weights)


@pytest.mark.parametrize("context", CONTEXTS)
def test_in_another_vocabulary_each_word_keeps_its_probability(context):
    model = models(1)[0]
    ids = np.random.default_rng(0).permutation(SIZE + 5)[:SIZE]
    before, after = model.next_word(context), model.renumbered(ids, SIZE + 5).next_word(ids[context].tolist())
    np.testing.assert_allclose(after[ids], before, rtol=1e-5)
    assert after.sum() == pytest.approx(1, abs=1e-5)
    new = np.setdiff1d(np.arange(SIZE + 5), ids)
    assert not after[new].any()
    assert model.renumbered(ids, SIZE + 5).next_word([int(new[0])]).sum() == pytest.approx(1, abs=1e-5)
