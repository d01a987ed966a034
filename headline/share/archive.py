"""A checkpoint's folder as one zip file, for moving a model to another machine.

A visitor's zip is unpacked by a child process, `python -m headline.share.archive`, with bounded memory and time.
"""

import re
import secrets
import shutil
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from headline.errors import ArchiveError, CheckpointError, LimitError
from headline.generator.memory import loaded_bytes
from headline.model.checkpoint import Checkpoint
from headline.model.storage import memory_file, metadata, tensor_file, vocabulary_file
from headline.model.storage.atomic import replacing_folder
from headline.model.storage.checkpoint_files import CARD, CHECKPOINT_FILES, MEMORY, META, WEIGHTS, WORDS
from headline.model.storage.metadata import Metadata
from headline.runs.confined import run_confined, serve
from headline.runs.limits import Limits
from headline.runs.visitors import OWNER, check_disk
from headline.share.web_folder import web_content, zip_web_folder

_MODULE = "headline.share.archive"
_NO_LIMITS = Limits()
_FILES = (*CHECKPOINT_FILES, CARD)
_LONGEST_NAME = 40  # characters, of up to four bytes each; a file name has at most 255 bytes
# What zipfile raises for damaged content, beside BadZipFile and ValueError.
_DAMAGED = (NotImplementedError, RuntimeError, EOFError, LookupError, ArithmeticError, struct.error, zlib.error)
_MAX_TOTAL = 500 * 2**20  # bytes, unpacked
_MAX_DIRECTORY = 2**19  # bytes of the zip's list of entries: about 5,000 of them
_MAX_FILE = {META: metadata.MAX_BYTES, WORDS: vocabulary_file.MAX_BYTES, MEMORY: memory_file.MAX_BYTES, CARD: 2**20}
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"  # signatures of the end record and of the Zip64 locator before it
_END_BYTES, _LOCATOR_BYTES, _MAX_COMMENT = 22, 20, 2**16


def pack(folder: Path, into: Path, name: str = "", web: bool = False) -> Path:
    """Write a checkpoint's files to a zip, or those of a web folder with it, and return its path.

    The zip is called by `name`, or where that is empty by the name that the model was trained under.

    Raises:
        CheckpointError: the folder is not a whole checkpoint.
        ExportError: the engine in a page cannot run this model.
    """
    trained_as = Checkpoint.load(folder).provenance.get("name") or ""
    path = into / f"{_plain_name(name or trained_as)}{'-web' if web else ''}.zip"
    if web:
        zip_web_folder(web_content(folder, name=name or trained_as), path)
        return path
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in _FILES:
            if (folder / file).is_file():
                archive.write(folder / file, file)
    return path


def unpack(path: Path, runs: Path, limits: Limits = _NO_LIMITS, visitor: str = "") -> Path:
    """Unpack the checkpoint in a zip to a new folder among the runs, and return the folder.

    A zip may come from anybody. Sizes are checked before anything is read, only a checkpoint's own files are
    taken, and the folder appears when the whole checkpoint has been verified. `visitor` is whose model it is.

    Raises:
        ArchiveError: the file is not a zip, is too large, or holds no whole checkpoint.
    """
    return _unpack(path, _new_folder(path, runs), limits, visitor)


def unpack_confined(path: Path, runs: Path, limits: Limits, visitor: str) -> Path:
    """Unpack a visitor's zip in a child process.

    Raises:
        ArchiveError: as for `unpack`.
        LimitError: the visitor, or all together, have stored too much.
    """
    check_disk(runs, visitor, limits, path.stat().st_size)
    folder = _new_folder(path, runs)
    asked = {"zip": str(path.resolve()), "folder": str(folder.resolve()), "limits": vars(limits), "visitor": visitor}
    try:
        run_confined(_MODULE, asked, path.name, ArchiveError, limits.reading_mb, limits.reading_seconds)
        check_disk(runs, visitor, limits)
    except LimitError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        for half in folder.parent.glob(f".{folder.name}.*"):  # of a child that was killed
            shutil.rmtree(half, ignore_errors=True)
    return folder


def pack_confined(folder: Path, into: Path, limits: Limits, name: str = "", web: bool = False) -> Path:
    """Pack a visitor's model in a child process, under this name; `web`: as a web folder.

    Raises:
        CheckpointError: the folder is not a whole checkpoint, or a page cannot run the model.
    """
    asked = {"pack": str(folder.resolve()), "into": str(into.resolve()), "name": name, "web": web}
    done = run_confined(_MODULE, asked, "This model", CheckpointError, limits.reading_mb, limits.reading_seconds)
    return into / done["name"]


def _new_folder(path: Path, runs: Path) -> Path:
    return Path(runs) / f"{_plain_name(path.stem)}-{secrets.token_hex(8)}"


def _unpack(path: Path, folder: Path, limits: Limits, visitor: str) -> Path:
    fresh: Path | None = None
    try:
        _check_directory(path)
        with zipfile.ZipFile(path) as archive, replacing_folder(folder) as fresh:
            fresh.chmod(0o700)
            _extract(archive, _checkpoint_entries(archive), fresh, limits)
            _check_memory(fresh, limits)
            Checkpoint.load(fresh)
            if visitor:
                (fresh / OWNER).write_text(visitor, encoding="utf-8")
    except ArchiveError:
        raise
    except (zipfile.BadZipFile, ValueError, *_DAMAGED) as error:  # a HeadlineError is a ValueError
        reason = str(error).replace(str(fresh), "it") if fresh else str(error)  # not a folder of this machine
        raise ArchiveError(f"{path.name} holds no whole model: {reason}") from error
    return folder


def _check_memory(folder: Path, limits: Limits) -> None:
    """Check how much memory the model will take, before it is loaded.

    Raises:
        ArchiveError: more than is allowed.
    """
    needed = loaded_bytes(folder) // 2**20
    if limits.model_mb and needed > limits.model_mb:
        raise ArchiveError(f"This model takes {needed:,} MB of memory, and this page allows {limits.model_mb:,}.")


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


def _extract(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], folder: Path, limits: Limits) -> None:
    """Write the entries to a folder, checkpoint.json first: it says how large the weights can be.

    Raises:
        ArchiveError: the weights are larger than that.
        CheckpointError: checkpoint.json is not allowed.
        SettingError: a size of the network is above its limit.
    """
    for name in _FILES:
        if name not in entries:
            continue
        if name == WORDS:
            limits.check_model(Metadata.read(folder).model)
        if name == WEIGHTS:
            most = 4 * Metadata.read(folder).model.parameters + tensor_file.MAX_HEADER
            if entries[name].file_size > most:
                raise ArchiveError(f"{Path(archive.filename or '').name} has more weights than its {META} says.")
        # zipfile stops after the size that was checked, whatever the compressed data go on to say.
        with archive.open(entries[name]) as source, (folder / name).open("wb") as target:
            shutil.copyfileobj(source, target)


def _answer(asked: dict) -> dict:
    if "pack" in asked:
        return {"name": pack(Path(asked["pack"]), Path(asked["into"]), asked["name"], asked["web"]).name}
    _unpack(Path(asked["zip"]), Path(asked["folder"]), Limits(**asked["limits"]), asked["visitor"])
    return {}


if __name__ == "__main__":
    raise SystemExit(serve(_answer))
