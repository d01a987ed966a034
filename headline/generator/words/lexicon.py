"""A general list of a language's words that the vocabulary lacks, with their frequencies.

The list is wordfreq's (Robyn Speer 2022, 10.5281/zenodo.7199437; data CC BY-SA 4.0). The model's probability of
`<unk>` is divided among its words by frequency, and by what the context says of their classes.
"""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from headline.corpus.language.languages import language
from headline.corpus.vocabulary import AFTER_ALL, Vocabulary
from headline.generator.words.blocklist import misspellings
from headline.generator.words.capitals import INITIALS
from headline.generator.words.spelling import known_letters
from headline.generator.words.word_classes import CLASSES, NONE, WordClasses, word_classes
from headline.model.top import top

_WORDS = 200_000  # the most frequent ones; rarer entries are often misspellings
_ENGLISH = 0.5  # share of a vocabulary's words that must be on the English list, or the list is not used
_KEPT = 16
_AMONG = 256  # words with a prefix, the most frequent ones, among which the context chooses
_LONGEST = 50  # letters of a prefix whose words are kept: a longer one begins none, and would take much memory


class Listed(NamedTuple):
    """The words of a language."""

    keys: list[str]  # in alphabetical order
    forms: list[str]  # the words as they are written, in the same order
    shares: np.ndarray  # (n,) of all words
    classes: np.ndarray  # (n,) uint8


def listed_words(tag: str = "en") -> dict[str, float]:
    """Return a language's words and their frequencies, the most frequent first; none where wordfreq has no list."""
    from wordfreq import available_languages, get_frequency_dict, get_frequency_list  # loaded when needed

    if tag not in available_languages():
        return {}
    frequent = dict(list(get_frequency_dict(tag, "best").items())[:_WORDS])
    for cached in (get_frequency_dict, get_frequency_list):
        cached.cache_clear()  # wordfreq would keep all its words for as long as the program runs
    return frequent


@cache
def listed(base: str) -> Listed:
    """Return the most frequent words of a language. Misspelt English ones are left out, so that they are corrected like
    other slips."""
    frequent = listed_words(base.partition("-")[0])
    wrong = misspellings() if base == "en" else frozenset()
    words = [word for word in frequent if word not in wrong]
    keys_in_order = language(base).key("\n".join(words)).split("\n")[: len(words)]  # at once: it is much quicker
    # A few words have one key; the most frequent is kept.
    first = dict(zip(reversed(keys_in_order), reversed(words), strict=True))
    keys = sorted(first)
    forms = [first[key] for key in keys]
    shares = [frequent[form] for form in forms]
    of_words = word_classes() if base == "en" else {}
    classes = np.array([of_words.get(key, NONE) for key in keys], dtype=np.uint8)
    return Listed(keys, keys if keys == forms else forms, np.array(shares, dtype=np.float64), classes)


class _Beginning(NamedTuple):
    """What is known of a prefix: its most frequent words, and all of them together."""

    at: np.ndarray  # (n,) places of the words, the most frequent first
    shares: np.ndarray  # (n,)
    classes: np.ndarray  # (n,)
    by_class: np.ndarray  # (CLASSES + 1,) shares of all words with this prefix
    mass: float  # their sum


class Lexicon:
    """Words outside a vocabulary, each with its share of all such words."""

    def __init__(
        self,
        words: Sequence[str],
        shares: np.ndarray,
        forms: Sequence[str] | None = None,
        classes: np.ndarray | None = None,
    ):
        """`words` by their keys in alphabetical order; `shares` (n,) their frequencies in any scale, 0 for words never
        suggested; `forms` how they are written where that is not their key; `classes` (n,) those of `WordClasses`."""
        self._words = list(words)
        self._forms = self._words if forms is None else list(forms)
        self._shares = shares / max(float(shares.sum()), 1e-30)
        self._sums = np.concatenate([[0.0], np.cumsum(self._shares)])
        brief = np.array([len(word) <= INITIALS for word in self._words], dtype=bool)
        self._brief_sums = np.concatenate([[0.0], np.cumsum(np.where(brief, self._shares, 0.0))])
        self._classes = np.full(len(self._words), NONE, dtype=np.uint8) if classes is None else classes
        self._beginning = lru_cache(maxsize=1024)(self._look_up)
        self._in_context: WordClasses | None = None

    @classmethod
    def beyond(cls, vocabulary: Vocabulary) -> "Lexicon":
        """Return the words of its language that a vocabulary lacks.

        None if the language has no list, or if the words are not English although the checkpoint says so: older ones
        say so of every list.
        """
        base = vocabulary.tokenizer.language.base
        if vocabulary.unk is None:
            return cls([], np.empty(0))
        keys, forms, shares, classes = listed(base)
        ids = np.array([vocabulary.stoi.get(key, -1) for key in keys], dtype=np.int64)
        known = ids >= 0
        if base == "en" and known.sum() < _ENGLISH * (len(vocabulary) - len(vocabulary.specials)):
            return cls([], np.empty(0))
        lexicon = cls(keys, np.where(known, 0.0, shares), forms, classes)
        of_ids = np.full(len(vocabulary), NONE)
        of_ids[ids[known]] = classes[known]
        if (of_ids < NONE).any():
            by_class = np.bincount(classes, lexicon._shares, CLASSES + 1)
            lexicon._in_context = WordClasses(vocabulary, of_ids, by_class)
        return lexicon

    def __len__(self) -> int:
        return len(self._words)

    def factors(self, words: np.ndarray) -> np.ndarray | None:
        """Return the factors of the shares in a context, by class, as `WordClasses.factors` does; None without classes.

        `words` are the probabilities of the vocabulary's words there, (V,).
        """
        return None if self._in_context is None else self._in_context.factors(words)

    def starting_with(
        self, prefix: str, k: int, factors: np.ndarray | None = None
    ) -> tuple[list[tuple[str, float]], float]:
        """Return up to `k` words (16 at most) with this prefix and their shares, the largest first, and the share of
        all words with this prefix. `factors` are those of the context."""
        begun = (self._beginning if len(prefix) <= _LONGEST else self._look_up)(prefix)
        if factors is None:
            shares, best, mass = begun.shares, np.arange(min(_KEPT, len(begun.at))), begun.mass
        else:
            shares, mass = begun.shares * factors[begun.classes], float(begun.by_class @ factors)
            best = top(shares, _KEPT)
        found = [(self._forms[begun.at[i]], float(shares[i])) for i in best[:k] if shares[i] > 0]
        return found, mass

    def brief(self, prefix: str, factors: np.ndarray | None = None) -> float:
        """Return the share of all words with this prefix that are short enough to be initials."""
        a, b = self._range(prefix)
        if factors is not None:
            brief = np.diff(self._brief_sums[a : b + 1])
            return float(brief @ factors[self._classes[a:b]])
        return float(self._brief_sums[b] - self._brief_sums[a])

    def share(self, word: str, factors: np.ndarray | None = None) -> float:
        """Return the share of one word, 0 where it is not listed."""
        at = bisect_left(self._words, word)
        if at == len(self._words) or self._words[at] != word:
            return 0.0
        return float(self._shares[at]) * (1.0 if factors is None else float(factors[self._classes[at]]))

    def known_letters(self, word: str) -> int:
        """Return how many letters of a word, from its first on, begin a listed one."""
        return known_letters(word, self._words)

    def best(self, prefix: str) -> tuple[str, float] | None:
        """Return the most frequent word with this prefix and its share, or None.

        It is faster than `starting_with` for a prefix that is used once.
        """
        a = bisect_left(self._words, prefix)
        if a == len(self._words) or not self._words[a].startswith(prefix):
            return None
        b = bisect_left(self._words, prefix + AFTER_ALL, a)
        at = a + int(self._shares[a:b].argmax())
        return (self._forms[at], float(self._shares[at])) if self._shares[at] > 0 else None

    def _range(self, prefix: str) -> tuple[int, int]:
        return bisect_left(self._words, prefix), bisect_left(self._words, prefix + AFTER_ALL)

    def _look_up(self, prefix: str) -> _Beginning:
        a, b = self._range(prefix)
        shares, classes = self._shares[a:b], self._classes[a:b]
        best = top(shares, _AMONG)
        by_class = np.bincount(classes, shares, CLASSES + 1)
        return _Beginning(a + best, shares[best], classes[best], by_class, float(self._sums[b] - self._sums[a]))
