"""Words that the open word may be a slip for."""

import unicodedata
from collections.abc import Set
from functools import cached_property

import numpy as np

from headline.corpus.vocabulary import SortedKeys, Vocabulary
from headline.generator.next_words import NextWord
from headline.generator.words.blocklist import is_blocked
from headline.generator.words.choice import Choice, likeliest_first
from headline.generator.words.lexicon import Lexicon
from headline.generator.words.spelling import TWO_SLIPS, TwoSlips, known_letters, one_slip
from headline.generator.writing import Writing

_SURPRISING = 2e-5  # a beginning less probable than this here may be a slip
_HARDLY = 1e-8  # the general list is searched too if no correction in the vocabulary is more probable than this
_SHORTEST, _LONGEST = 3, 24  # letters
_LONG = 6  # letters, from which on a word may have two slips
_MOST = 8  # ranked at most
_TWO_SLIPS_AMONG = 2**16  # the first words of the vocabulary


class Corrections:
    """Finds them with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon, blocked: Set[str]):
        """`lexicon` has words outside the vocabulary; `blocked` words are never offered."""
        self._vocabulary, self._lexicon, self._blocked = vocabulary, lexicon, blocked

    @cached_property
    def _frequent(self) -> SortedKeys:
        """The words among which two slips are looked for."""
        keys = self._vocabulary.keys
        if len(self._vocabulary) <= _TWO_SLIPS_AMONG:
            return keys
        places = np.flatnonzero(keys.ids < _TWO_SLIPS_AMONG)
        return SortedKeys([keys.words[i] for i in places], keys.ids[places])

    def may_be_slip(self, key: str, probability: float) -> bool:
        """Whether the letters of the open word, so probable here whatever their case, may be a slip."""
        letters = bool(self._vocabulary.tokenizer.language.letters) and _is_letters(key)
        return probability < _SURPRISING and _SHORTEST <= len(key) <= _LONGEST and letters

    def of(self, key: str, follows: NextWord, writing: Writing, hopeless: bool) -> list[Choice]:
        """Return corrections of the open word, with the probability of the slip included.

        The general list is searched only if no word has this prefix, because that takes as long as the rest.
        """
        best: dict[int, float] = {}
        keys, language = self._vocabulary.keys, self._vocabulary.tokenizer.language
        for meant, slip in one_slip(key, language, known_letters(key, keys.words)):
            ids = self._vocabulary.starting_with(meant)
            if len(ids):
                p = follows.words[ids] * writing.chances(ids) if writing.telling else follows.words[ids]
                for at in {0, int(p.argmax())}:  # the first in the alphabet may be the word itself
                    best[ids[at]] = max(best.get(ids[at], 0.0), slip * float(p[at]))
        likeliest = sorted(best, key=best.__getitem__, reverse=True)[:_MOST]
        found = [Choice(best[i], (int(i),), corrects=True) for i in likeliest if best[i] > 0]
        if hopeless and len(key) > _SHORTEST and max(best.values(), default=0.0) < _HARDLY:
            for meant, slip in one_slip(key, language, self._lexicon.known_letters(key)):
                listed = self._lexicon.best(meant)
                if listed and not is_blocked(listed[0], self._blocked):
                    found.append(Choice(slip * follows.unknown * listed[1], word=listed[0], corrects=True))
            found = likeliest_first(found)[:_MOST]
        if not found and len(key) >= _LONG:
            places = [self._frequent.ids[i] for i in self._two_slips.of(key)]
            p = TWO_SLIPS * follows.words[places] * writing.chances(places)
            found = [Choice(float(own), (int(i),), corrects=True) for i, own in zip(places, p, strict=True)]
        return [c for c in found if c.probability > 0]

    @cached_property
    def _two_slips(self) -> TwoSlips:
        return TwoSlips(self._frequent.words)


def _is_letters(key: str) -> bool:
    """Whether there are only letters and their marks, which no number or code has."""
    return all(unicodedata.category(character)[0] in "LM" for character in key)
