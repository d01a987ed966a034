"""The rows of one file, before a column is chosen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from headline.corpus.reading.columns import shown_name

_MOST_REASONS = 3  # that are kept: a file may have a million such rows
_TABLES_SHOWN = 6  # other ones in a message
_SAMPLE_ROWS = 200  # rows at the beginning from which columns are judged


def cell_of_list(row: list, place: int) -> object:
    """A cell of a row that is a list; None where the row is short."""
    return row[place] if place < len(row) else None


@dataclass
class Records:
    """Rows of one file, read once and one at a time."""

    name: str  # of the file, for messages
    columns: list[str]
    rows: Iterator[Any]
    cell: Callable[[Any, int], object] = cell_of_list  # of a row, by the place of the column
    header: bool = True  # whether the columns' names come from the file
    encoding: str = ""  # of a text that is no Unicode
    notes: list[str] = field(default_factory=list)  # what people should know of how it was read, one sentence each
    malformed: list[str] = field(default_factory=list)  # why a row was left out, one sentence each; the first ones
    left_out: int = 0  # rows
    tables: tuple[str, ...] = ()  # sheets or tables of the file where it has several, the one that is read first

    def leave_out(self, why: str) -> None:
        """Count a row that cannot be used, and keep why for the first ones."""
        self.left_out += 1
        if len(self.malformed) < _MOST_REASONS:
            self.malformed.append(why)

    def choose_table(self, kind: str, name: str, names: list[str]) -> None:
        """Say which of several sheets or tables is read."""
        others = [other for other in names if other != name]
        self.tables = (name, *others)
        shown = ", ".join(f"“{shown_name(other)}”" for other in others[:_TABLES_SHOWN])
        more = f" or {len(others) - _TABLES_SHOWN:,} more" if len(others) > _TABLES_SHOWN else ""
        self.notes.append(f"{self.name}: {kind} “{shown_name(name)}” was read, and not {shown}{more}.")

    def sample(self) -> list[Any]:
        """The first rows, which stay in `rows`."""
        first = list(islice(self.rows, _SAMPLE_ROWS))
        self.rows = chain(first, self.rows)
        return first
