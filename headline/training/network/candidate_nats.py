"""The loss of a sampled softmax as a layer: each target's cross-entropy, with logits and softmax computed once."""

from typing import Any

import keras

from headline.training.network.rows import rows_of


@keras.saving.register_keras_serializable("headline")
class CandidateNats(keras.layers.Layer):
    """The cross-entropy of each target among the candidates; each logit is lowered by the log chance of its word.

    Sampled softmax: Jean et al. 2015, section 3.2. Loss and metric both read the (B, T) output, so that the softmax
    is computed once. The layer computes in float32; `products` is the type of the matrix products (by default the
    policy's compute type when the layer is made).

    With teachers, what is learnt is a mean of the target and of what they expect, `taught` being its weight; held-out
    targets are judged alone. Knowledge distillation: Hinton, Vinyals and Dean 2015.
    """

    def __init__(self, embedding: keras.layers.Layer, products: str | None = None, taught: float = 0.0, **kwargs: Any):
        products = products or keras.config.dtype_policy().compute_dtype
        super().__init__(**{"dtype": "float32"} | kwargs)
        self.embedding, self.products, self.taught = embedding, products, taught

    def call(
        self,
        vectors: Any,
        candidates: Any,
        log_chance: Any,
        targets: Any,
        teachers: tuple[Any, Any, Any] | None = None,
        training: bool = False,
    ) -> Any:
        """Vectors (B, T, E), ids (C,), their log chances (C,), targets as places among them (B, T) -> nats (B, T).

        `teachers` are their vectors (B, T, D), and their rows (C, D) and biases (C,) of the candidates.
        """
        ops = keras.ops
        rows = rows_of(self.embedding.embeddings, candidates)  # (C, E)
        bias = rows_of(self.embedding.bias, candidates) - log_chance
        expected = None
        if teachers is not None and training:
            logits = ops.matmul(
                ops.cast(teachers[0], self.products), ops.transpose(ops.cast(teachers[1], self.products))
            )
            expected = ops.softmax(ops.cast(logits, "float32") + (teachers[2] - log_chance))  # (B, T, C)
        if keras.backend.backend() != "tensorflow":
            logits = ops.matmul(ops.cast(vectors, self.products), ops.transpose(ops.cast(rows, self.products)))
            logits = ops.cast(logits, "float32") + bias
            nats = ops.sparse_categorical_crossentropy(targets, logits, from_logits=True)
            if expected is None:
                return nats
            by_teachers = ops.categorical_crossentropy(ops.stop_gradient(expected), logits, from_logits=True)
            return (1 - self.taught) * nats + self.taught * by_teachers
        import tensorflow as tf

        flat, places = tf.reshape(vectors, [-1, vectors.shape[-1]]), tf.reshape(targets, [-1])
        if expected is not None:
            places = _mean_target(tf.reshape(expected, [-1, tf.shape(rows)[0]]), places, self.taught)
        return tf.reshape(softmax_nats(flat, rows, bias, places, self.products), tf.shape(targets))


def _mean_target(expected: Any, places: Any, taught: float) -> Any:
    """The mean (N, C) of probabilities (N, C), whose weight is `taught`, and of certainty about one place each (N,)."""
    import tensorflow as tf

    where = tf.stack([tf.range(tf.shape(places)[0]), places], axis=1)
    return tf.tensor_scatter_nd_add(taught * expected, where, tf.fill(tf.shape(places), 1 - taught))


def softmax_nats(vectors: Any, rows: Any, bias: Any, targets: Any, products: str) -> Any:
    """Cross-entropy of softmax(vectors rowsᵀ + bias) of (N, E), (C, E) and (C,): (N,) float32, with its gradient.

    Targets are places among the candidates (N,), or their probabilities (N, C). The gradient by the logits is
    softmax - target (Bridle 1990), which the kernel returns along with the loss.
    """
    import tensorflow as tf

    def times(a: Any, b: Any, **transpose: bool) -> Any:
        return tf.cast(tf.matmul(tf.cast(a, products), tf.cast(b, products), **transpose), tf.float32)

    @tf.custom_gradient
    def run(vectors: Any, rows: Any, bias: Any) -> Any:
        logits = times(vectors, rows, transpose_b=True) + bias
        if targets.dtype.is_integer:
            both = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(features=logits, labels=targets)
        else:
            both = tf.raw_ops.SoftmaxCrossEntropyWithLogits(features=logits, labels=targets)

        def gradient(d_nats: Any) -> tuple:
            # Padding has d_nats 0. Each row's factor is put on the (N, E) side, which is the smaller one.
            d_logits = tf.cast(both.backprop, products)
            d_vectors = times(d_logits, rows) * d_nats[:, None]
            d_rows = times(d_logits, vectors * d_nats[:, None], transpose_a=True)
            return d_vectors, d_rows, tf.linalg.matvec(tf.cast(both.backprop, tf.float32), d_nats, transpose_a=True)

        return both.loss, gradient

    return run(vectors, rows, bias)
