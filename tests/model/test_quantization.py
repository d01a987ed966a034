"""Weights in 8 and 4 bits: round trips, sizes, and files that do not agree with the network."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from headline.errors import CheckpointError, SettingError
from headline.model.checkpoint import Checkpoint
from headline.model.storage.checkpoint_files import META, WEIGHTS
from headline.model.storage.quantization import PRECISIONS, check_stored, pack_weights, unpack_weights
from tests.tiny import CONFIGS, config_name, random_checkpoint, random_weights

RARE = "embedding.rare"


def header(packed):
    kinds = {"float32": "F32", "float16": "F16", "int8": "I8", "uint8": "U8"}
    return {name: (kinds[str(w.dtype)], w.shape) for name, w in packed.items()}


@pytest.mark.parametrize("config", CONFIGS, ids=config_name)
@pytest.mark.parametrize("precision", PRECISIONS)
def test_what_is_packed_fits_the_network_and_comes_back(config, precision):
    weights = random_weights(config)
    packed = pack_weights(weights, precision)
    check_stored(header(packed), config.shapes())
    again = unpack_weights(packed)
    assert {name: (w.shape, w.dtype) for name, w in again.items()} == {
        name: (w.shape, np.float32) for name, w in weights.items()
    }


@pytest.mark.parametrize("width", [1, 2, 5, 6])
@pytest.mark.parametrize("words", [1, 2, 7, 8])
def test_mixed_keeps_the_first_half_in_8_bits_and_the_rest_in_4(words, width):
    w = np.random.default_rng(words).normal(size=(words, width)).astype(np.float32)
    w[-1] = 0
    packed = pack_weights({"embedding": w}, "mixed")
    again = unpack_weights(packed)["embedding"]
    frequent = words - words // 2
    largest = np.abs(w).max(axis=1, keepdims=True)
    assert (np.abs(again - w)[:frequent] <= largest[:frequent] / 127 / 2 * 1.0001).all()
    assert (np.abs(again - w)[frequent:] <= largest[frequent:] / 7 / 2 * 1.0001).all()
    assert not again[-1].any()
    twice = pack_weights({"embedding": again}, "mixed")
    np.testing.assert_allclose(unpack_weights(twice)["embedding"], again, rtol=1e-6)


def test_an_embedding_of_32_004_words_takes_less_than_6_3_megabytes():
    w = np.random.default_rng(0).normal(size=(32_004, 256)).astype(np.float32)
    assert sum(part.nbytes for part in pack_weights({"embedding": w}, "mixed").values()) < 6.3e6


def test_a_mixed_checkpoint_loads_as_it_was_measured(tmp_path):
    checkpoint = random_checkpoint()
    folder = checkpoint.save(tmp_path / "model", "mixed")
    assert json.loads((folder / META).read_text())["precision"] == "mixed"
    loaded, measured = Checkpoint.load(folder), checkpoint.stored_as("mixed")
    for name, w in measured.weights.items():
        np.testing.assert_array_equal(loaded.weights[name], w)


@pytest.mark.parametrize(
    "change",
    [
        lambda stored: stored.pop(RARE),
        lambda stored: stored.pop(RARE + ".scale"),
        lambda stored: stored.update({RARE: stored[RARE][1:]}),
        lambda stored: stored.update({RARE: stored[RARE][:, 1:].copy()}),
        lambda stored: stored.update({RARE: stored[RARE].ravel()}),
        lambda stored: stored.update({RARE: stored[RARE].astype(np.int8)}),
        lambda stored: stored.update({RARE: np.zeros((999, 3), np.uint8)}),
        lambda stored: stored.update({RARE + ".scale": stored[RARE + ".scale"].astype(np.float16)}),
        lambda stored: stored.update({RARE + ".scale": np.full_like(stored[RARE + ".scale"], np.inf)}),
        lambda stored: stored.update({"embedding": stored["embedding"].astype(np.float16)}),
    ],
)
def test_rare_words_that_do_not_agree_are_refused(tmp_path, change):
    folder = random_checkpoint().save(tmp_path / "model", "mixed")
    stored = load_file(folder / WEIGHTS)
    change(stored)
    save_file(stored, folder / WEIGHTS)
    with pytest.raises(CheckpointError, match=r"weights\.safetensors"):
        Checkpoint.load(folder)


def test_an_unknown_precision_is_refused():
    with pytest.raises(SettingError, match="precision must be one of float32, float16, int8, mixed"):
        pack_weights({}, "int2")
