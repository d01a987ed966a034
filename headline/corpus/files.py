"""Reads one column of a file: CSV, TXT, JSON Lines or Parquet, gzipped or not."""

import csv
import gzip
import io
import json
import re
import warnings
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

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


def read_file(file: Path, column: str | None) -> Table:
    """Read one file; without a `column`, the column is found by its name.

    Raises:
        NoColumnError: there is no such column.
        CorpusError: the file cannot be read.
    """
    kind = _kind(file)
    if kind is None:
        raise CorpusError(f"{file.name} has a format that cannot be read: save it as {_KINDS_LISTED}.")
    if kind == "parquet":
        return _read_parquet(file, column)
    text, latin1 = _read_text(file)
    if kind == "txt":
        return Table([*text.rstrip("\r\n").splitlines()], None, latin1)
    table = (_read_csv if kind == "csv" else _read_jsonl)(file.name, text, column)
    return replace(table, latin1=latin1)


def _read_text(file: Path) -> tuple[str, bool]:
    """Return the file's text, and whether it was read as Latin-1."""
    try:
        data = gzip.decompress(file.read_bytes()) if file.suffix.lower() == ".gz" else file.read_bytes()
    except (OSError, EOFError, zlib.error) as error:  # BadGzipFile is an OSError
        raise CorpusError(f"{file.name} cannot be read: is it complete? ({_one_line(error)})") from error
    if not data.strip():
        raise CorpusError(f"{file.name} is empty.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), False
    if b"\0" in data[:65536]:
        raise CorpusError(f"{file.name} is not a text file: save it as {_KINDS_LISTED}.")
    try:
        return data.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        pass
    try:
        # Most files called Latin-1 are Windows-1252, which adds curly quotes and dashes.
        return data.decode("cp1252"), True
    except UnicodeDecodeError:
        return data.decode("latin-1"), True


def _read_csv(name: str, text: str, column: str | None) -> Table:
    """Read a table with pandas, or row by row if some rows are broken."""
    delimiter = _delimiter(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # every row has more cells than the header
            frame = pd.read_csv(
                io.StringIO(text), sep=delimiter, dtype=str, index_col=False, keep_default_na=False, na_values=[*NULLS]
            )
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError):
        # pandas can skip such rows, but does not count them correctly.
        return _read_csv_by_row(name, text, delimiter, column)
    header = next(row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row)
    header = [cell.strip() for cell in header]
    column = _choose_column(name, header, column)
    values = frame.iloc[:, header.index(column)].astype(object)
    return Table(values.where(values.notna(), None).tolist(), column)


def _read_csv_by_row(name: str, text: str, delimiter: str, column: str | None) -> Table:
    # The csv module refuses fields over 128 KiB: an article beside the headline may be that long.
    csv.field_size_limit(2**31 - 1)
    lines = io.StringIO(f"{text}\n{_END}", newline="")  # so that the csv module splits the lines, at a lone \r too
    try:
        *rows, last = (row for row in csv.reader(lines, delimiter=delimiter) if row)
    except csv.Error as error:
        raise CorpusError(f"{name} is not a table that can be read: {_one_line(error)}.") from error
    if last != [_END]:
        raise CorpusError(f"{name} has a quotation mark in row {len(rows):,} that is never closed.")
    if not rows:
        raise CorpusError(f"{name} is empty.")
    header = [cell.strip() for cell in rows.pop(0)]
    column = _choose_column(name, header, column)
    place = header.index(column)
    whole = [row for row in rows if not any(row[len(header) :])]
    values = [row[place] if place < len(row) else "" for row in whole]
    return Table([None if v in NULLS else v for v in values], column, malformed=len(rows) - len(whole))


def _read_jsonl(name: str, text: str, column: str | None) -> Table:
    """Read lines that are JSON objects with the column, or JSON strings."""
    values: list[object] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise CorpusError(f"{name}, line {number} is not JSON ({error.msg}): a line must be an object.") from error
        if isinstance(row, dict):
            if column is None or not values:  # the first row decides
                column = _choose_column(name, list(row), column)
            values.append(row.get(column))
        elif isinstance(row, str) or row is None:
            values.append(row)
        else:
            raise CorpusError(f"{name}, line {number} is neither an object nor a string: {line.strip()[:40]}")
    return Table(values, column)


def _read_parquet(file: Path, column: str | None) -> Table:
    import pyarrow.parquet  # imported here because it takes 0.2 s and few files need it

    try:
        column = _choose_column(file.name, pyarrow.parquet.read_schema(file).names, column)
        return Table(pyarrow.parquet.read_table(file, columns=[column]).column(0).to_pylist(), column)
    except (pyarrow.ArrowException, OSError) as error:
        raise CorpusError(f"{file.name} cannot be read as Parquet: {_one_line(error)}.") from error


def _choose_column(name: str, columns: list[str], wanted: str | None) -> str:
    listed = ", ".join(f"“{_one_line(c)[:40]}”" for c in columns[:12] if c) + (", …" if len(columns) > 12 else "")
    if wanted is not None:
        if wanted in columns:
            return wanted
        raise NoColumnError(f"{name} has no column “{wanted}”; its columns are {listed}.")
    lower = {c.casefold(): c for c in reversed(columns)}
    for known in COLUMN_NAMES:
        if known in lower:
            return lower[known]
    raise NoColumnError(f"{name} has no column called headline or title: name one of {listed} as the column to read.")


def _delimiter(text: str) -> str:
    """Return the most frequent delimiter of the header line. If it has none, commas are part of the headlines."""
    header = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").split("\n", 1)[0])
    best = max(DELIMITERS, key=header.count)
    return best if best in header else _NO_DELIMITER


def _kind(file: Path) -> str | None:
    suffixes = [s.lower() for s in file.suffixes]
    if suffixes[-1:] == [".gz"]:
        kind = KINDS.get(suffixes[-2]) if len(suffixes) > 1 else None
        return None if kind == "parquet" else kind
    return KINDS.get(suffixes[-1]) if suffixes else None


def _one_line(message: object) -> str:
    return " ".join(str(message).split()).split(". ")[0].rstrip(".")
