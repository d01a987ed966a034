"""Pre-training on running text: the first of two courses, before the headlines."""

from collections.abc import Callable, Sequence
from pathlib import Path

from headline.corpus.report import Corpus
from headline.corpus.split import split_headlines
from headline.corpus.vocabulary import Vocabulary
from headline.errors import CorpusError, SettingError
from headline.model.checkpoint import Checkpoint
from headline.model.ngrams.ngram import NGram
from headline.training.fitting.mixture import build_ngrams
from headline.training.progress import Progress
from headline.training.settings import TrainingConfig

_DROPOUT = 0.4  # of the headlines' dropout rates: sentences are many, and each is read once or twice
_BACKUP = "text"  # folder of the finished first course, within the backup of a run


def shared_vocabulary(
    headlines: Sequence[str], text: Sequence[str], settings: TrainingConfig, also: Vocabulary | None = None
) -> Vocabulary:
    """Build one vocabulary for both courses. A word of the text counts `text_weight` times as much as a headline's."""
    sides = [split_headlines(rows, settings.seed, settings.validation, settings.test) for rows in (headlines, text)]
    return Vocabulary.build(
        sides[0]["train"],
        settings.tokenizer,
        settings.min_count,
        settings.max_words,
        also,
        sides[1]["train"],
        settings.text_weight,
        language=settings.language_of(sides[0]["train"]),
    )


def pretrain(
    text: Sequence[str],
    settings: TrainingConfig,
    vocabulary: Vocabulary,
    start_from: Checkpoint | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
    backup: Path | None = None,
    vectors: Path | None = None,
) -> Checkpoint:
    """Train on sentences and return a checkpoint for the headlines to start from.

    With a `backup` folder, a first course that was finished before is loaded from there, and one that was
    interrupted goes on. The file of word vectors in `vectors` gives the first embedding.

    Raises:
        CorpusError: there are too few sentences.
        SettingError: the recipe cannot be pre-trained, or the word vectors cannot be used.
    """
    from headline.training.fitting.fit import fit

    if settings.recipe != "autocomplete":
        raise SettingError("Running text needs the autocomplete recipe; the lesson's reads headlines only.")
    finished = backup / _BACKUP if backup else None
    if finished and finished.is_dir():
        return Checkpoint.load(finished)
    course = settings.changed(
        epochs=settings.text_epochs,
        ngram_order=0,
        patience=0,
        embedding_dropout=_DROPOUT * settings.embedding_dropout,
        dropout=_DROPOUT * settings.dropout,
        recurrent_dropout=0.0,
    )
    try:
        checkpoint = fit(
            Corpus(list(text)),
            course,
            on_progress,
            should_stop,
            start_from=start_from,
            vocabulary=vocabulary,
            backup=backup / "text-epochs" if backup else None,
            vectors=vectors,
        )
    except CorpusError as error:
        raise CorpusError(f"The running text: {error}") from error
    if finished and not should_stop():
        checkpoint.save(finished)
    return checkpoint


def text_ngrams(text: Sequence[str], settings: TrainingConfig, vocabulary: Vocabulary) -> list[NGram]:
    """The n-gram model of the training side of the running text, in a list; none where none is wanted."""
    most = round(settings.text_ngrams * settings.max_ngrams)
    if not text or not most or not settings.ngram_order:
        return []
    training = split_headlines(text, settings.seed, settings.validation, settings.test)["train"]
    return [build_ngrams(training, vocabulary, settings.ngram_order, most)]
