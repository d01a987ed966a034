"""Which words may come next in a whole headline: none that is blocked, no stutter, sound punctuation."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from headline.generator.suggester import Suggester
from headline.generator.words.punctuation import UNFINISHED, sound_marks


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
        before = [vocabulary.itos[i] for i in read if i != vocabulary.start]
        sound = sound_marks([vocabulary.itos[i] for i in vocabulary.marks], before, before[-1] if before else "")
        allowed[[i for i, is_sound in zip(vocabulary.marks, sound, strict=True) if not is_sound]] = False
        if vocabulary.itos[last] in UNFINISHED and vocabulary.end is not None:
            allowed[vocabulary.end] = False
    return np.flatnonzero(allowed)
