"""A corpus ready to train on, whether it is a list in memory or a prepared corpus."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from headline.corpus.split import SeenHeadlines
from headline.corpus.vocabulary import Vocabulary
from headline.errors import CorpusError
from headline.model.config import ModelConfig
from headline.model.ngrams.ngram import NGram
from headline.training.network.batches import Batches


@dataclass(frozen=True)
class TrainingData:
    """What `fit` needs of a corpus."""

    sizes: dict[str, int]  # headlines by side of the split
    held_out_titles: Sequence[str]  # of the validation side; of a prepared corpus the first ones only
    vocabulary: Vocabulary
    config: ModelConfig
    batches: Batches
    held_out: Batches  # may be empty
    style: str  # how the training headlines are capitalised
    seen: Callable[[], SeenHeadlines]  # the training headlines
    count_ngrams: Callable[[], NGram]  # of the training headlines
    # A vocabulary with the words that are too rare to train on, and the n-grams with them; None: without any.
    rare: Callable[[], tuple[Vocabulary, NGram] | None] = lambda: None


def check_batches(batches: Batches) -> None:
    """Check that there is something to learn.

    Raises:
        CorpusError: there is not.
    """
    if not batches.words:
        raise CorpusError("No headline has a second word, and this recipe learns second and later words only.")
