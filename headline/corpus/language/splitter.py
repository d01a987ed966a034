"""Finds the words of scripts that are written without spaces, with BudouX.

BudouX splits where a line may break (Google; models of a few kilobytes, for Python and browsers alike). A Japanese
piece is a word with the particles behind it: it is split once more, where kana follow other letters, so that 政府は and
政府が share a word.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import budoux

_JAPANESE_STEM = re.compile(r"(?<=[^\u3041-\u3096])(?=[\u3041-\u3096])")  # before hiragana that follow other letters
_LONGEST = 2000  # characters that are split at once; the time grows with the length
_LOADERS = {
    "ja": "load_default_japanese_parser",
    "zh": "load_default_simplified_chinese_parser",
    "zh-Hant": "load_default_traditional_chinese_parser",
    "th": "load_default_thai_parser",
}


def split_unspaced(run: str, tag: str) -> list[str]:
    """The words of a run of letters without spaces, in a language; one by its letters where the tag is another.

    >>> split_unspaced("政府は新型iPhoneの発売を発表した", "ja")
    ['政府', 'は', '新型iPhone', 'の', '発売', 'を', '発表', 'した']
    """
    known = tag if tag in _LOADERS else _by_letters(run)
    pieces: list[str] = []
    for begin in range(0, len(run), _LONGEST):
        pieces += _parser(known).parse(run[begin : begin + _LONGEST])
    if known != "ja":
        return pieces
    return [part for piece in pieces for part in _JAPANESE_STEM.split(piece)]


def splitter_model(tag: str) -> dict[str, dict[str, int]] | None:
    """BudouX's model of a language, by feature and letters; None where words are found by their spaces."""
    return _parser(tag).model if tag in _LOADERS else None


def _by_letters(run: str) -> str:
    if re.search("[\u3040-\u30ff]", run):
        return "ja"
    return "th" if re.search("[\u0e00-\u0e7f]", run) else "zh"


@cache
def _parser(tag: str) -> "budoux.Parser":
    import budoux  # loaded when a list needs it

    return getattr(budoux, _LOADERS[tag])()
