"""A checkpoint's folder as one zip file, for moving a model to another machine."""

import re
import secrets
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from headline.errors import ArchiveError, CheckpointError
from headline.model.checkpoint import Checkpoint
from headline.model.storage import memory_file, metadata, tensor_file, vocabulary_file
from headline.model.storage.atomic import replacing_folder
from headline.model.storage.checkpoint_files import CARD, CHECKPOINT_FILES, MEMORY, META, WEIGHTS, WORDS
from headline.model.storage.metadata import Metadata

_FILES = (*CHECKPOINT_FILES, CARD)
_LONGEST_NAME = 40  # characters, of up to four bytes each; a file name has at most 255 bytes
_MAX_TOTAL = 500 * 2**20  # bytes, unpacked
_MAX_DIRECTORY = 2**19  # bytes of the zip's list of entries: about 5,000 of them
_MAX_FILE = {META: metadata.MAX_BYTES, WORDS: vocabulary_file.MAX_BYTES, MEMORY: memory_file.MAX_BYTES, CARD: 2**20}
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"  # signatures of the end record and of the Zip64 locator before it
_END_BYTES, _LOCATOR_BYTES, _MAX_COMMENT = 22, 20, 2**16


def pack(folder: Path, into: Path) -> Path:
    """Write a checkpoint's files to a zip that has the model's name, and return its path.

    Raises:
        CheckpointError: the folder is not a whole checkpoint.
    """
    path = into / f"{_plain_name(Checkpoint.load(folder).provenance.get('name') or '')}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in _FILES:
            if (folder / file).is_file():
                archive.write(folder / file, file)
    return path


def unpack(path: Path, runs: Path) -> Path:
    """Unpack the checkpoint in a zip to a new folder among the runs, and return the folder.

    A zip may come from anybody. Sizes are checked before anything is read, only a checkpoint's own files are
    taken, and the folder appears when the whole checkpoint has been verified.

    Raises:
        ArchiveError: the file is not a zip, is too large, or holds no whole checkpoint.
    """
    folder = runs / f"{_plain_name(path.stem)}-{secrets.token_hex(8)}"
    try:
        _check_directory(path)
        with zipfile.ZipFile(path) as archive, replacing_folder(folder) as fresh:
            try:
                _extract(archive, _checkpoint_entries(archive), fresh)
                Checkpoint.load(fresh)
            except CheckpointError as error:
                reason = str(error).replace(str(fresh), "it")  # a visitor must not learn where the server keeps files
                raise ArchiveError(f"{path.name} holds no whole model: {reason}") from error
    # zipfile raises these for damaged content.
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise ArchiveError(f"{path.name} holds no whole model: {error}") from error
    return folder


def _plain_name(name: str) -> str:
    """Letters, digits and hyphens of a name, no hyphen first: with an ending it fits a file name."""
    return re.sub(r"[^\w-]+", "-", name).strip("-")[:_LONGEST_NAME] or "model"


def _check_directory(path: Path) -> None:
    """Check the size of the list of entries, which zipfile reads as a whole when it opens the file.

    Raises:
        BadZipFile: there is no list.
        ArchiveError: it is too long.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _LOCATOR_BYTES - _END_BYTES - _MAX_COMMENT))
        tail = file.read()
    at = len(tail) - _END_BYTES
    if at < 0 or not (tail[at:].startswith(_END) and tail.endswith(b"\0\0")):  # a comment follows the record
        at = tail.rfind(_END)
    if at < 0 or len(tail) < at + _END_BYTES:
        raise zipfile.BadZipFile("it is not a zip file")
    directory_bytes = int.from_bytes(tail[at + 12 : at + 16], "little")
    zip64 = tail[max(0, at - _LOCATOR_BYTES) : at].startswith(_END_64)
    if zip64 or directory_bytes > _MAX_DIRECTORY:
        raise ArchiveError(f"{path.name} has too many entries for a model's zip.")


def _checkpoint_entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Find the checkpoint's files, which may be in a folder of the zip, and check how they are stored.

    Raises:
        ArchiveError: a file is there twice, is too large, or is stored in a way that is not read.
    """
    name = Path(archive.filename or "").name
    entries = [info for info in archive.infolist() if not info.filename.endswith("/")]  # is_dir fails without a name
    folders = {PurePosixPath(info.filename).parent for info in entries if _file_name(info) == META}
    if len(folders) > 1:
        raise ArchiveError(f"{name} holds more than one model.")
    wanted = [i for i in entries if _file_name(i) in _FILES and PurePosixPath(i.filename).parent in folders]
    if len({_file_name(info) for info in wanted}) < len(wanted):
        raise ArchiveError(f"{name} has the same file twice.")
    for info in wanted:
        if info.header_offset < 0:
            raise ArchiveError(f"{name} is damaged.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
            raise ArchiveError(f"{name} is encrypted or compressed in a way that is not read here.")
        if info.file_size > _MAX_FILE.get(_file_name(info), _MAX_TOTAL):
            raise ArchiveError(f"{name} has a {_file_name(info)} that is too large.")
    if sum(info.file_size for info in wanted) > _MAX_TOTAL:
        raise ArchiveError(f"{name} would take more than {_MAX_TOTAL // 2**20} MB.")
    return {_file_name(info): info for info in wanted}


def _file_name(info: zipfile.ZipInfo) -> str:
    return PurePosixPath(info.filename).name


def _extract(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], folder: Path) -> None:
    """Write the entries to a folder, checkpoint.json first: it says how large the weights can be.

    Raises:
        ArchiveError: the weights are larger than that.
        CheckpointError: checkpoint.json is not allowed.
    """
    for name in _FILES:
        if name not in entries:
            continue
        if name == WEIGHTS:
            most = 4 * Metadata.read(folder).model.parameters + tensor_file.MAX_HEADER
            if entries[name].file_size > most:
                raise ArchiveError(f"{Path(archive.filename or '').name} has more weights than its {META} says.")
        # zipfile stops after the size that was checked, whatever the compressed data go on to say.
        with archive.open(entries[name]) as source, (folder / name).open("wb") as target:
            shutil.copyfileobj(source, target)
