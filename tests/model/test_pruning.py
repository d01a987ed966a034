"""Fewer n-grams and fewer words: what is left is still a distribution, and the most useful stays."""

import numpy as np
import pytest

from headline.model.ngrams.interpolated_ngram import InterpolatedNGram
from headline.model.ngrams.ngram import NGram
from headline.model.pruning import of_fewer_words, pruned

PAD, UNK, START, END = range(4)
WORDS = 14


def rows(seed: int = 0, number: int = 60) -> list[list[int]]:
    """Rows in which 4 5 6 is a set phrase, and the rest is chance."""
    rng = np.random.default_rng(seed)
    made = [[START, *rng.integers(4, WORDS, rng.integers(2, 6)).tolist(), END] for _ in range(number)]
    return made + [[START, 4, 5, 6, END]] * 30


def model(seed: int = 0) -> NGram:
    return NGram.build(rows(seed), WORDS, [PAD, START], order=4)


def contexts() -> list[list[int]]:
    return [[START], [START, 4], [START, 4, 5], [4, 5], [9, 9], [UNK], [7, UNK, 8]]


@pytest.mark.parametrize("most", [0, 1, 20, 100])
def test_what_is_left_is_a_distribution_of_about_as_many_ngrams(most):
    whole = model()
    fewer = pruned(whole, most)
    assert most <= len(fewer) <= most + 2 * (most + 1) and len(fewer) < len(whole)
    for context in contexts():
        assert fewer.next_word(context).sum() == pytest.approx(1, abs=1e-5)


def test_the_most_useful_ngrams_stay():
    whole = model()
    fewer = pruned(whole, 20)
    assert fewer.next_word([START, 4])[5] == pytest.approx(whole.next_word([START, 4])[5], rel=0.1)
    assert fewer.next_word([START, 4, 5])[6] == pytest.approx(whole.next_word([START, 4, 5])[6], rel=0.1)


def test_a_small_model_stays_as_it_is_and_parts_give_up_the_same_share():
    whole = model()
    assert pruned(whole, len(whole)) is whole
    both = InterpolatedNGram([whole, model(1)], [0.7, 0.3])
    fewer = pruned(both, len(both) // 4)
    assert fewer.weights == both.weights
    assert [len(part) < len(other) / 2 for part, other in zip(fewer.parts, both.parts, strict=True)] == [True, True]


def test_dropped_words_become_the_unknown_word():
    """The probability of the unknown word after a kept context is that of all words that are dropped."""
    whole = model()
    ids = np.full(WORDS, -1)
    kept = [PAD, UNK, START, END, 4, 5, 6, 7]
    ids[kept] = np.arange(len(kept))
    fewer = of_fewer_words(whole, ids, UNK)
    assert fewer.vocab_size == len(kept)
    for context in ([START], [START, 4], [START, 4, 5], [4, 5, 6], [7]):
        before, after = whole.next_word(context), fewer.next_word([int(ids[i]) for i in context])
        assert after.sum() == pytest.approx(1, abs=1e-5)
        others = [i for i in kept if i != UNK]
        assert after[ids[others]] == pytest.approx(before[others], abs=1e-6)
        assert after[UNK] == pytest.approx(before[UNK] + before[ids < 0].sum(), abs=1e-5)


def test_no_word_dropped_changes_nothing():
    whole = model()
    same = of_fewer_words(InterpolatedNGram([whole], [1.0]), np.arange(WORDS), UNK)
    for context in contexts():
        np.testing.assert_allclose(same.next_word(context), whole.next_word(context), atol=1e-7)
