"""What the open word of a text can become: longer words, words that the vocabulary lacks, and corrections."""

from collections.abc import Container, Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from headline.corpus.vocabulary import Typed, Vocabulary
from headline.generator.next_words import NextWord
from headline.generator.personal import Personal
from headline.generator.words.capitals import INITIALS
from headline.generator.words.choice import Choice, likeliest_first
from headline.generator.words.corrections import Corrections
from headline.generator.words.lexicon import Lexicon
from headline.generator.words.unlisted import Unlisted
from headline.generator.writing import Writing
from headline.model.top import top

MAY_END = 0.05  # probability that the open word is complete, from which on words that follow it are suggested
_WORTH_CORRECTING = 0.01  # less probable corrections are mostly misspelt words of the list
_MUCH_LESS = 0.5  # of the probability of the open word's end, below which initials of the general list are left out


@dataclass
class _Becomes:
    """All that the open word can become, so far as it is known."""

    choices: list[Choice] = field(default_factory=list)
    letters: float = 0.0  # the probability of the letters that were typed, whatever their case
    mass: float = 0.0  # the same, as they are typed

    def add(self, choices: Sequence[Choice], letters: float, mass: float) -> None:
        self.choices += choices
        self.letters += letters
        self.mass += mass


class Completions:
    """Completes with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon, blocked: Set[str]):
        """`lexicon` has words outside the vocabulary; `blocked` words are never offered."""
        self._vocabulary, self._lexicon = vocabulary, lexicon
        self._unlisted = Unlisted(vocabulary, lexicon, blocked)
        self._corrections = Corrections(vocabulary, lexicon, blocked)

    def of(
        self, typed: Typed, follows: NextWord, writing: Writing, k: int, personal: Personal | None
    ) -> tuple[list[Choice], float]:
        """Return the `k` most probable words, as shares of all that the open word can become, and the probability that
        it is complete as it stands. `follows` is the distribution of the word after the settled ones."""
        key = self._vocabulary.tokenizer.key(typed.fragment)
        becomes = self._listed(key, follows, writing, k + 2)
        factors = self._lexicon.factors(follows.words)
        unlisted = self._unlisted.starting_with(key, k + 2, typed, writing, factors)
        unknown = follows.unknown * self._unlisted.so_far(typed)
        general = [Choice(unknown * share, word=word) for word, share in unlisted.words.items() if unknown]
        becomes.add(general, unknown * unlisted.mass, unknown * unlisted.fitting)
        new = {} if personal is None else {word: p for word, p in follows.new.items() if word.startswith(key)}
        for word, p in new.items():
            form = personal.forms[word]  # type: ignore[union-attr]
            as_typed = p * writing.chance(form)
            becomes.add([Choice(as_typed + unknown * unlisted.words.get(word, 0.0), word=form)], p, as_typed)
        if self._corrections.may_be_slip(key, becomes.letters):
            corrections = self._corrections.of(key, follows, writing, hopeless=not becomes.choices)
            becomes.add(corrections, 0.0, sum(c.probability for c in corrections))
        own = self._vocabulary.stoi.get(key)
        ends = float(follows.words[own]) if own is not None else unknown * self._lexicon.share(key, factors)
        complete = ends / becomes.mass if becomes.mass else 0.0
        wrote = {*new, *typed.word_keys}
        return list(islice(self._ranked(becomes, typed, complete, wrote, writing), k)), complete

    def _listed(self, key: str, follows: NextWord, writing: Writing, k: int) -> _Becomes:
        """The words of the vocabulary that begin so."""
        ids = self._vocabulary.starting_with(key)
        p: np.ndarray = follows.words[ids]
        letters = float(p.sum())
        if writing.telling:
            p = p * writing.chances(ids)
        best = top(p, k)
        likeliest = zip(p[best].tolist(), ids[best].tolist(), strict=True)
        choices = [Choice(share, (i,)) for share, i in likeliest if share > 0]
        return _Becomes(choices, letters, float(p.sum()))

    def _ranked(
        self, becomes: _Becomes, typed: Typed, complete: float, wrote: Container[str], writing: Writing
    ) -> Iterator[Choice]:
        """The different choices that are worth it, as shares of the mass; neither the open word nor the last again."""
        key, last = self._vocabulary.tokenizer.key(typed.fragment), tuple(typed.context[-1:])
        seen = {key}
        for c in likeliest_first(becomes.choices):
            word, share = c.key(self._vocabulary), c.probability / becomes.mass
            if c.corrects:
                worth = share >= _WORTH_CORRECTING
            elif c.ids:
                worth = c.ids != last
            else:
                worth = word in wrote or not _is_scrap(c.word, share, complete, writing)
            if worth and word not in seen:
                seen.add(word)
                yield Choice(share, c.ids, c.word, c.corrects)


def _is_scrap(word: str, share: float, complete: float, writing: Writing) -> bool:
    """Whether a word of the general list says little where the open word may well be complete: it is as short as
    initials, or that word is in capitals, and its end is much more probable."""
    initials = len(word) <= INITIALS and word.upper() != word  # but not in a script without capitals
    return (initials or writing.telling) and complete >= MAY_END and share < _MUCH_LESS * complete
