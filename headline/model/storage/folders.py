"""Folders that other processes write to and delete from while one looks into them."""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path


def states(folder: Path) -> Iterator[os.stat_result]:
    """Yield the state of a folder and of everything below it, but for what is deleted meanwhile.

    A link is told as itself, not as what it leads to. `Path.rglob` raises where a folder goes while it is walked
    (Python 3.11 and 3.12).
    """
    for path in _paths(folder):
        with contextlib.suppress(OSError):  # it has been deleted
            yield os.lstat(path)


def _paths(folder: Path) -> Iterator[str]:
    yield os.fspath(folder)
    for parent, folders, names in os.walk(folder):  # passes over a folder that has been deleted
        for name in (*folders, *names):
            yield os.path.join(parent, name)


def size_of(folder: Path) -> int:
    """Return the bytes of all files in a folder. A file with several names counts once."""
    files = {(state.st_dev, state.st_ino): state.st_size for state in states(folder) if not stat.S_ISDIR(state.st_mode)}
    return sum(files.values())


def newest_change(folder: Path) -> float | None:
    """Return when something in a folder changed last, in seconds since 1970, or None where there is no such folder."""
    return max((state.st_mtime for state in states(folder)), default=None)
