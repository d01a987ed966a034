"""Which script a character belongs to, and whether words are written with spaces between them."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

# Blocks of Unicode, as the insides of character classes.
_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_SCRIPTS = {
    "Latin": "A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff",
    "Greek": "\u0370-\u03ff\u1f00-\u1fff",
    "Cyrillic": "\u0400-\u052f",
    "Armenian": "\u0530-\u058f",
    "Hebrew": "\u0590-\u05ff\ufb1d-\ufb4f",
    "Arabic": "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff",
    "Devanagari": "\u0900-\u097f",
    "Bengali": "\u0980-\u09ff",
    "Tamil": "\u0b80-\u0bff",
    "Thai": "\u0e00-\u0e7f",
    "Lao": "\u0e80-\u0eff",
    "Tibetan": "\u0f00-\u0fff",
    "Myanmar": "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f",
    "Georgian": "\u10a0-\u10ff",
    "Khmer": "\u1780-\u17ff",
    "Han": _HAN,
    "Kana": _KANA,
    "Hangul": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3",
}
_SCRIPT = re.compile("|".join(f"(?P<{name}>[{inside}]+)" for name, inside in _SCRIPTS.items()))
# Their words are written without spaces. BudouX splits the first three.
UNSPACED = ("Han", "Kana", "Thai", "Lao", "Tibetan", "Myanmar", "Khmer")
SPLITTABLE = ("Han", "Kana", "Thai")
# The punctuation of Chinese and Japanese brings its own room.
_FULL_WIDTH = "\u3001-\u3003\u3008-\u3011\u3014-\u301f\u30fb\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
UNSPACED_LETTER = re.compile(f"[{''.join(_SCRIPTS[name] for name in UNSPACED)}]")
NO_SPACE = re.compile(f"[{''.join(_SCRIPTS[name] for name in UNSPACED)}{_FULL_WIDTH}]")
HANGUL = re.compile(f"[{_SCRIPTS['Hangul']}]")


def scripts_of(texts: Iterable[str]) -> Counter[str]:
    """Count the letters of some texts by script.

    >>> scripts_of(["iPhoneの発売"])
    Counter({'Latin': 6, 'Han': 2, 'Kana': 1})
    """
    counts: Counter[str] = Counter()
    for text in texts:
        for match in _SCRIPT.finditer(text):
            counts[match.lastgroup or ""] += match.end() - match.start()
    return counts


def runs_of(text: str, script: str) -> list[str]:
    """The runs of letters of a script in a text: what stands between spaces, marks and other scripts.

    Japanese is one script here, with its Chinese characters.

    >>> runs_of("新しいプール、3つ", "Kana")
    ['新しいプール', 'つ']
    """
    letters = _SCRIPTS["Han"] + _SCRIPTS["Kana"] if script in ("Han", "Kana") else _SCRIPTS[script]
    return [run for run in re.split(f"[^{letters}]+|[\u0f0b-\u0f12\u104a\u104b\u17d4-\u17da]", text) if run]


def is_unspaced(text: str) -> bool:
    """Whether a text has a letter of a script that is written without spaces between words."""
    return not text.isascii() and UNSPACED_LETTER.search(text) is not None


def joins(left: str, right: str) -> bool:
    """Whether two words follow each other without a space: where one of them has no spaces around it, and neither is
    Korean, which has Chinese characters and spaces.

    >>> [joins(*pair) for pair in (("新型", "iPhone"), ("美", "대선"), ("ประกาศ", "ใหม่"), ("New", "York"))]
    [True, False, True, False]
    """
    end, begin = left[-1:], right[:1]
    if (end.isascii() and begin.isascii()) or HANGUL.match(end) or HANGUL.match(begin):
        return False
    return bool(NO_SPACE.match(end) or NO_SPACE.match(begin))


def ends_word(text: str, end: int) -> bool:
    """Whether a word may end at text[:end]: no letter, digit or combining mark goes on with it.

    >>> [ends_word("a cat", 5), ends_word("a cat", 4), ends_word("सरकार", 3), ends_word("新しい", 1)]
    [True, False, False, True]
    """
    following = text[end : end + 1]
    goes_on = following.isalnum() or unicodedata.category(following or " ")[0] == "M" or following in "\u200c\u200d"
    return not following or not goes_on or joins(text[:end], following)
