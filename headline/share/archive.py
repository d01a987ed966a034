"""A checkpoint's folder as one zip, to be taken elsewhere and brought back."""

import re
import secrets
import zipfile
from pathlib import Path

from headline.errors import ArchiveError, CheckpointError
from headline.model.checkpoint import MEMORY, META, WEIGHTS, WORDS, Checkpoint

_FILES = (META, WORDS, WEIGHTS, MEMORY, "README.md")
_LARGEST = 500 * 2**20  # bytes, unpacked


def pack(folder: Path, into: Path) -> Path:
    """A zip of a checkpoint's files, named after it."""
    name = re.sub(r"[^\w-]+", "-", Checkpoint.load(folder).provenance.get("name") or "model").strip("-") or "model"
    path = into / f"{name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in _FILES:
            if (folder / file).is_file():
                archive.write(folder / file, file)
    return path


def unpack(path: Path, runs: Path) -> Path:
    """The checkpoint of a zip in a folder of its own among the runs. Only the files that a checkpoint has are taken.

    Raises:
        ArchiveError: it is no zip, too large, or holds no whole checkpoint.
    """
    name = re.sub(r"[^\w-]+", "-", path.stem).strip("-")[:40] or "model"
    folder = runs / f"{name}-{secrets.token_hex(8)}"
    try:
        with zipfile.ZipFile(path) as archive:
            inside = {Path(info.filename).name: info for info in archive.infolist() if not info.is_dir()}
            wanted = [inside[file] for file in _FILES if file in inside]
            if sum(info.file_size for info in wanted) > _LARGEST:
                raise ArchiveError(f"{path.name} would take more than {_LARGEST // 2**20} MB.")
            folder.mkdir(parents=True)
            for info in wanted:
                (folder / Path(info.filename).name).write_bytes(archive.read(info))
        Checkpoint.load(folder)
    # zipfile raises the last two where a zip is packed in a way that it does not know, or needs a password.
    except (zipfile.BadZipFile, CheckpointError, NotImplementedError, RuntimeError) as error:
        for file in folder.glob("*") if folder.is_dir() else ():
            file.unlink()
        if folder.is_dir():
            folder.rmdir()
        raise ArchiveError(f"{path.name} holds no whole model: {error}") from error
    return folder
