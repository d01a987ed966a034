"""FusedAdamW: Keras' AdamW, number for number, where each row is once in a sparse gradient."""

import keras
import numpy as np
import pytest

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
