"""SvdSoftmax: the probabilities of the exact softmax, nearly, for one kind of words and for two."""

import numpy as np
import pytest

from headline.model import svd_softmax
from headline.model.network import log_softmax
from headline.model.svd_softmax import SvdSoftmax
from headline.model.top import top

WORDS, SIZE, FREQUENT = 12_000, 128, 3_000


@pytest.fixture
def layer():
    """A softmax layer whose directions differ in weight as those of trained ones do, and vectors to ask it."""
    rng = np.random.default_rng(0)
    weight = 1.2 * np.arange(1, SIZE + 1) ** -0.7
    matrix = (rng.normal(size=(WORDS, SIZE)) * weight).astype(np.float32)
    bias = -np.log(np.arange(1, WORDS + 1)).astype(np.float32)
    return matrix, bias, rng.normal(size=(40, SIZE)).astype(np.float32)


def compared(layer, temperature=1.0):
    matrix, bias, vectors = layer
    exact = np.exp(log_softmax((vectors @ matrix.T + bias) / temperature))
    return exact, SvdSoftmax(matrix, bias).softmax(vectors, temperature)


@pytest.mark.parametrize("frequent", [WORDS, FREQUENT])
def test_the_best_words_are_those_of_the_exact_softmax(layer, monkeypatch, frequent):
    monkeypatch.setattr(svd_softmax, "_FREQUENT", frequent)
    exact, found = compared(layer, temperature=0.9)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    for one, other in zip(exact, found, strict=True):
        assert top(one, 5).tolist() == top(other, 5).tolist()
    best = exact.argmax(axis=1)
    rows = np.arange(len(best))
    np.testing.assert_allclose(found[rows, best], exact[rows, best], rtol=0.1)


def test_rare_words_together_are_as_probable_as_they_are(layer, monkeypatch):
    monkeypatch.setattr(svd_softmax, "_FREQUENT", FREQUENT)
    exact, found = (p[:, FREQUENT:].sum(axis=1) for p in compared(layer))
    assert exact.min() > 0.01  # there is something to see
    np.testing.assert_allclose(np.log(found / exact).mean(), 0, atol=0.05)


def test_a_vocabulary_of_one_kind_is_scored_as_a_whole(layer, monkeypatch):
    matrix, bias, vectors = layer
    whole = SvdSoftmax(matrix, bias).softmax(vectors, 1.0)
    monkeypatch.setattr(svd_softmax, "_FREQUENT", WORDS)
    np.testing.assert_array_equal(SvdSoftmax(matrix, bias).softmax(vectors, 1.0), whole)
    monkeypatch.setattr(svd_softmax, "_FREQUENT", WORDS - 1)
    assert (SvdSoftmax(matrix, bias).softmax(vectors, 1.0) != whole).any()
