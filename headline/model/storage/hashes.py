"""SHA-256 of a checkpoint's files, stored in checkpoint.json, so that damage is found and told by the file's name.

They are no protection from people: whoever changes a file can change its hash too.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headline.errors import CheckpointError
from headline.model.storage.checkpoint_files import CHECKPOINT_FILES, META

FIELD = "sha256"  # of checkpoint.json: an object, file name -> hexadecimal digits

_HEX = re.compile(r"[0-9a-f]{64}")


def are_hashes(value: object) -> bool:
    """Whether a value may be the field: hashes by the names of a checkpoint's files."""
    return isinstance(value, dict) and all(
        name in CHECKPOINT_FILES and isinstance(digits, str) and _HEX.fullmatch(digits)
        for name, digits in value.items()
    )


def hash_files(folder: Path) -> dict[str, str]:
    """Return the hashes of the files that are in a folder, checkpoint.json left out."""
    present = (folder / name for name in CHECKPOINT_FILES if name != META and (folder / name).is_file())
    return {path.name: _hash_file(path) for path in present}


def hash_fields(stored: Mapping[str, Any]) -> str:
    """Return the hash of checkpoint.json's own fields, the hashes left out: of their JSON with sorted names."""
    fields = {name: value for name, value in stored.items() if name != FIELD}
    return hashlib.sha256(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def check_fields(stored: Mapping[str, Any], hashes: Mapping[str, str]) -> None:
    """Compare checkpoint.json's own fields with their hash, if it has one.

    Raises:
        CheckpointError: they differ.
    """
    if META in hashes and hash_fields(stored) != hashes[META]:
        raise CheckpointError(
            f"{META} is damaged or was edited: its SHA-256 is not the one that it stores. "
            f"If the edit is yours, remove “{META}” from its field “{FIELD}”."
        )


def check_files(folder: Path, hashes: Mapping[str, str]) -> None:
    """Compare the other files with their hashes. A file without a hash is not checked.

    Raises:
        CheckpointError: the first file that differs, is missing or cannot be read.
    """
    for name, stored in hashes.items():
        if name == META:
            continue
        try:
            found = _hash_file(folder / name)
        except OSError as error:
            raise CheckpointError(f"{name} cannot be read: {error.strerror}.") from error
        if found != stored:
            raise CheckpointError(f"{name} is damaged: its SHA-256 is not the one in {META}.")


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
