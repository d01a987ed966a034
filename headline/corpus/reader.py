"""Reads files into a corpus: clean headlines and a report of what was dropped."""

import html
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from headline.corpus.files import Reading, Table, list_files, read_file
from headline.corpus.mending import WEB_ADDRESS, ungarbled, without_bytes_form, without_entities, without_tags
from headline.corpus.reading.columns import choose_column
from headline.corpus.reading.source import kind_of
from headline.corpus.report import Corpus, CorpusReport
from headline.corpus.split import duplicate_key
from headline.errors import CorpusError, NoColumnError

if TYPE_CHECKING:
    import pandas as pd

_FRAME = "the data frame"
_OTHER_KINDS = (
    "json",
    "xml",
    "sqlite",
    "zip",
    "xlsx",
)  # files of a folder that may hold other things, such as settings
_EXAMPLES = 3  # of each reason for which rows are dropped
_LONGEST_EXAMPLE = 80  # characters
_SPACES = dict.fromkeys(map(ord, "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), " ")  # that other programs end lines with
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
    paths = [path] if isinstance(path, str | Path) else list(path)
    listed = ", ".join(Path(p).name for p in paths)
    found, from_folder = list_files([Path(p) for p in paths])
    reading = Reading(column, header, encoding, table)
    # A folder may have other tables too, such as readers' comments: only the usual names count there, if any has one.
    for exact in (True, False):
        tables: list[tuple[str, Table]] = []
        skipped: list[str] = []
        for file in found:
            inside = file in from_folder
            try:
                tables.append((file.name, read_file(file, reading, exact=exact and inside)))
            except CorpusError as error:
                described = isinstance(error, NoColumnError) or kind_of(file.name) in _OTHER_KINDS
                if not (inside and described):
                    raise
                skipped.append(file.name)
        if tables:
            break
    if not tables:
        raise CorpusError(f"No column of headlines in {listed}: give the column's name, or rename it to “headline”.")
    return clean_tables(tables, skipped, listed, placeholders, keep_duplicates, normalise)


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
    names = tuple(name for name, _ in tables)
    report = CorpusReport(
        files=names,
        skipped_files=tuple(skipped),
        latin1_files=tuple(name for name, table in tables if table.encoding in ("cp1252", "latin-1")),
        columns=tuple(table.column for _, table in tables if table.column),
        rows=sum(len(table.values) + table.malformed for _, table in tables),
        dropped_malformed=sum(table.malformed for _, table in tables),
        notes=tuple(note for _, table in tables for note in table.notes),
        examples={"malformed": reasons} if (reasons := _reasons(tables)) else {},
        other_columns=tuple(dict.fromkeys(other for _, table in tables for other in table.others)),
        headers=tuple(table.header for _, table in tables if table.column),
        tables=tables[0][1].tables if len(tables) == 1 else (),
        encodings=tuple(table.encoding for _, table in tables if table.encoding),
    )
    values = (value for _, table in tables for value in table.values)
    headlines, report = _clean(values, report, placeholders, keep_duplicates, normalise)
    if not headlines:
        raise CorpusError(f"No headline is left from {source or ', '.join(names)}: {report.summary()}.")
    return Corpus(headlines, report)


def _reasons(tables: Sequence[tuple[str, Table]]) -> tuple[str, ...]:
    return tuple(f"{name}: {reason}" for name, table in tables for reason in table.reasons[:_EXAMPLES])[:_EXAMPLES]


def tidied(text: str) -> str:
    """Return a headline with single spaces, without HTML, and with letters as they were meant.

    >>> tidied("  <b>Sales</b> &amp; Rents\u00a0Up ")
    'Sales & Rents Up'
    """
    return _mended(text)[0]


def _mended(text: str) -> tuple[str, bool]:
    """A tidy headline, and whether its letters had been read in the wrong encoding."""
    text = without_bytes_form(text)
    if not text.isascii():
        text = text.translate(_SPACES)
    whole = ungarbled(text)
    garbled = whole != text
    if "<" in whole or "&" in whole:
        whole = without_tags(without_entities(without_tags(whole)))
    return _single_spaced(whole), garbled


def _single_spaced(text: str) -> str:
    return " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).split())


def _clean(
    values: Iterable[object],
    report: CorpusReport,
    placeholders: Sequence[str],
    keep_duplicates: bool,
    normalise: bool,
) -> tuple[list[str], CorpusReport]:
    missing = {p.strip().casefold() for p in placeholders}
    counts = dict.fromkeys(("null", "blank", "placeholder", "duplicate"), 0)
    examples: dict[str, list[str]] = {}
    garbled: list[str] = []
    addresses = mended = 0
    seen: set[str] = set()
    headlines: list[str] = []

    def drop(reason: str, row: int, said: str) -> None:
        counts[reason] += 1
        if len(shown := examples.setdefault(reason, [])) < _EXAMPLES:
            shown.append(f"row {row:,}{': ' if said else ''}{said[:_LONGEST_EXAMPLE]}")

    for row, value in enumerate(values, start=1):
        if value is None or value != value:  # only NaN differs from itself
            drop("null", row, "")
            continue
        # JSON may have half of a surrogate pair, which UTF-8 cannot store.
        raw = str(value)
        if not raw.isascii():
            raw = raw.encode("utf-8", "replace").decode()
        tidy, was_garbled = _mended(raw) if normalise else (_single_spaced(html.unescape(raw)), False)
        if not tidy:
            drop("blank", row, "")
            continue
        if tidy.casefold() in missing:
            drop("placeholder", row, tidy)
            continue
        if not keep_duplicates:
            key = duplicate_key(tidy)
            if key in seen:
                drop("duplicate", row, tidy)
                continue
            seen.add(key)
        headlines.append(tidy if normalise else raw)
        if was_garbled and normalise:
            mended += 1
            garbled = garbled or [raw, tidy]
        addresses += "." in tidy and WEB_ADDRESS.search(tidy) is not None
    notes = list(report.notes)
    if garbled:
        before, after = (" ".join(text.split())[:_LONGEST_EXAMPLE] for text in garbled)
        notes.append(
            f"{_titles(mended)} had letters in the wrong encoding, which were mended: “{before}” is now “{after}”."
        )
    if addresses:
        notes.append(f"{_titles(addresses)} with a web address: its parts are not learnt as words.")
    return headlines, replace(
        report,
        kept=len(headlines),
        dropped_null=counts["null"],
        dropped_blank=counts["blank"],
        dropped_placeholder=counts["placeholder"],
        dropped_duplicate=counts["duplicate"],
        notes=tuple(notes),
        examples=report.examples | {reason: tuple(rows) for reason, rows in examples.items()},
    )


def _titles(count: int) -> str:
    return f"{count:,} title{'s' * (count != 1)}"
