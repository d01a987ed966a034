"""The NumPy network against the Keras model that it must equal."""

import numpy as np
import pytest

from headline.corpus.sequences import pad_left
from headline.model.network import Network, log_softmax
from headline.training.network.keras_model import build_model, set_model_weights
from tests.tiny import CONFIGS, config_name, random_weights

CAUSAL = [c for c in CONFIGS if c.causal]
NOTEBOOK = [c for c in CONFIGS if not c.causal]


def pair(config):
    """The Keras model and the NumPy network on the same random weights."""
    weights = random_weights(config)
    model = build_model(config)
    set_model_weights(model, config, weights)
    return model, Network(config, weights)


@pytest.mark.parametrize("config", CAUSAL, ids=config_name)
def test_autocomplete_logits_equal_keras_at_every_position(config):
    model, network = pair(config)
    ids = np.random.default_rng(1).integers(0, config.vocab_size, (4, 14))  # longer than a row, too
    expected = np.asarray(model(ids))  # (B, T, V)
    state = network.start().take([0] * len(ids))
    for position, column in enumerate(ids.T):
        state = network.step(state, column)
        np.testing.assert_allclose(network.logits(state), expected[:, position], atol=1e-4)


@pytest.mark.parametrize("config", NOTEBOOK, ids=config_name)
def test_notebook_probabilities_equal_keras_for_every_prefix_length(config):
    model, network = pair(config)
    row = config.block_size - 1
    ids = np.random.default_rng(2).integers(1, config.vocab_size, (3, row + 4))
    state = network.start().take([0] * len(ids))
    for n in range(1, ids.shape[1] + 1):  # beyond a row's length the first words fall out
        state = network.step(state, ids[:, n - 1])
        expected = np.asarray(model(np.stack([pad_left(line[:n], row) for line in ids])))
        np.testing.assert_allclose(np.exp(log_softmax(network.logits(state))), expected, atol=1e-4)
        np.testing.assert_array_equal(state.ids, ids[:, max(0, n - row) : n])


@pytest.mark.parametrize("config", NOTEBOOK, ids=config_name)
def test_notebook_before_any_word_equals_keras_on_padding_alone(config):
    model, network = pair(config)
    expected = np.asarray(model(np.zeros((1, config.block_size - 1), dtype=np.int32)))
    np.testing.assert_allclose(np.exp(log_softmax(network.logits(network.start()))), expected, atol=1e-4)


@pytest.mark.parametrize("config", CONFIGS, ids=config_name)
@pytest.mark.parametrize("n", [1, 5, 12])
def test_a_batch_equals_its_rows_one_by_one(config, n):
    network = Network(config, random_weights(config))
    ids = np.random.default_rng(3).integers(1, config.vocab_size, (5, n))
    together = network.logits(network.read(ids))
    apart = np.concatenate([network.logits(network.read(line[None])) for line in ids])
    np.testing.assert_allclose(together, apart, atol=1e-5)


@pytest.mark.parametrize("config", CONFIGS, ids=config_name)
def test_take_gives_rows_in_a_new_order_and_again(config):
    network = Network(config, random_weights(config))
    ids = np.random.default_rng(4).integers(1, config.vocab_size, (3, 4))
    rows, nexts = [2, 0, 0, 1], np.array([1, 2, 3, 4])
    taken = network.step(network.read(ids).take(rows), nexts)
    expected = network.read(np.column_stack([ids[rows], nexts]))
    np.testing.assert_array_equal(taken.ids, expected.ids)
    np.testing.assert_allclose(network.logits(taken), network.logits(expected), atol=1e-5)


@pytest.mark.parametrize("config", CONFIGS, ids=config_name)
def test_a_step_leaves_the_state_before_it_untouched(config):
    network = Network(config, random_weights(config))
    state = network.read(np.array([[5, 6, 7]]))
    before = network.logits(state).copy()
    first = network.logits(network.step(state, np.array([8])))
    second = network.logits(network.step(state, np.array([9])))
    np.testing.assert_array_equal(network.logits(state), before)
    assert not np.allclose(first, second)


@pytest.mark.parametrize(
    "logits, expected",
    [
        ([0.0, 0.0], [-np.log(2), -np.log(2)]),
        ([0.0, 1e4], [-1e4, 0.0]),
        ([-1e4, 1e4], [-2e4, 0.0]),
        ([-1e4, -1e4, -1e4, -1e4], [-np.log(4)] * 4),
        ([1e4, 1e4 - np.log(3)], [np.log(0.75), np.log(0.25)]),
        ([-np.inf, 3.0], [-np.inf, 0.0]),
    ],
)
@pytest.mark.filterwarnings("error")
def test_log_softmax_is_stable(logits, expected):
    np.testing.assert_allclose(log_softmax(np.array(logits)), expected, atol=1e-9)


def test_log_softmax_works_along_the_last_axis():
    logits = np.random.default_rng(5).normal(size=(2, 3, 7))
    np.testing.assert_allclose(np.exp(log_softmax(logits)).sum(axis=-1), 1)
    np.testing.assert_allclose(log_softmax(logits + 100), log_softmax(logits), atol=1e-9)
