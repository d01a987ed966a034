"""Typing mistakes: what somebody may have meant by letters that hardly any word begins with.

A noisy channel (Kernighan, Church & Gale 1990, "A Spelling Correction Program Based on a Noisy
Channel Model"): what was meant is likely as the language model says, times the chance of the slip.
The slips are the four of Damerau 1964 (a letter missing, too many, wrong, or two exchanged), with
doubled and neighbouring letters apart, for fingers make these more often.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

# The chance that a word of some letters is typed with one given slip. Two in a hundred words have
# one at all; there are many more ways to hit a wrong key than to double or exchange letters.
EXCHANGED, DOUBLED, EXTRA, MISSING, NEIGHBOUR, WRONG = 6e-4, 6e-4, 3e-5, 3e-4, 3e-4, 2e-5
TWO_SLIPS = 1e-7
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbours() -> dict[str, str]:
    """Letters beside each letter on a QWERTY keyboard, each row half a key to the right of the one above."""
    near: dict[str, set[str]] = {letter: set() for letter in _LETTERS}
    for y, row in enumerate(_KEYBOARD):
        for x, letter in enumerate(row):
            for other_y, shifts in ((y, (-1, 1)), (y - 1, (0, 1)), (y + 1, (-1, 0))):
                for shift in shifts:
                    if 0 <= other_y < 3 and 0 <= x + shift < len(_KEYBOARD[other_y]):
                        near[letter].add(_KEYBOARD[other_y][x + shift])
    return {letter: "".join(sorted(others)) for letter, others in near.items()}


NEIGHBOURS = _neighbours()


@lru_cache(maxsize=512)
def one_slip(typed: str) -> tuple[tuple[str, float], ...]:
    """What may have been meant by some letters, with the chance of the slip; they may be a word's beginning.

    >>> dict(one_slip("presidn"))["presid"]     # the last letter was one too many
    3e-05
    """
    meant: dict[str, float] = {}
    for text, chance in _slips(typed):
        if text != typed and chance > meant.get(text, 0):
            meant[text] = chance
    return tuple(meant.items())


def _slips(typed: str) -> Iterator[tuple[str, float]]:
    for i in range(len(typed)):
        before, letter, after = typed[:i], typed[i], typed[i + 1 :]
        yield before + after, DOUBLED if letter == before[-1:] else EXTRA
        if after:
            yield before + after[0] + letter + after[1:], EXCHANGED
        near = NEIGHBOURS.get(letter, "")
        for other in _LETTERS:
            yield before + other + after, NEIGHBOUR if other in near else WRONG
            yield before + other + letter + after, MISSING
    for other in _LETTERS:
        yield typed + other, MISSING


def two_slips(typed: str, words: Sequence[str]) -> list[int]:
    """Places of the words that are two slips away from a whole typed one."""
    found = process.extract(typed, words, scorer=OSA.distance, score_cutoff=2, limit=50)
    return [place for _, _, place in found]
