"""Corrections of typing mistakes by a noisy channel model.

Kernighan, Church & Gale 1990, "A Spelling Correction Program Based on a Noisy Channel Model": the probability of a
correction is the language model's times that of the slip. The slips are the four of Damerau 1964 (a missing, extra
or wrong letter, two letters exchanged); doubled and neighbouring letters, and letters without their marks, have their
own probabilities. Letters and keyboard are those of the language.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from headline.corpus.language.languages import LANGUAGES, Language

# The probability that a word is typed with one given slip. About two in a hundred words have a slip; there are many
# more ways to hit a wrong key than to double or exchange letters.
EXCHANGED, DOUBLED, EXTRA, MISSING, NEIGHBOUR, WRONG = 6e-4, 6e-4, 3e-5, 3e-4, 3e-4, 2e-5
UNMARKED = 2e-3  # a letter without its mark, such as e for é
TWO_SLIPS = 1e-7
_TWO = 2
_MOST_WITH_TWO = 50  # words


@lru_cache(maxsize=64)
def neighbours(language: Language) -> dict[str, str]:
    """Return the neighbours of each letter on the language's keyboard, whose rows are each shifted by half a key."""
    near: dict[str, set[str]] = {letter: set() for letter in language.letters}
    for y, row in enumerate(language.rows):
        for x, letter in enumerate(row):
            for other_y, shifts in ((y, (-1, 1)), (y - 1, (0, 1)), (y + 1, (-1, 0))):
                for shift in shifts:
                    if letter != " " and 0 <= other_y < 3 and 0 <= x + shift < len(language.rows[other_y]):
                        near[letter].add(language.rows[other_y][x + shift])
    return {letter: "".join(sorted(others - {" "})) for letter, others in near.items()}


def known_letters(typed: str, words: Sequence[str]) -> int:
    """Return how many letters of a typed word, from its first on, begin one of some words in alphabetical order.

    >>> known_letters("presxdent", ["practice", "present", "president"])
    4
    """
    at = bisect_left(words, typed)
    return max((_letters_alike(typed, word) for word in words[max(0, at - 1) : at + 1]), default=0)


def _letters_alike(one: str, other: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def one_slip(
    typed: str, language: Language = LANGUAGES["en"], known: int | None = None
) -> tuple[tuple[str, float], ...]:
    """Return what one slip may have turned into `typed`, with the probability of the slip. Prefixes count too.

    Where only the first `known` letters begin any word at all, a slip behind these is not looked for.

    >>> dict(one_slip("presidn"))["presid"]     # the last letter is extra
    3e-05
    """
    # What is kept must not hold the small words of a visitor's model.
    return _one_slip(typed, language.typed_as, len(typed) if known is None else known)


@lru_cache(maxsize=512)
def _one_slip(typed: str, language: Language, known: int) -> tuple[tuple[str, float], ...]:
    meant: dict[str, float] = {}
    for text, chance in _slips(typed, language, known):
        if text != typed and chance > meant.get(text, 0):
            meant[text] = chance
    return tuple(meant.items())


def _slips(typed: str, language: Language, known: int) -> Iterator[tuple[str, float]]:
    near_to = neighbours(language)
    for i in range(min(len(typed), known + 1)):
        before, letter, after = typed[:i], typed[i], typed[i + 1 :]
        yield before + after, DOUBLED if letter == before[-1:] else EXTRA
        if after:
            yield before + after[0] + letter + after[1:], EXCHANGED
        near = near_to.get(letter, "")
        for other in language.with_marks.get(letter, ""):
            yield before + other + after, UNMARKED
        for other in language.letters:
            yield before + other + after, NEIGHBOUR if other in near else WRONG
            yield before + other + letter + after, MISSING
    for other in language.letters if known >= len(typed) else ():
        yield typed + other, MISSING


class TwoSlips:
    """Finds those of many words that are within two slips of a whole typed word.

    Two slips change the length by two at most, and bring or take away two different letters at most. So few words have
    to be compared letter by letter.
    """

    def __init__(self, words: Sequence[str]):
        self._words = words
        self._lengths = np.array([len(word) for word in words], dtype=np.int64)  # (n,)
        self._letters = np.array([_letter_set(word) for word in words], dtype=np.uint64)  # (n,)

    def of(self, typed: str) -> list[int]:
        """Return the indices of the words."""
        letters = np.uint64(_letter_set(typed))
        near = np.abs(self._lengths - len(typed)) <= _TWO
        near &= np.bitwise_count(self._letters & ~letters) <= _TWO
        near &= np.bitwise_count(letters & ~self._letters) <= _TWO
        places = np.flatnonzero(near).tolist()
        words = [self._words[place] for place in places]
        found = process.extract(typed, words, scorer=OSA.distance, score_cutoff=_TWO, limit=_MOST_WITH_TWO)
        return [places[at] for _, _, at in found]


def _letter_set(word: str) -> int:
    """The letters of a word as bits; a few share one."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 63)
    return bits
