"""Batches for Keras' `fit`: shifted rows of similar length, or the lesson's prefixes."""

from typing import Any

import keras
import numpy as np

from headline.corpus.sequences import length_batches, prefix_rows, row_width, shifted_batch, shifted_row
from headline.corpus.vocabulary import Vocabulary
from headline.model.config import ModelConfig
from headline.training.network.candidates import CandidateSampler
from headline.training.settings import TrainingConfig


def make_batches(
    settings: TrainingConfig, config: ModelConfig, vocabulary: Vocabulary, encoded: dict[str, list[list[int]]]
) -> tuple["Batches", "Batches"]:
    """Return the batches to train on and the held-out ones, which may be empty."""
    batch_size = settings.rows_per_batch(len(encoded["train"]))
    if not config.causal:
        return (
            PrefixBatches(encoded["train"], batch_size, config.block_size, settings.seed),
            PrefixBatches(encoded["validation"], batch_size, config.block_size),
        )
    start, end = vocabulary.start, vocabulary.end
    assert start is not None and end is not None, "the vocabulary of a causal network has both marks"
    rows = {side: [shifted_row(ids, start, end, config.block_size) for ids in lines] for side, lines in encoded.items()}
    batches = CausalBatches(rows["train"], batch_size, settings.seed)
    held_out = CausalBatches(rows["validation"], batch_size)
    if 0 < settings.candidates < len(vocabulary) // 2:
        rng = np.random.default_rng(settings.seed)
        words_per_batch = batches.words / len(batches)
        batches.sampler = CandidateSampler(vocabulary.counts, settings.candidates, words_per_batch, rng)
        held_out.all_candidates = np.arange(len(vocabulary), dtype=np.int32)
    return batches, held_out


class CausalBatches(keras.utils.PyDataset):
    """Shifted rows in batches of similar length, shuffled in each epoch if there is a seed."""

    def __init__(self, rows: list[list[int]], batch_size: int, seed: int | None = None):
        super().__init__()
        self.rows, self.batch_size = rows, batch_size
        self.rng = np.random.default_rng(seed) if seed is not None else None
        self.words = sum(len(row) - 1 for row in rows)
        self.sampler: CandidateSampler | None = None  # for training by sampled softmax
        self.all_candidates: np.ndarray | None = None  # for measuring such a network with the whole softmax
        self.on_epoch_end()

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> tuple[Any, np.ndarray]:
        x, y = shifted_batch([self.rows[i] for i in self.batches[index]])
        if self.sampler:
            candidates, log_chance, y = self.sampler.draw(y)
        elif self.all_candidates is not None:
            candidates, log_chance = self.all_candidates, np.zeros(len(self.all_candidates), dtype=np.float32)
        else:
            return x, y
        return {"ids": x, "candidates": candidates, "log_chance": log_chance, "targets": y}, y

    def on_epoch_end(self) -> None:
        self.batches = length_batches(np.array([len(row) for row in self.rows]), self.batch_size, self.rng)
        # Keras infers the shape of all batches from the first two: these must differ in width if any do.
        longest = [max(len(self.rows[i]) for i in batch) for batch in self.batches]
        other = next((i for i, n in enumerate(longest) if row_width(n) != row_width(longest[0])), 0)
        if other:
            self.batches[1], self.batches[other] = self.batches[other], self.batches[1]


class PrefixBatches(keras.utils.PyDataset):
    """The lesson's rows, shuffled in each epoch if there is a seed."""

    def __init__(self, encoded: list[list[int]], batch_size: int, block_size: int, seed: int | None = None):
        super().__init__()
        self.x, self.y = prefix_rows(encoded, block_size)
        self.batch_size = batch_size
        self.rng = np.random.default_rng(seed) if seed is not None else None
        self.words = len(self.y)
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-len(self.y) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        return self.x[rows], self.y[rows]

    def on_epoch_end(self) -> None:
        self.order = self.rng.permutation(self.words) if self.rng is not None else np.arange(self.words)


Batches = CausalBatches | PrefixBatches
