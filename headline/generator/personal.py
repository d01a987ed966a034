"""What a person wrote before: a small n-gram model of their headlines, with the language model under it.

    p_n(w | c) = max(count(c w) − d, 0) / (count(c) + s)  +  (s + d · types(c)) / (count(c) + s) · p_{n−1}(w | c')
    p_0(w) = the language model's probability

c' is the context c without its first word, d the discount and s the strength of an order. This is a hierarchical
Pitman-Yor language model with one table for each word (Teh 2006, "A Hierarchical Bayesian Language Model based on
Pitman-Yor Processes", equation 9), whose base distribution is the language model. Where the person never wrote the
context, nothing changes; a name written once is there at once.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from headline.corpus.vocabulary import END, START
from headline.generator.next_words import NextWords

ORDER = 3  # words
MOST = 200  # headlines: of more, the last ones
_DISCOUNTS = (0.7, 0.9, 0.9)  # by the number of words in the context: see bench/personal.py
_STRENGTH = 10.0  # in words, of a context of one word or more
# In words, of the language model against single words: one of these is fitted.
_STRENGTHS = (800.0, 1600.0, 3200.0, 6400.0, 12800.0)
_PRIOR_STRENGTH = 3200.0  # while there is little to fit it on
_FITTED_ON, _LEAST_FITTED_ON = 25, 5  # the last headlines


@dataclass(frozen=True)
class Finished:
    """A headline that a person finished."""

    keys: tuple[str, ...]  # of its words and marks
    forms: Mapping[str, str]  # how the person wrote the words that the vocabulary lacks, by key
    base: tuple[float, ...] = ()  # the language model's probability of each of `keys` and of the end; () if unknown


class Shares(NamedTuple):
    """What the person's headlines add to the language model: p(w) = words.get(w, 0) + left · p_0(w)."""

    words: dict[str, float]  # by key; END is the end of the headline
    left: float


class Personal:
    """The n-gram model of one person. It never changes.

    >>> personal = Personal([Finished(("zuckerberg", "says", "no"), {})])
    >>> round(personal.after(["mr", "zuckerberg"]).words["says"], 3)
    0.025
    """

    def __init__(
        self, finished: Sequence[Finished], strength: float = _PRIOR_STRENGTH, next_words: NextWords | None = None
    ):
        """`finished` in the order of time; `strength` is that of the language model against single words, in words;
        `next_words` are the language model's, as this person shifted them."""
        self.finished, self.strength, self.next_words = tuple(finished), strength, next_words
        self.forms = {key: form for one in finished for key, form in one.forms.items()}
        self._counts = _Counts()
        for one in finished:
            self._counts.add(one.keys)
        self.after = lru_cache(maxsize=64)(self._after)  # every letter of a word asks the same

    @classmethod
    def fitted(cls, finished: Sequence[Finished], next_words: NextWords | None = None) -> "Personal":
        """The model whose strength makes the last headlines most probable, each given those before it.

        Their `base` must be there.
        """
        first = max(_LEAST_FITTED_ON, len(finished) - _FITTED_ON)
        counts, nats = _Counts(), dict.fromkeys(_STRENGTHS, 0.0)
        for number, one in enumerate(finished):
            if number >= first:
                for at, (key, base) in enumerate(zip((*one.keys, END), one.base, strict=True)):
                    p = counts.probabilities(key, one.keys[:at], base, _STRENGTHS)
                    nats = {strength: nats[strength] - math.log(p[strength]) for strength in _STRENGTHS}
            counts.add(one.keys)
        strength = min(_STRENGTHS, key=nats.__getitem__) if first < len(finished) else _PRIOR_STRENGTH
        return cls(finished, strength, next_words)

    def _after(self, keys: tuple[str, ...]) -> Shares:
        """What is added after the keys of a text's words and marks."""
        words: dict[str, float] = {}
        left = 1.0
        for n, counted in self._counts.after(keys):
            discount, strength = _DISCOUNTS[n], _STRENGTH if n else self.strength
            scale = left / (counted.total() + strength)
            for word, count in counted.items():
                words[word] = words.get(word, 0.0) + scale * (count - discount)
            left = scale * (strength + discount * len(counted))
        return Shares(words, left)


class _Counts:
    """How often each word came after each context of up to ORDER − 1 words."""

    def __init__(self) -> None:
        self._words: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)

    def add(self, keys: Sequence[str]) -> None:
        """Count a headline."""
        read: list[str] = [START]
        for key in (*keys, END):
            for n in range(min(ORDER, len(read) + 1)):
                self._words[tuple(read[len(read) - n :])][key] += 1
            read.append(key)

    def after(self, keys: Sequence[str]) -> Iterator[tuple[int, Counter[str]]]:
        """Yield the length of each context at the end of a text that has been counted, the longest first, and what
        came after it."""
        context = (START, *keys)[1 - ORDER :]
        for n in range(len(context), -1, -1):
            counted = self._words.get(context[len(context) - n :])
            if counted:
                yield n, counted

    def probabilities(
        self, key: str, keys: Sequence[str], base: float, strengths: Sequence[float]
    ) -> dict[float, float]:
        """The probability of one word after a text for several strengths against single words."""
        found, left = 0.0, 1.0
        p = dict.fromkeys(strengths, base)
        for n, counted in self.after(keys):
            count, total, types = max(0.0, counted[key] - _DISCOUNTS[n]), counted.total(), len(counted)
            if n:
                found += left * count / (total + _STRENGTH)
                left *= (_STRENGTH + _DISCOUNTS[n] * types) / (total + _STRENGTH)
            else:
                p = {s: (count + (s + _DISCOUNTS[0] * types) * base) / (total + s) for s in strengths}
        return {s: found + left * p[s] for s in strengths}
