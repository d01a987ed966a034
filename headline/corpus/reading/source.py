"""A file as it lies on the disk, or a member of an archive: its kind, and its bytes unpacked."""

import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from headline.corpus.bounds import Bounds
from headline.errors import CorpusError

KINDS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "txt",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".geojson": "json",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xml": "xml",
    ".rss": "xml",
    ".atom": "xml",
    ".rdf": "xml",
    ".db": "sqlite",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".zip": "zip",
    ".gz": "gz",
}
KINDS_LISTED = "CSV, TXT, JSON, JSONL, Parquet, Excel (.xlsx), RSS or Atom, SQLite, or one of these zipped"
_MAGIC = ((b"SQLite format 3\0", "sqlite"), (b"PAR1", "parquet"), (b"\x1f\x8b", "gz"), (b"PK\x03\x04", "zip"))
_OTHERS = {  # kinds that people have, and what to do with them
    b"\xd0\xcf\x11\xe0": "is an old Excel or Word file: save it as .xlsx or CSV",
    b"%PDF": "is a PDF: copy the headlines into a text file, one a line",
}
# What the unpackers of the standard library raise for damaged bytes.
_DAMAGED = (
    *(OSError, EOFError, NotImplementedError, RuntimeError),
    *(zlib.error, lzma.LZMAError, zipfile.BadZipFile, struct.error),
)
_BLOCK = 2**20  # bytes that are read at once
_MOST_MEMBERS = 1_000  # files in a zip


@dataclass(frozen=True)
class Source:
    """One file to read."""

    name: str  # for messages
    kind: str  # one of KINDS' values
    opened: Callable[[], IO[bytes]]
    path: Path | None = None  # of a file that lies on the disk as it is

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The bytes, unpacked while they are read.

        Raises:
            CorpusError: they cannot be unpacked.
        """
        try:
            with self.opened() as file:
                yield file
        except _DAMAGED as error:
            if isinstance(error, RecursionError):
                raise
            if "password" in str(error):
                raise CorpusError(f"{self.name} is protected by a password: unpack it first.") from error
            reason = " ".join(str(error).split()).split(". ")[0].rstrip(".")
            raise CorpusError(f"{self.name} cannot be read: is it complete? ({reason})") from error

    def bytes_in_memory(self, bounds: Bounds) -> io.BytesIO:
        """All bytes, for readers that jump about in a file.

        Raises:
            CorpusError: there are more than the bounds allow.
        """
        held = io.BytesIO()
        with self.open() as file:
            while block := file.read(_BLOCK):
                bounds.check_bytes(self.name, held.tell() + len(block))
                held.write(block)
        held.seek(0)
        return held


def kind_of(name: str) -> str | None:
    """The kind of a file by its name, None for a kind that is not read."""
    return KINDS.get(PurePosixPath(name).suffix.lower())


def sources_of(path: Path) -> list[Source]:
    """The file, or the files within it if it is an archive.

    Raises:
        CorpusError: it is of a kind that is not read, or a damaged archive.
    """
    plain = Source(path.name, kind_of(path.name) or "", lambda: path.open("rb"))
    with plain.open() as file:
        kind = _by_content(path.name, file.read(512), plain.kind)
    if kind == "gz":
        return [_gzipped(path)]
    if kind == "zip":
        return _members(path)
    if not kind:
        raise CorpusError(f"{path.name} has a format that cannot be read: save it as {KINDS_LISTED}.")
    return [Source(path.name, kind, plain.opened, path)]


def _by_content(name: str, beginning: bytes, kind: str) -> str:
    """The kind that the first bytes show, or else the one of the name."""
    for magic, refusal in _OTHERS.items():
        if beginning.startswith(magic):
            raise CorpusError(f"{name} {refusal}.")
    for magic, shown in _MAGIC:
        if beginning.startswith(magic):
            return "xlsx" if (shown, kind) == ("zip", "xlsx") else shown
    if kind in ("gz", "zip", "xlsx", "parquet", "sqlite") and beginning:
        raise CorpusError(f"{name} cannot be read: its content is not what its name says; is it complete?")
    return kind


def _text_kind(beginning: bytes) -> str:
    """The kind of a text without a name."""
    start = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        return "json"
    return "xml" if start.startswith((b"<?xml", b"<rss", b"<feed")) else "txt"


def _gzipped(path: Path) -> Source:
    def opened() -> IO[bytes]:
        return gzip.open(path, "rb")  # type: ignore[return-value]

    inner = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    return _inside(Source(path.name, "", opened), inner)


def _inside(source: Source, name: str) -> Source:
    with source.open() as file:
        beginning = file.read(512)
    kind = kind_of(name) or ("" if PurePosixPath(name).suffix[1:].isalpha() else _text_kind(beginning))
    kind = _by_content(source.name, beginning, kind)
    if kind in ("gz", "zip") or not kind:
        what = "is an archive within an archive: unpack it first" if kind else "holds a format that cannot be read"
        raise CorpusError(f"{source.name} {what}.")
    return Source(source.name, kind, source.opened)


def _members(path: Path) -> list[Source]:
    """The files of a zip that can be read. An Excel file is a zip, too."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (*_DAMAGED, ValueError) as error:
        raise CorpusError(f"{path.name} cannot be read: is it complete?") from error
    if len(infos) > _MOST_MEMBERS:
        raise CorpusError(f"{path.name} has more than {_MOST_MEMBERS:,} files: give the one with the headlines.")
    if any(info.filename == "xl/workbook.xml" for info in infos):
        return [Source(path.name, "xlsx", lambda: path.open("rb"), path)]
    found = []
    for info in sorted(infos, key=lambda info: info.filename):
        parts = PurePosixPath(info.filename).parts
        if info.is_dir() or not parts or parts[0] == "__MACOSX" or parts[-1].startswith("."):
            continue
        if kind_of(parts[-1]) in (None, "gz", "zip"):
            continue
        shown = f"{path.name}, {' '.join(parts[-1].split())[:80]}"
        found.append(_inside(Source(shown, "", _member_opener(path, info)), parts[-1]))
    if not found:
        raise CorpusError(f"{path.name} holds no {KINDS_LISTED} file.")
    return found


def _member_opener(path: Path, info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: zipfile.ZipFile(path).open(info)
