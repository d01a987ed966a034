"""Reads one column of a file: CSV, TXT, JSON Lines or Parquet, gzipped or not."""

import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from headline.corpus.bounds import LONGEST_NAME, UNBOUNDED, Bounds
from headline.corpus.text_file import TextFile
from headline.errors import CorpusError, NoColumnError

# Names of headline columns in public corpora, the most specific first.
COLUMN_NAMES = ("headline", "headline_text", "headlines", "title", "titles", "article_title", "text", "sentence")
NULLS = frozenset("NA N/A n/a #N/A <NA> NaN nan NULL null None".split()) | {""}  # spellings of a missing value in a CSV
DELIMITERS = ",\t;|"
_NO_DELIMITER = "\x1f"  # a control character that no text has
_END = "\x1aend\x1a"  # added after the last line: if a cell contains it, its quotation mark was never closed
KINDS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "txt",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
_LONGEST_QUOTE = 100  # characters of a file or an error that a message repeats
_PARQUET_ROWS = 1_000  # rows of a Parquet file that are unpacked at once
_KINDS_LISTED = "CSV, TXT, JSONL or Parquet"


@dataclass(frozen=True)
class Table:
    """The content of one file."""

    values: list[object]  # of the column, or the lines of a text file; None for a missing value
    column: str | None = None  # None for a text file
    latin1: bool = False  # whether it was not UTF-8
    malformed: int = 0  # rows left out because they have more cells than the header


def list_files(paths: list[Path]) -> tuple[list[Path], set[Path]]:
    """Return all files to read, sorted by path, and the set of those found in a folder."""
    files: dict[Path, None] = {}
    from_folder: set[Path] = set()
    for path in paths:
        if path.is_dir():
            inside = [p for p in path.rglob("*") if p.is_file() and _kind(p) and not p.name.startswith(".")]
            if not inside:
                raise CorpusError(f"The folder {path.name} has no {_KINDS_LISTED} file.")
            from_folder.update(inside)
            files.update(dict.fromkeys(inside))
        elif path.is_file():
            files[path] = None
        else:
            raise CorpusError(f"There is no file or folder called {path}.")
    return sorted(files), from_folder - set(paths)


def read_file(file: Path, column: str | None, bounds: Bounds = UNBOUNDED) -> Table:
    """Read one file row by row; without a `column`, the column is found by its name.

    Raises:
        NoColumnError: there is no such column.
        CorpusError: the file cannot be read, or has more than the bounds allow.
    """
    kind = _kind(file)
    if kind is None:
        raise CorpusError(f"{file.name} has a format that cannot be read: save it as {_KINDS_LISTED}.")
    if kind == "parquet":
        return _read_parquet(file, column, bounds)
    text = TextFile(file, bounds)
    if kind == "txt":
        return Table(_bounded(_txt_values(text), file.name, bounds), None, text.latin1)
    return (_read_csv if kind == "csv" else _read_jsonl)(text, column)


def _bounded(values: Iterable[object], name: str, bounds: Bounds) -> list[object]:
    """The values as a list. The first one beyond the bounds is refused, and no more are read."""
    kept = []
    for row, value in enumerate(values, start=1):
        bounds.check_rows(name, row)
        bounds.check_headline(name, row, value)
        kept.append(value)
    return kept


def _txt_values(text: TextFile) -> Iterator[str]:
    """The lines without their ends, and without the empty ones at the end of the file."""
    empty = 0
    for line in text.lines(newline=None):
        for value in line.splitlines():  # a line may hold other ends, such as U+2028
            if value:
                yield from [""] * empty
                empty = 0
                yield value
            else:
                empty += 1


def _read_csv(text: TextFile, column: str | None) -> Table:
    name, records = text.path.name, _csv_records(text)
    header = [cell.strip() for cell in next(records, ())]
    if not header:
        raise CorpusError(f"{name} is empty.")
    text.bounds.check_columns(name, len(header))
    column = choose_column(name, header, column)
    place, malformed = header.index(column), 0

    def values() -> Iterator[str | None]:
        nonlocal malformed
        for row in records:
            if any(row[len(header) :]):
                malformed += 1
                continue
            value = row[place] if place < len(row) else ""
            yield None if value in NULLS else value

    kept = _bounded(values(), name, text.bounds)
    return Table(kept, column, text.latin1, malformed)


def _csv_records(text: TextFile) -> Iterator[list[str]]:
    """The rows of a table as lists of cells, the header first, without blank rows."""
    # The csv module refuses cells over 128 KiB, but an article beside the headline may be that long.
    csv.field_size_limit(text.bounds.line or 2**31 - 1)
    lines = text.lines(newline="")  # so that the csv module splits the lines, at a lone \r too
    first = next((line for line in lines if line.strip("\r\n")), "")
    number = 0
    try:
        for row in csv.reader(chain([first], lines, ["\n", _END]), delimiter=_delimiter(first)):
            if row == [_END]:
                return
            if not row or (len(row) == 1 and row[0].isspace()):
                continue
            if row[-1].endswith(_END):
                break
            number += 1
            yield row
    except csv.Error as error:
        if "field larger" in str(error):
            most = f"{text.bounds.line:,} characters"
            raise CorpusError(f"{text.path.name}, row {number + 1:,} has a cell of more than {most}.") from error
        raise CorpusError(f"{text.path.name} is not a table that can be read: {_one_line(error)}.") from error
    raise CorpusError(f"{text.path.name} has a quotation mark in row {number:,} that is never closed.")


def _read_jsonl(text: TextFile, column: str | None) -> Table:
    """Read lines that are JSON objects with the column, or JSON strings."""
    name, first = text.path.name, True

    def values() -> Iterator[object]:
        nonlocal column, first
        for number, line in enumerate(text.lines(newline="\n"), start=1):
            if not line.strip():
                continue
            row = _json(name, number, line)
            if isinstance(row, dict):
                text.bounds.check_columns(name, len(row))
                if column is None or first:  # the first row decides
                    column = choose_column(name, list(row), column)
                row = row.get(column)
                if isinstance(row, dict | list):
                    raise CorpusError(f"{name}, line {number}: the headline is a list or an object, not a text.")
            elif not (isinstance(row, str) or row is None):
                raise CorpusError(f"{name}, line {number} is neither an object nor a string: {_one_line(line[:40])}")
            first = False
            yield row

    kept = _bounded(values(), name, text.bounds)
    return Table(kept, column, text.latin1)


def _json(name: str, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise CorpusError(f"{name}, line {number} is not JSON ({error.msg}): a line must be an object.") from error
    except RecursionError:
        raise CorpusError(f"{name}, line {number} has lists or objects that are nested too deep.") from None
    except ValueError:
        most = sys.get_int_max_str_digits()
        raise CorpusError(f"{name}, line {number} has a number of more than {most:,} digits.") from None


def _read_parquet(file: Path, column: str | None, bounds: Bounds) -> Table:
    import pyarrow.parquet  # imported here because it takes 0.2 s and few files need it

    try:
        with pyarrow.parquet.ParquetFile(file) as parquet:
            bounds.check_columns(file.name, parquet.metadata.num_columns)
            bounds.check_rows(file.name, parquet.metadata.num_rows)
            schema = parquet.schema_arrow
            column = choose_column(file.name, schema.names, column)
            if pyarrow.types.is_nested(schema.field(schema.names.index(column)).type):
                raise CorpusError(f"{file.name}: “{column}” holds lists or objects, not texts.")
            return Table(_bounded(_parquet_values(parquet, file.name, column, bounds), file.name, bounds), column)
    except CorpusError:
        raise
    # A damaged file makes pyarrow raise the first two, and its conversion to Python values the others.
    except (pyarrow.ArrowException, OSError, ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise CorpusError(f"{file.name} cannot be read as Parquet: {_one_line(error)}.") from error


def _parquet_values(parquet: Any, name: str, column: str, bounds: Bounds) -> Iterator[object]:
    """The values one at a time: a text that is stored once may be the value of many rows."""
    unpacked = 0
    for batch in parquet.iter_batches(_PARQUET_ROWS, columns=[column]):
        for scalar in batch.column(0):
            value = scalar.as_py()
            unpacked += len(value) if isinstance(value, str | bytes) else 1
            bounds.check_bytes(name, unpacked)
            yield value


def choose_column(name: str, columns: list[str], wanted: str | None) -> str:
    """The column that is wanted, or the first that has one of COLUMN_NAMES."""
    listed = ", ".join(f"“{_one_line(c[:40])}”" for c in columns[:12] if c) + (", …" if len(columns) > 12 else "")
    lower = {c[:LONGEST_NAME].casefold(): c for c in reversed(columns)}
    if wanted is not None:
        if wanted not in columns:
            raise NoColumnError(f"{name} has no column “{_one_line(wanted)}”; its columns are {listed}.")
        if len(wanted) > LONGEST_NAME:
            raise CorpusError(f"{name} has a column whose name is longer than {LONGEST_NAME} characters: rename it.")
        return wanted
    for known in COLUMN_NAMES:
        if known in lower:
            return lower[known]
    raise NoColumnError(f"{name} has no column called headline or title: name one of {listed} as the column to read.")


def _delimiter(header: str) -> str:
    """Return the most frequent delimiter of the header line. If it has none, commas are part of the headlines."""
    header = re.sub(r'"[^"]*"', "", header)
    best = max(DELIMITERS, key=header.count)
    return best if best in header else _NO_DELIMITER


def _kind(file: Path) -> str | None:
    suffixes = [s.lower() for s in file.suffixes]
    if suffixes[-1:] == [".gz"]:
        kind = KINDS.get(suffixes[-2]) if len(suffixes) > 1 else None
        return None if kind == "parquet" else kind
    return KINDS.get(suffixes[-1]) if suffixes else None


def _one_line(text: object) -> str:
    """The beginning of a text as one line without lone surrogates, which cannot be printed."""
    cut = str(text)[:_LONGEST_QUOTE].encode("utf-8", "replace").decode()
    return " ".join(cut.split()).split(". ")[0].rstrip(".")
