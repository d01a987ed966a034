"""The rows of one file, before a column is chosen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

_MOST_REASONS = 3  # that are kept: a file may have a million such rows
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

    def leave_out(self, why: str) -> None:
        """Count a row that cannot be used, and keep why for the first ones."""
        self.left_out += 1
        if len(self.malformed) < _MOST_REASONS:
            self.malformed.append(why)

    def sample(self) -> list[Any]:
        """The first rows, which stay in `rows`."""
        first = list(islice(self.rows, _SAMPLE_ROWS))
        self.rows = chain(first, self.rows)
        return first
