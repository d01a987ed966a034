"""Trains on a corpus that is in memory or divided into shards: fit, mix with the n-grams, measure.

Keras is loaded inside the functions, so that a run can report that it is reading before the seconds this takes.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headline.corpus.report import Corpus
from headline.corpus.shards.corpus import ShardedCorpus
from headline.model.checkpoint import Checkpoint
from headline.model.ngrams.interpolated_ngram import NGrams
from headline.training.loading import load_keras
from headline.training.measuring import measured
from headline.training.progress import Progress
from headline.training.settings import TrainingConfig

if TYPE_CHECKING:
    from headline.corpus.vocabulary import Vocabulary


def train(
    corpus: Corpus | ShardedCorpus,
    settings: TrainingConfig,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
    name: str = "",
    licence: dict | None = None,
    start_from: Checkpoint | None = None,
    vocabulary: "Vocabulary | None" = None,
    on_epoch: Callable[[int, Checkpoint], None] = lambda epoch, checkpoint: None,
    on_baseline: Callable[[float], None] = lambda nats: None,
    text: Sequence[str] = (),
    backup: Path | None = None,
    vectors: Path | None = None,
) -> Checkpoint:
    """Train on a corpus and return a checkpoint with its mixture and its test figures.

    The weights are those with the best loss on the held-out headlines, or the last ones where nothing is held
    out, rounded to the precision of the settings. Loads Keras.

    Args:
        corpus: the headlines; `settings` says which share of them is held out.
        settings: how to train.
        on_progress: called about twice a second and after every epoch.
        should_stop: asked after every batch; once it returns True, training ends, the best weights so far are
            kept, and nothing more is measured.
        name: the model's name.
        licence: the licence of the weights, kept in the checkpoint.
        start_from: a model to fine-tune. The settings must have its shape: see `TrainingConfig.fine_tuning`.
        vocabulary: used instead of building one, so that models can be compared word for word.
        on_epoch: called after every epoch with its number and the network's weights so far.
        text: sentences of running text to train on first, where the corpus is a list. One vocabulary is chosen over
            both.
        backup: a folder that keeps the state after every epoch, from which an interrupted run goes on.
        vectors: a file of word vectors in the text format of GloVe, with which the words that it has begin.
        on_baseline: called before the first epoch with the held-out loss of the n-grams alone, in nats per word.

    Raises:
        CorpusError: the corpus has too few headlines to train on.
        SettingError: a learning rate is too high, the model to start from has another shape, or the word vectors
            cannot be used.
        DeviceMemoryError: the GPU's memory ran out.
    """
    asked = {"name": name, "licence": licence, "on_epoch": on_epoch, "on_baseline": on_baseline}
    checkpoint = fitted(
        corpus, settings, on_progress, should_stop, start_from, vocabulary, text, backup, vectors, **asked
    )
    return measured(checkpoint, corpus, settings, should_stop)


def fitted(
    corpus: Corpus | ShardedCorpus,
    settings: TrainingConfig,
    on_progress: Callable[[Progress], None],
    should_stop: Callable[[], bool],
    start_from: Checkpoint | None,
    vocabulary: "Vocabulary | None" = None,
    text: Sequence[str] = (),
    backup: Path | None = None,
    vectors: Path | None = None,
    **asked: Any,
) -> Checkpoint:
    """One course over the headlines, after one over the text where there is some. `asked` is what else `fit` takes."""
    load_keras()
    from headline.training.fitting.fit import fit
    from headline.training.fitting.pretraining import pretrain, shared_vocabulary, text_ngrams

    others: list[NGrams] = []
    if text and isinstance(corpus, Corpus):
        also = start_from.vocabulary if start_from and settings.keep_words else None
        vocabulary = vocabulary or shared_vocabulary(corpus.headlines, text, settings, also)
        start_from = pretrain(text, settings, vocabulary, start_from, on_progress, should_stop, backup, vectors)
        others = list(text_ngrams(text, settings, vocabulary))
    return fit(
        corpus,
        settings,
        on_progress,
        should_stop,
        start_from=start_from,
        vocabulary=vocabulary,
        ngrams=others,
        backup=backup / "headline-epochs" if backup else None,
        vectors=None if start_from else vectors,
        again=text,
        **asked,
    )
