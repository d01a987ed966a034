"""A suggestion before it is written."""

from collections.abc import Iterable
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
