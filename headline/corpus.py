"""Files of titles -> clean headlines, a report of what was dropped, and a fixed split.

Reads CSV (any usual delimiter), TXT (one headline a line), JSON Lines and Parquet, each but
Parquet also gzipped; a file, several files or a folder.
"""

import csv
import gzip
import hashlib
import html
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import pandas as pd

# Names of columns that hold titles in public corpora, most specific first.
COLUMN_NAMES = ("headline", "headline_text", "headlines", "title", "titles", "article_title", "text", "sentence")
PLACEHOLDERS = ("Unknown",)  # what the New York Times files write where a headline is missing
DELIMITERS = ",\t;|"
SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "txt",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
SPLITS = ("train", "validation", "test")


class CorpusError(ValueError):
    """One sentence, fit to be shown to a person: what is wrong with which file, and the way out."""


@dataclass(frozen=True)
class CorpusReport:
    """What was read and what became of it. rows == kept + the sum of all that was dropped."""

    files: tuple[str, ...] = ()  # names of the files read, in the order read
    skipped_files: tuple[str, ...] = ()  # files of a folder that hold no column of headlines
    latin1_files: tuple[str, ...] = ()  # files that were no UTF-8 and were read as Latin-1
    columns: tuple[str, ...] = ()  # the column used in each file that has columns
    rows: int = 0  # rows read, headers and empty lines at a file's end not counted
    dropped_malformed: int = 0  # CSV rows with more fields than the header
    dropped_null: int = 0  # no value
    dropped_blank: int = 0  # nothing but white space
    dropped_placeholder: int = 0  # words that stand for a missing headline
    dropped_duplicate: int = 0  # seen before, but for case, quotes or white space
    kept: int = 0

    def as_dict(self) -> dict:
        return asdict(self)

    def summary(self) -> str:
        """One line for a person, such as `9,335 rows from 9 files: 8,309 kept; dropped 732 placeholder, …`."""
        dropped = {
            name: getattr(self, f"dropped_{name}")
            for name in ("malformed", "null", "blank", "placeholder", "duplicate")
        }
        files = f"{len(self.files)} file{'s' * (len(self.files) != 1)}"
        line = f"{self.rows:,} rows from {files}: {self.kept:,} kept"
        told = ", ".join(f"{count:,} {name}" for name, count in dropped.items() if count)
        if told:
            line += f"; dropped {told}"
        if self.latin1_files:
            line += f"; read as Latin-1: {', '.join(self.latin1_files)}"
        if self.skipped_files:
            line += f"; no headlines in: {', '.join(self.skipped_files)}"
        return line


@dataclass(frozen=True)
class Corpus:
    """Headlines in the order read, with the report of how they came to be."""

    headlines: list[str]
    report: CorpusReport = field(default_factory=CorpusReport)


class _NoColumn(CorpusError):
    """A table without a column of headlines: skipped in a folder, told to the person for a file."""


def read_headlines(
    path: str | Path | Iterable[str | Path],
    column: str | None = None,
    *,
    placeholders: Sequence[str] = PLACEHOLDERS,
    keep_duplicates: bool = False,
    normalise: bool = True,
) -> Corpus:
    """Read every headline of a file, of several files, or of a folder, in sorted order of the files.

    Args:
        path: a file, a folder (read with the folders in it), or several of either.
        column: the column that holds the headlines; found by name when not given.
        placeholders: words that stand for a missing headline, compared without case.
        keep_duplicates: keep headlines that were seen before (the lesson's notebook keeps them).
        normalise: NFC, single spaces, and characters for HTML's `&amp;`. Off for the lesson, whose word counts rest on the raw text.

    Raises:
        CorpusError: nothing to read, an unreadable file, no column of headlines, no headline left.
    """
    paths = [path] if isinstance(path, str | Path) else list(path)
    found, from_folder = _list_files([Path(p) for p in paths])
    report = CorpusReport()
    values: list[object] = []
    for file in found:
        try:
            table = _read_file(file, column)
        except _NoColumn:
            # A folder may hold other tables beside the headlines, such as the readers' comments.
            if file not in from_folder:
                raise
            report = replace(report, skipped_files=(*report.skipped_files, file.name))
            continue
        values += table.values
        report = replace(
            report,
            files=(*report.files, file.name),
            latin1_files=report.latin1_files + ((file.name,) if table.latin1 else ()),
            columns=report.columns + ((table.column,) if table.column else ()),
            rows=report.rows + len(table.values) + table.malformed,
            dropped_malformed=report.dropped_malformed + table.malformed,
        )
    if not report.files:
        raise CorpusError(
            f"No column of headlines in {_names(paths)}: name one with --column, or call the column “headline”."
        )
    headlines, report = _clean(values, report, placeholders, keep_duplicates, normalise)
    if not headlines:
        raise CorpusError(f"No headline is left of {_names(paths)}: {report.summary()}.")
    return Corpus(headlines, report)


def clean_headlines(values: Iterable[object], **options) -> Corpus:
    """The same cleaning for headlines that are already in memory, such as pasted lines."""
    values = list(values)
    settings = {"placeholders": PLACEHOLDERS, "keep_duplicates": False, "normalise": True} | options
    headlines, report = _clean(values, CorpusReport(rows=len(values)), **settings)
    return Corpus(headlines, report)


def headline_key(headline: str) -> str:
    """What two writings of one headline share: letters and digits without case, quotes or punctuation.

    >>> headline_key("  Don’t  Panic! ") == headline_key("don't panic")
    True
    """
    text = unicodedata.normalize("NFKC", headline).casefold()
    key = " ".join(re.sub(r"['’‘`]", "", text).split())
    words = re.sub(r"[^\w\s]+", " ", key)
    # A headline of nothing but signs is still told from another one.
    return " ".join(words.split()) or key


def split_of(headline: str, seed: int = 0, validation: float = 0.05, test: float = 0.05) -> str:
    """Which side a headline is on: "train", "validation" or "test".

    Drawn from a hash of the seed and of the headline's key, never from its place in a list: adding
    or moving rows changes no other headline's side, and every prefix row of a headline, and every
    other writing of it, is on the same side as itself.
    """
    digest = hashlib.blake2b(headline_key(headline).encode(), digest_size=8, salt=seed.to_bytes(8, "little")).digest()
    u = int.from_bytes(digest, "little") / 2**64  # uniform on [0, 1)
    if u < test:
        return "test"
    return "validation" if u < test + validation else "train"


def split_headlines(
    headlines: Iterable[str], seed: int = 0, validation: float = 0.05, test: float = 0.05
) -> dict[str, list[str]]:
    """Headlines by side, in their order: {"train": […], "validation": […], "test": […]}."""
    sides: dict[str, list[str]] = {name: [] for name in SPLITS}
    for headline in headlines:
        sides[split_of(headline, seed, validation, test)].append(headline)
    return sides


def _clean(
    values: Iterable[object],
    report: CorpusReport,
    placeholders: Sequence[str],
    keep_duplicates: bool,
    normalise: bool,
) -> tuple[list[str], CorpusReport]:
    missing = {p.strip().casefold() for p in placeholders}
    counts = dict.fromkeys(("null", "blank", "placeholder", "duplicate"), 0)
    seen: set[str] = set()
    headlines: list[str] = []
    for value in values:
        if value is None or value != value:  # NaN alone differs from itself
            counts["null"] += 1
            continue
        raw = str(value)
        tidy = " ".join(unicodedata.normalize("NFC", html.unescape(raw)).split())
        if not tidy:
            counts["blank"] += 1
        elif tidy.casefold() in missing:
            counts["placeholder"] += 1
        else:
            if not keep_duplicates:
                key = headline_key(tidy)
                if key in seen:
                    counts["duplicate"] += 1
                    continue
                seen.add(key)
            headlines.append(tidy if normalise else raw)
    return headlines, replace(
        report, kept=len(headlines), **{f"dropped_{name}": count for name, count in counts.items()}
    )


@dataclass(frozen=True)
class _Table:
    values: list[object]
    column: str | None = None
    latin1: bool = False
    malformed: int = 0


def _list_files(paths: list[Path]) -> tuple[list[Path], set[Path]]:
    """All files to read, sorted by path, and those of them that a folder gave."""
    files: dict[Path, None] = {}
    from_folder: set[Path] = set()
    for path in paths:
        if path.is_dir():
            inside = [p for p in path.rglob("*") if p.is_file() and _kind(p) and not p.name.startswith(".")]
            if not inside:
                raise CorpusError(f"The folder {path.name} holds no {_suffixes()} file.")
            from_folder.update(inside)
            files.update(dict.fromkeys(inside))
        elif path.is_file():
            files[path] = None
            from_folder.discard(path)
        else:
            raise CorpusError(f"There is no file or folder called {path}.")
    return sorted(files), from_folder


def _read_file(file: Path, column: str | None) -> _Table:
    kind = _kind(file)
    if kind is None:
        raise CorpusError(f"{file.name} is of a kind that is not read here: save it as {_suffixes()}.")
    if kind == "parquet":
        return _read_parquet(file, column)
    text, latin1 = _read_text(file)
    if kind == "txt":
        return _Table(text.splitlines(), None, latin1)
    table = (_read_csv if kind == "csv" else _read_jsonl)(file.name, text, column)
    return replace(table, latin1=latin1)


def _read_text(file: Path) -> tuple[str, bool]:
    """The file's text, and whether it had to be read as Latin-1."""
    try:
        data = gzip.decompress(file.read_bytes()) if file.suffix.lower() == ".gz" else file.read_bytes()
    except (OSError, EOFError) as error:  # BadGzipFile is an OSError
        raise CorpusError(f"{file.name} cannot be read ({error}): is it whole?") from error
    if not data.strip():
        raise CorpusError(f"{file.name} is empty.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), False
    if b"\0" in data[:65536]:
        raise CorpusError(f"{file.name} is not text, whatever its name says: save it as {_suffixes()}.")
    try:
        return data.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        pass
    try:
        # What is called Latin-1 on the web is Windows-1252, which adds curly quotes and dashes.
        return data.decode("cp1252"), True
    except UnicodeDecodeError:
        return data.decode("latin-1"), True


def _read_csv(name: str, text: str, column: str | None) -> _Table:
    delimiter = _delimiter(text)
    # Python's csv module stops at fields over 128 KiB; a headline never is, an article beside it may be.
    csv.field_size_limit(2**31 - 1)
    header = next(csv.reader(io.StringIO(text), delimiter=delimiter))
    column = _choose_column(name, [cell.strip() for cell in header], column)
    malformed: list[list[str]] = []

    def parse(engine: str, on_bad_lines: str | Callable) -> pd.DataFrame:
        return pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            engine=engine,
            usecols=lambda cell: str(cell).strip() == column,
            dtype=str,
            on_bad_lines=on_bad_lines,
            skip_blank_lines=True,
            index_col=False,
        )

    try:
        try:
            frame = parse("c", "error")
        except pd.errors.ParserError:
            # The fast parser cannot say which rows are broken; the slow one hands them over one by one.
            frame = parse("python", malformed.append)
    except (pd.errors.ParserError, csv.Error) as error:
        raise CorpusError(f"{name} is not a table that can be read: {_one_line(error)}.") from error
    values = frame.iloc[:, 0].astype(object)
    return _Table(values.where(values.notna(), None).tolist(), column, malformed=len(malformed))


def _read_jsonl(name: str, text: str, column: str | None) -> _Table:
    """Each line a JSON object with the column, or a JSON string."""
    values: list[object] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise CorpusError(f"{name}, line {number} is not JSON ({error.msg}): each line must be an object.") from error
        if isinstance(row, dict):
            if column is None or column not in row:
                if column is None or not values:
                    column = _choose_column(name, list(row), column)
            values.append(row.get(column))
        elif isinstance(row, str) or row is None:
            values.append(row)
        else:
            raise CorpusError(f"{name}, line {number} is neither an object nor a text: {line.strip()[:40]}")
    return _Table(values, column)


def _read_parquet(file: Path, column: str | None) -> _Table:
    import pyarrow.parquet  # here, for it takes 0.2 s to import and few need it

    try:
        column = _choose_column(file.name, pyarrow.parquet.read_schema(file).names, column)
        return _Table(pyarrow.parquet.read_table(file, columns=[column]).column(0).to_pylist(), column)
    except (pyarrow.ArrowException, OSError) as error:
        raise CorpusError(f"{file.name} is no Parquet file that can be read: {_one_line(error)}.") from error


def _choose_column(name: str, columns: list[str], wanted: str | None) -> str:
    listed = ", ".join(f"“{c}”" for c in columns[:12] if c) + (", …" if len(columns) > 12 else "")
    if wanted is not None:
        if wanted in columns:
            return wanted
        raise _NoColumn(f"{name} has no column “{wanted}”: it has {listed}.")
    lower = {c.casefold(): c for c in reversed(columns)}
    for known in COLUMN_NAMES:
        if known in lower:
            return lower[known]
    raise _NoColumn(f"{name} has no column called headline or title: name one of {listed} as the column to read.")


def _delimiter(text: str) -> str:
    """The delimiter that the header line uses most; a comma where it uses none."""
    header = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").split("\n", 1)[0])
    return max(DELIMITERS, key=header.count)


def _kind(file: Path) -> str | None:
    suffixes = [s.lower() for s in file.suffixes]
    if suffixes[-1:] == [".gz"]:
        kind = SUFFIXES.get(suffixes[-2]) if len(suffixes) > 1 else None
        return None if kind == "parquet" else kind
    return SUFFIXES.get(suffixes[-1]) if suffixes else None


def _suffixes() -> str:
    return "CSV, TXT, JSONL or Parquet"


def _names(paths: Iterable[str | Path]) -> str:
    return ", ".join(Path(p).name for p in paths)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
