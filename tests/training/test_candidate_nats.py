"""CandidateNats: the cross-entropy of the plain logits, and its gradient."""

import keras
import numpy as np
import pytest

from headline.training.network.keras_model import TiedEmbedding
from headline.training.network.layers.candidate_nats import CandidateNats

CANDIDATES = np.array([0, 7, 2, 9, 4], dtype="int32")
LOG_CHANCE = np.log(np.array([1, 0.5, 0.1, 0.3, 0.9], dtype="float32"))


@pytest.fixture
def given():
    rng = np.random.default_rng(0)
    embedding = TiedEmbedding(12, 6)
    embedding.build()
    embedding.set_weights([rng.normal(size=w.shape) for w in embedding.get_weights()])
    return embedding, rng.normal(size=(3, 4, 6)).astype("float32"), rng.integers(0, 5, (3, 4)).astype("int32")


def plain(embedding, vectors, targets):
    rows = keras.ops.take(embedding.embeddings, CANDIDATES, axis=0)  # (C, E)
    bias = keras.ops.take(embedding.bias, CANDIDATES) - LOG_CHANCE
    logits = keras.ops.matmul(vectors, keras.ops.transpose(rows)) + bias
    return keras.ops.sparse_categorical_crossentropy(targets, logits, from_logits=True)


def test_nats_are_the_cross_entropy_of_the_logits(given):
    embedding, vectors, targets = given
    got = keras.ops.convert_to_numpy(CandidateNats(embedding)(vectors, CANDIDATES, LOG_CHANCE, targets))
    np.testing.assert_allclose(got, keras.ops.convert_to_numpy(plain(embedding, vectors, targets)), atol=1e-5)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the gradient is TensorFlow's")
def test_gradients_are_those_of_the_logits(given):
    import tensorflow as tf

    embedding, vectors, targets = given
    vectors = tf.constant(vectors)
    counted = tf.constant([[1.0, 1, 1, 0], [1, 1, 0, 0], [1, 1, 1, 1]])  # the rest is padding
    found = []
    for nats in (
        lambda: plain(embedding, vectors, targets),
        lambda: CandidateNats(embedding)(vectors, CANDIDATES, LOG_CHANCE, targets),
    ):
        with tf.GradientTape() as tape:
            tape.watch(vectors)
            loss = tf.reduce_sum(nats() * counted)
        gradients = tape.gradient(loss, [vectors, embedding.embeddings.value, embedding.bias.value])
        found.append([tf.convert_to_tensor(g) for g in gradients])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(other, one, atol=1e-5)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="half precision is cast as TensorFlow does")
def test_half_precision_is_near(given):
    embedding, vectors, targets = given
    got = CandidateNats(embedding, products="bfloat16")(vectors, CANDIDATES, LOG_CHANCE, targets)
    np.testing.assert_allclose(got, plain(embedding, vectors, targets), atol=0.1)
