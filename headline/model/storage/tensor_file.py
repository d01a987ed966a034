"""Reading safetensors files from anybody: the header is checked before the tensors are loaded."""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from headline.errors import CheckpointError

MAX_HEADER = 2**20  # bytes
_ITEM_BYTES = {"U8": 1, "I8": 1, "U16": 2, "F16": 2, "U32": 4, "F32": 4}  # the types that a checkpoint uses

Header = Mapping[str, tuple[str, tuple[int, ...]]]  # name -> (type, shape)


def read_header(path: Path) -> Header:
    """Types and shapes of a file's tensors, without loading them.

    Raises:
        CheckpointError: the header is damaged, names an unknown type, or does not agree with the file's size.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > MAX_HEADER:
                raise ValueError("its header is too long")
            stored = json.loads(file.read(length))
            header = {name: _entry(name, entry) for name, entry in stored.items() if name != "__metadata__"}
            size = os.fstat(file.fileno()).st_size
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CheckpointError(f"{path.name} is damaged: {error}.") from error
    if 8 + length + sum(_ITEM_BYTES[kind] * math.prod(shape) for kind, shape in header.values()) != size:
        raise CheckpointError(f"{path.name} is damaged: its size does not agree with its header.")
    return header


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """Load the tensors of a file whose header was checked.

    Raises:
        CheckpointError: the file is damaged.
    """
    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise CheckpointError(f"{path.name} is damaged: {error}.") from error


def write_tensors(path: Path, tensors: dict[str, np.ndarray]) -> None:
    """Write tensors. (safetensors' own save_file makes files that only their owner can read.)"""
    path.write_bytes(save(tensors))


def _entry(name: str, entry: dict) -> tuple[str, tuple[int, ...]]:
    kind, shape = entry["dtype"], entry["shape"]
    if kind not in _ITEM_BYTES:
        raise ValueError(f"{name[:40]} has the type {str(kind)[:20]}, which no checkpoint uses")
    if not isinstance(shape, list) or any(type(n) is not int or not 0 <= n < 2**40 for n in shape) or len(shape) > 2:
        raise ValueError(f"{name[:40]} has a shape that no checkpoint uses")
    return kind, tuple(shape)
