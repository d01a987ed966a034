"""Rows of a table of weights."""

from typing import Any

import keras


def rows_of(table: Any, ids: Any) -> Any:
    """The rows of a Keras variable (V, …) with some ids, of any shape: ids.shape + (…).

    TensorFlow copies a variable that is updated by rows whenever it is read as a tensor, so the rows are read from the
    variable itself.
    """
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.nn.embedding_lookup(table._value, ids)
    return keras.ops.take(table, ids, axis=0)
