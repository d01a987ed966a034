"""Reads files into a corpus: clean headlines and a report of what was dropped."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from headline.corpus.files import Reading, Table, list_files, read_file
from headline.corpus.reading.cleaning import cleaned, missing_words
from headline.corpus.reading.columns import choose_column
from headline.corpus.reading.source import kind_of
from headline.corpus.report import EXAMPLES, Corpus, CorpusReport, Tally
from headline.corpus.split import duplicate_key
from headline.errors import CorpusError, NoColumnError

if TYPE_CHECKING:
    import pandas as pd

Read = TypeVar("Read")  # what is made of a file
_FRAME = "the data frame"
_OTHER_KINDS = {
    "json",
    "xml",
    "sqlite",
    "zip",
    "xlsx",
}  # files of a folder that may hold other things, such as settings
PLACEHOLDERS = ("Unknown",)  # what the New York Times files write where a headline is missing


def read_headlines(
    path: str | Path | Iterable[str | Path],
    column: str | None = None,
    *,
    placeholders: Sequence[str] = PLACEHOLDERS,
    keep_duplicates: bool = False,
    normalise: bool = True,
    header: bool | None = None,
    encoding: str | None = None,
    table: str | None = None,
) -> Corpus:
    """Read all headlines of files and folders, in the order of the sorted paths.

    Args:
        path: a file, a folder (with its subfolders), or several of either.
        column: the column of headlines: its name, a path such as `headline.main`, or its number from 1. If it is
            not given, it is found by its name and by what its cells look like.
        placeholders: texts that mean a missing headline, in any case.
        keep_duplicates: keep repeated headlines, as the lesson's notebook does.
        normalise: apply NFC, use single spaces, take off HTML, and mend letters that were read in the wrong encoding.
            Off for the lesson, whose word counts come from the raw text.
        header: whether the first row has the names of the columns; found out if it is None.
        encoding: of texts; found out if it is None.
        table: the sheet of Excel files or the table of SQLite files: its name, or its number from 1; found like the
            column if it is None.

    Raises:
        CorpusError: nothing to read, an unreadable file, no column of headlines, no headline left.
    """
    paths = [Path(p) for p in ([path] if isinstance(path, str | Path) else path)]
    listed = ", ".join(p.name for p in paths)
    reading = Reading(column, header, encoding, table)
    tables, skipped = read_each(paths, listed, lambda file, exact: (file.name, read_file(file, reading, exact=exact)))
    return clean_tables(tables, skipped, listed, placeholders, keep_duplicates, normalise)


def read_each(paths: list[Path], listed: str, read: Callable[[Path, bool], Read]) -> tuple[list[Read], list[str]]:
    """Return what `read` makes of each file that has a column of headlines, and the names of the others.

    A folder may have other tables too, such as readers' comments: only the usual names of columns count there, which
    `read` is told by its second argument, if any of its files has one.

    Raises:
        CorpusError: a file that was asked for by its name cannot be read, or no file has a column of headlines.
    """
    files, from_folder = list_files(paths)
    for exact in (True, False):
        done: list[Read] = []
        skipped: list[str] = []
        for file in files:
            inside = file in from_folder
            try:
                done.append(read(file, exact and inside))
            except CorpusError as error:
                if not (inside and _may_be_skipped(file, error)):
                    raise
                skipped.append(file.name)
        if done:
            return done, skipped
    raise CorpusError(f"No column of headlines in {listed}: give the column's name, or rename it to “headline”.")


def _may_be_skipped(file: Path, error: CorpusError) -> bool:
    """Whether a file of a folder that was refused may just be something else than a list."""
    return isinstance(error, NoColumnError) or kind_of(file.name) in _OTHER_KINDS


def read_frame(
    frame: "pd.DataFrame",
    column: str | None = None,
    *,
    placeholders: Sequence[str] = PLACEHOLDERS,
    keep_duplicates: bool = False,
    normalise: bool = True,
) -> Corpus:
    """Read the headlines of a pandas data frame, as the lesson has them. The options are those of `read_headlines`.

    >>> import pandas as pd
    >>> read_frame(pd.DataFrame({"headline": ["Rain Falls", None, "rain  falls!"]})).report.summary()
    '3 rows from 1 file: 1 kept; dropped 1 null, 1 duplicate'

    Raises:
        CorpusError: no column of headlines, or no headline left.
    """
    names = [str(name) for name in frame.columns]
    first = frame.head(100).astype(object)
    cells = [first.iloc[:, i].where(first.iloc[:, i].notna(), None).tolist() for i in range(len(names))]
    choice = choose_column(_FRAME, names, column, cells)
    values = frame.iloc[:, choice.place].astype(object)
    table = Table(values.where(values.notna(), None).tolist(), choice.name)
    return clean_tables([(_FRAME, table)], (), _FRAME, placeholders, keep_duplicates, normalise)


def clean_tables(
    tables: Sequence[tuple[str, Table]],
    skipped: Sequence[str] = (),
    source: str = "",
    placeholders: Sequence[str] = PLACEHOLDERS,
    keep_duplicates: bool = False,
    normalise: bool = True,
) -> Corpus:
    """Clean the tables of files, each given as (file name, table). The options are those of `read_headlines`.

    Raises:
        CorpusError: no headline is left. The message names `source`, or the files without one.
    """
    report = report_of(tables, skipped, sum(len(table.values) for _, table in tables))
    values = (value for _, table in tables for value in table.values)
    headlines, report = _clean(values, report, placeholders, keep_duplicates, normalise)
    if not headlines:
        raise nothing_left(source or ", ".join(report.files), report)
    return Corpus(headlines, report)


def report_of(tables: Sequence[tuple[str, Table]], skipped: Sequence[str], values: int) -> CorpusReport:
    """Return the report of files with so many values, before any is cleaned."""
    return CorpusReport(
        files=tuple(name for name, _ in tables),
        skipped_files=tuple(skipped),
        latin1_files=tuple(name for name, table in tables if table.encoding in ("cp1252", "latin-1")),
        columns=tuple(table.column for _, table in tables if table.column),
        rows=values + sum(table.malformed for _, table in tables),
        dropped_malformed=sum(table.malformed for _, table in tables),
        notes=tuple(note for _, table in tables for note in table.notes),
        examples={"malformed": reasons} if (reasons := _reasons(tables)) else {},
        other_columns=tuple(dict.fromkeys(other for _, table in tables for other in table.others)),
        headers=tuple(table.header for _, table in tables if table.column),
        tables=tables[0][1].tables if len(tables) == 1 else (),
        encodings=tuple(table.encoding for _, table in tables if table.encoding),
    )


def nothing_left(source: str, report: CorpusReport) -> CorpusError:
    return CorpusError(f"No headline is left from {source}: {report.summary()}.")


def _reasons(tables: Sequence[tuple[str, Table]]) -> tuple[str, ...]:
    return tuple(f"{name}: {reason}" for name, table in tables for reason in table.reasons[:EXAMPLES])[:EXAMPLES]


def _clean(
    values: Iterable[object],
    report: CorpusReport,
    placeholders: Sequence[str],
    keep_duplicates: bool,
    normalise: bool,
) -> tuple[list[str], CorpusReport]:
    missing = missing_words(placeholders)
    tally = Tally()
    seen: set[str] = set()
    headlines: list[str] = []
    for row, value in enumerate(values, start=1):
        found = cleaned(value, missing, normalise)
        if found.reason:
            tally.drop(found.reason, row, found.tidy)
            continue
        if not keep_duplicates:
            key = duplicate_key(found.tidy)
            if key in seen:
                tally.drop("duplicate", row, found.tidy)
                continue
            seen.add(key)
        headlines.append(found.headline)
        tally.keep(found.before, found.headline, found.has_address)
    return headlines, tally.report(report)
