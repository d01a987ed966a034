"""Deleted runs and models, kept for a few minutes so that a slip can be undone.

runs/.trash/<id>/   as it was in the folder of runs
"""

import contextlib
import os
import shutil
import time
from pathlib import Path

FOLDER = ".trash"
MINUTES = 10  # that a deleted folder can be brought back
_LEAST_FREE = 2**30  # bytes on the disk, below which a folder is deleted at once: somebody needs the room


def discard(folder: Path) -> bool:
    """Take a folder away, and return whether it can be brought back."""
    kept = folder.parent / FOLDER / folder.name
    try:
        if shutil.disk_usage(folder).free >= _LEAST_FREE:
            kept.parent.mkdir(mode=0o700, exist_ok=True)
            os.replace(folder, kept)
            os.utime(kept)  # when it was deleted
            return True
    except OSError:  # it cannot be moved, or is gone already
        pass
    shutil.rmtree(folder, ignore_errors=True)
    return False


def bring_back(runs: Path, name: str) -> bool:
    """Put a deleted folder back to its place, and return whether it was still there."""
    try:
        os.rename(Path(runs) / FOLDER / name, Path(runs) / name)
    except OSError:
        return False
    return True


def empty_trash(runs: Path) -> None:
    """Delete for good what was deleted more than so many minutes ago."""
    for folder in (Path(runs) / FOLDER).glob("*"):
        with contextlib.suppress(OSError):  # it was brought back in between
            if abs(time.time() - folder.stat().st_mtime) > 60 * MINUTES:
                shutil.rmtree(folder, ignore_errors=True)
