"""Weights as they are stored: 32, 16 or 8 bits a number."""

import numpy as np

from headline.errors import CheckpointError, SettingError

PRECISIONS = ("float32", "float16", "int8")


_SCALE = ".scale"  # beside an 8-bit tensor: what its numbers are multiplied by


def pack_weights(weights: dict[str, np.ndarray], precision: str) -> dict[str, np.ndarray]:
    """Tensors as they are stored.

    "int8" scales every matrix so that its largest entry is 127: a scale a row in the embedding (a
    row is a word), a scale a column elsewhere (a column is a unit). Vectors are kept as they are.
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
    """Float32 tensors from stored ones; which precision they had shows in the tensors themselves."""
    weights = {}
    for name, stored in packed.items():
        if name.endswith(_SCALE):
            continue
        w = stored.astype(np.float32)
        if stored.dtype == np.int8:
            if name + _SCALE not in packed:
                raise CheckpointError(f"weights.safetensors lacks {name}{_SCALE}.")
            w *= packed[name + _SCALE]
        weights[name] = w
    return weights
