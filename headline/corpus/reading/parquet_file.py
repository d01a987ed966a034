"""Parquet files, a batch of rows at a time."""

from collections.abc import Iterator
from typing import Any

from headline.corpus.bounds import Bounds
from headline.corpus.reading.columns import choose_column, quoted, shown_name
from headline.corpus.reading.records import Records
from headline.corpus.reading.source import Source
from headline.errors import CorpusError

_ROWS = 1_000  # that are unpacked at once


def read_parquet(source: Source, bounds: Bounds, wanted: str | None, exact: bool) -> Records:
    """The rows of the one column that is read: other columns are not unpacked.

    Raises:
        NoColumnError: there is no such column.
        CorpusError: it is damaged, or has more than the bounds allow.
    """
    import pyarrow.parquet  # imported here because it takes 0.2 s and few files need it

    try:
        parquet = pyarrow.parquet.ParquetFile(_opened(source, bounds, pyarrow))
        bounds.check_columns(source.name, parquet.metadata.num_columns)
        bounds.check_rows(source.name, parquet.metadata.num_rows)
        columns = _paths(pyarrow, parquet.schema_arrow)
        names = list(columns)
        cells = _first_cells(parquet, columns, source.name, bounds) if not exact and wanted is None else ()
        choice = choose_column(source.name, names, wanted, cells, exact)
        field, way = columns[choice.name]
        if not way:
            raise CorpusError(f"{source.name}: “{shown_name(choice.name)}” holds lists or objects, not texts.")
        found = Records(source.name, [choice.name, *choice.others], iter(()))
        found.rows = _values(parquet, source.name, field, way, bounds, pyarrow)
    except CorpusError:
        raise
    except _errors(pyarrow) as error:
        raise CorpusError(f"{source.name} cannot be read as Parquet: {quoted(error)}.") from error
    return found


def _opened(source: Source, bounds: Bounds, pyarrow: Any) -> Any:
    """The file on the disk, of which a part at a time is read; one within an archive is unpacked into memory."""
    if source.path is None:
        return source.bytes_in_memory(bounds)
    bounds.check_bytes(source.name, source.path.stat().st_size)
    return pyarrow.OSFile(str(source.path))


def _errors(pyarrow: Any) -> tuple[type[BaseException], ...]:
    # A damaged file makes pyarrow raise the first two, and its conversion to Python values the others.
    return (pyarrow.ArrowException, OSError, ValueError, TypeError, LookupError, ArithmeticError)


def _paths(pyarrow: Any, schema: Any) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The columns by name, those within structs by path: the column to unpack, and the way to the value."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}

    def add(field: Any, before: tuple[str, ...]) -> None:
        way = (*before, field.name)
        if pyarrow.types.is_struct(field.type) and len(way) < 6:
            for inner in field.type:
                add(inner, way)
        else:
            nested = pyarrow.types.is_nested(field.type)
            found.setdefault(".".join(way), (way[0], () if nested else way))

    for field in schema:
        add(field, ())
    return found


def _first_cells(parquet: Any, columns: dict, name: str, bounds: Bounds) -> list[list[object]]:
    """The first cells of each column, read a row at a time until there are enough or they are too long."""
    plain = list(dict.fromkeys(field for field, way in columns.values() if way))
    batch = next(parquet.iter_batches(100, columns=plain), None)
    if batch is None:
        return []
    rows, size = [], 0
    for i in range(batch.num_rows):
        row = {field: batch.column(j)[i].as_py() for j, field in enumerate(plain)}
        size += sum(len(value) for value in row.values() if isinstance(value, str | bytes))
        bounds.check_bytes(name, size)
        rows.append(row)
    return [[_at(row[field], way[1:]) if way else None for row in rows] for field, way in columns.values()]


def _at(value: Any, way: tuple[str, ...]) -> Any:
    for key in way:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _values(parquet: Any, name: str, field: str, way: tuple[str, ...], bounds: Bounds, pyarrow: Any) -> Iterator[list]:
    """The values one at a time: a text that is stored once may be the value of many rows."""
    unpacked = 0
    try:
        for batch in parquet.iter_batches(_ROWS, columns=[field]):
            for scalar in batch.column(0):
                value = _at(scalar.as_py(), way[1:])
                unpacked += len(value) if isinstance(value, str | bytes) else 1
                bounds.check_bytes(name, unpacked)
                yield [value]
    except CorpusError:
        raise
    except _errors(pyarrow) as error:
        raise CorpusError(f"{name} cannot be read as Parquet: {quoted(error)}.") from error
