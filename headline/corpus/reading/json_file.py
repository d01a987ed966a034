"""JSON: an object or a text a line, an array, or a list within an object; nested values by path."""

import json
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

from headline.corpus.reading.columns import name_score, quoted, shown_name
from headline.corpus.reading.records import Records
from headline.corpus.reading.text_file import TextFile
from headline.errors import CorpusError, NoColumnError

_DEEPEST = 6  # names in the path of a column
_SAMPLE = 200  # rows in which columns are looked for
_MOST_COLUMNS = 2_000  # paths where there is no bound on columns


def read_json(text: TextFile) -> Records:
    """The rows: objects and texts.

    Raises:
        CorpusError: it is not JSON, or has nothing that can be rows.
    """
    found = Records(text.name, [], iter(()), encoding=text.encoding if text.guessed else "")
    rows = _rows(text, found)
    first = list(islice(rows, _SAMPLE))
    paths: dict[str, tuple[str, ...]] = {}
    for row in first:
        if isinstance(row, dict):
            _add_paths(row, (), paths)
        elif isinstance(row, list):
            paths.update((str(i), (str(i),)) for i in range(1, len(row) + 1))
        most = text.bounds.columns or _MOST_COLUMNS
        if len(paths) > most:
            if text.bounds.columns:
                text.bounds.check_columns(text.name, len(paths))
            break
    # Where some rows have an object, others may have a text or nothing in its place: the path into it serves both.
    for way in list(paths.values()):
        for length in range(1, len(way)):
            paths.pop(".".join(way[:length]), None)
    found.columns = list(paths)
    ways = list(paths.values())

    def cell(row: tuple[int, Any], place: int) -> object:
        number, value = row
        if isinstance(value, dict):
            value = _at(value, ways[place])
        elif isinstance(value, list):
            at = int(ways[place][0]) - 1 if ways[place][0].isdigit() else len(value)
            value = value[at] if at < len(value) else None
        return _plain(value, text.name, number, found.columns[place] if found.columns else "")

    found.cell = cell
    found.rows = _numbered(first, rows)
    return found


def _numbered(first: list[Any], rows: Iterator[Any]) -> Iterator[tuple[int, Any]]:
    yield from enumerate(first, start=1)
    yield from enumerate(rows, start=len(first) + 1)


def text_rows(records: Records) -> bool:
    """Whether the first rows are texts and not objects, so that there is no column to choose."""
    return not records.columns and any(isinstance(value, str) for _, value in records.sample())


def _plain(value: Any, name: str, number: int, column: str) -> object:
    """A value as a text or None; a list of one text, as some catalogues write a title, is that text."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return value[0]
    if isinstance(value, dict | list):
        inside = [key for key in value if isinstance(key, str)][:4] if isinstance(value, dict) else []
        way = (
            f": name a path such as “{shown_name(f'{column}.{inside[0]}')}”"
            if inside and column
            else ": name another one"
        )
        raise CorpusError(f"{name}, row {number:,}: “{shown_name(column)}” is a list or an object, not a text{way}.")
    if isinstance(value, bool):
        return None
    return value if isinstance(value, str) or value is None else str(value)


def _add_paths(row: dict, before: tuple[str, ...], paths: dict[str, tuple[str, ...]]) -> None:
    for key, value in row.items():
        way = (*before, key)
        if isinstance(value, dict) and value and len(way) < _DEEPEST:
            _add_paths(value, way, paths)
        elif not (isinstance(value, list) and any(isinstance(item, dict | list) for item in value)):
            paths.setdefault(".".join(way), way)


def _at(row: dict, way: tuple[str, ...]) -> Any:
    value: Any = row
    for key in way:
        if not isinstance(value, dict):
            return value if isinstance(value, str) else None  # some rows have a text where others have an object
        value = value.get(key)
    return value


def _rows(text: TextFile, found: Records) -> Iterator[Any]:
    """The rows one at a time if each is on a line of its own; else those of the whole document."""
    lines = ((number, line) for number, line in enumerate(text.lines(newline="\n"), start=1) if line.strip())
    (one, first), second = next(lines), next(lines, None)
    try:
        value = _parsed(text.name, f"line {one}", first.lstrip("\ufeff"))
    except CorpusError:
        if second is None or not first.strip().startswith(("[", "{")) or not _continues(text.name, first):
            raise
        yield from _document(text, found)
        return
    if second is None:
        yield from _unwrapped(value, text.name, found)
        return
    if isinstance(value, list) and second:
        found.notes.append(f"{text.name}: each line is a list.")
    yield _row(text.name, one, first, value)
    for number, line in [second, *()]:
        yield _row(text.name, number, line, _parsed(text.name, f"line {number}", line))
    for number, line in lines:
        yield _row(text.name, number, line, _parsed(text.name, f"line {number}", line))


def _continues(name: str, line: str) -> bool:
    """Whether a line is the beginning of a longer document, and not a damaged row."""
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        return error.pos >= len(line.rstrip())
    except (RecursionError, ValueError):
        return False
    return False


def _row(name: str, number: int, line: str, value: Any) -> Any:
    if value is None or isinstance(value, dict | str | list):
        return value
    raise CorpusError(f"{name}, line {number} is neither an object nor a string: {quoted(line[:40])}.")


def _parsed(name: str, where: str, line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise CorpusError(f"{name}, {where} is not JSON ({error.msg}): a line must be an object.") from error
    except RecursionError:
        raise CorpusError(f"{name}, {where} has lists or objects that are nested too deep.") from None
    except ValueError:
        most = sys.get_int_max_str_digits()
        raise CorpusError(f"{name}, {where} has a number of more than {most:,} digits.") from None


def _document(text: TextFile, found: Records) -> Iterator[Any]:
    """The rows of a document over several lines, or of several documents one after the other."""
    whole = "".join(text.lines(newline="\n")).strip("\ufeff \t\r\n")
    decoder, at, values = json.JSONDecoder(), 0, []
    while at < len(whole):
        try:
            value, at = decoder.raw_decode(whole, at)
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}"
            raise CorpusError(f"{text.name}, {where} is not JSON ({error.msg}): is the file complete?") from error
        except RecursionError:
            raise CorpusError(f"{text.name} has lists or objects that are nested too deep.") from None
        except ValueError:
            most = sys.get_int_max_str_digits()
            raise CorpusError(f"{text.name} has a number of more than {most:,} digits.") from None
        values.append(value)
        while at < len(whole) and whole[at] in " \t\r\n,":
            at += 1
    del whole
    if len(values) == 1:
        yield from _unwrapped(values[0], text.name, found)
    else:
        for number, value in enumerate(values, start=1):
            yield _row(text.name, number, "", value)


def _unwrapped(value: Any, name: str, found: Records) -> Iterator[Any]:
    """The rows of one JSON value."""
    if isinstance(value, dict):
        value, path = _longest_list(value)
        if path:
            found.notes.append(f"{name}: the rows are the list at “{shown_name(path)}”.")
    for number, row in enumerate(value if isinstance(value, list) else [value], start=1):
        if not (row is None or isinstance(row, dict | str | list)):
            raise CorpusError(f"{name}, row {number} is neither an object nor a string: {quoted(row)}.")
        yield row


def _longest_list(value: dict) -> tuple[Any, str]:
    """The list of objects or texts with the most items within an object, and its path; else the object as one row."""
    if isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):  # pandas, orient="split"
        return [
            dict(zip(map(str, value["columns"]), r, strict=False)) for r in value["data"] if isinstance(r, list)
        ], ""
    best: tuple[int, Any, str] = (0, value, "")
    waiting: list[tuple[dict, tuple[str, ...]]] = [(value, ())]
    while waiting:
        inside, way = waiting.pop()
        for key, item in inside.items():
            if isinstance(item, list) and item and isinstance(item[0], dict | str):
                length = len(item) * (10 if isinstance(item[0], dict) else 1)
                if length > best[0]:
                    best = length, item, ".".join((*way, key))
            elif isinstance(item, dict) and len(way) < _DEEPEST:
                waiting.append((item, (*way, key)))
    if best[2] and not (len(best[1]) <= 20 and isinstance(best[1][0], str) and any(map(name_score, value))):
        return best[1], best[2]
    rows = _turned(value)
    return (rows == [value] and _keyed(value)) or (rows, "")


def _turned(value: dict) -> Any:
    """The rows of an object of objects: a column each, or a row each, as pandas writes them."""
    inner = list(value.values())
    if not inner or not all(isinstance(item, dict) for item in inner):
        return [value]
    if all(key.isdigit() for item in inner[:50] for key in item) and not all(key.isdigit() for key in value):
        longest = max(inner, key=len)
        return [{name: column.get(i) for name, column in value.items()} for i in longest]
    if len(inner) > 1 or all(key.isdigit() for key in value):
        return inner
    return [value]


def _keyed(value: dict) -> tuple[list[dict], str] | None:
    """The largest object of objects that are alike, such as products by their number, and its path."""
    best: tuple[list[dict], str] | None = None
    waiting: list[tuple[dict, tuple[str, ...]]] = [(value, ())]
    while waiting:
        inside, way = waiting.pop()
        inner = list(inside.values())
        alike = len(inner) > 1 and all(isinstance(item, dict) for item in inner)
        if way and alike and set.intersection(*map(set, inner)) and len(inner) > len(best[0] if best else ()):
            best = inner, ".".join(way)
        elif len(way) < _DEEPEST:
            waiting.extend((item, (*way, key)) for key, item in inside.items() if isinstance(item, dict))
    return best


def refuse_nothing(name: str) -> None:
    """Refuse a file without rows."""
    raise NoColumnError(f"{name} has no rows of texts: it must be a list of objects or of texts.")
