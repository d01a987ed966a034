"""FusedAdamW: Keras' AdamW, number for number, where each row is once in a sparse gradient."""

import keras
import numpy as np
import pytest

from headline.training.network import fused_adamw
from headline.training.network.fused_adamw import FusedAdamW

ROWS, SIZE, STEPS = 6, 4, 10


def trained(kind, clip, gradients):
    variable = keras.Variable(np.linspace(-1, 1, ROWS * SIZE).reshape(ROWS, SIZE).astype("float32"))
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, 20, warmup_target=1e-2, warmup_steps=4)
    optimizer = kind(schedule, weight_decay=0.01, global_clipnorm=clip)
    optimizer.build([variable])
    for gradient in gradients:
        optimizer.apply([gradient], [variable])
    return keras.ops.convert_to_numpy(variable)


@pytest.mark.parametrize("clip", [None, 0.5])
def test_dense_gradients_move_weights_as_in_keras(clip):
    rng = np.random.default_rng(0)
    gradients = [keras.ops.convert_to_tensor(rng.normal(size=(ROWS, SIZE)).astype("float32")) for _ in range(STEPS)]
    plain, fused = (trained(kind, clip, gradients) for kind in (keras.optimizers.AdamW, FusedAdamW))
    np.testing.assert_allclose(fused, plain, atol=1e-5)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="sparse gradients are TensorFlow's")
@pytest.mark.parametrize("clip", [None, 0.5])
def test_sparse_gradients_count_as_the_dense_ones_they_stand_for(clip):
    import tensorflow as tf

    rng = np.random.default_rng(0)
    sparse = [
        tf.IndexedSlices(
            tf.constant(rng.normal(size=(3, SIZE)).astype("float32")), [0, 2, 2], tf.constant([ROWS, SIZE])
        )
        for _ in range(STEPS)
    ]
    dense = [tf.convert_to_tensor(g) for g in sparse]  # adds up the rows that are in it twice
    np.testing.assert_allclose(
        trained(FusedAdamW, clip, sparse), trained(keras.optimizers.AdamW, clip, dense), atol=1e-5
    )


@pytest.fixture
def large(monkeypatch):
    """Tables of six rows are large ones."""
    monkeypatch.setattr(fused_adamw, "MOST_ROWS", ROWS - 1)


def late(kind, gradients, rows=ROWS, began=100_000):
    """The weights after some gradients late in a run, where the averages' correction no longer changes."""
    variable = keras.Variable(np.linspace(-1, 1, rows * SIZE).reshape(rows, SIZE).astype("float32"))
    optimizer = kind(1e-2, weight_decay=0.01)
    optimizer.build([variable])
    optimizer.iterations.assign(began)
    last = [v for v in optimizer.variables if "last_step" in v.name]
    for steps in last:
        steps.assign(np.full(rows, began))
    for gradient in gradients:
        optimizer.apply([gradient], [variable])
    return keras.ops.convert_to_numpy(variable), [keras.ops.convert_to_numpy(steps) for steps in last]


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="sparse gradients are TensorFlow's")
def test_rows_that_had_no_gradient_for_a_while_are_where_the_whole_update_would_have_them(large):
    import tensorflow as tf

    rng, sparse = np.random.default_rng(0), []
    for rows in ([0, 1], [1, 1, 2], [3], [2], [4, 0], [3], [1], [2], [5, 1], [2], [1], list(range(ROWS))):
        values = tf.constant(rng.normal(size=(len(rows), SIZE)).astype("float32"))
        sparse.append(tf.IndexedSlices(values, rows, tf.constant([ROWS, SIZE])))
    whole, _ = late(keras.optimizers.AdamW, [tf.convert_to_tensor(g) for g in sparse])
    found, [last] = late(FusedAdamW, sparse)
    start = np.linspace(-1, 1, ROWS * SIZE).reshape(ROWS, SIZE)
    assert np.abs(whole - start).min() > 1e-3  # all have moved
    np.testing.assert_allclose(found, whole, atol=1e-4)
    assert last.tolist() == [100_000 + len(sparse)] * ROWS


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="sparse gradients are TensorFlow's")
def test_rows_without_a_gradient_are_left_alone(large):
    import tensorflow as tf

    gradient = tf.IndexedSlices(tf.ones((2, SIZE)), [1, 3], tf.constant([ROWS, SIZE]))
    found, [last] = late(FusedAdamW, [gradient] * 3)
    start = np.linspace(-1, 1, ROWS * SIZE).reshape(ROWS, SIZE).astype("float32")
    assert (found != start).any(axis=1).tolist() == [False, True, False, True, False, False]
    assert last.tolist() == [100_000 + n for n in (0, 3, 0, 3, 0, 0)]


def test_a_large_table_with_dense_gradients_moves_as_in_keras(large):
    rng = np.random.default_rng(0)
    gradients = [keras.ops.convert_to_tensor(rng.normal(size=(ROWS, SIZE)).astype("float32")) for _ in range(STEPS)]
    np.testing.assert_allclose(late(FusedAdamW, gradients)[0], late(keras.optimizers.AdamW, gradients)[0], atol=1e-5)
