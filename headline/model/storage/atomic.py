"""Atomic writing: a crash leaves the older file or folder whole, or the new one, never a half of either."""

import glob
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing_file(path: Path) -> Iterator[Path]:
    """Yield a path in the same folder, with the same suffix, to write to; rename it to `path` at the end.

    If the block raises, what it wrote is deleted and `path` stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.stem}.{uuid.uuid4().hex[:8]}{path.suffix}")
    try:
        yield fresh
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """Yield a new empty folder to write to; put it in the place of `folder` at the end.

    If the block raises, what it wrote is deleted and `folder` stays as it was.
    """
    recover_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.new")
    fresh.mkdir()
    try:
        yield fresh
        _swap(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def recover_folder(folder: Path) -> None:
    """Restore the older folder if the program crashed between the two renames of `replacing_folder`."""
    if not folder.exists():
        for old in sorted(folder.parent.glob(f".{glob.escape(folder.name)}.*.old")):
            os.replace(old, folder)
            return


def _swap(fresh: Path, folder: Path) -> None:
    """Rename `fresh` to `folder`, in two steps if it exists: a folder that is not empty cannot be replaced in one."""
    if not folder.exists():
        os.replace(fresh, folder)
        return
    old = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.old")
    os.replace(folder, old)
    try:
        os.replace(fresh, folder)
    except OSError:
        os.replace(old, folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
