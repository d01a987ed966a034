"""What a browser or a program sends, and the sentences that go back.

What is sent may be anything, since nobody has to use the page to ask.
"""

import re
import sys
import tempfile
from pathlib import Path
from typing import Any, TypeGuard

from gradio.utils import get_upload_folder

from headline.paths import ROOT
from headline.runs.queue import RUNS
from headline.web.serve.questions import text_of

_LONGEST_ID = 255  # bytes, the limit of a file name
_MOST_IDS = 1_000  # that one browser keeps


def is_id(value: object) -> TypeGuard[str]:
    """Whether a value can be the id of a run or a model: a plain file name without control characters."""
    if not isinstance(value, str) or not value.isprintable() or value.startswith("."):
        return False
    return Path(value).name == value and "\\" not in value and 0 < len(value.encode()) <= _LONGEST_ID


def ids_of(value: object) -> list[str]:
    """The ids in the list that a browser stores."""
    return [id_ for id_ in value[-_MOST_IDS:] if is_id(id_)] if isinstance(value, list) else []


def box_text(value: Any) -> str:
    """The text in the search box."""
    return text_of(value.get("text")) if isinstance(value, dict) else ""


def name_of(value: object, most: int) -> str:
    """A name that a person gives to something: one line without control characters."""
    return "".join(letter if letter.isprintable() else " " for letter in text_of(value)).strip()[:most].strip()


def number_of(value: object, least: float, most: float) -> float:
    """A number within bounds; the lowest one if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= least:
        return least
    return min(value, most)


def without_folders(sentence: str) -> str:
    """A sentence for a visitor: of the server's own files it keeps the names and leaves out where they are.

    What it quotes may hold half surrogate pairs, which become “?” as in `text_of`.
    """
    return _FOLDERS.sub("", text_of(sentence))


def _folders() -> re.Pattern[str]:
    """The folders in which the server's files are, with all that is below them."""
    temporary = (Path(tempfile.gettempdir()), Path(get_upload_folder()))
    roots = [ROOT, RUNS, *temporary, Path.home(), Path(sys.prefix), Path.cwd()]
    paths = {str(path) for root in roots for path in (root.absolute(), root.resolve()) if len(path.parts) > 1}
    longest_first = "|".join(re.escape(path) for path in sorted(paths, key=len, reverse=True))
    return re.compile(rf"(?:{longest_first})(?:[\\/][^\\/\s]+)*[\\/]")


_FOLDERS = _folders()
