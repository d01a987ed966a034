"""Phrases: several next words at once, found by beam search."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from headline.model.top import top

_REMEMBERED = 16  # most probable words of a distribution: every letter asks for them again


@dataclass(frozen=True)
class NextWord:
    """The distribution of the next word."""

    words: np.ndarray  # (V,) probabilities; 0 for ids that are never suggested
    unknown: float  # probability of a word outside the vocabulary
    end: float  # probability that the headline ends

    def likeliest(self, k: int) -> list[int]:
        """Return the ids of the k most probable words, the most probable first."""
        return self._likeliest[:k] if k <= _REMEMBERED else top(self.words, k).tolist()

    @cached_property
    def _likeliest(self) -> list[int]:
        return top(self.words, _REMEMBERED).tolist()


@dataclass(frozen=True)
class Phrase:
    ids: tuple[int, ...]
    probability: float

    @property
    def keys_saved(self) -> float:
        """The expected number of keys saved, compared with taking its words one by one."""
        return self.probability * (len(self.ids) - 1)


Look = Callable[[Sequence[tuple[int, ...]]], Sequence[NextWord]]


def grow(begun: Sequence[Phrase], look: Look, min_probability: float, words: int = 4, width: int = 4) -> list[Phrase]:
    """Return phrases of two to `words` words that begin with one of the given words, the most probable first.

    At each length the `width` most probable phrases continue, none below `min_probability` and none that more
    probably ends. `look` returns the distributions after words appended to the typed text.

    Of phrases where one begins the other, the one that saves more keys on average is kept: the longer one if its
    further words are more probable than not. (The length penalty of whole headlines would prefer the shorter one
    however certain the longer one is.)
    """
    beams = sorted((b for b in begun if b.probability >= min_probability), key=_likeliest_first)[:width]
    found: list[Phrase] = []
    for _ in range(words - 1):
        if not beams:
            break
        grown: list[Phrase] = []
        for phrase, follows in zip(beams, look([b.ids for b in beams]), strict=True):
            for i in follows.likeliest(width):
                probability = phrase.probability * float(follows.words[i])
                if probability < min_probability or follows.words[i] < follows.end:
                    break
                if i != phrase.ids[-1]:
                    grown.append(Phrase((*phrase.ids, i), probability))
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
