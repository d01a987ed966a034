"""What other networks expect at every word of a list, for a new network to learn beside the words themselves.

Knowledge distillation (Hinton, Vinyals and Dean 2015, "Distilling the Knowledge in a Neural Network"). The teachers may
be as small as the one that learns from them: their mean knows more than each of them (Furlanello et al. 2018,
"Born-Again Neural Networks").
"""

import os
from collections.abc import Sequence
from dataclasses import replace

import keras
import numpy as np

from headline.corpus.sequences import PAD_ID, length_batches, shifted_batch
from headline.corpus.vocabulary import Vocabulary
from headline.errors import SettingError
from headline.model.checkpoint import Checkpoint
from headline.training.network.accelerator import computing_in
from headline.training.network.keras_model import build_model, set_model_weights

WEIGHT = 0.6  # of what the teachers expect in the loss; the rest is the word itself
_ROWS_AT_ONCE = 1_024
_MEMORY = 0.5  # share of the machine's memory that their expectations may take


class Teachers:
    """Networks whose expectations are averaged: the mean of their logits, as of a product of experts.

    The softmax of each is tied to its embedding, so that all logits are one product: the teachers' vectors at a place
    in a row, one behind the other, times their embeddings of each word, one behind the other. Only the vectors, D
    numbers a place, are kept.

    Attributes:
        table: (V, D) float16, the teachers' vectors of each word of the new network's vocabulary.
        bias: (V,) float32, the mean of their biases.
    """

    def __init__(self, models: Sequence[Checkpoint], vocabulary: Vocabulary):
        """The models must be of the autocomplete recipe and divide headlines into words as `vocabulary` does.

        Of a word that a teacher lacks it expects a part of what it expects of all unknown words: as much as the word
        occurs among those in the list.

        Raises:
            SettingError: a model does not fit.
        """
        for model in models:
            if not model.config.causal or model.vocabulary.tokenizer.name != vocabulary.tokenizer.name:
                name = model.provenance.get("name") or "A model"
                raise SettingError(f"{name} cannot teach this network: it has another recipe or tokenizer.")
        self.models = models
        self.ids = [_ids_in(model.vocabulary, vocabulary) for model in models]  # of each (V,)
        tables, self.bias = [], np.zeros(len(vocabulary), np.float32)
        for model, ids in zip(models, self.ids, strict=True):
            share = 1 / (len(models) * model.temperature)
            tables.append((model.weights["embedding"][ids] * share).astype(np.float16))
            unknown = ids == model.vocabulary.unk
            counts = np.maximum(vocabulary.counts[unknown], 1)
            bias = model.weights["softmax.bias"][ids] / model.temperature
            bias[unknown] += np.log(counts / counts.sum())
            self.bias += bias / len(models)
        self.table = np.hstack(tables)

    def read(self, rows: Sequence[Sequence[int]], policy: str = "float32") -> "Taught":
        """Let the teachers read rows of ids of the new vocabulary, computing in Keras' dtype policy.

        Raises:
            SettingError: what they expect would take more than half of the machine's memory.
        """
        starts = np.concatenate([[0], np.cumsum([len(row) - 1 for row in rows])]).astype(np.int64)
        dimensions = self.table.shape[1]
        _check_memory(2 * int(starts[-1]) * dimensions)
        vectors = np.zeros((starts[-1], dimensions), np.float16)
        batches = length_batches(np.array([len(row) for row in rows]), _ROWS_AT_ONCE)
        first = 0
        for model, ids in zip(self.models, self.ids, strict=True):
            network = _vectors_of(model, policy)
            last = first + model.config.embedding_size
            for batch in batches:
                x, _ = shifted_batch([rows[i] for i in batch])
                found = network.predict_on_batch(ids[x])
                for place, row in enumerate(batch):
                    vectors[starts[row] : starts[row + 1], first:last] = found[place, : starts[row + 1] - starts[row]]
            first = last
        return Taught(self, vectors, starts)


class Taught:
    """What the teachers expect after each word of a list's rows: inputs of `CandidateNats` beside the words'."""

    def __init__(self, teachers: Teachers, vectors: np.ndarray, starts: np.ndarray):
        self.teachers, self.vectors, self.starts = teachers, vectors, starts

    def inputs(self, rows: np.ndarray, width: int, candidates: np.ndarray) -> dict[str, np.ndarray]:
        """The teachers' vectors (B, T, D) in the rows of these numbers (B,), and the candidates' rows and biases."""
        vectors = np.zeros((len(rows), width, self.vectors.shape[1]), np.float16)
        for place, row in enumerate(rows):
            found = self.vectors[self.starts[row] : self.starts[row + 1]]
            vectors[place, : len(found)] = found
        return {
            "taught": vectors,
            "teachers_rows": self.teachers.table[candidates],
            "teachers_bias": self.teachers.bias[candidates],
        }


class NotTaught(Taught):
    """For held-out rows, of which no teacher is asked: the same inputs, empty."""

    def __init__(self) -> None:
        pass

    def inputs(self, rows: np.ndarray, width: int, candidates: np.ndarray) -> dict[str, np.ndarray]:
        return {
            "taught": np.zeros((len(rows), width, 0), np.float16),
            "teachers_rows": np.zeros((len(candidates), 0), np.float16),
            "teachers_bias": np.zeros(len(candidates), np.float32),
        }


def _ids_in(theirs: Vocabulary, ours: Vocabulary) -> np.ndarray:
    """The id in `theirs` of each word of `ours`, (V,); the id of unknown words where it is lacking."""
    unknown = theirs.unk
    assert unknown is not None, "the vocabulary of a causal network has all marks"
    ids = np.array([theirs.stoi.get(key, unknown) for key in ours.itos], dtype=np.int32)
    assert ids[PAD_ID] == PAD_ID
    return ids


def _vectors_of(model: Checkpoint, policy: str) -> keras.Model:
    """The network of a model up to its softmax: ids (B, T) -> vectors (B, T, E); nothing is dropped."""
    config = replace(model.config, dropout=0.0, embedding_dropout=0.0)
    with computing_in(policy):
        network = build_model(config)
    set_model_weights(network, config, model.weights)
    vectors = keras.Model(network.input, network.get_layer("to_softmax").output)
    # "Training" leaves nothing out here, and takes the fast way through the LSTM.
    return keras.Model(network.input, keras.ops.cast(vectors(network.input, training=True), "float16"))


def _check_memory(size: int) -> None:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 2**34
    if size > _MEMORY * memory:
        raise SettingError(
            f"What the teachers expect would take {size / 1e9:.1f} GB of memory, more than half of what there is: take "
            "fewer teachers, or fewer headlines."
        )
