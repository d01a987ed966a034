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


def worth_most(choices: Sequence[Choice], k: int, worths: Sequence[int]) -> list[Choice]:
    """Return `k` choices in their order: the most probable ones, but of next words those that are worth most.

    `choices` are in the order of their probability; `worths` says what each next word is worth to whom it comes right,
    and 0 for any other choice. The places of next words among the `k` most probable go to the most probable next word,
    and to those with the largest product of probability and worth.
    """
    expected = [c.probability * worth for c, worth in zip(choices, worths, strict=True)]
    next_words = [n for n, worth in enumerate(worths) if worth]
    places = sum(n < k for n in next_words)
    best = sorted(next_words[1:], key=lambda n: -expected[n])[: max(0, places - 1)]
    kept = {*next_words[:1], *best} if places else set()
    return [c for n, c in enumerate(choices) if (n in kept if worths[n] else n < k)]
