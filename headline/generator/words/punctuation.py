"""Which punctuation marks may come next: one rule for the list and for whole headlines."""

from collections.abc import Sequence
from functools import lru_cache

from headline.corpus.segmentation import DASH, MARKS, OPENING_MARKS, PAIRS

_FEW = 4  # marks of a text, for which what may follow is kept
_OPENS = {closing: opening for opening, closing in PAIRS.items()}
UNFINISHED = frozenset(",:;،؛、，：；" + DASH) | OPENING_MARKS  # a headline does not end with one of these


def sound_marks(marks: Sequence[str], before: Sequence[str], last: str) -> list[bool]:
    """Return which of some marks may follow a text.

    A text begins with an opening mark or none. Right behind a mark comes only a quote or bracket, but behind one that
    closes any mark. Only what was opened is closed, and not right behind a comma. A full stop that belongs to the word
    (U.S.) ends the sentence too.

    Args:
        before: the keys of the words and marks of the text.
        last: the last of them, "" at the start.

    >>> sound_marks("?:.”“", ["in", "the", "u.s."], "u.s.")
    [True, True, False, False, True]
    """
    opened = tuple(key for key in before if key in MARKS)
    if len(opened) > _FEW:
        return _sound(marks, opened, last)
    if last and last not in MARKS:  # of a word it only counts whether a full stop ends it
        last = "a." if last.endswith(".") else "a"
    return list(_kept_sound(tuple(marks), opened, last))


def _sound(marks: Sequence[str], opened: Sequence[str], last: str) -> list[bool]:
    return [_is_sound(mark, opened, last) for mark in marks]


_kept_sound = lru_cache(maxsize=1024)(_sound)  # most texts have no marks, or one or two


def _is_sound(mark: str, opened: Sequence[str], last: str) -> bool:
    if mark in _OPENS:
        return opened.count(_OPENS[mark]) > opened.count(mark) and last not in UNFINISHED
    if mark in OPENING_MARKS:
        return last not in OPENING_MARKS and opened.count(mark) == opened.count(PAIRS.get(mark, mark))
    if mark in ".…" and last.endswith("."):
        return False
    return bool(last) and (last not in MARKS or last in _OPENS)


def beside_words(marks: Sequence[float], sound: Sequence[bool]) -> tuple[float, list[float]]:
    """Return the probability that no mark comes next, and that of each mark, given that none of the unsound ones does.

    `marks` are the model's probabilities of the marks.

    >>> beside_words([0.5, 0.2], [True, False])
    (0.375, [0.625, 0.0])
    """
    rest = max(1.0 - sum(p for p, ok in zip(marks, sound, strict=True) if not ok), 1e-6)
    possible = [p / rest if ok else 0.0 for p, ok in zip(marks, sound, strict=True)]
    return max(0.0, 1.0 - sum(possible)), possible
