"""MogrifierLSTM: the fast way of training gives what Keras' own loop over the cell gives."""

import keras
import numpy as np
import pytest

from headline.training.network.layers import mogrifier_lstm
from headline.training.network.layers.mogrifier_lstm import MogrifierCell, MogrifierLSTM

ROWS, STEPS, SIZE, UNITS, ROUNDS = 5, 7, 6, 8, 3
ON_TENSORFLOW = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the fast way is TensorFlow's")


def layer(**options):
    """A layer whose gates do something: of random weights."""
    keras.utils.set_random_seed(0)
    made = MogrifierLSTM(MogrifierCell(UNITS, ROUNDS), return_sequences=True, **options)
    made.build((None, None, SIZE))
    rng = np.random.default_rng(1)
    made.set_weights([rng.normal(size=w.shape) * 0.5 for w in made.get_weights()])
    return made


def numbers(*shape, seed=2):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def outputs(made, x, training):
    return keras.ops.convert_to_numpy(made(x, training=training)).astype("float32")


def test_the_gates_count():
    x, made = numbers(ROWS, STEPS, SIZE), layer()
    with_gates = outputs(made, x, False)
    for kernel in made.cell.gates:
        kernel.assign(np.zeros(kernel.shape))
    assert np.abs(outputs(made, x, False) - with_gates).max() > 0.01


@pytest.mark.parametrize("steps", [1, STEPS])
def test_training_and_use_give_the_same_outputs(steps):
    x = numbers(ROWS, steps, SIZE)
    np.testing.assert_allclose(outputs(layer(), x, True), outputs(layer(), x, False), atol=1e-5)


@ON_TENSORFLOW
@pytest.mark.parametrize("steps", [1, STEPS])
def test_gradients_are_those_of_keras(steps, monkeypatch):
    import tensorflow as tf

    found = []
    for fast in (True, False):
        monkeypatch.setattr(mogrifier_lstm, "on_a_processor", lambda fast=fast: fast)
        made = layer(return_state=True)
        x, towards = tf.constant(numbers(ROWS, steps, SIZE)), tf.constant(numbers(ROWS, steps, UNITS, seed=3))
        states = [tf.constant(numbers(ROWS, UNITS)), tf.constant(numbers(ROWS, UNITS)[::-1])]

        @tf.function
        def gradients(made=made, x=x, states=states, towards=towards):
            with tf.GradientTape() as tape:
                tape.watch([x, *states])
                out, h, c = made(x, initial_state=states, training=True)
                loss = tf.reduce_sum(out * towards) + tf.reduce_sum(h * h) + tf.reduce_sum(c)
            return tape.gradient(loss, [x, *states, *[v.value for v in made.trainable_variables]])

        found.append([g.numpy() for g in gradients()])
    for fast, plain in zip(*found, strict=True):
        np.testing.assert_allclose(fast, plain, atol=1e-5, rtol=1e-4)


@ON_TENSORFLOW
def test_half_precision_is_near():
    x = numbers(ROWS, STEPS, SIZE)
    exact, half = layer(), layer(dtype="mixed_bfloat16")
    half.set_weights(exact.get_weights())
    difference = np.abs(outputs(half, x, True) - outputs(exact, x, True))
    assert 0 < difference.max() < 0.05


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize(("policy", "near"), [("float32", 1e-5), ("mixed_bfloat16", 0.05)])
def test_weights_that_read_the_state_are_left_out_while_training_only(fast, policy, near, monkeypatch):
    monkeypatch.setattr(mogrifier_lstm, "on_a_processor", lambda: fast and keras.backend.backend() == "tensorflow")
    x, made = numbers(ROWS, STEPS, SIZE), layer(dtype=policy)
    plain = outputs(made, x, False)
    made.weight_dropout = 0.5
    first, second = (outputs(made, x, True) for _ in range(2))
    assert np.abs(first - plain).max() > 0.1 and np.abs(first - second).max() > 0.1
    np.testing.assert_allclose(first[:, 0], plain[:, 0], atol=near)  # the first state is 0, so nothing is left out
    np.testing.assert_array_equal(outputs(made, x, False), plain)


def test_it_comes_back_from_a_file(tmp_path):
    ids = keras.Input((None, SIZE))
    made = layer()
    keras.Model(ids, made(ids)).save(tmp_path / "m.keras")
    x = numbers(ROWS, STEPS, SIZE)
    read = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(np.asarray(read(x)), outputs(made, x, False), atol=1e-6)
