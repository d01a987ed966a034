"""The Keras models of both recipes, and their weights by name."""

import keras
import numpy as np

from headline.model.config import ModelConfig
from headline.training.network.layers.candidate_nats import CandidateNats
from headline.training.network.layers.fast_lstm import FastLSTM
from headline.training.network.layers.mogrifier_lstm import MogrifierCell, MogrifierLSTM
from headline.training.network.rows import rows_of


@keras.saving.register_keras_serializable("headline")
class TiedEmbedding(keras.layers.ReversibleEmbedding):
    """One matrix for both ends: ids -> vectors; with reverse=True vectors -> logits, plus a bias per word.

    Tied weights: Press & Wolf 2017, "Using the Output Embedding to Improve Language Models".
    """

    def build(self, inputs_shape=None):
        super().build(inputs_shape)
        self.bias = self.add_weight(name="bias", shape=(self.input_dim,), initializer="zeros")

    def call(self, inputs, reverse=False):
        if not reverse:
            return keras.ops.cast(rows_of(self.embeddings, keras.ops.cast(inputs, "int32")), self.compute_dtype)
        outputs = super().call(inputs, reverse=True)
        return outputs + keras.ops.cast(self.bias, outputs.dtype)

    @property
    def variable_serialization_spec(self):
        """The names of the variables in a .keras file, by quantization mode."""
        return {mode: [*names, "bias"] for mode, names in super().variable_serialization_spec.items()}


def build_model(config: ModelConfig) -> keras.Model:
    """Build the network of a recipe.

    notebook: ids (B, block_size - 1), padded left -> probabilities (B, V) of the word that follows.
    autocomplete: ids (B, T), padded right -> logits (B, T, V) of the word after each position.
    """
    return _autocomplete(config) if config.causal else _notebook(config)


def _notebook(config: ModelConfig) -> keras.Model:
    layers = keras.layers
    x = ids = keras.Input((config.block_size - 1,), dtype="int32")
    x = layers.Embedding(config.vocab_size, config.embedding_size, name="embedding")(x)
    for i in range(config.layers):
        x = layers.LSTM(config.units, return_sequences=i < config.layers - 1, name=f"lstm_{i}")(x)
        x = layers.Dropout(config.dropout)(x)
    x = layers.Dense(config.vocab_size, activation="softmax", name="softmax")(x)
    return keras.Model(ids, x, name="notebook")


def _autocomplete(config: ModelConfig) -> keras.Model:
    layers = keras.layers
    # In mixed precision too: a cast of the whole matrix at every batch would cost more than it saves.
    embedding = TiedEmbedding(config.vocab_size, config.embedding_size, dtype="float32", name="embedding")
    ids = keras.Input((None,), dtype="int32", name="ids")
    # Variational dropout (Gal & Ghahramani 2016): the same dimensions are dropped at every position of a row.
    x = layers.SpatialDropout1D(config.embedding_dropout)(embedding(ids))
    for i in range(config.layers):
        # Default activations and no recurrent dropout, as cuDNN's LSTM requires. Padding is on the right, where it
        # cannot change an earlier position, so no mask is needed.
        if config.mogrifier:
            cell = MogrifierCell(config.units, config.mogrifier)
            x = MogrifierLSTM(cell, return_sequences=True, name=f"lstm_{i}")(x)
        else:
            x = FastLSTM(config.units, return_sequences=True, name=f"lstm_{i}")(x)
        x = layers.SpatialDropout1D(config.dropout)(x)
    if config.projected:
        x = layers.Dense(config.embedding_size, name="projection")(x)
    x = layers.Identity(name="to_softmax")(x)
    return keras.Model(ids, embedding(x, reverse=True), name="autocomplete")


def with_candidates(model: keras.Model) -> keras.Model:
    """Return the same autocomplete network, its weights shared, for training by sampled softmax.

    It takes {"ids": (B, T), "candidates": (C,), "log_chance": (C,), "targets": (B, T)}, targets as places among the
    candidates, and gives each target's cross-entropy in nats, (B, T).
    """
    vectors = model.get_layer("to_softmax").output
    inputs = {
        "ids": model.input,
        "candidates": keras.Input(batch_shape=(None,), dtype="int32", name="candidates"),
        "log_chance": keras.Input(batch_shape=(None,), dtype="float32", name="log_chance"),
        "targets": keras.Input((None,), dtype="int32", name="targets"),
    }
    nats = CandidateNats(model.get_layer("embedding"), name="candidate_nats")
    return keras.Model(inputs, nats(vectors, *list(inputs.values())[1:]), name="sampled")


def drop_recurrent_weights(model: keras.Model, rate: float) -> None:
    """While the autocomplete network is trained, leave out this share of each LSTM layer's recurrent weights."""
    for layer in model.layers:
        if isinstance(layer, FastLSTM | MogrifierLSTM):
            layer.weight_dropout = rate


def model_weights(model: keras.Model, config: ModelConfig) -> dict[str, np.ndarray]:
    """Return the weights by their names in a checkpoint, as in ModelConfig.shapes()."""
    return {name: keras.ops.convert_to_numpy(variable) for name, variable in _variables(model, config).items()}


def set_model_weights(model: keras.Model, config: ModelConfig, weights: dict[str, np.ndarray]) -> None:
    for name, variable in _variables(model, config).items():
        variable.assign(weights[name])


def _variables(model: keras.Model, config: ModelConfig) -> dict[str, keras.Variable]:
    embedding = model.get_layer("embedding")
    found = {"embedding": embedding.embeddings}
    for i in range(config.layers):
        cell = model.get_layer(f"lstm_{i}").cell
        found |= {f"lstm_{i}.{name}": getattr(cell, name) for name in ("kernel", "recurrent_kernel", "bias")}
        for n in range(config.mogrifier):
            found |= {f"lstm_{i}.mogrifier_{n}.kernel": cell.gates[n], f"lstm_{i}.mogrifier_{n}.bias": cell.biases[n]}
    if config.projected:
        dense = model.get_layer("projection")
        found |= {"projection.kernel": dense.kernel, "projection.bias": dense.bias}
    if not config.causal:
        found["softmax.kernel"] = model.get_layer("softmax").kernel
    return found | {"softmax.bias": embedding.bias if config.causal else model.get_layer("softmax").bias}
