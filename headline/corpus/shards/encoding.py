"""Titles as ids, in a map step: what batches are made of, written so that it can be mapped into memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import overload

import numpy as np

from headline.corpus.sequences import shifted_row
from headline.corpus.shards.folder import read_arrow, write_arrow
from headline.corpus.shards.words import TRAIN, Job, PartWords
from headline.corpus.split import SPLITS
from headline.corpus.vocabulary import Vocabulary

BATCHED = ("train", "validation")


@dataclass(frozen=True)
class Encoder:
    """A job, and the vocabulary that gives its words ids."""

    job: Job
    vocabulary: Vocabulary

    @cached_property
    def marks(self) -> np.ndarray:
        return np.array(self.vocabulary.marks, dtype=np.int64)

    def path(self, side: str, part: int) -> Path:
        return self.job.path(f"ids-{side}", part)


@dataclass(frozen=True)
class Encoded:
    """The training titles of a part as ids, those of punctuation alone too."""

    flat: np.ndarray  # (n,) ids one after the other
    lengths: np.ndarray  # (rows,)


def encode(part: int, encoder: Encoder) -> Encoded:
    """Write the ids of a part's titles for the batches of both sides, and return those of the training side."""
    words = PartWords.read(encoder.job.path("words", part))
    found = [encoder.vocabulary.ids([text]) for text in words.spellings]
    own = np.array([ids[0] if ids else -1 for ids in found], dtype=np.int32)
    ids = own[words.flat] if len(own) else np.empty(0, dtype=np.int32)
    row = np.repeat(np.arange(len(words.lengths)), words.lengths)[ids >= 0]
    ids = ids[ids >= 0]  # a mark that is not in the vocabulary is left out
    lengths = np.bincount(row, minlength=len(words.lengths))
    spoken = np.bincount(row[~np.isin(ids, encoder.marks)], minlength=len(words.lengths)) > 0
    for side in BATCHED:
        chosen = spoken & (words.sides == SPLITS.index(side))
        _write_ids(encoder.path(side, part), ids[chosen[row]], lengths[chosen])
    training = words.sides == TRAIN
    return Encoded(ids[training[row]], lengths[training])


def _write_ids(path: Path, flat: np.ndarray, lengths: np.ndarray) -> None:
    import pyarrow as pa

    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    write_arrow(path, {"ids": pa.ListArray.from_arrays(offsets, pa.array(flat, pa.int32()))})


class IdRows(Sequence[list[int]]):
    """The shifted rows of one side of a corpus, mapped into memory: only rows that are asked for are read."""

    def __init__(self, paths: Sequence[Path], start: int, end: int, block_size: int):
        """The arguments after the files, in the order of the parts, are those of `shifted_row`."""
        self._marks = start, end, block_size
        lists = [read_arrow(path)["ids"] for path in paths]
        self._offsets = [part.offsets.to_numpy() for part in lists]
        self._flat = [part.values.to_numpy() for part in lists]
        self._first = np.concatenate([[0], np.cumsum([len(o) - 1 for o in self._offsets])])  # row of each part

    def __len__(self) -> int:
        return int(self._first[-1])

    @overload
    def __getitem__(self, index: int) -> list[int]: ...
    @overload
    def __getitem__(self, index: slice) -> list[list[int]]: ...
    def __getitem__(self, index: int | slice) -> list[int] | list[list[int]]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        part = int(self._first.searchsorted(index, "right")) - 1
        a, b = self._offsets[part][index - self._first[part] :][:2]
        return shifted_row(self._flat[part][a:b].tolist(), *self._marks)

    def lengths(self, first: int = 0, end: int | None = None) -> np.ndarray:
        """The lengths of the shifted rows from `first` to below `end`: (n,), without reading them."""
        end = len(self) if end is None else end
        found = []
        for begin, offsets in zip(self._first.tolist(), self._offsets, strict=False):
            inside = offsets[max(0, first - begin) : max(0, end - begin) + 1]
            if len(inside) > 1 and end > begin:
                found.append(np.diff(inside))
        ids = np.concatenate(found or [np.empty(0, dtype=np.int64)])
        block_size = self._marks[2]
        return np.where(ids < block_size, ids + 2, block_size + 1)

    @property
    def longest(self) -> int:
        """The ids of the longest title, without the marks at its ends."""
        return max((int(np.diff(offsets).max(initial=0)) for offsets in self._offsets), default=0)

    @property
    def words(self) -> int:
        """How many words the rows give to learn: all but the first of each."""
        block_size = self._marks[2]
        return sum(int(np.minimum(np.diff(offsets) + 1, block_size).sum()) for offsets in self._offsets)
