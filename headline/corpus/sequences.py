"""Ids -> arrays for training: the lesson's padded prefixes, or one shifted row per headline."""

from collections.abc import Sequence

import numpy as np

PAD_ID = 0  # in both recipes; never a word
_WIDTH_STEP = 4  # rows are padded to a multiple of this, so that few shapes are compiled


def pad_left(ids: Sequence[int], length: int) -> np.ndarray:
    """Return the last `length` ids, padded on the left: shape (length,), int32.

    >>> pad_left([5, 6], 4).tolist(), pad_left([5, 6, 7], 2).tolist()
    ([0, 0, 5, 6], [6, 7])
    """
    row = np.full(length, PAD_ID, dtype=np.int32)
    tail = list(ids)[-length:] if length else []
    row[length - len(tail) :] = tail
    return row


def prefix_rows(encoded: Sequence[Sequence[int]], block_size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return every prefix of two or more words, padded left to `block_size`, with its last word as the label.

    Returns x of shape (N, block_size - 1) and y of shape (N,), both int32. Labels stay integers: a one-hot
    matrix would take N × V × 4 bytes.

    >>> x, y = prefix_rows([[1, 2, 3]], block_size=4)
    >>> x.tolist(), y.tolist()
    ([[0, 0, 1], [0, 1, 2]], [2, 3])
    """
    rows = [pad_left(ids[:end], block_size) for ids in encoded for end in range(2, len(ids) + 1)]
    table = np.stack(rows) if rows else np.empty((0, block_size), dtype=np.int32)
    return table[:, :-1], table[:, -1]


def shifted_row(ids: Sequence[int], start: int, end: int, block_size: int) -> list[int]:
    """Return `<s> w1 … wn </s>`: all but the last are x, all but the first are y.

    A headline that does not fit into `block_size` ids is cut and has no end token.

    >>> shifted_row([7, 8], start=2, end=3, block_size=8), shifted_row([7, 8, 9], 2, 3, block_size=2)
    ([2, 7, 8, 3], [2, 7, 8])
    """
    return [start, *ids, end] if len(ids) < block_size else [start, *ids[:block_size]]


def shifted_batch(rows: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Pad rows on the right to one width T: x and y, both of shape (B, T), int32.

    >>> x, y = shifted_batch([[2, 7, 8, 3], [2, 9, 3]])
    >>> x.tolist(), y.tolist()
    ([[2, 7, 8, 0], [2, 9, 0, 0]], [[7, 8, 3, 0], [9, 3, 0, 0]])
    """
    width = row_width(max(len(row) for row in rows))
    x = np.full((len(rows), width), PAD_ID, dtype=np.int32)
    y = np.full((len(rows), width), PAD_ID, dtype=np.int32)
    for i, row in enumerate(rows):
        x[i, : len(row) - 1] = row[:-1]
        y[i, : len(row) - 1] = row[1:]
    return x, y


def row_width(longest: int) -> int:
    """Return the width T of a batch whose longest row has `longest` ids, one more than its positions."""
    return -(-(longest - 1) // _WIDTH_STEP) * _WIDTH_STEP


def length_batches(lengths: np.ndarray, batch_size: int, rng: np.random.Generator | None = None) -> list[np.ndarray]:
    """Return the row indices of each batch; rows of similar length share a batch, so that there is little padding.

    With an `rng`, rows of equal length and the batches are shuffled, differently on each call.
    """
    tie = rng.random(len(lengths)) if rng is not None else np.arange(len(lengths))
    order = np.lexsort((tie, lengths))
    batches = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
    if rng is not None:
        rng.shuffle(batches)
    return batches
