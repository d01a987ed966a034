"""FastLSTM: Keras' LSTM in outputs, gradients and files."""

import keras
import numpy as np
import pytest

from headline.training.network.layers.fast_lstm import FastLSTM

ROWS, STEPS, SIZE, UNITS = 5, 7, 6, 8
ON_TENSORFLOW = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the fast way is TensorFlow's")


def pair(**options):
    """Keras' layer and ours, of the same weights."""
    keras.utils.set_random_seed(0)
    layers = [kind(UNITS, return_sequences=True, **options) for kind in (keras.layers.LSTM, FastLSTM)]
    for layer in layers:
        layer.build((None, None, SIZE))
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=w.shape) * 0.5 for w in layers[0].get_weights()]
    for layer in layers:
        layer.set_weights(weights)
    return layers


def numbers(*shape):
    return np.random.default_rng(2).normal(size=shape).astype("float32")


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("steps", [1, STEPS])
def test_outputs_are_those_of_keras(training, steps):
    x = numbers(ROWS, steps, SIZE)
    plain, fast = (keras.ops.convert_to_numpy(layer(x, training=training)) for layer in pair())
    np.testing.assert_allclose(fast, plain, atol=1e-5)


@ON_TENSORFLOW
@pytest.mark.parametrize("steps", [1, STEPS])
def test_gradients_are_those_of_keras(steps):
    import tensorflow as tf

    found = []
    for layer in pair():
        x, towards = tf.constant(numbers(ROWS, steps, SIZE)), tf.constant(numbers(ROWS, steps, UNITS))
        states = [tf.constant(numbers(ROWS, UNITS)), tf.constant(numbers(ROWS, UNITS)[::-1])]
        layer.return_state = True

        @tf.function
        def gradients(layer=layer, x=x, states=states, towards=towards):
            with tf.GradientTape() as tape:
                tape.watch([x, *states])
                outputs, h, c = layer(x, initial_state=states, training=True)
                loss = tf.reduce_sum(outputs * towards) + tf.reduce_sum(h * h) + tf.reduce_sum(c)
            return tape.gradient(loss, [x, *states, *[v.value for v in layer.trainable_variables]])

        found.append(gradients())
    for plain, fast in zip(*found, strict=True):
        np.testing.assert_allclose(fast, plain, atol=1e-5, rtol=1e-5)


def test_training_with_fit_is_that_of_keras():
    curves = []
    for kind in (keras.layers.LSTM, FastLSTM):
        keras.utils.set_random_seed(3)
        ids = keras.Input((None,), dtype="int32")
        x = keras.layers.SpatialDropout1D(0.2, seed=1)(keras.layers.Embedding(20, SIZE)(ids))
        for _ in range(2):
            x = keras.layers.SpatialDropout1D(0.3, seed=2)(kind(UNITS, return_sequences=True)(x))
        model = keras.Model(ids, keras.layers.Dense(20)(x))
        model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        rows = np.random.default_rng(4).integers(0, 20, (64, STEPS + 1))
        curves.append(model.fit(rows[:, :-1], rows[:, 1:], epochs=3, verbose=0).history["loss"])
    np.testing.assert_allclose(curves[1], curves[0], rtol=1e-5)


@ON_TENSORFLOW
def test_half_precision_is_near():
    x = numbers(ROWS, STEPS, SIZE)
    plain, _ = pair()
    _, half = pair(dtype="mixed_bfloat16")
    got = keras.ops.cast(half(x, training=True), "float32")
    np.testing.assert_allclose(got, plain(x), atol=0.03)


def test_what_it_does_not_do_fast_keras_does():
    x = numbers(ROWS, STEPS, SIZE)
    mask = np.arange(STEPS)[None] < np.array([7, 3, 5, 1, 7])[:, None]
    plain, fast = (keras.ops.convert_to_numpy(layer(x, mask=mask, training=True)) for layer in pair())
    np.testing.assert_allclose(fast, plain, atol=1e-5)
    plain, fast = (keras.ops.convert_to_numpy(layer(x, training=True)) for layer in pair(go_backwards=True))
    np.testing.assert_allclose(fast, plain, atol=1e-5)


def test_a_saved_model_comes_back(tmp_path):
    inputs = keras.Input((None, SIZE))
    model = keras.Model(inputs, FastLSTM(UNITS, return_sequences=True, name="lstm_0")(inputs))
    model.save(tmp_path / "model.keras")
    x = numbers(ROWS, STEPS, SIZE)
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(keras.ops.convert_to_numpy(again(x)), keras.ops.convert_to_numpy(model(x)), atol=1e-6)
    assert isinstance(again.get_layer("lstm_0"), FastLSTM)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        model.export(tmp_path / "exported", verbose=False)
        served = tf.saved_model.load(tmp_path / "exported")
        np.testing.assert_allclose(served.serve(x), model(x), atol=1e-6)


@pytest.mark.parametrize("fast", [pytest.param(True, marks=ON_TENSORFLOW), False])
def test_some_recurrent_weights_are_left_out_while_training(fast, monkeypatch):
    """The outputs are those of Keras' layer with the weights that were drawn, the same at every time step."""
    plain, ours = pair()
    if not fast:
        monkeypatch.setattr(FastLSTM, "_computed_fast", lambda self, mask: False)
    x = numbers(ROWS, STEPS, SIZE)
    ours.weight_dropout = 0.4
    before = keras.ops.convert_to_numpy(ours.cell.seed_generator.state)
    outputs = [keras.ops.convert_to_numpy(ours(x, training=True)) for _ in range(2)]
    assert not np.allclose(*outputs)  # another draw
    ours.cell.seed_generator.state.assign(before)
    whole = ours.cell.recurrent_kernel
    drawn = keras.ops.convert_to_numpy(keras.random.dropout(whole, 0.4, seed=ours.cell.seed_generator))
    assert 0.25 < np.mean(drawn == 0) < 0.55
    kernel, recurrent, bias = plain.get_weights()
    plain.set_weights([kernel, drawn, bias])
    np.testing.assert_allclose(outputs[0], keras.ops.convert_to_numpy(plain(x)), atol=1e-5)
    plain.set_weights([kernel, recurrent, bias])
    for layer in (plain, ours):  # nothing is left out afterwards, nor lost
        layer.predicted = keras.ops.convert_to_numpy(layer(x, training=False))
    np.testing.assert_allclose(ours.predicted, plain.predicted, atol=1e-5)
    assert [w.shape for w in ours.get_weights()] == [w.shape for w in plain.get_weights()]


@ON_TENSORFLOW
def test_weights_that_are_left_out_have_no_gradient():
    import tensorflow as tf

    layer = pair()[1]
    layer.weight_dropout = 0.5
    before = layer.cell.seed_generator.state.numpy()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(numbers(ROWS, STEPS, SIZE), training=True))
    gradient = tape.gradient(loss, layer.cell.recurrent_kernel.value).numpy()
    layer.cell.seed_generator.state.assign(before)
    drawn = keras.random.dropout(keras.ops.ones_like(gradient), 0.5, seed=layer.cell.seed_generator).numpy()
    assert (gradient[drawn == 0] == 0).all() and (gradient[drawn > 0] != 0).mean() > 0.99
