"""The Keras models: their sizes, the names of their weights, and the way to train with few candidates."""

import numpy as np
import pytest

from headline.model.config import ModelConfig
from headline.model.network import log_softmax
from headline.training.network.keras_model import build_model, model_weights, set_model_weights, with_candidates
from tests.tiny import CONFIGS, config_name, random_weights

CAUSAL = [c for c in CONFIGS if c.causal]


def loaded(config):
    model = build_model(config)
    set_model_weights(model, config, random_weights(config))
    return model


def test_the_lessons_network_has_its_1_348_983_parameters():
    config = ModelConfig("notebook", vocab_size=11753, block_size=28, embedding_size=10, units=100)
    model = build_model(config)
    assert config.parameters == model.count_params() == 1_348_983
    assert model.input_shape == (None, 27) and model.output_shape == (None, 11753)


@pytest.mark.parametrize("config", CONFIGS, ids=config_name)
def test_parameters_are_counted_as_keras_counts_them(config):
    assert config.parameters == build_model(config).count_params()


@pytest.mark.parametrize("config", CONFIGS, ids=config_name)
def test_weights_have_the_names_and_shapes_of_a_checkpoint(config):
    weights = model_weights(build_model(config), config)
    assert {name: w.shape for name, w in weights.items()} == config.shapes()


@pytest.mark.parametrize("config", CONFIGS, ids=config_name)
def test_weights_come_back_as_they_were_set(config):
    given = random_weights(config, seed=3)
    model = build_model(config)
    set_model_weights(model, config, given)
    for name, w in model_weights(model, config).items():
        np.testing.assert_array_equal(w, given[name], err_msg=name)


def test_the_notebook_gives_probabilities():
    config = CONFIGS[3]
    ids = np.random.default_rng(0).integers(0, config.vocab_size, (4, config.block_size - 1))
    p = np.asarray(loaded(config)(ids))
    assert p.shape == (4, config.vocab_size)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("config", CAUSAL, ids=config_name)
def test_padding_on_the_right_leaves_earlier_logits_unchanged(config):
    model = loaded(config)
    ids = np.random.default_rng(1).integers(1, config.vocab_size, (3, 6))
    padded = np.pad(ids, [(0, 0), (0, 4)])
    np.testing.assert_allclose(np.asarray(model(padded))[:, :6], np.asarray(model(ids)), atol=1e-6)


@pytest.mark.parametrize("config", CAUSAL, ids=config_name)
@pytest.mark.parametrize("some", [None, [0, 7, 2]])
def test_nats_are_of_the_logits_lowered_by_the_log_chance(config, some):
    model, rng = loaded(config), np.random.default_rng(2)
    candidates = np.array(some or range(config.vocab_size), dtype=np.int32)
    ids = rng.integers(0, config.vocab_size, (3, 8)).astype(np.int32)
    targets = rng.integers(0, len(candidates), (3, 8)).astype(np.int32)  # places among the candidates
    log_chance = np.log(rng.uniform(0.1, 1, len(candidates))).astype(np.float32)
    inputs = {"ids": ids, "candidates": candidates, "log_chance": log_chance, "targets": targets}
    log_p = log_softmax(np.asarray(model(ids))[..., candidates] - log_chance)
    expected = -np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
    np.testing.assert_allclose(np.asarray(with_candidates(model)(inputs)), expected, atol=1e-5)


def test_the_candidates_network_shares_its_weights():
    config = CAUSAL[1]
    model = build_model(config)
    sampled = with_candidates(model)
    assert {id(w) for w in sampled.trainable_variables} == {id(w) for w in model.trainable_variables}
