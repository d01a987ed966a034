"""Whether headlines are enough to train on. Loads no Keras, so that a short list is refused at once."""

from collections.abc import Sequence

from headline.corpus.language.detect import check_splittable
from headline.corpus.preview import too_few
from headline.errors import CorpusError


def check_number(number: int) -> None:
    """Check that there are enough headlines.

    Raises:
        CorpusError: there are fewer.
    """
    if sentence := too_few(number):
        raise CorpusError(sentence)


def check_titles(number: int, titles: Sequence[str], tokenizer: str) -> None:
    """Check that there are enough training headlines, and from some of them that their words can be told.

    Raises:
        CorpusError: they cannot be trained on.
    """
    check_number(number)
    check_splittable(titles, tokenizer)
