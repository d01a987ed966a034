"""Adam and AdamW for TensorFlow: one pass over each weight, or over the rows of a large table that a batch uses."""

from typing import Any

import keras

from headline.training.settings import MOST_ROWS


@keras.saving.register_keras_serializable("headline")
class FusedAdamW(keras.optimizers.AdamW):
    """Keras' AdamW (Loshchilov & Hutter 2019), computed by one TensorFlow kernel per weight.

    Keras composes each step of about ten passes over the weight and its two averages. ResourceApplyAdam reads and
    writes each of them once, in the same formula. On another backend this is Keras' own optimizer.

    Of a table with more than `MOST_ROWS` rows, such as the vectors of a large vocabulary, a step updates only the rows
    that have a gradient, so that it costs the same for any number of rows. What the steps since its last gradient
    would have done to a row is made up for when it has one again (lazy updates: Carpenter 2008, "Lazy Sparse
    Stochastic Gradient Descent for Regularized Multinomial Logistic Regression", section 4): see `_update_rows`.
    """

    def build(self, variables: list) -> None:
        if self.built:
            return
        super().build(variables)
        self._last_steps: dict[int, Any] = {}  # by a table's number: (rows,) the last step in which each had a gradient
        if keras.backend.backend() == "tensorflow" and not self.amsgrad:
            for index, variable in enumerate(variables):
                if variable.shape and variable.shape[0] > MOST_ROWS:
                    name = f"last_step_{index}"
                    # as float32: exact up to 16 million steps, and not every device updates whole numbers by rows
                    self._last_steps[index] = self.add_variable((variable.shape[0],), dtype="float32", name=name)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        if keras.backend.backend() != "tensorflow" or self.amsgrad:
            super().update_step(gradient, variable, learning_rate)
            return
        import tensorflow as tf

        index = self._get_variable_index(variable)
        if index in self._last_steps and isinstance(gradient, tf.IndexedSlices):
            self._update_rows(gradient, index, variable, learning_rate)
            return
        if index in self._last_steps:  # a whole table after all: every row has a gradient, and decays
            last, table = self._last_steps[index], _variable(variable)
            last.assign(tf.fill(last.shape, tf.cast(self.iterations + 1, tf.float32)))
            if self._decays(variable):
                table.assign_sub(table * tf.cast(learning_rate * self.weight_decay, table.dtype))
        step = tf.cast(self.iterations + 1, tf.float32)
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

    def _update_rows(self, gradient: Any, index: int, variable: Any, learning_rate: Any) -> None:
        """Update the rows of a table that have a gradient, each of which is in it once or more.

        In k steps without a gradient the averages become b1^k m and b2^k v, the weight moves by the sum of
        rate b1^j m / sqrt(b2^j v) over j = 1, …, k, a geometric series, and is multiplied k times by (1 - rate decay).
        The rate is taken to be that of now.
        """
        import tensorflow as tf

        gradient = _each_row_once(gradient)
        rows, g = gradient.indices, gradient.values
        table, mean, square = _variable(variable), self._momentums[index]._value, self._velocities[index]._value
        last = self._last_steps[index]._value
        step, rate = tf.cast(self.iterations + 1, tf.float32), tf.cast(learning_rate, tf.float32)
        without = step - 1 - last.sparse_read(rows)  # k
        without = tf.reshape(without, [-1, *[1] * (len(table.shape) - 1)])
        corrected = rate * tf.sqrt(1 - tf.pow(self.beta_2, step)) / (1 - tf.pow(self.beta_1, step))
        w, m, v = (x.sparse_read(rows) for x in (table, mean, square))

        ratio = self.beta_1 / self.beta_2**0.5
        w -= corrected * ratio * (1 - tf.pow(ratio, without)) / (1 - ratio) * m / (tf.sqrt(v) + self.epsilon)
        if self._decays(table):
            w *= tf.pow(1 - rate * self.weight_decay, without + 1)
        m = m * tf.pow(self.beta_1, without + 1) + (1 - self.beta_1) * g
        v = v * tf.pow(self.beta_2, without + 1) + (1 - self.beta_2) * g * g
        w -= corrected * m / (tf.sqrt(v) + self.epsilon)
        for whole, part in ((table, w), (mean, m), (square, v), (last, tf.fill(tf.shape(rows), step))):
            whole.scatter_update(tf.IndexedSlices(part, rows))

    def _decays(self, variable: Any) -> bool:
        return self.weight_decay is not None and super()._use_weight_decay(variable)

    def _use_weight_decay(self, variable: Any) -> bool:
        """Whether a variable decays as a whole, before its update."""
        return self._get_variable_index(variable) not in self._last_steps and super()._use_weight_decay(variable)

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
