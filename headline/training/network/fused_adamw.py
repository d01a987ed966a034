"""Adam and AdamW for TensorFlow on a processor, in one pass over each weight."""

from typing import Any

import keras


@keras.saving.register_keras_serializable("headline")
class FusedAdamW(keras.optimizers.AdamW):
    """Keras' AdamW (Loshchilov & Hutter 2019), computed by one TensorFlow kernel per weight.

    Keras composes each step of about ten passes over the weight and its two averages. ResourceApplyAdam reads and
    writes each of them once, in the same formula. On another backend this is Keras' own optimizer.
    """

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        if keras.backend.backend() != "tensorflow" or self.amsgrad:
            super().update_step(gradient, variable, learning_rate)
            return
        import tensorflow as tf

        step = tf.cast(self.iterations + 1, tf.float32)
        index = self._get_variable_index(variable)
        mean, square = self._momentums[index]._value, self._velocities[index]._value
        tf.raw_ops.ResourceApplyAdam(
            var=_variable(variable).handle,
            m=mean.handle,
            v=square.handle,
            beta1_power=tf.pow(tf.cast(self.beta_1, tf.float32), step),
            beta2_power=tf.pow(tf.cast(self.beta_2, tf.float32), step),
            lr=tf.cast(learning_rate, tf.float32),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.convert_to_tensor(gradient),
        )

    def _clip_gradients(self, grads: list) -> list:
        """By the norm of all gradients; a sparse one is counted and scaled without its rows of zeros."""
        if keras.backend.backend() != "tensorflow" or not self.global_clipnorm:
            return super()._clip_gradients(grads)
        import tensorflow as tf

        grads = [_each_row_once(g) if isinstance(g, tf.IndexedSlices) else g for g in grads]
        values = [g.values if isinstance(g, tf.IndexedSlices) else g for g in grads]
        norm = tf.sqrt(2 * tf.add_n([tf.nn.l2_loss(v) for v in values]))
        scale = self.global_clipnorm / tf.maximum(norm, self.global_clipnorm)
        scale += norm - norm  # a gradient that is no number shows
        return [
            tf.IndexedSlices(g.values * scale, g.indices, g.dense_shape)
            if isinstance(g, tf.IndexedSlices)
            else g * scale
            for g in grads
        ]


def _variable(variable: Any) -> Any:
    """TensorFlow's variable behind Keras'."""
    return variable._value if isinstance(variable, keras.Variable) else variable


def _each_row_once(gradient: Any) -> Any:
    """The same sparse gradient, the entries of a row that is in it several times added up."""
    import tensorflow as tf

    rows, place = tf.unique(gradient.indices)
    values = tf.math.unsorted_segment_sum(gradient.values, place, tf.size(rows))
    return tf.IndexedSlices(values, rows, gradient.dense_shape)
