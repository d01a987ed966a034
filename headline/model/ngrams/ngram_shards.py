"""N-grams of a prepared corpus: counted by parts in a map step, merged from files that are mapped into memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from headline.corpus.shards.encoding import Encoder, encode
from headline.model.ngrams.ngram_counts import Windows


@dataclass(frozen=True)
class Counting:
    """What the map step shares."""

    encoder: Encoder
    order: int  # 0: nothing is counted


def encode_and_count(part: int, counting: Counting) -> None:
    """Write the ids of a part's titles, and the windows of its training titles from start mark to end mark."""
    rows = encode(part, counting.encoder)
    if not counting.order:
        return
    vocabulary = counting.encoder.vocabulary
    lengths = rows.lengths.astype(np.int64)
    ends = np.cumsum(lengths)
    both = np.stack([ends - lengths, ends], axis=1).ravel()  # where a start mark and an end mark are put in
    flat = np.insert(rows.flat, both, np.tile([vocabulary.start, vocabulary.end], len(lengths)))
    counted_windows(counting).add_part(part, Windows.of(flat, lengths + 2, counting.order))


def counted_windows(counting: Counting) -> "WindowsOnDisk":
    return WindowsOnDisk(counting.encoder.job.work / "windows")


class WindowsOnDisk:
    """Tables of windows by parts, each in two files that are mapped into memory."""

    def __init__(self, path: Path):
        """`path` is the beginning of the files' names."""
        self._path = path

    def add(self, windows: Windows) -> None:
        """Add the table of a part."""
        self.add_part(len(self._files()), windows)

    def add_part(self, part: int, windows: Windows) -> None:
        """Add the table of the part with a number, also while others are added elsewhere."""
        for name in ("ids", "counts"):
            np.save(self._path.with_name(f"{self._path.name}-{part:05}.{name}.npy"), getattr(windows, name))

    def fresh(self, name: str) -> "WindowsOnDisk":
        """Return an empty collection beside this one."""
        return WindowsOnDisk(self._path.with_name(f"{self._path.name}-{name}"))

    def tables(self) -> Sequence[Windows]:
        return [
            Windows(np.load(path, "r"), np.load(str(path).replace(".ids.", ".counts."), "r")) for path in self._files()
        ]

    def _files(self) -> list[Path]:
        return sorted(self._path.parent.glob(f"{self._path.name}-[0-9]*.ids.npy"))
