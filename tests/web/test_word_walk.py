"""The walk of a word through the model: the numbers are those of the network, for both recipes."""

import base64

import numpy as np
import pytest

from headline.web.tabs.word_walk import strip, word_walk
from tests import tiny
from tests.tiny import random_checkpoint

TEXT = "the government of London says"


@pytest.mark.parametrize("recipe", ["autocomplete", "notebook"])
@pytest.mark.parametrize("block_size", [2, 4, 8])  # shorter than the text, and longer
def test_each_step_is_what_the_model_computes(recipe, block_size):
    suggester = tiny.suggester(random_checkpoint(recipe, block_size=block_size))
    model, stoi = suggester.model, suggester.vocabulary.stoi
    ids = suggester.vocabulary.split_typed(TEXT + " ").context
    steps = word_walk(TEXT, suggester)["steps"]
    assert [step["id"] for step in steps] == ids
    for n, step in enumerate(steps, start=1):
        state = model.start()
        for i in suggester.next_words.window(ids[:n]):
            state = model.step(state, np.array([i]))
        logits, probabilities = model.network.logits(state)[0], model.probabilities(state)[0]
        for name, logit, softmax, ngram, mixture in step["next"][:5]:
            i = stoi[suggester.vocabulary.tokenizer.key(name)]
            assert logit == pytest.approx(float(logits[i]), abs=1e-5)
            assert softmax == mixture == pytest.approx(float(probabilities[i]), abs=1e-6)
            assert ngram is None


@pytest.mark.parametrize("recipe", ["autocomplete", "notebook"])
def test_the_cells_equation_holds_in_the_strips_that_are_drawn(recipe):
    suggester = tiny.suggester(random_checkpoint(recipe))
    for step in word_walk(TEXT, suggester)["steps"]:
        drawn = {gate["name"]: drawn_values(gate) for gate in step["gates"]}
        h = drawn["output gate"] * np.tanh(drawn["cell state c"])
        assert h == pytest.approx(drawn["hidden state h"], abs=0.03)
        for unit, before, after, change in step["units"]:
            assert after == pytest.approx(drawn["hidden state h"][unit], abs=0.01)
            assert change == pytest.approx(after - before, abs=1e-6)


def test_what_the_lstm_reads_is_the_embedding_scaled_by_the_state_before():
    suggester = tiny.suggester(random_checkpoint(mogrifier=1))
    model, weights = suggester.model, suggester.checkpoint.weights
    walk = word_walk(TEXT, suggester)
    assert walk["mogrifier"] == 1
    state = model.start()
    for step in walk["steps"]:
        z = state.h[0][0, 0] @ weights["lstm_0.mogrifier_0.kernel"] + weights["lstm_0.mogrifier_0.bias"]
        read = 2 / (1 + np.exp(-z)) * weights["embedding"][step["id"]]
        assert drawn_values(step["scaled"]) == pytest.approx(read, abs=0.02)
        state = model.step(state, np.array([step["id"]]))


def test_a_plain_lstm_reads_the_embedding():
    walk = word_walk(TEXT, tiny.suggester(random_checkpoint()))
    assert walk["mogrifier"] == 0 and {step["scaled"] for step in walk["steps"]} == {None}


@pytest.mark.parametrize("text", ["", "   ", "!!!", "zzqx", "🎉 日本語", "the " * 400])
@pytest.mark.parametrize("recipe", ["autocomplete", "notebook"])
def test_any_text_can_be_walked(text, recipe):
    assert len(word_walk(text, tiny.suggester(random_checkpoint(recipe)))["steps"]) <= 24


def test_a_word_that_is_not_in_the_vocabulary_is_said_in_words():
    steps = word_walk("zzyzx", tiny.suggester(random_checkpoint()))["steps"]
    assert [step["word"] for step in steps] == ["an unknown word"]


def test_a_strip_of_zeros_has_a_scale():
    assert strip(np.zeros(3))["scale"] == 1.0


def drawn_values(made: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(made["cells"]), np.int8) / 127 * made["scale"]
