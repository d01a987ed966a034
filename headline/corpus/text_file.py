"""A text file, gzipped or not: its encoding, and its lines one at a time."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from headline.corpus.bounds import Bounds
from headline.errors import CorpusError

_BLOCK = 2**20  # bytes that are read at once
_BEGINNING = 2**16  # bytes at the beginning, of which none is 0 in a text file
_NOT_WINDOWS = b"\x81\x8d\x8f\x90\x9d"  # bytes that Windows-1252 leaves undefined


class TextFile:
    """A text file whose bytes have been read once, in blocks, to find its encoding and its size.

    Raises:
        CorpusError: it is empty, no text, damaged, or larger than the bounds allow.
    """

    def __init__(self, path: Path, bounds: Bounds):
        self.path, self.bounds = path, bounds
        self.encoding = self._find_encoding()

    @property
    def latin1(self) -> bool:
        """Whether it is not Unicode."""
        return self.encoding in ("cp1252", "latin-1")

    def lines(self, newline: str | None) -> Iterator[str]:
        """Yield the lines with their ends; `newline` is that of `open`.

        Raises:
            CorpusError: a line is longer than the bounds allow.
        """
        most = self.bounds.line
        with self._unpacked() as file:
            text = io.TextIOWrapper(file, self.encoding, errors="replace", newline=newline)
            number = 0
            while line := text.readline(most + 2 if most else -1):  # two more: the line's end may be \r\n
                number += 1
                self.bounds.check_line(self.path.name, number, len(line.rstrip("\r\n")))
                yield line

    def _find_encoding(self) -> str:
        name = self.path.name
        unicode, windows, blank = codecs.getincrementaldecoder("utf-8")(), True, True
        is_unicode, size, utf16 = True, 0, False
        with self._unpacked() as file:
            while block := file.read(_BLOCK):
                if not size:
                    utf16 = block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
                    if b"\0" in block[:_BEGINNING] and not utf16:
                        raise CorpusError(f"{name} is not a text file: save it as CSV, TXT, JSONL or Parquet.")
                size += len(block)
                self.bounds.check_bytes(name, size)
                blank = blank and not block.strip()
                windows = windows and not any(byte in block for byte in _NOT_WINDOWS)
                is_unicode = is_unicode and _decodes(unicode, block)
        if blank:
            raise CorpusError(f"{name} is empty.")
        if utf16:
            return "utf-16"
        if is_unicode and _decodes(unicode, b"", final=True):
            return "utf-8-sig"
        # Most files called Latin-1 are Windows-1252, which adds curly quotes and dashes.
        return "cp1252" if windows else "latin-1"

    @contextmanager
    def _unpacked(self) -> Iterator[IO[bytes]]:
        """The file's bytes, unpacked while they are read."""
        opened = gzip.open if self.path.suffix.lower() == ".gz" else open
        try:
            with opened(self.path, "rb") as file:
                yield file  # type: ignore[misc]
        except (OSError, EOFError, zlib.error) as error:  # BadGzipFile is an OSError
            reason = " ".join(str(error).split()).split(". ")[0].rstrip(".")
            raise CorpusError(f"{self.path.name} cannot be read: is it complete? ({reason})") from error


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True
