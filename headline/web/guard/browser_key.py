"""The key with which Gradio writes a visitor's list of runs into the browser's storage.

Gradio sends the key within the page, so it keeps the list from nobody: what protects a run is that its id is random.
Each installation has a key of its own, so that one that is served later at the same address cannot take another's list
for its own.
"""

import os
import secrets
from pathlib import Path

NAME = ".browser-key"  # in the folder of runs


def browser_key(runs: Path) -> str:
    """Return the key of the installation that keeps its runs in a folder; make it on the first call.

    In a folder that cannot be written it lasts until the program ends, and so do the lists in the browsers.
    """
    path = runs / NAME
    fresh = secrets.token_hex(16)
    try:
        runs.mkdir(parents=True, exist_ok=True)
        return _stored(path) or _store(path, fresh)
    except OSError:
        return fresh


def _stored(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace").strip() if path.is_file() else ""


def _store(path: Path, key: str) -> str:
    """Store a key that only the owner may read, unless another process was quicker, and return the stored one."""
    written = path.with_name(f"{NAME}.{secrets.token_hex(4)}")
    written.touch(mode=0o600)
    try:
        written.write_text(key, encoding="utf-8")
        if path.exists() and not _stored(path):  # empty: a disk that was full leaves such a file
            written.replace(path)
        else:
            os.link(written, path)
    except FileExistsError:
        return _stored(path) or key
    finally:
        written.unlink(missing_ok=True)
    return key
