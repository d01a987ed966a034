"""The distributions of next words after one text, as one person goes on."""

from collections.abc import Sequence

import numpy as np

from headline.corpus.vocabulary import END, Typed, Vocabulary
from headline.generator.next_words import REMEMBERED, Likeliest, NextWord, NextWords
from headline.generator.personal import Personal, Shares


class AfterText:
    """What may follow the settled words of a text, and more words after these."""

    def __init__(self, typed: Typed, vocabulary: Vocabulary, next_words: NextWords, personal: Personal | None = None):
        self._typed, self._vocabulary = typed, vocabulary
        self._next_words = personal.next_words if personal and personal.next_words else next_words
        self._personal = personal

    def after(self, ids: tuple[int, ...] = (), keys: tuple[str, ...] | None = None) -> NextWord:
        """Return the distribution of the next word after the text and more words: their ids, and their keys where
        these are not those of the ids."""
        follows = self._next_words.after([*self._typed.context, *ids])
        if self._personal is None:
            return follows
        shares = self._personal.after((*self._typed.keys, *(self._keys(ids) if keys is None else keys)))
        words = follows.words * np.float32(shares.left)
        new: dict[str, float] = {}
        for key, share in shares.words.items():
            i = self._vocabulary.stoi.get(key)
            if i is None:
                if key in self._personal.forms:
                    new[key] = share
            elif i not in self._next_words.suppressed:
                words[i] += share
        return NextWord(words, follows.unknown * shares.left, self._end(follows.end, shares), new)

    def likeliest_after(self, rows: Sequence[tuple[int, ...]]) -> list[Likeliest]:
        """Return the most probable next words after the text and each of several rows of ids of one length."""
        windows = [self._next_words.window([*self._typed.context, *ids]) for ids in rows]
        found = self._next_words.likeliest_after(windows)
        if self._personal is None:
            return found
        return [self._personally(likeliest, ids) for likeliest, ids in zip(found, rows, strict=True)]

    def _personally(self, likeliest: Likeliest, ids: tuple[int, ...]) -> Likeliest:
        assert self._personal is not None
        shares = self._personal.after((*self._typed.keys, *self._keys(ids)))
        p = {i: share * shares.left for i, share in likeliest.best}
        for key, share in shares.words.items():
            i = self._vocabulary.stoi.get(key)
            if i is not None and i not in self._next_words.suppressed:
                p[i] = p.get(i, 0.0) + share
        best = sorted(p.items(), key=lambda item: -item[1])[:REMEMBERED]
        return Likeliest(tuple(best), self._end(likeliest.end, shares))

    def _keys(self, ids: Sequence[int]) -> tuple[str, ...]:
        return tuple(self._vocabulary.itos[i] for i in ids)

    @staticmethod
    def _end(end: float, shares: Shares) -> float:
        return end * shares.left + shares.words.get(END, 0.0)
