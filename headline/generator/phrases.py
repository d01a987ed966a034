"""Phrases: several next words at once, found by beam search."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from headline.generator.next_words import Likeliest


@dataclass(frozen=True)
class Phrase:
    ids: tuple[int, ...]
    probability: float

    @property
    def keys_saved(self) -> float:
        """The expected number of keys saved, compared with taking its words one by one."""
        return self.probability * (len(self.ids) - 1)


Look = Callable[[Sequence[tuple[int, ...]]], Sequence[Likeliest]]


def grow(
    begun: Sequence[Phrase],
    look: Look,
    min_probability: float,
    continued_from: float = 0.0,
    words: int = 4,
    width: int = 4,
) -> list[Phrase]:
    """Return phrases of two to `words` words that begin with one of the given words, the most probable first.

    At each length the `width` most probable phrases continue, if they have the probability `continued_from`. None below
    `min_probability` is found, and none that more probably ends before its last word. `look` returns the most probable
    words after words appended to the typed text; nearly all the time goes there.

    Of phrases where one begins the other, the one that saves more keys on average is kept: the longer one if its
    further words are more probable than not. (The length penalty of whole headlines would prefer the shorter one
    however certain the longer one is.)
    """
    continued_from = max(continued_from, min_probability)
    beams = sorted(begun, key=_likeliest_first)[:width]
    found: list[Phrase] = []
    for _ in range(words - 1):
        beams = [beam for beam in beams if beam.probability >= continued_from]
        if not beams:
            break
        grown: list[Phrase] = []
        for phrase, follows in zip(beams, look([b.ids for b in beams]), strict=True):
            for i, p in follows.best[:width]:
                probability = phrase.probability * p
                if probability < min_probability or p < follows.end:
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
