"""A suggestion before it is written."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from headline.corpus.vocabulary import Vocabulary

_PROBABILITY = attrgetter("probability")


class Choice(NamedTuple):
    """Words and marks by id, or one word outside the vocabulary."""

    probability: float
    ids: tuple[int, ...] = ()
    word: str = ""
    corrects: bool = False
    after: tuple[int, ...] = ()  # the open word, by id, where it is complete and these words follow it
    more: tuple[int, ...] = ()  # words that follow these, likelier than not

    def key(self, vocabulary: Vocabulary) -> str:
        """The key of its first word."""
        return vocabulary.itos[self.ids[0]] if self.ids else vocabulary.tokenizer.key(self.word)


def likeliest_first(choices: Iterable[Choice]) -> list[Choice]:
    """Sort by probability. Choices that are equally probable keep their order."""
    return sorted(choices, key=_PROBABILITY, reverse=True)


def saving_most(choices: Sequence[Choice], k: int, saved: Sequence[int]) -> list[Choice]:
    """Return `k` choices in their order: the most probable ones, but of next words those that save most keys.

    `choices` are in the order of their probability; `saved` has the keys that each next word saves, and 0 for any
    other choice. The places of next words among the `k` most probable go to the most probable next word, and to those
    with the largest product of probability and keys.
    """
    worth = [c.probability * keys for c, keys in zip(choices, saved, strict=True)]
    next_words = [n for n, keys in enumerate(saved) if keys]
    places = sum(n < k for n in next_words)
    best = sorted(next_words[1:], key=lambda n: -worth[n])[: max(0, places - 1)]
    kept = {*next_words[:1], *best} if places else set()
    return [c for n, c in enumerate(choices) if (n in kept if saved[n] else n < k)]
