"""Reads files into a corpus: clean headlines and a report of what was dropped."""

import html
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from headline.corpus.files import Table, choose_column, list_files, read_file
from headline.corpus.report import Corpus, CorpusReport
from headline.corpus.split import headline_key
from headline.errors import CorpusError, NoColumnError

if TYPE_CHECKING:
    import pandas as pd

_FRAME = "the data frame"
PLACEHOLDERS = ("Unknown",)  # what the New York Times files write where a headline is missing


def read_headlines(
    path: str | Path | Iterable[str | Path],
    column: str | None = None,
    *,
    placeholders: Sequence[str] = PLACEHOLDERS,
    keep_duplicates: bool = False,
    normalise: bool = True,
) -> Corpus:
    """Read all headlines of files and folders, in the order of the sorted paths.

    Args:
        path: a file, a folder (with its subfolders), or several of either.
        column: the column of headlines; found by its name if not given.
        placeholders: texts that mean a missing headline, in any case.
        keep_duplicates: keep repeated headlines, as the lesson's notebook does.
        normalise: apply NFC, use single spaces, and decode HTML such as `&amp;`. Off for the lesson, whose
            word counts come from the raw text.

    Raises:
        CorpusError: nothing to read, an unreadable file, no column of headlines, no headline left.
    """
    paths = [path] if isinstance(path, str | Path) else list(path)
    listed = ", ".join(Path(p).name for p in paths)
    found, from_folder = list_files([Path(p) for p in paths])
    tables: list[tuple[str, Table]] = []
    skipped: list[str] = []
    for file in found:
        try:
            tables.append((file.name, read_file(file, column)))
        except NoColumnError:
            # A folder may have other tables too, such as readers' comments.
            if file not in from_folder:
                raise
            skipped.append(file.name)
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
    column = choose_column(_FRAME, names, column)
    values = frame.iloc[:, names.index(column)].astype(object)
    table = Table(values.where(values.notna(), None).tolist(), column)
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
        latin1_files=tuple(name for name, table in tables if table.latin1),
        columns=tuple(table.column for _, table in tables if table.column),
        rows=sum(len(table.values) + table.malformed for _, table in tables),
        dropped_malformed=sum(table.malformed for _, table in tables),
    )
    values = (value for _, table in tables for value in table.values)
    headlines, report = _clean(values, report, placeholders, keep_duplicates, normalise)
    if not headlines:
        raise CorpusError(f"No headline is left from {source or ', '.join(names)}: {report.summary()}.")
    return Corpus(headlines, report)


def tidied(text: str) -> str:
    """Return a headline with single spaces and with HTML characters decoded.

    >>> tidied("  Sales &amp; Rents\u00a0Up ")
    'Sales & Rents Up'
    """
    return " ".join(unicodedata.normalize("NFC", html.unescape(text)).split())


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
        if value is None or value != value:  # only NaN differs from itself
            counts["null"] += 1
            continue
        raw = (
            str(value).encode("utf-8", "replace").decode()
        )  # JSON may have half of a surrogate pair, which UTF-8 cannot store
        tidy = tidied(raw)
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
        report,
        kept=len(headlines),
        dropped_null=counts["null"],
        dropped_blank=counts["blank"],
        dropped_placeholder=counts["placeholder"],
        dropped_duplicate=counts["duplicate"],
    )
