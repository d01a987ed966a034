"""Which words may come next in a whole headline: none that is blocked, no stutter, sound punctuation."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from headline.corpus.segmentation import DASH, OPENING_MARKS, PAIRS
from headline.corpus.vocabulary import Vocabulary
from headline.generator.suggester import Suggester

_OPENING = {closing: opening for opening, closing in PAIRS.items()}
_UNFINISHED = frozenset(",:;،؛、，：；" + DASH) | OPENING_MARKS  # a headline does not end with one of these


def allowed_ids(suggester: Suggester, read: Sequence[int], may_end: bool) -> np.ndarray:
    """Ids that may follow some ids that were read: shape (n,).

    The autocomplete recipe repeats no word at once, whatever mark is between, and no pair of words (Paulus et al. 2018,
    "A Deep Reinforced Model for Abstractive Summarization", block repeated trigrams; headlines are shorter). The
    lesson's may.
    """
    vocabulary = suggester.vocabulary
    allowed = np.ones(len(vocabulary), dtype=bool)
    allowed[suggester.blocked_ids] = False
    if vocabulary.end is not None:
        allowed[vocabulary.end] = may_end
    if suggester.checkpoint.config.causal and read:
        last = read[-1]
        ignored = {*vocabulary.specials, *vocabulary.marks}
        words = [i for i in read if i not in ignored]
        if words:
            allowed[words[-1]] = False
            allowed[[b for a, b in pairwise(words) if a == words[-1]]] = False
        allowed[_unsound_marks(vocabulary, read)] = False
        if vocabulary.itos[last] in _UNFINISHED and vocabulary.end is not None:
            allowed[vocabulary.end] = False
    return np.flatnonzero(allowed)


def _unsound_marks(vocabulary: Vocabulary, read: Sequence[int]) -> list[int]:
    """Marks that must not come next: one that closes nothing, one at the start, most marks after another mark."""
    if not vocabulary.marks:
        return []
    marks = set(vocabulary.marks)
    so_far = [vocabulary.itos[i] for i in read if i in marks]
    last = vocabulary.itos[read[-1]] if read[-1] in marks else ""
    at_start = read[-1] in vocabulary.specials and len(read) == 1
    unsound = []
    for i in vocabulary.marks:
        mark = vocabulary.itos[i]
        if mark in _OPENING:
            closes = so_far.count(_OPENING[mark]) > so_far.count(mark)
            sound = closes and last not in _UNFINISHED
        elif mark in OPENING_MARKS:
            sound = last not in OPENING_MARKS and so_far.count(mark) == so_far.count(PAIRS.get(mark, mark))
        else:
            sound = not at_start and (not last or last in _OPENING)
        if not sound:
            unsound.append(i)
    return unsound
