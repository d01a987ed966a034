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
    """

    def __init__(self, embedding: keras.layers.Layer, products: str | None = None, **kwargs: Any):
        products = products or keras.config.dtype_policy().compute_dtype
        super().__init__(**{"dtype": "float32"} | kwargs)
        self.embedding, self.products = embedding, products

    def call(self, vectors: Any, candidates: Any, log_chance: Any, targets: Any) -> Any:
        """Vectors (B, T, E), ids (C,), their log chances (C,), targets as places among them (B, T) -> nats (B, T)."""
        ops = keras.ops
        rows = rows_of(self.embedding.embeddings, candidates)  # (C, E)
        bias = rows_of(self.embedding.bias, candidates) - log_chance
        if keras.backend.backend() != "tensorflow":
            logits = ops.matmul(ops.cast(vectors, self.products), ops.transpose(ops.cast(rows, self.products)))
            logits = ops.cast(logits, "float32") + bias
            return ops.sparse_categorical_crossentropy(targets, logits, from_logits=True)
        import tensorflow as tf

        flat = tf.reshape(vectors, [-1, vectors.shape[-1]])
        nats = softmax_nats(flat, rows, bias, tf.reshape(targets, [-1]), self.products)
        return tf.reshape(nats, tf.shape(targets))


def softmax_nats(vectors: Any, rows: Any, bias: Any, targets: Any, products: str) -> Any:
    """-log softmax(vectors rowsᵀ + bias)[targets] of (N, E), (C, E), (C,) and (N,): (N,) float32, with its gradient.

    The gradient by the logits is softmax - onehot (Bridle 1990), which the kernel returns along with the loss.
    """
    import tensorflow as tf

    def times(a: Any, b: Any, **transpose: bool) -> Any:
        return tf.cast(tf.matmul(tf.cast(a, products), tf.cast(b, products), **transpose), tf.float32)

    @tf.custom_gradient
    def run(vectors: Any, rows: Any, bias: Any) -> Any:
        logits = times(vectors, rows, transpose_b=True) + bias
        both = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(features=logits, labels=targets)

        def gradient(d_nats: Any) -> tuple:
            # Padding has d_nats 0. Each row's factor is put on the (N, E) side, which is the smaller one.
            d_logits = tf.cast(both.backprop, products)
            d_vectors = times(d_logits, rows) * d_nats[:, None]
            d_rows = times(d_logits, vectors * d_nats[:, None], transpose_a=True)
            return d_vectors, d_rows, tf.linalg.matvec(tf.cast(both.backprop, tf.float32), d_nats, transpose_a=True)

        return both.loss, gradient

    return run(vectors, rows, bias)
