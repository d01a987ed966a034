"""Whether headlines are enough to train on. Loads no Keras, so that a short list is refused at once."""

from collections.abc import Sequence

from headline.corpus.language.detect import check_splittable
from headline.errors import CorpusError

MIN_HEADLINES = 20


def check_number(number: int) -> None:
    """Check that there are enough headlines.

    Raises:
        CorpusError: there are fewer.
    """
    if number < MIN_HEADLINES:
        raise CorpusError(f"{number} headlines are too few to train on: give at least {MIN_HEADLINES}, better 1,000.")


def check_titles(number: int, titles: Sequence[str], tokenizer: str) -> None:
    """Check that there are enough training headlines, and from some of them that their words can be told.

    Raises:
        CorpusError: they cannot be trained on.
    """
    check_number(number)
    check_splittable(titles, tokenizer)
