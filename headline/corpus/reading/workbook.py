"""Excel workbooks, through openpyxl's reader that keeps no cells."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from headline.corpus.bounds import Bounds
from headline.corpus.reading.columns import choose_column, name_score, place_of_table, quoted
from headline.corpus.reading.delimited import has_header
from headline.corpus.reading.records import Records
from headline.corpus.reading.source import Source
from headline.errors import CorpusError, NoColumnError

_MOST_UNPACKED = 2**31  # bytes of a workbook where nothing else is said: its shared texts are held in memory
_HIGHEST_RATIO = 200  # of unpacked to packed bytes, from ten megabytes on: a sheet packs to a tenth or a fiftieth
_SMALL = 10 * 2**20  # bytes
_LOOKED_AT = 60  # rows in which the sheet is judged


def read_workbook(source: Source, bounds: Bounds, header: bool | None, wanted: str | None = None) -> Records:
    """The rows of a sheet: the one that is wanted, by name or by number, or that with the most likely column.

    Raises:
        CorpusError: it is damaged, or has more than the bounds allow.
    """
    held = source.bytes_in_memory(bounds)
    _check_unpacked(held, source.name, bounds)
    # Imported here because it takes 0.2 s and few files need it.
    from openpyxl import load_workbook

    try:
        book = load_workbook(held, read_only=True, data_only=True, keep_links=False)
        looked = [(sheet, list(_limited(sheet, source.name, bounds, _LOOKED_AT))) for sheet in book.worksheets[:50]]
    except CorpusError:
        raise
    except MemoryError:
        raise
    except Exception as error:  # openpyxl raises whatever its parts do on a damaged file
        raise CorpusError(f"{source.name} cannot be read as an Excel file: {quoted(error)}.") from error
    full = [(sheet, rows) for sheet, rows in looked if rows]
    if not full:
        raise NoColumnError(f"{source.name} has no sheet with rows.")
    titles = [sheet.title for sheet, _ in full]
    if wanted is None:
        sheet, rows = max(full, key=lambda pair: _sheet_score(pair[1]))
    else:
        sheet, rows = full[place_of_table(source.name, "sheet", titles, wanted)]
    width = max(len(row) for row in rows)
    first = [str(cell or "") for cell in rows[0]]
    named = has_header(first, [[_text(c) for c in row] for row in rows[1:]]) if header is None else header
    columns = [cell.strip() for cell in first] if named else [str(i + 1) for i in range(width)]
    found = Records(source.name, columns, iter(()), header=named)
    if len(full) > 1:
        found.choose_table("sheet", sheet.title, titles)
    if header is None and not named:
        found.notes.append(f"{source.name} seems to have no header row: its first row was read as a title.")

    def read() -> Iterator[list[Any]]:
        try:
            rest = _limited(sheet, source.name, bounds, 0)
            if named:
                next(rest, None)
            yield from rest
        except (CorpusError, MemoryError):
            raise
        except Exception as error:
            raise CorpusError(f"{source.name} cannot be read as an Excel file: {quoted(error)}.") from error

    found.rows = read()
    found.cell = lambda row, place: _text(row[place]) if place < len(row) else None
    return found


def _limited(sheet: Any, name: str, bounds: Bounds, most: int) -> Iterator[list[Any]]:
    """The rows that are not empty; the first `most`, 0: all."""
    sheet.reset_dimensions()  # what the file says of its size need not be true
    read = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        bounds.check_rows(name, number)
        bounds.check_columns(name, len(row))
        if any(cell is not None and str(cell).strip() for cell in row):
            read += 1
            yield list(row)
            if read == most:
                return
        if most and number > 100 * most:
            return


def _text(cell: Any) -> str:
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    text = "" if cell is None else str(cell)
    return (
        ""
        if text.startswith("#") and text in ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")
        else text
    )


def _sheet_score(rows: list[list[Any]]) -> tuple[float, int]:
    """How likely a sheet holds the headlines: by the name of a column, then by its number of rows."""
    cells = [[_text(row[i]) if i < len(row) else None for row in rows[1:]] for i in range(len(rows[0]))]
    try:
        choice = choose_column("", [str(cell or "") for cell in rows[0]], None, cells)
    except CorpusError:
        return 0, len(rows)
    return 1 + name_score(choice.name), len(rows)


def _check_unpacked(held: io.BytesIO, name: str, bounds: Bounds) -> None:
    try:
        with zipfile.ZipFile(held) as archive:
            infos = archive.infolist()
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise CorpusError(f"{name} cannot be read as an Excel file: is it complete?") from error
    held.seek(0)
    unpacked = sum(info.file_size for info in infos)
    bounds.check_bytes(name, unpacked)
    packed = sum(info.compress_size for info in infos)
    if unpacked > _MOST_UNPACKED or (unpacked > _SMALL and unpacked > _HIGHEST_RATIO * packed):
        raise CorpusError(
            f"{name} unpacks to {unpacked / 2**20:,.0f} MB, which no list of titles needs: save it as CSV."
        )
