"""Finds titles that occur more than once in a corpus of parts, in memory for a bucket of them at a time.

Each part has written the 128-bit hashes of its titles' keys, sorted. A bucket is a range of the hashes: the same range
is read from every part, and of equal ones the first in the order of the corpus stays. That any two of a thousand
million titles share a hash by chance has a probability of about 1e-21.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from headline.corpus.shards.folder import read_arrow, write_arrow
from headline.corpus.split import duplicate_key

_BUCKET = 1_000_000  # hashes in memory at a time, about


def key_hashes(titles: Sequence[str]) -> np.ndarray:
    """Return the 128-bit hashes of the titles' keys as two columns: (n, 2) uint64."""
    digests = b"".join(hashlib.blake2b(duplicate_key(title).encode(), digest_size=16).digest() for title in titles)
    return np.frombuffer(digests, dtype="<u8").reshape(-1, 2)


def write_hashes(path: Path, hashes: np.ndarray) -> None:
    """Write a part's hashes, sorted, with the place of each in the part."""
    order = np.lexsort((hashes[:, 1], hashes[:, 0]))
    columns = {"first": hashes[order, 0], "second": hashes[order, 1], "place": order.astype(np.int32)}
    write_arrow(path, columns)


def write_repeated(hashed: Sequence[Path], repeated: Sequence[Path], bucket: int = _BUCKET) -> None:
    """For each part, given by its file of hashes, append the places of titles that occurred before to another file."""
    parts = [{name: column.to_numpy() for name, column in read_arrow(path).items()} for path in hashed]
    rows = sum(len(part["first"]) for part in parts)
    borders = [(n << 64) // max(1, -(-rows // bucket)) for n in range(1, max(1, -(-rows // bucket)))]
    edges = [
        [0, *part["first"].searchsorted(np.array(borders, dtype=np.uint64)).tolist(), len(part["first"])]
        for part in parts
    ]
    for path in repeated:
        path.write_bytes(b"")
    for n in range(len(borders) + 1):
        slices = [slice(edge[n], edge[n + 1]) for edge in edges]
        first, second, place = (
            np.concatenate([part[name][at] for part, at in zip(parts, slices, strict=True)])
            for name in ("first", "second", "place")
        )
        part_of = np.repeat(np.arange(len(parts)), [at.stop - at.start for at in slices])
        order = np.lexsort((place, part_of, second, first))
        again = np.zeros(len(order), dtype=bool)
        again[1:] = (np.diff(first[order]) == 0) & (np.diff(second[order]) == 0)
        dropped = order[again]
        for i in np.unique(part_of[dropped]):
            with repeated[i].open("ab") as file:
                file.write(place[dropped[part_of[dropped] == i]].tobytes())


def read_repeated(path: Path) -> np.ndarray:
    """Read the places that `write_repeated` wrote, sorted: (n,) int32."""
    return np.sort(np.fromfile(path, dtype=np.int32))
