"""Words that are never suggested. Anybody may still type them.

They are the list of the package better_profanity (MIT), kept in assets/, changed by a file for the owner: one blocked
word per line, `+word` allows a word again, `=word` blocks this word alone, without its plural and compounds, a #
begins a comment. Misspelt words and names of accounts are blocked so too.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from headline.paths import ASSETS

COMMON_LIST = ASSETS / "blocked_words.txt"
OWN_LIST = ASSETS / "blocklist.txt"
MISSPELLINGS = ASSETS / "misspellings.txt"
ACCOUNT_NAMES = ASSETS / "account_names.txt"
DELICATE_LIST = ASSETS / "delicate_words.txt"


@cache
def blocked_words(path: Path = OWN_LIST) -> frozenset[str]:
    """Return the blocked words in lower case: the common list, and misspelt words and names of accounts (which are
    blocked alone, after a =), changed by the owner's file if there is one."""
    words = _lines(COMMON_LIST.read_text(encoding="utf-8"))
    words += [f"={word}" for word in misspellings() | account_names()]
    own = set(_lines(path.read_text(encoding="utf-8"))) if path.is_file() else set()
    allowed = {word[1:].strip() for word in own if word.startswith("+")}
    allowed |= {f"={word}" for word in allowed}
    return frozenset((set(words) | {word for word in own if not word.startswith("+")}) - allowed)


@cache
def misspellings() -> frozenset[str]:
    """Return words that are hardly anything but misspellings of others."""
    return frozenset(_lines(MISSPELLINGS.read_text(encoding="utf-8")))


@cache
def account_names() -> frozenset[str]:
    """Return names of accounts and joined words that stand in the bundled model's vocabulary."""
    return frozenset(_lines(ACCOUNT_NAMES.read_text(encoding="utf-8")))


@cache
def delicate_words() -> frozenset[str]:
    """Return words that are suggested only where they are likely."""
    return frozenset(_lines(DELICATE_LIST.read_text(encoding="utf-8")))


def is_blocked(word: str, blocked: Iterable[str]) -> bool:
    """Whether a word or a part of a compound is blocked; a plural or genitive counts as the word."""
    if f"={word}" in blocked:
        return True
    parts = [word, *word.replace("'", "-").split("-")]
    return any(part in blocked or (part.endswith("s") and part[:-1] in blocked) for part in parts if part)


def _lines(text: str) -> list[str]:
    lines = (line.split("#")[0].strip().lower() for line in text.splitlines())
    return [line for line in lines if line]
