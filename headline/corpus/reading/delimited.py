"""Tables of text: cells between delimiters. Quotation marks may not balance, and the header may be missing."""

import csv
import re
import statistics
from collections.abc import Iterator
from itertools import chain, islice

from headline.corpus.reading.columns import name_score
from headline.corpus.reading.records import Records
from headline.corpus.reading.text_file import TextFile
from headline.errors import CorpusError

DELIMITERS = ",\t;|"
NO_DELIMITER = "\x1f"  # a control character that no text has
_SAMPLE_LINES = 60
_LONGEST_RECORD = 2_000  # lines of one cell in quotation marks; a longer one was never closed
_MOST_MENDED = 50  # records after which quotation marks are no longer trusted to reach over lines
_BACKSLASHED = re.compile(r'(?:[^\\]|^)\\"')
# Numbers, dates and addresses; each length is bounded, so that the time is linear.
_NO_NAME = re.compile(r"^[-+$€£\d.,:/%\s]{1,40}$|^https?://|^[^\s@]{1,64}@[^\s@]{1,255}$")


def read_delimited(
    text: TextFile, header: bool | None, wanted: str | None = None, delimiter: str | None = None
) -> Records:
    """The rows of a table. `header`: whether the first row has names; None: if it has the `wanted` one, or looks so.

    Raises:
        CorpusError: it is empty, or has more than the bounds allow.
    """
    lines = text.lines(newline="")  # so that the csv module splits the lines, at a lone \r too
    sample = list(islice((line for line in _split_ends(lines) if line.strip("\r\n")), _SAMPLE_LINES))
    if not sample:
        raise CorpusError(f"{text.name} is empty.")
    delimiter = delimiter or find_delimiter(sample, header)
    rows = _Rows(text, delimiter, '\\"' in "".join(sample) and any(map(_BACKSLASHED.search, sample)))
    records = iter(rows)
    first = next(records, None)
    if first is None:
        raise CorpusError(f"{text.name} is empty.")
    following = list(islice(records, _SAMPLE_LINES))
    cells = [cell.strip() for cell in first]
    if header is None:
        asked = wanted is not None and wanted in cells and not wanted.isdigit()
        named = asked or has_header(first, following)
    else:
        named = header
    while len(cells) > 1 and not cells[-1] and all(not any(row[len(cells) - 1 :]) for row in following):
        cells.pop()  # every line ends with a delimiter
    text.bounds.check_columns(text.name, len(cells))
    columns = cells if named else [str(i) for i in range(1, len(cells) + 1)]
    found = Records(text.name, columns, iter(()), header=named, encoding=text.encoding if text.guessed else "")
    rest = chain(following, records) if named else chain([first], following, records)
    found.rows = _checked(rest, found, len(cells), rows, 2 if named else 1)
    if header is None and not named:
        found.notes.append(f"{text.name} seems to have no header row: its first row was read as a title.")
    return found


def _split_ends(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield from line.splitlines(keepends=True) if "\r" in line.rstrip("\r\n") else [line]


def _checked(rows: Iterator[list[str]], found: Records, width: int, read: "_Rows", start: int) -> Iterator[list[str]]:
    """The rows that are no longer than the header. Those that are longer count against the bounds too."""
    bounds = read.text.bounds
    for number, row in enumerate(rows, start=start):
        if bounds.rows and number - start >= bounds.rows:
            bounds.check_rows(found.name, number - start + 1)
        if len(row) > width and any(row[width:]):
            found.leave_out(f"row {number:,} has {len(row)} cells where the first row has {width}")
            continue
        yield row
    if read.mended:
        lines = f"{read.mended:,} row{'s have' if read.mended > 1 else ' has'}"
        found.notes.append(
            f"{found.name}: {lines} a quotation mark that is not closed, such as row {read.first_mended:,}; "
            "each line was read as a row."
        )


class _Rows:
    """Iterates over rows as lists of cells, the header first, without blank ones.

    A quotation mark that is never closed, or closed in the middle of a cell, would swallow the rows after it: its line
    is read as a row of its own instead, and counted.
    """

    def __init__(self, text: TextFile, delimiter: str, backslashes: bool):
        self.text, self.delimiter, self.mended, self.first_mended = text, delimiter, 0, 0
        self.escape = "\\" if backslashes else None
        self.width = 0  # cells of the first row

    def __iter__(self) -> Iterator[list[str]]:
        # The csv module refuses cells over 128 KiB, but an article beside the headline may be that long.
        csv.field_size_limit(self.text.bounds.line or 2**31 - 1)
        lines = _Pushable(self.text.lines(newline=""))
        number = 0
        while True:
            lines.taken.clear()
            try:
                line = next(lines, None)
                if line is None:
                    return
                if self._is_plain(line):
                    rows = [line.rstrip("\r\n").split(self.delimiter)]
                else:
                    lines.push([line])
                    rows = self._unless_swallowed(next(self._reader(lines), []), lines)
            except csv.Error as error:
                if "field larger" in str(error):
                    most = f"{self.text.bounds.line:,} characters"
                    raise CorpusError(
                        f"{self.text.name}, row {number + 1:,} has a cell of more than {most}."
                    ) from error
                rows = self._first_alone(lines)
                if self.mended == 1 and not self.first_mended:
                    self.first_mended = number + 1
            for row in rows:
                if row and not (len(row) == 1 and (not row[0] or row[0].isspace())):
                    number += 1
                    self.width = self.width or len(row)
                    yield row

    def _is_plain(self, line: str) -> bool:
        """Whether the csv module would do no more with a line than to cut it at delimiters, which is slower."""
        return '"' not in line and (self.escape is None or self.escape not in line)

    def _reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        escape = self.escape
        return csv.reader(lines, delimiter=self.delimiter, strict=True, escapechar=escape, doublequote=True)

    def _unless_swallowed(self, row: list[str], lines: "_Pushable") -> list[list[str]]:
        """The row, unless each line that it goes over looks like a row of the table."""
        needed = 3 if self.width > 2 else 5
        taken = lines.taken
        if self.width > 1 and len(taken) >= needed and all(self._width_alone(line) == self.width for line in taken):
            raise csv.Error("a quotation mark swallowed rows")
        if len(lines.taken) > 1 and self.width > 1 and self.mended >= _MOST_MENDED:
            raise csv.Error("quotation marks do not balance in this file")
        return [row]

    def _width_alone(self, line: str) -> int:
        cut = line.rstrip("\r\n")
        try:
            return len(next(self._reader(iter([cut])), []))
        except csv.Error:
            return cut.count(self.delimiter) + 1

    def _first_alone(self, lines: "_Pushable") -> list[list[str]]:
        first, *others = lines.taken
        lines.push(others)
        self.mended += 1
        # Quotation marks are letters here, but whole cells within them stay whole.
        halves = first.rstrip("\r\n")
        try:
            return [next(csv.reader([halves], delimiter=self.delimiter, strict=True), [])]
        except csv.Error:
            cells = next(csv.reader([halves], delimiter=self.delimiter, quoting=csv.QUOTE_NONE), [])
            return [[cell[1:] if cell.startswith('"') and cell.count('"') == 1 else cell for cell in cells]]


class _Pushable:
    """Lines that remember what was taken for one record, so that it can be read again."""

    def __init__(self, lines: Iterator[str]):
        self.lines, self.pushed, self.taken = lines, [], []  # type: Iterator[str], list[str], list[str]

    def __iter__(self) -> "_Pushable":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _LONGEST_RECORD:
            raise csv.Error("a record of too many lines")
        line = self.pushed.pop() if self.pushed else next(self.lines)
        self.taken.append(line)
        return line

    def push(self, lines: list[str]) -> None:
        self.pushed.extend(reversed(lines))
        self.taken = []


def find_delimiter(sample: list[str], header: bool | None = None) -> str:
    """The delimiter of the first line that also cuts the others; none if commas are part of the headlines."""
    whole = sample[0]
    for line in sample[1:] if whole.count('"') % 2 else ():
        whole += line  # a name over several lines
        if whole.count('"') % 2 == 0:
            break
    if whole.count('"') % 2 == 0:
        sample = [whole, *sample[whole.count("\n") :]]
    first = re.sub(r'"[^"]*"', "", sample[0])
    best = max(DELIMITERS, key=first.count)
    if best not in first:
        return NO_DELIMITER
    if any(name_score(cell) for cell in first.strip().split(best) if len(cell.split()) <= 4) and header is not False:
        return best
    if len(sample) > 1 and best in ",;|":
        width = first.count(best)
        same = sum(re.sub(r'"[^"]*"', "", line).count(best) == width for line in sample[1:])
        if same < (len(sample) - 1) / 2:
            return NO_DELIMITER  # titles with commas here and there
    return best


def delimiter_of_text(sample: list[str]) -> str | None:
    """What is between the cells of a text file's lines: a tab, or another delimiter under the name of a column; None
    where each line is a title.

    >>> delimiter_of_text(["id|headline", "1|Mayor Opens Bridge"]), delimiter_of_text(["Mayor Opens Bridge | News"] * 2)
    ('|', None)
    """
    if len(sample) < 2:
        return None
    for delimiter in ("\t", "|", ";", ","):
        counts = [re.sub(r'"[^"]*"', "", line.rstrip("\r\n")).count(delimiter) for line in sample]
        names = sample[0].strip().strip("\ufeff").split(delimiter)
        named = any(name_score(name.strip(' "')) >= 90 for name in names) and all(len(n.split()) <= 4 for n in names)
        alike = sum(count == counts[0] for count in counts) > 0.8 * len(counts)
        if counts[0] and alike and (named or delimiter == "\t"):
            return delimiter
    return None


def has_header(first: list[str], rows: list[list[str]]) -> bool:
    """Whether the first row has the names of columns and not a title.

    >>> has_header(["Mayor Opens New Bridge", "1"], [["Storm Closes Schools", "0"]])
    False
    >>> has_header(["Recipe", "Minutes"], [["Grandma’s apple pie", "50"]])
    True
    """
    cells = [cell.strip() for cell in first]
    full = [cell for cell in cells if cell]
    if not full:
        return False
    if any(name_score(cell) >= 90 for cell in full):
        return True
    if any(_NO_NAME.search(cell) and (not rows or _is_like(i, rows)) for i, cell in enumerate(cells) if cell):
        return False
    if any(name_score(cell) and len(cell.split()) <= 3 for cell in full):
        return True
    if not rows or any(not _NO_NAME.search(c) and _is_like(i, rows) for i, c in enumerate(cells) if c):
        return True  # a word over numbers
    if any(c and sum(_cell(row, i) == c for row in rows) > len(rows) / 20 for i, c in enumerate(cells)):
        return False  # a value that comes again, such as a category
    for i, cell in enumerate(cells):
        others = [len(_cell(row, i).split()) for row in rows if _cell(row, i)]
        # Long text where a name should be, among texts of the same length.
        if others and len(cell.split()) >= 3 and len(cell.split()) >= statistics.median(others) / 2:
            return False
    return True


def _is_like(place: int, rows: list[list[str]]) -> bool:
    """Whether other cells of the column are numbers, dates or addresses, too."""
    others = [cell for row in rows if (cell := _cell(row, place))]
    return bool(others) and sum(bool(_NO_NAME.search(cell)) for cell in others) >= len(others) / 2


def _cell(row: list[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""
