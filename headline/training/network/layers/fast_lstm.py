"""An LSTM layer that trains faster on a processor: Keras' LSTM in weights and results, another way to compute it.

Keras runs one matrix product for the input and one for the state at every time step, and TensorFlow then
differentiates step by step, which adds up a gradient of both kernels at every step. Here the input is multiplied
once for all steps, and the backward pass keeps the gates' gradients and multiplies them once for each kernel at the
end (Appleyard et al. 2016, "Optimizing Performance of Recurrent Neural Networks on GPUs", sections 3.1 and 3.3).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras


@keras.saving.register_keras_serializable("headline")
class FastLSTM(keras.layers.LSTM):
    """Keras' LSTM: same weights, same outputs and gradients (within rounding), about the same memory.

    The fast way is taken while training on TensorFlow without a GPU, with the default activations. In every other
    case (inference, another backend, masks, recurrent dropout) the layer is Keras' own, so what is saved or exported
    is what Keras would write.

    Under the policy "mixed_bfloat16" the products are computed in bfloat16 and everything else in float32: the
    gates, the cell state and the sums within each product.

    While training, a share `weight_dropout` of the recurrent weights is left out, drawn anew for every batch and the
    same at all of its time steps (Merity et al. 2018, "Regularizing and Optimizing LSTM Language Models": DropConnect).
    It is not saved with the layer.
    """

    weight_dropout = 0.0

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        """(B, T, E) and two states (B, U) -> last output (B, U), outputs (B, T, U) or (B, 1, U), two states (B, U)."""
        if not (training and self._computed_fast(mask)):
            with self._weights_dropped(training):
                return super().inner_loop(sequences, initial_state, mask, training=training)
        import tensorflow as tf

        cell = self.cell
        # The variables behind Keras' own: read without Keras' cast to half precision.
        kernels = [tf.convert_to_tensor(v._value) for v in (cell.kernel, cell.recurrent_kernel, cell.bias)]
        if self.weight_dropout:
            kernels[1] = keras.random.dropout(kernels[1], self.weight_dropout, seed=cell.seed_generator)
        states = [tf.cast(state, tf.float32) for state in initial_state]
        outputs, h, c = lstm(tf.transpose(sequences, [1, 0, 2]), *states, *kernels)
        outputs, h, c = (tf.cast(x, self.compute_dtype) for x in (outputs, h, c))
        self.supports_jit = False  # XLA has no products in bfloat16 on a processor and wants T to be fixed
        return h, tf.transpose(outputs, [1, 0, 2]) if self.return_sequences else h[:, None], [h, c]

    @contextmanager
    def _weights_dropped(self, training: bool) -> Iterator[None]:
        """Let Keras' own way read recurrent weights of which some are left out."""
        whole = self.cell.recurrent_kernel
        if training and self.weight_dropout:
            dropped = keras.random.dropout(whole, self.weight_dropout, seed=self.cell.seed_generator)
            object.__setattr__(self.cell, "recurrent_kernel", dropped)  # past Keras, which would track it as a weight
        try:
            yield
        finally:
            object.__setattr__(self.cell, "recurrent_kernel", whole)

    def _computed_fast(self, mask: Any) -> bool:
        return (
            mask is None
            and on_a_processor()
            and self.activation is keras.activations.tanh
            and self.recurrent_activation is keras.activations.sigmoid
            and self.use_bias
            and not (self.dropout or self.recurrent_dropout or self.go_backwards or self.stateful)
            and self.compute_dtype in ("float32", "bfloat16")
            and self.variable_dtype == "float32"
        )


def on_a_processor() -> bool:
    """Whether TensorFlow computes, and without a GPU."""
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return not tf.config.list_logical_devices("GPU")


def lstm(x: Any, h0: Any, c0: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> Any:
    """LSTM over time-major x: the outputs of all steps, and the last h and c, with their gradients.

    x (T, B, E) in float32 or bfloat16, the type of the products; all else is float32: h0 and c0 (B, U),
    kernel (E, 4U), recurrent_kernel (U, 4U), bias (4U,), gates in the order i, f, g, o. Returns
    (T, B, U), (B, U), (B, U).

    Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000, as in keras.layers.LSTMCell:

        z = x W + h' R + b,  i, f, o = sigmoid(z),  g = tanh(z),  c = f c' + i g,  h = o tanh(c)
    """
    import tensorflow as tf

    products = x.dtype
    units = recurrent_kernel.shape[0]

    def times(a: Any, b: Any, **transpose: bool) -> Any:
        product = tf.matmul(tf.cast(a, products), tf.cast(b, products), **transpose)
        return tf.cast(product, tf.float32)

    def array(steps: Any, width: int, dtype: Any = tf.float32) -> Any:
        return tf.TensorArray(dtype, size=steps, element_shape=[None, width], clear_after_read=False)

    @tf.custom_gradient
    def run(x: Any, h0: Any, c0: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> Any:
        steps, rows, size = tf.shape(x)[0], tf.shape(x)[1], kernel.shape[0]
        flat = tf.reshape(x, [steps * rows, size])
        z = tf.nn.bias_add(times(flat, kernel), bias)
        z = array(steps, 4 * units).unstack(tf.reshape(z, [steps, rows, 4 * units]))
        recurrent = tf.cast(recurrent_kernel, products)

        def forward(t: Any, h: Any, c: Any, hs: Any, kept: tuple) -> tuple:
            i, f, g, o = tf.split(z.read(t) + times(h, recurrent), 4, axis=1)
            i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
            before, c = c, f * c + i * g
            squashed = tf.tanh(c)
            now = o * squashed
            kept = tuple(a.write(t, v) for a, v in zip(kept, (i, f, g, o, before, squashed), strict=True))
            return t + 1, now, c, hs.write(t, now), kept

        empty = tuple(array(steps, units) for _ in range(6))
        start = (0, h0, c0, array(steps, units), empty)
        _, h_last, c_last, hs, kept = tf.while_loop(
            lambda t, *_: t < steps, forward, start, parallel_iterations=1, maximum_iterations=steps
        )
        outputs = hs.stack()

        def gradient(d_outputs: Any, d_h_last: Any, d_c_last: Any) -> tuple:
            """Back through time (Werbos 1990): dz at every step, then one product for each weight."""
            d_out = array(steps, units).unstack(d_outputs)

            def backward(t: Any, dh: Any, dc: Any, dzs: Any) -> tuple:
                i, f, g, o, before, squashed = (a.read(t) for a in kept)
                dh = dh + d_out.read(t)
                do = _sigmoid_grad(o, dh * squashed)
                dc = dc + _tanh_grad(squashed, dh * o)
                di, df, dg = _sigmoid_grad(i, dc * g), _sigmoid_grad(f, dc * before), _tanh_grad(g, dc * i)
                dz = tf.cast(tf.concat([di, df, dg, do], axis=1), products)
                return t - 1, times(dz, recurrent, transpose_b=True), dc * f, dzs.write(t, dz)

            start = (steps - 1, d_h_last, d_c_last, array(steps, 4 * units, products))
            _, dh0, dc0, dzs = tf.while_loop(
                lambda t, *_: t >= 0, backward, start, parallel_iterations=1, maximum_iterations=steps
            )
            dz = tf.reshape(dzs.stack(), [steps * rows, 4 * units])
            h_before = tf.reshape(tf.concat([h0[None], outputs[:-1]], axis=0), [steps * rows, units])
            dx = tf.reshape(tf.matmul(dz, tf.cast(kernel, products), transpose_b=True), [steps, rows, size])
            d_bias = tf.reduce_sum(tf.cast(dz, tf.float32), axis=0)
            d_kernel, d_recurrent = (times(a, dz, transpose_a=True) for a in (flat, h_before))
            return dx, dh0, dc0, d_kernel, d_recurrent, d_bias

        return (outputs, h_last, c_last), gradient

    return run(x, h0, c0, kernel, recurrent_kernel, bias)


def _sigmoid_grad(y: Any, dy: Any) -> Any:
    """dy y (1 - y), in one pass"""
    import tensorflow as tf

    return tf.raw_ops.SigmoidGrad(y=y, dy=dy)


def _tanh_grad(y: Any, dy: Any) -> Any:
    """dy (1 - y²), in one pass"""
    import tensorflow as tf

    return tf.raw_ops.TanhGrad(y=y, dy=dy)
