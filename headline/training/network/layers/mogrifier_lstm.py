"""An LSTM whose input and state gate each other before each step.

Melis, Kočiský & Blunsom 2020, "Mogrifier LSTM". `headline.model.network` has the formula.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras

from headline.training.network.layers.fast_lstm import on_a_processor


@keras.saving.register_keras_serializable("headline")
class MogrifierCell(keras.layers.LSTMCell):
    """One step of the LSTM behind `rounds` rounds, in which by turns h scales x and x scales h."""

    def __init__(self, units: int, rounds: int, **options: Any):
        super().__init__(units, **options)
        self.rounds = rounds

    def build(self, input_shape: tuple) -> None:
        super().build(input_shape)
        width, units = input_shape[-1], self.units
        shapes = [(width, units) if n % 2 else (units, width) for n in range(self.rounds)]
        small = [keras.initializers.RandomNormal(stddev=0.02) for _ in shapes]  # so that all gates begin near 1
        self.gates = [
            self.add_weight(name=f"mogrifier_{n}_kernel", shape=shape, initializer=small[n])
            for n, shape in enumerate(shapes)
        ]
        self.biases = [
            self.add_weight(name=f"mogrifier_{n}_bias", shape=shape[1:], initializer="zeros")
            for n, shape in enumerate(shapes)
        ]

    def call(self, inputs: Any, states: Any, training: bool = False) -> Any:
        """(B, E) and the states h and c (B, U) -> h (B, U), [h, c]."""
        h, c = states

        def times(a: Any, kernel: Any) -> Any:
            return keras.ops.matmul(a, keras.ops.cast(kernel, a.dtype))

        x, h = gated(inputs, h, self.gates, self.biases, times)
        return super().call(x, [h, c], training=training)

    def get_config(self) -> dict:
        return super().get_config() | {"rounds": self.rounds}


@keras.saving.register_keras_serializable("headline")
class MogrifierLSTM(keras.layers.RNN):
    """Keras' loop over a `MogrifierCell`, and another way to compute it while training on TensorFlow without a GPU.

    There the products are computed in the policy's type, those of both kernels as one, and all else in float32, as
    `FastLSTM` does. `weight_dropout` is that of `FastLSTM`, of all weights that read the state.
    """

    weight_dropout = 0.0

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        """(B, T, E) and two states (B, U) -> last output (B, U), outputs (B, T, U) or (B, 1, U), two states (B, U)."""
        with self._weights_dropped(training):
            if not (training and mask is None and on_a_processor() and self.compute_dtype in ("float32", "bfloat16")):
                return super().inner_loop(sequences, initial_state, mask, training=training)
            return self._computed_fast(sequences, initial_state)

    def _computed_fast(self, sequences: Any, initial_state: Any) -> Any:
        import tensorflow as tf

        cell, products = self.cell, sequences.dtype
        # The variables behind Keras' own: read without Keras' cast to half precision.
        kernel, recurrent, bias, *biases = (
            tf.convert_to_tensor(getattr(v, "_value", v))
            for v in (cell.kernel, cell.recurrent_kernel, cell.bias, *cell.biases)
        )
        both = tf.concat([tf.cast(kernel, products), tf.cast(recurrent, products)], axis=0)
        gates = [tf.cast(tf.convert_to_tensor(getattr(v, "_value", v)), products) for v in cell.gates]

        def times(a: Any, matrix: Any) -> Any:
            return tf.cast(tf.matmul(tf.cast(a, products), matrix), tf.float32)

        steps, width = tf.shape(sequences)[1], sequences.shape[-1]
        rows = tf.TensorArray(products, size=steps, element_shape=[None, width])
        rows = rows.unstack(tf.transpose(sequences, [1, 0, 2]))

        def step(t: Any, h: Any, c: Any, outputs: Any) -> tuple:
            x, h = gated(tf.cast(rows.read(t), tf.float32), h, gates, biases, times)
            i, f, g, o = tf.split(times(tf.concat([x, h], axis=1), both) + bias, 4, axis=1)
            c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
            h = tf.sigmoid(o) * tf.tanh(c)
            return t + 1, h, c, outputs.write(t, h)

        empty = tf.TensorArray(tf.float32, size=steps, element_shape=[None, cell.units])
        start = (0, *(tf.cast(state, tf.float32) for state in initial_state), empty)
        _, h, c, outputs = tf.while_loop(
            lambda t, *_: t < steps, step, start, parallel_iterations=1, maximum_iterations=steps
        )
        self.supports_jit = False  # as in FastLSTM
        h, c, outputs = (tf.cast(a, self.compute_dtype) for a in (h, c, outputs.stack()))
        return h, tf.transpose(outputs, [1, 0, 2]) if self.return_sequences else h[:, None], [h, c]

    @contextmanager
    def _weights_dropped(self, training: bool) -> Iterator[None]:
        """Let the cell read weights of which some are left out, those that read the state."""
        cell = self.cell
        whole = {"recurrent_kernel": cell.recurrent_kernel, "gates": cell.gates}

        def dropped(kernel: Any) -> Any:
            return keras.random.dropout(
                keras.ops.convert_to_tensor(kernel), self.weight_dropout, seed=cell.seed_generator
            )

        if training and self.weight_dropout:
            gates = [kernel if n % 2 else dropped(kernel) for n, kernel in enumerate(cell.gates)]
            object.__setattr__(cell, "recurrent_kernel", dropped(cell.recurrent_kernel))  # past Keras' tracking
            object.__setattr__(cell, "gates", gates)
        try:
            yield
        finally:
            for name, kernel in whole.items():
                object.__setattr__(cell, name, kernel)


def gated(x: Any, h: Any, kernels: Any, biases: Any, times: Callable[[Any, Any], Any]) -> tuple:
    """The input x (B, E) and the state h (B, U) after the rounds of the `kernels`; `times` multiplies them."""
    for n, (kernel, bias) in enumerate(zip(kernels, biases, strict=True)):
        z = times(x if n % 2 else h, kernel)
        gate = 2 * keras.ops.sigmoid(z + keras.ops.cast(bias, z.dtype))
        x, h = (x, gate * h) if n % 2 else (gate * x, h)
    return x, h
