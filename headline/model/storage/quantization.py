"""Weights as they are stored: 32, 16, 8 or 4 bits per number."""

from collections.abc import Mapping

import numpy as np

from headline.errors import CheckpointError, SettingError
from headline.model.storage.checkpoint_files import WEIGHTS

PRECISIONS = ("float32", "float16", "int8", "mixed", "int4")

_SCALE = ".scale"  # suffix of the tensor that an 8-bit or 4-bit tensor is multiplied by
_CLIPPED = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6)  # of a row's largest number: what 4 bits reach to
_RARE = "embedding.rare"  # the embedding's last rows, which are of rare words, in 4 bits


def pack_weights(weights: Mapping[str, np.ndarray], precision: str) -> dict[str, np.ndarray]:
    """Convert float32 tensors to a precision.

    "int8" scales every matrix so that its largest entry is 127: a scale per row in the embedding (a
    row is a word), a scale per column elsewhere (a column is a unit). Vectors stay float32. "mixed" is the same,
    but the second half of the embedding's rows has 4 bits per number; "int4" has all of its rows so.

    Raises:
        SettingError: unknown precision.
    """
    if precision not in PRECISIONS:
        raise SettingError(f"precision must be one of {', '.join(PRECISIONS)}; it is {precision}.")
    if precision == "float32":
        return {name: np.ascontiguousarray(w, dtype=np.float32) for name, w in weights.items()}
    if precision == "float16":
        return {name: w.astype(np.float16) for name, w in weights.items()}
    packed: dict[str, np.ndarray] = {}
    for name, w in weights.items():
        if w.ndim == 1:
            packed[name] = w.astype(np.float32)
            continue
        rare = {"mixed": len(w) // 2, "int4": len(w)}.get(precision, 0) if name == "embedding" else 0
        if rare:
            w, last = w[:-rare], w[-rare:]
            numbers, packed[_RARE + _SCALE] = (_best_rounded if precision == "int4" else _rounded)(last, 1, 7)
            packed[_RARE] = _to_nibbles(numbers)
        packed[name], packed[name + _SCALE] = _rounded(w, axis=1 if name == "embedding" else 0, largest=127)
    return packed


def unpack_weights(packed: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Convert stored tensors to float32. Their precision is read from their types."""
    weights = {}
    for name, stored in packed.items():
        if name == _RARE or name.endswith(_SCALE):
            continue
        weights[name] = _scaled(stored, packed[name + _SCALE]) if stored.dtype == np.int8 else stored.astype(np.float32)
    if _RARE in packed:
        numbers = _from_nibbles(packed[_RARE], weights["embedding"].shape[1])
        weights["embedding"] = np.concatenate([weights["embedding"], _scaled(numbers, packed[_RARE + _SCALE])])
    return weights


def check_stored(header: Mapping[str, tuple[str, tuple[int, ...]]], shapes: dict[str, tuple[int, ...]]) -> None:
    """Check the types and shapes of stored weights against the shapes of a network's tensors.

    Raises:
        CheckpointError: for the first tensor that is missing, superfluous, or of a wrong type or shape.
    """
    wanted = _stored_as(header, shapes)
    if extra := sorted(header.keys() - wanted.keys()):
        raise CheckpointError(f"{WEIGHTS} has a tensor that this network does not have, {extra[0][:40]}.")
    for name, (kinds, shape) in wanted.items():
        if name not in header:
            raise CheckpointError(f"{WEIGHTS} lacks {name}.")
        kind, found = header[name]
        if found != shape:
            raise CheckpointError(f"{WEIGHTS}: {name} has shape {found}, not {shape}.")
        if kind not in kinds:
            raise CheckpointError(f"{WEIGHTS}: {name} has the type {kind}, which it cannot have.")


def _stored_as(
    header: Mapping[str, tuple[str, tuple[int, ...]]], shapes: dict[str, tuple[int, ...]]
) -> dict[str, tuple[tuple[str, ...], tuple[int, ...]]]:
    """Name -> (types, shape) of the tensors that a file must have, if the matrices that it has in 8 bits are right."""
    wanted: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {}
    for name, shape in shapes.items():
        if header.get(name, ("",))[0] != "I8" or len(shape) == 1:
            wanted[name] = (("F32", "F16"), shape)
            continue
        rows, columns = shape
        if name == "embedding" and _RARE in header:
            rare = min([rows, *header[_RARE][1][:1]])
            rows -= rare
            wanted[_RARE] = (("U8",), (rare, (columns + 1) // 2))
            wanted[_RARE + _SCALE] = (("F32",), (rare, 1))
        wanted[name] = (("I8",), (rows, columns))
        wanted[name + _SCALE] = (("F32",), (rows, 1) if name == "embedding" else (1, columns))
    return wanted


def _rounded(w: np.ndarray, axis: int, largest: int) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers from -largest to largest, of the shape of `w`, and the scales that give `w` back."""
    scale = (np.maximum(np.abs(w).max(axis=axis, keepdims=True), 1e-12) / largest).astype(np.float32)
    return np.round(w / scale).astype(np.int8), scale


def _best_rounded(w: np.ndarray, axis: int, largest: int) -> tuple[np.ndarray, np.ndarray]:
    """The same with smaller scales where the mean square error is smaller so, although the largest numbers are cut."""
    widest = np.maximum(np.abs(w).max(axis=axis, keepdims=True), 1e-12) / largest
    best, least = widest, np.full_like(widest, np.inf)
    for share in _CLIPPED:
        scale = share * widest
        error = np.square(np.clip(np.round(w / scale), -largest, largest) * scale - w).sum(axis=axis, keepdims=True)
        best, least = np.where(error < least, scale, best), np.minimum(error, least)
    return np.clip(np.round(w / best), -largest, largest).astype(np.int8), best.astype(np.float32)


def _scaled(numbers: np.ndarray, scale: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):  # Checkpoint.verify finds what is not finite
        return numbers.astype(np.float32) * scale


def _to_nibbles(numbers: np.ndarray) -> np.ndarray:
    """(n, E) from -8 to 7 -> (n, (E + 1) // 2): each byte has an even column in its low bits, the next in its high."""
    bits = (numbers + 8).astype(np.uint8)
    bits = np.pad(bits, ((0, 0), (0, bits.shape[1] % 2)))
    return bits[:, ::2] | bits[:, 1::2] << 4


def _from_nibbles(nibbles: np.ndarray, columns: int) -> np.ndarray:
    """(n, (E + 1) // 2) -> (n, E), for E columns."""
    bits = np.stack([nibbles & 15, nibbles >> 4], axis=2).reshape(len(nibbles), -1)[:, :columns]
    return bits.astype(np.int8) - 8
