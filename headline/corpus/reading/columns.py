"""Which column of a table holds the headlines: by words of its name and by what its cells look like."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from headline.corpus.bounds import LONGEST_NAME
from headline.errors import CorpusError, NoColumnError

# Names of headline columns in public corpora, the most specific first.
COLUMN_NAMES = ("headline", "headline_text", "headlines", "title", "titles", "article_title", "text", "sentence")
# Words within a name, and how much they say. Other languages' words for title are as good as the English one.
_WORDS = dict.fromkeys(("headline", "headlines", "schlagzeile", "überschrift", "manchete", "заголовок"), 80)
_WORDS |= dict.fromkeys(("title", "titles", "titel", "titre", "titulo", "título", "titolo", "tytuł", "başlık"), 70)
_WORDS |= dict.fromkeys(
    ("标题", "標題", "タイトル", "제목", "العنوان", "عنوان", "название", "naslov", "otsikko", "rubrik"), 70
)
_WORDS |= dict.fromkeys(("subject", "question", "name", "names", "product", "recipe", "caption", "label"), 40)
_WORDS |= dict.fromkeys(("text", "sentence", "nom", "nombre", "nome"), 30)
# Words that turn a name into that of another thing: title_id, author_name, title_url, titleLength, userTitle.
_OTHERS = frozenset(
    "id ids url uri link href date time author authors source slug category type lang language code count length len "
    "image img size user username file filename path key hash host domain site publisher brand first last score "
    "commentbody comment comments body content abstract description summary review status number "
    "sex gender country city".split()
)
_FITTING_WORDS = (1.5, 30.0)  # words of a cell on average, as titles have
_LONG_NAME = 60  # characters of a name that a message repeats


@dataclass(frozen=True)
class Choice:
    """A column, the others that could be meant, and whether its name says so or its cells."""

    place: int
    name: str
    others: tuple[str, ...]  # the most likely ones first
    by_cells: bool = False


def name_score(name: str) -> int:
    """How much a column's name says that it holds headlines: 0 nothing, 100 that it does.

    >>> [name_score(name) for name in ("headline", "News Headline", "Title_en", "title_id", "year")]
    [100, 80, 70, 0, 0]
    """
    folded = name[:LONGEST_NAME].strip().casefold()
    if folded in COLUMN_NAMES:
        return 100 - COLUMN_NAMES.index(folded)
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name[:LONGEST_NAME])
    words = re.findall(r"[^\W_]+", apart.casefold())
    if folded.rsplit(".", 1)[-1] in ("rendered", "main", "plain_text", "#text"):  # title.rendered, headline.main
        words = [word for word in words if word not in ("rendered", "main", "plain", "text")] or words
        return max((_WORDS.get(word, 0) for word in words), default=0) + 1
    if _OTHERS & set(words):
        return 0
    return max((_WORDS.get(word, 0) for word in words), default=0)


def choose_column(
    name: str, columns: list[str], wanted: str | None, cells: Sequence[Sequence[object]] = (), exact: bool = False
) -> Choice:
    """The column that is wanted, by name or by number, or the most likely one.

    Args:
        name: of the file.
        columns: their names.
        wanted: a name, or a number from 1; None: the most likely one.
        cells: of the first rows, a sequence a column; none where they are not known.
        exact: only a name of COLUMN_NAMES will do.

    Raises:
        NoColumnError: there is no such column.
    """
    if wanted is not None:
        place = _wanted(name, columns, wanted)
        return Choice(place, columns[place], tuple(c for i, c in enumerate(columns) if i != place))
    scores = [name_score(column) for column in columns]
    likely = [_likeness(cells[i]) if cells else 0.5 for i in range(len(columns))]
    filled = [not cells or not cells[i] or _filled(cells[i]) > 0.05 for i in range(len(columns))]
    if not any(filled):
        filled = [True] * len(columns)
    named = [i for i in range(len(columns)) if scores[i] and (scores[i] > 92 or likely[i] > 0 or not cells)]
    if exact:
        named = [i for i in named if columns[i][:LONGEST_NAME].strip().casefold() in COLUMN_NAMES]
    order = sorted(named, key=lambda i: (not filled[i], -scores[i], i))
    by_cells = False
    if not order and not exact:
        plain = [i for i in range(len(columns)) if likely[i] > 0.6 and not _is_other(columns[i])]
        order, by_cells = sorted(plain, key=lambda i: (-likely[i], i)), bool(cells)
        if len(columns) == 1 and not _is_other(columns[0]) and (not cells or _texts(cells[0]) or not cells[0]):
            order = [0]
        elif not cells:
            order = []
    if not order:
        listed = _listed(columns)
        raise NoColumnError(
            f"{name} has no column called headline or title: name one of {listed} as the column to read."
        )
    best = order[0]
    _check_name(name, columns[best])
    ranked = sorted((i for i in range(len(columns)) if i != best), key=lambda i: (-scores[i], -likely[i], i))
    return Choice(best, columns[best], tuple(columns[i] for i in ranked), by_cells and len(columns) > 1)


def _wanted(name: str, columns: list[str], wanted: str) -> int:
    place = place_of(columns, wanted)
    if place is not None:
        if not _is_number(wanted):
            _check_name(name, columns[place])
        return place
    raise NoColumnError(f"{name} has no column “{quoted(wanted)}”; its columns are {_listed(columns)}.")


def place_of(names: Sequence[str], wanted: str) -> int | None:
    """The place of a name that a person wrote, also as a message shows it, or of a number from 1; None: it has none."""
    exactly = [i for i, name in enumerate(names) if name == wanted]
    same = [i for i, name in enumerate(names) if name.strip().casefold() == wanted.strip().casefold()]
    shown = [i for i, name in enumerate(names) if shown_name(name) == shown_name(wanted)]
    if found := exactly or same or (shown if len(shown) == 1 else []):
        return found[0]
    return int(wanted) - 1 if _is_number(wanted) and 1 <= int(wanted) <= len(names) else None


def _is_number(wanted: str) -> bool:
    return wanted.isascii() and wanted.isdigit() and len(wanted) < 7


def place_of_table(file: str, kind: str, names: Sequence[str], wanted: str) -> int:
    """The place of the sheet or table that a person named, or numbered from 1.

    Raises:
        NoColumnError: there is none of this name.
    """
    place = place_of(names, wanted)
    if place is None:
        raise NoColumnError(f"{file} has no {kind} “{quoted(wanted)}”; its {kind}s are {_listed(list(names))}.")
    return place


def _check_name(name: str, column: str) -> None:
    if len(column) > LONGEST_NAME:
        raise CorpusError(f"{name} has a column whose name is longer than {LONGEST_NAME} characters: rename it.")


def _listed(columns: list[str]) -> str:
    """The names for a message. A long one is given by its number, which is accepted as well."""
    shown = [
        f"“{' '.join(c.split())}”" if len(c) <= 40 and c.isprintable() else f"{i} (“{quoted(c)[:30]}…”)"
        for i, c in enumerate(columns, start=1)
        if c.strip()
    ]
    return ", ".join(shown[:8]) + (f" or {len(shown) - 8:,} more" if len(shown) > 8 else "")


def shown_name(column: str) -> str:
    """A column's name for a message, on one line; a long one is cut and ends in “…”, and is accepted so, too."""
    whole = " ".join(column.encode("utf-8", "replace").decode().split())
    return whole if len(whole) <= _LONG_NAME else f"{whole[:_LONG_NAME]}…"


def quoted(text: object) -> str:
    """The beginning of a text as one line without lone surrogates, which cannot be printed."""
    cut = str(text)[:_LONG_NAME].encode("utf-8", "replace").decode()
    return " ".join(cut.split()).replace(". ", " ").rstrip(".")


def _is_other(column: str) -> bool:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column[:LONGEST_NAME])
    return bool(_OTHERS & (set(re.findall(r"[^\W_]+", apart.casefold())) | {column.casefold()}))


def _texts(cells: Sequence[object]) -> list[str]:
    return [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()]


def _filled(cells: Sequence[object]) -> float:
    return sum(cell is not None and bool(str(cell).strip()) for cell in cells) / max(1, len(cells))


def _likeness(cells: Sequence[object]) -> float:
    """How much the cells look like titles, from 0 to 1: texts of some words, most of them different."""
    texts = _texts(cells)
    if not texts or len(texts) < len([c for c in cells if c is not None]) / 2:
        return 0.0
    # Languages without spaces have many letters in a word.
    words = sum(max(len(text.split()), sum(ord(c) > 0x2E80 for c in text) / 3) for text in texts) / len(texts)
    letters = sum(c.isalpha() for text in texts for c in text) / max(1, sum(map(len, texts)))
    if letters < 0.5 or sum(text.startswith(("http://", "https://", "/")) for text in texts) > len(texts) / 2:
        return 0.0
    distinct = len(set(texts)) / len(texts)
    low, high = _FITTING_WORDS
    fit = 1.0 if low <= words <= high else (0.4 if words < low else 0.2)
    return fit * (0.3 + 0.7 * distinct) if distinct > 0.3 or len(texts) < 5 else 0.1
