"""The distributions of next words and marks after one text, as one person goes on."""

from collections.abc import Sequence
from operator import itemgetter

import numpy as np

from headline.corpus.segmentation import MARKS
from headline.corpus.vocabulary import END, Typed, Vocabulary
from headline.generator.next_words import REMEMBERED, Likeliest, NextWord, NextWords
from headline.generator.personal import Personal, Shares
from headline.generator.words.punctuation import beside_words, sound_marks

_PROBABILITY = itemgetter(1)


class AfterText:
    """What may follow the settled words of a text, and more words after these."""

    def __init__(self, typed: Typed, vocabulary: Vocabulary, next_words: NextWords, personal: Personal | None = None):
        self._typed, self._vocabulary = typed, vocabulary
        self._next_words = personal.next_words if personal and personal.next_words else next_words
        self._personal = personal
        self._marks = vocabulary.mark_keys

    def after(self, ids: tuple[int, ...] = (), keys: tuple[str, ...] | None = None) -> NextWord:
        """Return the distribution of the next word after the text and more words: their ids, and their keys where
        these are not those of the ids."""
        follows = self._next_words.after([*self._typed.context, *ids])
        if self._personal is None:
            return follows
        shares = self._personal.after((*self._typed.keys, *(self._keys(ids) if keys is None else keys)))
        marks, left, scale = self._mixed_marks(follows.marks, shares)
        words = follows.words * np.float32(left)
        new: dict[str, float] = {}
        for key, share in shares.words.items():
            i = self._vocabulary.stoi.get(key)
            if i is None:
                if key in self._personal.forms:
                    new[key] = share * scale
            elif i not in self._next_words.suppressed:
                words[i] += share * scale
        end = follows.end * left + shares.words.get(END, 0.0) * scale
        return NextWord(words, follows.unknown * left, end, new, marks)

    def best(
        self, k: int, ids: tuple[int, ...] = (), keys: tuple[str, ...] = ()
    ) -> tuple[Sequence[tuple[int, float]], NextWord | Likeliest]:
        """Return the `k` most probable next words after the text and more words, each with its probability, and what
        else is known of what may come there. The arguments are those of `after`."""
        if self._personal is None and k <= REMEMBERED:
            likeliest = self._next_words.likeliest([*self._typed.context, *ids])
            return likeliest.best[:k], likeliest
        follows = self.after(ids, keys)
        return follows.best(k), follows

    def likeliest_after(self, rows: Sequence[tuple[int, ...]]) -> list[Likeliest]:
        """Return the most probable next words and marks after the text and each of some rows of ids of one length."""
        windows = [self._next_words.window([*self._typed.context, *ids]) for ids in rows]
        found = self._next_words.likeliest_after(windows)
        if self._personal is not None:
            found = [self._personally(likeliest, ids) for likeliest, ids in zip(found, rows, strict=True)]
        return [self._with_marks(likeliest, ids) for likeliest, ids in zip(found, rows, strict=True)]

    def marks(self, follows: NextWord | Likeliest, keys: Sequence[str]) -> tuple[float, list[tuple[int, float]]]:
        """Return the probability that no mark comes after the text and more words, by their keys, and the id and
        probability of each mark that is sound there."""
        if not follows.marks:
            return 1.0, []
        last = keys[-1] if keys else "".join(self._typed.keys[-1:])
        if not keys and self._typed.mark and last not in MARKS:
            last = self._typed.mark  # one that the vocabulary lacks
        sound = sound_marks(self._marks, (*self._typed.keys, *keys), last)
        left, possible = beside_words(follows.marks, sound)
        return left, [(i, p) for i, p in zip(self._vocabulary.marks, possible, strict=True) if p > 0]

    def _with_marks(self, likeliest: Likeliest, ids: tuple[int, ...]) -> Likeliest:
        if not likeliest.marks:
            return likeliest
        left, marks = self.marks(likeliest, self._keys(ids))
        best = sorted([*((i, p * left) for i, p in likeliest.best), *marks], key=_PROBABILITY, reverse=True)
        return Likeliest(tuple(best[:REMEMBERED]), likeliest.end * left, likeliest.marks)

    def _personally(self, likeliest: Likeliest, ids: tuple[int, ...]) -> Likeliest:
        assert self._personal is not None
        shares = self._personal.after((*self._typed.keys, *self._keys(ids)))
        marks, left, scale = self._mixed_marks(likeliest.marks, shares)
        p = {i: share * left for i, share in likeliest.best}
        for key, share in shares.words.items():
            i = self._vocabulary.stoi.get(key)
            if i is not None and i not in self._next_words.suppressed:
                p[i] = p.get(i, 0.0) + share * scale
        best = sorted(p.items(), key=lambda item: -item[1])[:REMEMBERED]
        end = likeliest.end * left + shares.words.get(END, 0.0) * scale
        return Likeliest(tuple(best), end, marks)

    def _mixed_marks(self, marks: tuple[float, ...], shares: Shares) -> tuple[tuple[float, ...], float, float]:
        """Return the probabilities of the marks with the person's shares, and the factors of the language model's
        words and of the person's, both given that no mark comes."""
        mixed = tuple(p * shares.left + shares.words.get(key, 0.0) for p, key in zip(marks, self._marks, strict=True))
        scale = 1.0 / max(1.0 - sum(mixed), 1e-6)
        return mixed, shares.left * (1.0 - sum(marks)) * scale, scale

    def _keys(self, ids: Sequence[int]) -> tuple[str, ...]:
        return tuple(self._vocabulary.itos[i] for i in ids)
