"""Several next words at once, where they are likely enough to be worth reading."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from headline.generator.ranking import top


@dataclass(frozen=True)
class NextWord:
    """What may come after some words."""

    words: np.ndarray  # (V,) the probability of each word; 0 for the marks and for what is never suggested
    unknown: float  # that it is a word outside the vocabulary
    end: float  # that the headline ends


@dataclass(frozen=True)
class Phrase:
    ids: tuple[int, ...]
    probability: float

    @property
    def keys_saved(self) -> float:
        """On average, against taking its words one by one."""
        return self.probability * (len(self.ids) - 1)


Look = Callable[[Sequence[tuple[int, ...]]], Sequence[NextWord]]


def grow(begun: Sequence[Phrase], look: Look, min_probability: float, words: int = 4, width: int = 4) -> list[Phrase]:
    """Phrases of two to `words` words that begin with one of the given ones: a beam search.

    At each length the `width` likeliest go on, none that is less likely than `min_probability`; nothing goes
    on where the end of the headline is the likeliest. `look` tells what may come after words that
    have been put behind those typed.

    Of phrases that begin alike only that is kept which saves the most keys on average, probability
    times words beyond the first: the longer of two if its further words are likelier than not. (Log
    probability over a power of length, as whole headlines are ranked, prefers the shorter however
    sure the longer is.) They come the likeliest first.
    """
    beams = sorted((b for b in begun if b.probability >= min_probability), key=_likeliest_first)[:width]
    found: list[Phrase] = []
    for _ in range(words - 1):
        if not beams:
            break
        grown: list[Phrase] = []
        for phrase, follows in zip(beams, look([b.ids for b in beams]), strict=True):
            for i in top(follows.words, width):
                probability = phrase.probability * float(follows.words[i])
                if probability < min_probability or follows.words[i] < follows.end:
                    break
                if i != phrase.ids[-1]:
                    grown.append(Phrase((*phrase.ids, int(i)), probability))
        beams = sorted(grown, key=_likeliest_first)[:width]
        found += beams
    kept: list[Phrase] = []
    for phrase in sorted(found, key=lambda p: (-p.keys_saved, len(p.ids))):
        if not any(_one_begins_other(phrase.ids, other.ids) for other in kept):
            kept.append(phrase)
    return sorted(kept, key=_likeliest_first)


def _likeliest_first(phrase: Phrase) -> tuple:
    return -phrase.probability, phrase.ids


def _one_begins_other(a: Sequence[int], b: Sequence[int]) -> bool:
    n = min(len(a), len(b))
    return a[:n] == b[:n]
