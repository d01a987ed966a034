"""A text file: its encoding, its lines one at a time, and the bullets or numbers before each line of a copied list."""

import codecs
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from headline.corpus.bounds import Bounds
from headline.corpus.reading.encoding import CHOICES, guess_encoding, guess_utf16
from headline.corpus.reading.source import Source
from headline.errors import CorpusError

_BLOCK = 2**20  # bytes that are read at once
_BEGINNING = 2**16  # bytes at the beginning, of which none is 0 in a text file
_ODD_LINES = 2**16  # bytes of lines outside ASCII from which an encoding is guessed
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_WINDOWS = b"\x81\x8d\x8f\x90\x9d"  # bytes that Windows-1252 leaves undefined

_LEAST_LISTED = 3  # lines: of fewer, a number may be part of the title
_BULLET = re.compile(r"\s*[-*+•‣◦▪–—]\s+(?=\S)")
_NUMBER = re.compile(r"\s*(\d{1,6})[.)]\s+(?=\S)")


class TextFile:
    """A text file whose bytes have been read once, in blocks, to find its encoding and its size.

    Raises:
        CorpusError: it is empty, no text, damaged, or larger than the bounds allow.
    """

    def __init__(self, source: Source, bounds: Bounds, encoding: str | None = None):
        self.source, self.name, self.bounds = source, source.name, bounds
        self.guessed = False  # whether the encoding is a guess
        self.encoding = self._find_encoding(encoding)

    @property
    def note(self) -> str:
        """A sentence on a guessed encoding, or nothing."""
        if not self.guessed:
            return ""
        shown = CHOICES.get(self.encoding, self.encoding)
        return f"{self.name} is not UTF-8 and was read as {shown}: name another encoding if letters look wrong."

    def lines(self, newline: str | None) -> Iterator[str]:
        """Yield the lines with their ends; `newline` is that of `open`.

        Raises:
            CorpusError: a line is longer than the bounds allow.
        """
        most = self.bounds.line
        with self.source.open() as file:
            text = io.TextIOWrapper(file, self.encoding, errors="replace", newline=newline)
            number = 0
            while line := text.readline(most + 2 if most else -1):  # two more: the line's end may be \r\n
                number += 1
                if most and len(line) > most:
                    self.bounds.check_line(self.name, number, len(line.rstrip("\r\n")))
                yield line

    def _find_encoding(self, wanted: str | None) -> str:
        utf8, is_utf8, windows, blank, size = codecs.getincrementaldecoder("utf-8")(), True, True, True, 0
        beginning, odd = b"", bytearray()
        with self.source.open() as file:
            while block := file.read(_BLOCK):
                beginning = beginning or block[:_BEGINNING]
                size += len(block)
                self.bounds.check_bytes(self.name, size)
                blank = blank and not block.strip(b" \t\r\n\v\f\0")
                windows = windows and not any(byte in block for byte in _NOT_WINDOWS)
                is_utf8 = is_utf8 and _decodes(utf8, block)
                if not is_utf8 and len(odd) < _ODD_LINES:
                    for line in (beginning + block if not odd and size > len(block) else block).splitlines(True):
                        if not line.isascii() and len(odd) < _ODD_LINES:
                            odd += line[: _ODD_LINES // 4]
        mark = next((encoding for mark, encoding in _MARKS if beginning.startswith(mark)), None)
        if blank or (mark and size <= 4) or beginning == codecs.BOM_UTF8:
            raise CorpusError(f"{self.name} is empty.")
        if wanted:
            same = mark and wanted.replace("_", "-").startswith(mark)
            return mark if same and mark else ("utf-8-sig" if wanted == "utf-8" else wanted)
        if mark:
            return mark
        if b"\0" in beginning:
            if not (utf16 := guess_utf16(beginning)):
                raise CorpusError(f"{self.name} is not a text file: save it as CSV, TXT, JSON or Parquet.")
            return utf16
        if is_utf8 and _decodes(utf8, b"", final=True):
            return "utf-8-sig"
        self.guessed = True
        return guess_encoding(bytes(odd) or beginning, windows)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


@dataclass(frozen=True)
class ListMark:
    """A kind of mark, by its name in the plural."""

    name: str
    pattern: re.Pattern[str]

    def taken_off(self, line: str) -> str:
        return self.pattern.sub("", line, count=1) if self.pattern.match(line) else line


def list_mark(lines: Sequence[str]) -> ListMark | None:
    """The mark that all of these lines begin with; None if there is none.

    >>> list_mark(["1. Apple pie", "2. Bean soup", "3. Corn bread"]).taken_off("12. Dark cake")
    'Dark cake'
    >>> list_mark(["7. Sinfonie", "9. Sinfonie", "3. Sinfonie"])
    """
    if len(lines) < _LEAST_LISTED:
        return None
    if all(map(_BULLET.match, lines)):
        return ListMark("bullets", _BULLET)
    numbers = [int(found[1]) if (found := _NUMBER.match(line)) else -1 for line in lines]
    if numbers[0] >= 0 and numbers == list(range(numbers[0], numbers[0] + len(numbers))):
        return ListMark("numbers", _NUMBER)
    return None
