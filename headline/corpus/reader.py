"""Files of titles -> clean headlines, a report of what was dropped, and a fixed split."""

import html
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from headline.corpus.files import Table, list_files, read_file
from headline.corpus.report import Corpus, CorpusReport
from headline.corpus.split import headline_key
from headline.errors import CorpusError, NoColumnError

PLACEHOLDERS = ("Unknown",)  # what the New York Times files write where a headline is missing


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
        normalise: NFC, single spaces, and characters for HTML's `&amp;`. Off for the lesson, whose
            word counts rest on the raw text.

    Raises:
        CorpusError: nothing to read, an unreadable file, no column of headlines, no headline left.
    """
    paths = [path] if isinstance(path, str | Path) else list(path)
    told = ", ".join(Path(p).name for p in paths)
    found, from_folder = list_files([Path(p) for p in paths])
    tables: list[tuple[str, Table]] = []
    skipped: list[str] = []
    for file in found:
        try:
            tables.append((file.name, read_file(file, column)))
        except NoColumnError:
            # A folder may hold other tables beside the headlines, such as the readers' comments.
            if file not in from_folder:
                raise
            skipped.append(file.name)
    if not tables:
        raise CorpusError(f"No column of headlines in {told}: name the column to read, or call it “headline”.")
    return clean_tables(tables, skipped, told, placeholders, keep_duplicates, normalise)


def clean_tables(
    tables: Sequence[tuple[str, Table]],
    skipped: Sequence[str] = (),
    source: str = "",
    placeholders: Sequence[str] = PLACEHOLDERS,
    keep_duplicates: bool = False,
    normalise: bool = True,
) -> Corpus:
    """Clean the values of files that were read, given as (file name, table). `read_headlines` explains the rest.

    Raises:
        CorpusError: no headline is left; the sentence names `source`, or else the files.
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
        raise CorpusError(f"No headline is left of {source or ', '.join(names)}: {report.summary()}.")
    return Corpus(headlines, report)


def tidied(text: str) -> str:
    """A headline with single spaces, its HTML characters as what they stand for.

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
        if value is None or value != value:  # NaN alone differs from itself
            counts["null"] += 1
            continue
        raw = str(value).encode("utf-8", "replace").decode()  # JSON may hold half an emoji, which no file can
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
