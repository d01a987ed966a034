"""SQLite databases: only ordinary tables of the file are read, from a copy in memory."""

import re
import sqlite3
from collections.abc import Iterator

from headline.corpus.bounds import Bounds
from headline.corpus.reading.columns import choose_column, name_score, place_of_table, quoted
from headline.corpus.reading.records import Records
from headline.corpus.reading.source import Source
from headline.errors import CorpusError, NoColumnError

_MOST_TABLES = 500
_LOOKED_AT = 60  # rows in which a table is judged
_LONGEST_VALUE = 2**24  # bytes of one value
_ALLOWED = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA))


def read_database(source: Source, bounds: Bounds, table: str | None = None) -> Records:
    """The rows of a table: the one that is wanted, by name or by number, or that with the most likely column.

    The bytes are opened in memory, so that no journal beside the file is replayed and nothing is written. Views,
    virtual tables, generated columns and triggers are not run: an authorizer denies all but reading of tables.

    Raises:
        CorpusError: it is damaged, or has more than the bounds allow.
    """
    data = source.bytes_in_memory(bounds).getvalue()
    if not data:
        raise CorpusError(f"{source.name} is empty.")
    try:
        connection = _opened(data)
        names = _tables(connection, source.name)
        looked = {name: _looked(connection, name) for name in names}
        full = {name: found for name, found in looked.items() if found[1]}
        if not full:
            raise NoColumnError(f"{source.name} has no table with rows.")
        if table is None:
            name = max(full, key=lambda n: _score(*full[n]))
        else:
            name = list(full)[place_of_table(source.name, "table", list(full), table)]
        columns, _ = full[name]
        bounds.check_columns(source.name, len(columns))
    except sqlite3.Error as error:
        raise CorpusError(f"{source.name} cannot be read as an SQLite database: {quoted(error)}.") from error
    found = Records(source.name, columns, iter(()))
    if len(full) > 1:
        found.choose_table("table", name, list(full))

    def rows() -> Iterator[list]:
        try:
            yield from map(list, connection.execute(_select(name, columns)))
        except sqlite3.Error as error:
            raise CorpusError(f"{source.name} cannot be read as an SQLite database: {quoted(error)}.") from error

    found.rows = rows()
    return found


def _opened(data: bytes) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", cached_statements=0)
    if len(data) > 19 and data[18:20] != b"\x01\x01":
        data = data[:18] + b"\x01\x01" + data[20:]  # a database in memory has no write-ahead log
    connection.deserialize(data)
    connection.text_factory = lambda value: value.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.set_authorizer(_authorize)
    return connection


def _authorize(action: int, first: str | None, second: str | None, *_: object) -> int:
    allowed = action in _ALLOWED and (action != sqlite3.SQLITE_PRAGMA or first == "table_info")
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _tables(connection: sqlite3.Connection, file: str) -> list[str]:
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchmany(_MOST_TABLES + 1)
    if len(rows) > _MOST_TABLES:
        raise CorpusError(f"{file} has more than {_MOST_TABLES} tables: save the one with the headlines as CSV.")
    return [
        name
        for name, sql in rows
        if isinstance(name, str)
        and isinstance(sql, str)
        and not name.lower().startswith("sqlite_")
        and not re.match(r"\s*CREATE\s+VIRTUAL", sql, re.IGNORECASE)
    ]


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _select(table: str, columns: list[str]) -> str:
    return f"SELECT {', '.join(map(_quote, columns))} FROM {_quote(table)}"


def _looked(connection: sqlite3.Connection, table: str) -> tuple[list[str], list[tuple]]:
    """The names of a table's columns and its first rows; none if it cannot be read."""
    try:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({_quote(table)})")]
        rows = connection.execute(_select(table, columns)).fetchmany(_LOOKED_AT) if columns else []
    except (sqlite3.Error, UnicodeError):
        return [], []
    return columns, rows


def _score(columns: list[str], rows: list[tuple]) -> tuple[float, int]:
    cells = [[row[i] for row in rows] for i in range(len(columns))]
    try:
        choice = choose_column("", columns, None, cells)
    except CorpusError:
        return 0, len(rows)
    return 1 + name_score(choice.name), len(rows)
