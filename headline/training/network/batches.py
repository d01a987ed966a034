"""Batches for Keras' `fit`: shifted rows of similar length, or the lesson's prefixes."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from headline.corpus.sequences import length_batches, prefix_rows, row_width, shifted_batch, shifted_row
from headline.corpus.shards.encoding import IdRows
from headline.corpus.vocabulary import Vocabulary
from headline.model.config import ModelConfig
from headline.training.distribute.share import Share
from headline.training.network.candidates import CandidateSampler
from headline.training.settings import LOGITS_AT_ONCE, MOST_LOGITS, TrainingConfig


def make_batches(
    settings: TrainingConfig,
    config: ModelConfig,
    vocabulary: Vocabulary,
    encoded: dict[str, list[list[int]]],
    again: Sequence[list[int]] = (),
) -> tuple["Batches", "Batches"]:
    """Return the batches to train on and the held-out ones, which may be empty. Each epoch reads a share, `text_again`,
    of the encoded rows of text in `again` too, unless the recipe is the lesson's."""
    batch_size = settings.rows_per_batch(len(encoded["train"]))
    if not config.causal:
        return (
            PrefixBatches(encoded["train"], batch_size, config.block_size, settings.seed),
            PrefixBatches(encoded["validation"], batch_size, config.block_size),
        )
    start, end = vocabulary.start, vocabulary.end
    assert start is not None and end is not None, "the vocabulary of a causal network has both marks"
    sides = [*encoded.items(), ("again", again)]
    rows = {side: [shifted_row(ids, start, end, config.block_size) for ids in lines] for side, lines in sides}
    batches = CausalBatches(rows["train"], batch_size, settings.seed, rows["again"], settings.text_again)
    held_out = CausalBatches(rows["validation"], batch_size)
    sample_candidates(settings, vocabulary, batches, held_out)
    return batches, held_out


def sample_candidates(
    settings: TrainingConfig, vocabulary: Vocabulary, batches: "CausalBatches", held_out: "CausalBatches"
) -> None:
    """Let batches train by sampled softmax, and the held-out ones measure by the whole, if the vocabulary is large."""
    if 0 < settings.candidates < len(vocabulary) // 2:
        rng = np.random.default_rng(settings.seed)
        words_per_batch = batches.words / max(1, len(batches))
        batches.sampler = CandidateSampler(vocabulary.counts, settings.candidates, words_per_batch, rng)
        held_out.judge_by_all(len(vocabulary))


class CausalBatches(keras.utils.PyDataset):
    """Shifted rows in batches of similar length, shuffled in each epoch if there is a seed.

    Each epoch reads a share of the rows in `again` too: others every time, until all were read.
    """

    def __init__(
        self,
        rows: Sequence[list[int]],
        batch_size: int,
        seed: int | None = None,
        again: Sequence[list[int]] = (),
        again_share: float = 0.0,
    ):
        super().__init__()
        self.rows, self.batch_size = [*rows, *again] if again else rows, batch_size
        self.rng = np.random.default_rng(seed) if seed is not None else None
        self._whole, self._again = len(rows), round(again_share * len(again))
        self._to_come = np.empty(0, dtype=int)  # places of rows to read again, before all of them were
        self.words = rows.words if isinstance(rows, IdRows) else sum(len(row) - 1 for row in rows)
        self.words += round(again_share * sum(len(row) - 1 for row in again))
        self.sampler: CandidateSampler | None = None  # for training by sampled softmax
        self.all_candidates: np.ndarray | None = None  # for measuring such a network with the whole softmax
        self.share = Share()  # of this process
        self.most = 2**31  # batches, of which more are left out evenly
        self.on_epoch_end()

    def judge_by_all(self, vocab_size: int) -> None:
        """Measure by the softmax over all words: in batches that are small enough, and not on all rows if that would
        take very long."""
        self.all_candidates = np.arange(vocab_size, dtype=np.int32)
        if self.words:
            lengths = self.rows.lengths() if isinstance(self.rows, IdRows) else [len(row) for row in self.rows]
            longest = int(max(lengths)) - 1
            self.batch_size = max(1, min(self.batch_size, LOGITS_AT_ONCE // (vocab_size * longest)))
            in_a_batch = self.batch_size * self.words / len(self.rows)
            self.most = max(2, round(MOST_LOGITS / (vocab_size * in_a_batch)))
            self.on_epoch_end()

    def __len__(self) -> int:
        return min(self.most, self.all_batches)

    @property
    def all_batches(self) -> int:
        """The number of batches, with those that are left out."""
        return len(self.batches)

    def __getitem__(self, index: int) -> tuple[Any, np.ndarray]:
        if index >= 2 and len(self) < self.all_batches:  # the first two say which widths there are
            index = 2 + (index - 2) * (self.all_batches - 3) // max(1, len(self) - 3)
        x, y = shifted_batch([self.rows[i] for i in self._chosen(index)])
        if self.sampler:
            candidates, log_chance, y = self.sampler.draw(y)
        elif self.all_candidates is not None:
            candidates, log_chance = self.all_candidates, np.zeros(len(self.all_candidates), dtype=np.float32)
        else:
            return self.share.rows(x), self.share.rows(y)
        x, y = self.share.rows(x), self.share.rows(y)
        candidates, log_chance = self.share.candidates(candidates, log_chance)
        return {"ids": x, "candidates": candidates, "log_chance": log_chance, "targets": y}, y

    def _chosen(self, index: int) -> np.ndarray:
        return self.batches[index]

    def on_epoch_end(self) -> None:
        read = self._read()
        lengths = np.array([len(self.rows[i]) for i in read])
        self.batches = [read[batch] for batch in self._divided(lengths, self.rng)]

    def _read(self) -> np.ndarray:
        """The places of the rows of the next epoch."""
        if len(self._to_come) < self._again:
            places = np.arange(self._whole, len(self.rows))
            self._to_come = self.rng.permutation(places) if self.rng is not None else places
        again, self._to_come = np.split(self._to_come, [self._again])
        return np.concatenate([np.arange(self._whole), again])

    def _divided(self, lengths: np.ndarray, rng: np.random.Generator | None) -> list[np.ndarray]:
        """The places of the rows of each batch, for rows of these lengths."""
        batches = length_batches(lengths, self.batch_size, rng)
        # Keras infers the shape of all batches from the first two: these must differ in width if any do.
        longest = [lengths[batch].max() for batch in batches]
        other = next((i for i, n in enumerate(longest) if row_width(n) != row_width(longest[0])), 0)
        if other:
            batches[1], batches[other] = batches[other], batches[1]
        return batches


_CHUNK = 2_048  # rows one after the other in a corpus, which are read together
_CHUNKS = 128  # of a window


class StreamedBatches(CausalBatches):
    """The same from rows that are not in memory: they are divided into batches a window at a time.

    A window is made of chunks of rows, drawn anew in each epoch if there is a seed. All rows of a list that fits into
    one window are divided as `CausalBatches` divides them.
    """

    def __init__(
        self, rows: IdRows, batch_size: int, seed: int | None = None, chunk: int = _CHUNK, chunks: int = _CHUNKS
    ):
        self._ids, self._chunk, self._chunks, self._seed, self._epoch = rows, chunk, chunks, seed, 0
        super().__init__(rows, batch_size, seed)

    @property
    def all_batches(self) -> int:
        return int(self._first[-1])

    def on_epoch_end(self) -> None:
        number = -(-len(self._ids) // self._chunk)
        order = np.arange(number)
        if self._seed is not None and number > self._chunks:
            order = np.random.default_rng([self._seed, self._epoch]).permutation(number)
        windows = [np.sort(order[i : i + self._chunks]) for i in range(0, number, self._chunks)]
        sizes = [self._lengths(window).size for window in windows]
        self._windows = windows
        self._first = np.concatenate([[0], np.cumsum([-(-size // self.batch_size) for size in sizes])]).astype(int)
        self._open: tuple[int, list[np.ndarray]] = (-1, [])
        self._epoch += 1

    def _lengths(self, window: np.ndarray) -> np.ndarray:
        parts = [
            self._ids.lengths(c * self._chunk, min(len(self._ids), (c + 1) * self._chunk)) for c in window.tolist()
        ]
        return np.concatenate(parts)

    def _chosen(self, index: int) -> np.ndarray:
        window = int(self._first.searchsorted(index, "right")) - 1
        if self._open[0] != window:
            self._open = window, self._batches_of(window)
        return self._open[1][index - self._first[window]]

    def _batches_of(self, window: int) -> list[np.ndarray]:
        chunks = self._windows[window]
        starts = chunks * self._chunk
        rows = np.concatenate([np.arange(a, min(len(self._ids), a + self._chunk)) for a in starts.tolist()])
        rng = self.rng
        if rng is not None and len(self._windows) > 1:
            rng = np.random.default_rng([self._seed or 0, self._epoch, window])
        return [rows[batch] for batch in self._divided(self._lengths(chunks), rng)]


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
