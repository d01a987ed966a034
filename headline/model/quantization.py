"""Weights as they are stored: 32, 16 or 8 bits per number."""

from collections.abc import Mapping

import numpy as np

from headline.errors import CheckpointError, SettingError
from headline.model.checkpoint_files import WEIGHTS

PRECISIONS = ("float32", "float16", "int8")

_SCALE = ".scale"  # suffix of the tensor that an 8-bit tensor is multiplied by


def pack_weights(weights: dict[str, np.ndarray], precision: str) -> dict[str, np.ndarray]:
    """Convert float32 tensors to a precision.

    "int8" scales every matrix so that its largest entry is 127: a scale per row in the embedding (a
    row is a word), a scale per column elsewhere (a column is a unit). Vectors stay float32.

    Raises:
        SettingError: unknown precision.
    """
    if precision not in PRECISIONS:
        raise SettingError(f"precision must be one of {', '.join(PRECISIONS)}; it is {precision}.")
    if precision == "float32":
        return {name: np.ascontiguousarray(w, dtype=np.float32) for name, w in weights.items()}
    packed: dict[str, np.ndarray] = {}
    for name, w in weights.items():
        if precision == "float16":
            packed[name] = w.astype(np.float16)
        elif w.ndim == 1:
            packed[name] = w.astype(np.float32)
        else:
            largest = np.abs(w).max(axis=1 if name == "embedding" else 0, keepdims=True)
            scale = (np.maximum(largest, 1e-12) / 127).astype(np.float32)
            packed[name] = np.round(w / scale).astype(np.int8)
            packed[name + _SCALE] = scale
    return packed


def unpack_weights(packed: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Convert stored tensors to float32. Their precision is read from their types."""
    weights = {}
    for name, stored in packed.items():
        if name.endswith(_SCALE):
            continue
        w = stored.astype(np.float32)
        if stored.dtype == np.int8:
            with np.errstate(over="ignore", invalid="ignore"):  # Checkpoint.verify finds what is not finite
                w *= packed[name + _SCALE]
        weights[name] = w
    return weights


def check_stored(header: Mapping[str, tuple[str, tuple[int, ...]]], shapes: dict[str, tuple[int, ...]]) -> None:
    """Check the types and shapes of stored weights against the shapes of a network's tensors.

    Raises:
        CheckpointError: for the first tensor that is missing, superfluous, or of a wrong type or shape.
    """
    wanted = dict(shapes)
    for name, shape in shapes.items():
        if header.get(name, ("",))[0] == "I8" and len(shape) == 2:
            wanted[name + _SCALE] = (shape[0], 1) if name == "embedding" else (1, shape[1])
    if extra := sorted(header.keys() - wanted.keys()):
        raise CheckpointError(f"{WEIGHTS} has a tensor that this network does not have, {extra[0][:40]}.")
    for name, shape in wanted.items():
        if name not in header:
            raise CheckpointError(f"{WEIGHTS} lacks {name}.")
        kind, found = header[name]
        if found != shape:
            raise CheckpointError(f"{WEIGHTS}: {name} has shape {found}, not {shape}.")
        scaled = name + _SCALE in wanted
        if kind not in (("I8",) if scaled else ("F32",) if name.endswith(_SCALE) else ("F32", "F16")):
            raise CheckpointError(f"{WEIGHTS}: {name} has the type {kind}, which it cannot have.")
