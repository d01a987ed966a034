"""Reads one column of a file of any kind, and says how it was read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path

from headline.corpus.bounds import UNBOUNDED, Bounds
from headline.corpus.reading.columns import choose_column, shown_name
from headline.corpus.reading.database import read_database
from headline.corpus.reading.delimited import delimiter_of_text, read_delimited
from headline.corpus.reading.encoding import check_encoding
from headline.corpus.reading.feed import read_feed
from headline.corpus.reading.json_file import read_json, refuse_nothing, text_rows
from headline.corpus.reading.parquet_file import read_parquet
from headline.corpus.reading.records import Records, cell_of_list
from headline.corpus.reading.source import KINDS_LISTED, Source, kind_of, sources_of
from headline.corpus.reading.text_file import ListMark, TextFile, list_mark
from headline.corpus.reading.workbook import read_workbook
from headline.errors import CorpusError, NoColumnError

# Spellings of a missing value in a table; \N is what MySQL and PostgreSQL write.
NULLS = frozenset(r"NA N/A n/a #N/A <NA> NaN nan NULL null None \N".split()) | {""}
_SAMPLE_LINES = 60  # of a text file, to see whether it is a table
_OTHERS_SHOWN = 6  # other columns in a message


@dataclass(frozen=True)
class Reading:
    """How a person wants a file to be read; None: found out."""

    column: str | None = None  # its name, a path such as headline.main, or its number from 1
    header: bool | None = None  # whether the first row has the names of the columns
    encoding: str | None = None  # of a text
    table: str | None = None  # the sheet of an Excel file or the table of a database: its name, or its number from 1

    def __post_init__(self) -> None:
        if self.encoding is not None:
            object.__setattr__(self, "encoding", check_encoding(self.encoding))


@dataclass(frozen=True)
class Table:
    """The content of one file."""

    values: list[object]  # of the column, or the lines of a text file; None for a missing value
    column: str | None = None  # None for a text file
    others: tuple[str, ...] = ()  # the other columns, the most likely first
    header: bool = True  # whether the names of the columns are those of the file
    encoding: str = ""  # of a text that is no Unicode, where it was guessed
    reasons: tuple[str, ...] = ()  # why rows were left out, the first ones
    malformed: int = 0  # rows that were left out because they have more cells than the header
    notes: tuple[str, ...] = field(default=())  # sentences on how it was read
    tables: tuple[str, ...] = ()  # sheets or tables of the file where it has several, the one that was read first


def list_files(paths: list[Path]) -> tuple[list[Path], set[Path]]:
    """Return all files to read, sorted by path, and the set of those found in a folder."""
    files: dict[Path, None] = {}
    from_folder: set[Path] = set()
    for path in paths:
        if path.is_dir():
            inside = [p for p in path.rglob("*") if p.is_file() and _in_folder(p) and not p.name.startswith(".")]
            if not inside:
                raise CorpusError(f"The folder {path.name} has no {KINDS_LISTED} file.")
            from_folder.update(inside)
            files.update(dict.fromkeys(inside))
        elif path.is_file():
            files[path] = None
        else:
            raise CorpusError(f"There is no file or folder called {path}.")
    return sorted(files), from_folder - set(paths)


def _in_folder(path: Path) -> bool:
    kind = kind_of(path.name)
    return kind is not None and (kind != "gz" or kind_of(path.name[:-3]) is not None)


def read_file(
    file: Path, wanted: str | Reading | None = None, bounds: Bounds = UNBOUNDED, exact: bool = False
) -> Table:
    """Read one file row by row; of an archive, all files that have the column.

    Args:
        file: to read.
        wanted: how to read it, or just the column.
        bounds: on its content.
        exact: whether a column that is found must have one of the usual names.

    Raises:
        NoColumnError: there is no such column.
        CorpusError: the file cannot be read, or has more than the bounds allow.
    """
    reading = wanted if isinstance(wanted, Reading) else Reading(wanted)
    sources = sources_of(file)
    if len(sources) == 1:
        return _read_source(sources[0], reading, bounds, exact)
    tables: list[Table] = []
    refusal: NoColumnError | None = None
    rows = 0
    for source in sources:
        left = replace(bounds, rows=max(1, bounds.rows - rows)) if bounds.rows else bounds
        try:
            tables.append(_read_source(source, reading, left, exact))
            rows += len(tables[-1].values) + tables[-1].malformed
        except NoColumnError as error:
            refusal = refusal or error
    if not tables:
        raise refusal or NoColumnError(f"{file.name} has no column of headlines.")
    return joined_tables(file.name, tables, len(sources))


def joined_tables(name: str, tables: list[Table], members: int) -> Table:
    """The tables of an archive with so many files as one."""
    if members == 1:
        return tables[0]
    return Table(
        [value for table in tables for value in table.values],
        tables[0].column,
        tables[0].others,
        tables[0].header,
        tables[0].encoding,
        tuple(reason for table in tables for reason in table.reasons),
        sum(table.malformed for table in tables),
        (
            f"{name}: {len(tables)} of the {members} files within it were read.",
            *(note for table in tables for note in table.notes),
        ),
    )


@dataclass
class Opened:
    """The column of one file, chosen, and its values not read yet."""

    name: str  # of the file, for messages
    values: Iterator[object]  # to be read once; None for a missing value
    kept: Callable[[list[object]], Table]  # says how it was read, once the values have been; with some values or none


@dataclass
class OpenedFile:
    """A file, or those files within an archive that have the column. It is read once, from first to last."""

    name: str
    parts: list[Opened]
    members: int  # files within the archive, those too that do not have the column

    def values(self) -> Iterator[object]:
        return chain.from_iterable(part.values for part in self.parts)

    def table(self) -> Table:
        """Say how the file was read, once it has been; without the values."""
        return joined_tables(self.name, [part.kept([]) for part in self.parts], self.members)


def open_file(file: Path, reading: Reading, exact: bool = False) -> OpenedFile:
    """Choose the column of a file, and read no more than that takes. Arguments and errors are those of `read_file`."""
    sources = sources_of(file)
    opened: list[Opened] = []
    refusal: NoColumnError | None = None
    for source in sources:
        try:
            opened.append(_open_source(source, reading, UNBOUNDED, exact))
        except NoColumnError as error:
            refusal = refusal or error
    if not opened:
        raise refusal or NoColumnError(f"{file.name} has no column of headlines.")
    return OpenedFile(file.name, opened, len(sources))


def _read_source(source: Source, reading: Reading, bounds: Bounds, exact: bool) -> Table:
    opened = _open_source(source, reading, bounds, exact)
    return opened.kept(list(opened.values))


def _open_source(source: Source, reading: Reading, bounds: Bounds, exact: bool) -> Opened:
    if source.kind == "parquet":
        records = read_parquet(source, bounds, reading.column, exact)
        return _opened(records, 0, records.columns, bounds, nulls=False)
    if source.kind == "xlsx":
        records = read_workbook(source, bounds, reading.header, reading.table)
    elif source.kind == "sqlite":
        records = read_database(source, bounds, reading.table)
    elif source.kind == "xml":
        records = read_feed(source, bounds)
    else:
        text = TextFile(source, bounds, reading.encoding)
        delimiter, mark = _look_at_lines(text) if source.kind == "txt" else (None, None)
        if source.kind == "txt" and not delimiter:
            notes = [text.note] * bool(text.note)
            notes += [f"{source.name}: the {mark.name} before each title were left out."] if mark else []
            guessed = text.encoding if text.guessed else ""
            values = _bounded(map(mark.taken_off, _lines(text)) if mark else _lines(text), source.name, bounds)
            return Opened(source.name, values, lambda kept: Table(kept, None, encoding=guessed, notes=tuple(notes)))
        if source.kind == "json":
            records = read_json(text)
            if text_rows(records):
                return _opened(records, 0, [], bounds, nulls=False, note=text.note)
        else:
            records = read_delimited(text, reading.header, reading.column, delimiter)
        if text.note:
            records.notes.insert(0, text.note)
    sample = records.sample()
    if source.kind == "json" and not records.columns:
        refuse_nothing(source.name)
    cells = [[_quiet_cell(records, row, i) for row in sample] for i in range(len(records.columns))]
    names = records.columns if records.header or exact is False else []
    choice = choose_column(source.name, names, reading.column, cells, exact)
    if choice.by_cells:
        records.notes.append(f"{source.name}: the column was chosen by what its cells look like.")
    ordered = [choice.name, *choice.others]
    return _opened(records, choice.place, ordered, bounds, nulls=source.kind in ("csv", "txt", "xlsx"))


def _quiet_cell(records: Records, row: object, place: int) -> object:
    """A cell, or None where it is no text: before a column is chosen that is no fault."""
    try:
        return records.cell(row, place)
    except CorpusError:
        return None


def _look_at_lines(text: TextFile) -> tuple[str | None, ListMark | None]:
    """What divides the cells of a text file's lines, if they are rows of a table, and what is before each of them."""
    sample = list(islice((line for line in text.lines(newline=None) if line.strip()), _SAMPLE_LINES))
    return delimiter_of_text(sample), list_mark(sample)


def _opened(records: Records, place: int, ordered: list[str], bounds: Bounds, nulls: bool, note: str = "") -> Opened:
    def values() -> Iterator[object]:
        of_lists = records.cell is cell_of_list  # then a call a row is saved
        for row in records.rows:
            value = (row[place] if place < len(row) else None) if of_lists else records.cell(row, place)
            if isinstance(value, bytes):
                value = value.decode("utf-8", "replace")
            yield None if nulls and (value is None or value in NULLS) else value

    column, others = (ordered[0], ordered[1:]) if ordered else (None, [])

    def table(kept: list[object]) -> Table:
        notes = [note] * bool(note) + records.notes
        if others:
            shown = ", ".join(f"“{shown_name(other)}”" for other in others[:_OTHERS_SHOWN])
            more = f" or {len(others) - _OTHERS_SHOWN:,} more" if len(others) > _OTHERS_SHOWN else ""
            notes.append(f"{records.name}: column “{shown_name(column or '')}” was read, and not {shown}{more}.")
        return Table(
            kept,
            column,
            tuple(filter(None, others)),
            records.header,
            records.encoding,
            tuple(records.malformed),
            records.left_out,
            tuple(notes),
            records.tables,
        )

    return Opened(records.name, _bounded(values(), records.name, bounds), table)


def _bounded(values: Iterator[object], name: str, bounds: Bounds) -> Iterator[object]:
    """The values. The first one beyond the bounds is refused, and no more are read."""
    return values if not (bounds.rows or bounds.headline) else _checked(values, name, bounds)


def _checked(values: Iterator[object], name: str, bounds: Bounds) -> Iterator[object]:
    for row, value in enumerate(values, start=1):
        bounds.check_rows(name, row)
        bounds.check_headline(name, row, value)
        yield value


def _lines(text: TextFile) -> Iterator[str]:
    """The lines without their ends, and without the empty ones at the end of the file.

    Only a line feed, a carriage return or both end a line: U+2028 and the like are spaces within a title.
    """
    empty = 0
    for line in text.lines(newline=None):
        if value := line.rstrip("\n"):
            yield from [""] * empty
            empty = 0
            yield value
        else:
            empty += 1
