"""The whole run: read, train, measure on the test side, save. Command line, page and library share this code.

Keras is loaded inside the functions, so that a run can report that it is reading before the seconds this takes.
"""

import contextlib
import math
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from headline.corpus.report import Corpus
from headline.corpus.shards.corpus import ShardedCorpus
from headline.corpus.split import split_headlines
from headline.errors import CheckpointError, DeviceMemoryError, HeadlineError, system_sentence
from headline.model.checkpoint import Checkpoint
from headline.model.ngrams.interpolated_ngram import NGrams
from headline.paths import BUNDLED_MODEL
from headline.training.data.enough import check_number
from headline.training.distribute.environment import choose_jax, process_of_many
from headline.training.duration.estimate import list_size
from headline.training.duration.run_time import BUILDING, MEASURING, TRAINING, TYPING, RunTime
from headline.training.duration.speed import correct_factor, known_factor
from headline.training.duration.told import Told
from headline.training.duration.work import work
from headline.training.loading import load_keras
from headline.training.mixture import ngrams_alone
from headline.training.options import RunOptions
from headline.training.progress import Progress
from headline.training.settings import TrainingConfig

if TYPE_CHECKING:
    from headline.corpus.vocabulary import Vocabulary
    from headline.training.distribute.share import Share

Emit = Callable[[dict], None]  # takes one event, which docs/training.md describes

_MEASURED = 10_000  # headlines of the test side at most, taken evenly from all of it: of a model with so many words
_WORDS = 2**17  # at most; of one with more words, fewer headlines, because each takes longer
_TYPED = 150  # headlines of the test side on which keystrokes saved are measured
_LONGEST_MESSAGE = 1_000  # characters


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
    checkpoint = _fit(
        corpus,
        settings,
        on_progress,
        should_stop,
        name,
        licence,
        start_from,
        vocabulary,
        on_epoch,
        on_baseline,
        text,
        backup,
        vectors,
    )
    return _measured(checkpoint, corpus, settings, should_stop)


def _fit(
    corpus: Corpus | ShardedCorpus,
    settings: TrainingConfig,
    on_progress: Callable[[Progress], None],
    should_stop: Callable[[], bool],
    name: str,
    licence: dict | None,
    start_from: Checkpoint | None,
    vocabulary: "Vocabulary | None",
    on_epoch: Callable[[int, Checkpoint], None],
    on_baseline: Callable[[float], None],
    text: Sequence[str],
    backup: Path | None,
    vectors: Path | None = None,
    share: "Share | None" = None,
    told: Told | None = None,
    compare: bool = False,
) -> Checkpoint:
    """One course over the headlines, after one over the text where there is some."""
    load_keras()
    from headline.training.fit import fit
    from headline.training.pretraining import pretrain, shared_vocabulary, text_ngrams

    others: list[NGrams] = []
    if text and isinstance(corpus, Corpus):
        also = start_from.vocabulary if start_from and settings.keep_words else None
        vocabulary = vocabulary or shared_vocabulary(corpus.headlines, text, settings, also)
        start_from = pretrain(text, settings, vocabulary, start_from, on_progress, should_stop, backup, vectors)
        others = list(text_ngrams(text, settings, vocabulary))
    epochs = backup / "headline-epochs" if backup else None
    return fit(
        corpus,
        settings,
        on_progress,
        should_stop,
        name,
        licence,
        start_from,
        vocabulary,
        on_epoch,
        on_baseline,
        others,
        epochs,
        share,
        told,
        compare,
        None if start_from else vectors,
    )


def run(
    options: RunOptions,
    out: Path,
    emit: Emit = lambda event: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Checkpoint:
    """Run from files to a saved checkpoint, and emit an event at every step.

    Once `should_stop` returns True, the best weights so far are saved and nothing more is measured.

    Raises:
        HeadlineError: the files, the settings or the model to start from are not usable.
        OSError: a file cannot be read or written. The last event is "error", as with any other exception.
    """
    try:
        with RunTime(emit) as clock:
            return _run(options, out, clock.emit, should_stop, clock)
    except Exception as error:
        emit(error_event(error))
        raise


def _run(options: RunOptions, out: Path, emit: Emit, should_stop: Callable[[], bool], clock: RunTime) -> Checkpoint:
    began = time.monotonic()
    deadline = began + 60 * options.minutes if options.minutes else float("inf")
    settings, start_from = options.settings, options.load_start()
    process = 0
    if options.distribute:
        choose_jax()
        process, _ = process_of_many()
        if process:
            emit = _errors_only(emit)
    emit({"event": "reading", "stage": "reading"})
    work_folder = out.with_name(f".{out.name}.counted{process or ''}")
    prepared = options.open_prepared(work_folder)
    corpus, text = prepared or options.read_corpus(), options.read_text()
    if prepared:
        kept = prepared.shards
        settings = settings.changed(normalise=kept.normalise, keep_duplicates=kept.keep_duplicates)
    report = corpus.report
    said = {"summary": report.summary(), "notes": report.notes, "stage": "starting"}
    emit({"event": "corpus", **report.as_dict(), **said})
    if isinstance(corpus, Corpus):
        check_number(len(corpus.headlines))
    if isinstance(corpus, Corpus) and not text and not process:
        known = len(start_from.vocabulary) if start_from and settings.keep_words else 0
        clock.expect(work(settings, list_size(corpus), known, options.compare), known_factor())
    load_keras()
    clock.reach(BUILDING)
    from headline.training.network.accelerator import device_in_use

    share = None
    if options.distribute:
        from headline.training.distribute.processes import join

        share = join(settings.seed)
    name = device_in_use() + (f", {share.devices} in {share.processes} processes" if share else "")
    emit({"event": "device", "name": name, "stage": "starting"})
    backup = out.with_name(f".{out.name}.backup")
    best = _BestSoFar(best_folder(out), settings.precision) if options.minutes and not process else None

    def on_progress(progress: Progress) -> None:
        clock.reach(TRAINING)
        emit({"event": "progress", **progress.as_dict(), "stage": "training"})
        if best and progress.epoch_ended:
            best.loss = progress.loss if progress.validation_loss is None else progress.validation_loss

    def on_epoch(epoch: int, checkpoint: Checkpoint) -> None:
        if best:
            best.keep(checkpoint)
        emit({"event": "samples", "epoch": epoch, "headlines": _continued(checkpoint, options.samples)})

    if not options.resume:  # in every process: one that is faster must not find what an older run left
        shutil.rmtree(backup, ignore_errors=True)
    checkpoint = _fit(
        corpus,
        settings,
        on_progress=on_progress,
        should_stop=lambda: should_stop() or time.monotonic() > deadline,
        name=options.name or out.name,
        licence=None,
        start_from=start_from,
        vocabulary=None,
        on_epoch=on_epoch,
        on_baseline=lambda nats: emit({"event": "baseline", "nats": nats}),
        text=text,
        backup=backup if options.resumable else None,
        vectors=Path(options.vectors) if options.vectors else None,
        share=share,
        told=clock.told if not text else None,
        compare=options.compare,
    )
    clock.trained(1 - _epochs(checkpoint, settings) / settings.epochs)
    if process:  # the first one measures and saves
        shutil.rmtree(work_folder, ignore_errors=True)
        return checkpoint
    checkpoint = _measured(checkpoint, corpus, settings, should_stop, emit, options.compare, clock)
    checkpoint.save(out, settings.precision)
    shutil.rmtree(work_folder, ignore_errors=True)
    if not should_stop() and not text and not share and isinstance(corpus, Corpus):
        _learn_speed(corpus, checkpoint, settings, time.monotonic() - began, options.compare)
    shutil.rmtree(backup, ignore_errors=True)
    shutil.rmtree(best_folder(out), ignore_errors=True)
    metrics = checkpoint.metrics.get("test", {})
    emit({"event": "done", "stopped": should_stop(), "metrics": metrics, "model": str(out)})
    return checkpoint


def _errors_only(emit: Emit) -> Emit:
    """Of several processes, the first one tells what the run does."""
    return lambda event: emit(event) if event["event"] == "error" else None


def _learn_speed(
    corpus: Corpus, checkpoint: Checkpoint, settings: TrainingConfig, seconds: float, compare: bool
) -> None:
    """Let the next estimate know what this run took, of the epochs that it had."""
    epochs = _epochs(checkpoint, settings)
    size = list_size(corpus)
    known = max(0, checkpoint.config.vocab_size - min(size.distinct, settings.max_words))
    correct_factor(work(settings.changed(epochs=epochs), size, known, compare).seconds, seconds)


def _epochs(checkpoint: Checkpoint, settings: TrainingConfig) -> int:
    """How many epochs a run had: fewer than it was meant to if it stopped getting better."""
    return len(checkpoint.training.get("history", [])) or settings.epochs


def best_folder(out: Path) -> Path:
    """Where a run with a limit on its minutes keeps its best weights so far, in case that it is killed."""
    return out.with_name(f".{out.name}.best")


class _BestSoFar:
    """The weights after the best epoch so far, as a checkpoint without n-grams."""

    def __init__(self, folder: Path, precision: str):
        self.folder, self.precision = folder, precision
        self.loss: float | None = None  # of the last epoch, held-out where there is such a loss; None: not finite
        self._lowest = math.inf

    def keep(self, checkpoint: Checkpoint) -> None:
        """Save the weights of the last epoch if it is the best."""
        if self.loss is not None and self.loss < self._lowest:
            with contextlib.suppress(OSError, CheckpointError):  # a full disk must not end the run
                checkpoint.save(self.folder, self.precision)
                self._lowest = self.loss


def _measured(
    checkpoint: Checkpoint,
    corpus: Corpus | ShardedCorpus,
    settings: TrainingConfig,
    should_stop: Callable[[], bool],
    emit: Emit = lambda event: None,
    compare: bool = False,
    clock: RunTime | None = None,
) -> Checkpoint:
    """Return the checkpoint at the precision it is stored in, with its figures on the test side."""
    checkpoint = checkpoint.stored_as(settings.precision)
    most = max(1, min(_MEASURED, _MEASURED * _WORDS // len(checkpoint.vocabulary)))
    test, typed = _test_side(corpus, settings, most)
    if not test or should_stop():
        return checkpoint
    emit({"event": "measuring", "stage": "measuring"})
    reach = clock.reach if clock else lambda part, share=0.0: None
    metrics: dict = {"test": measure(checkpoint, test, should_stop, lambda share: reach(MEASURING, share))}
    if compare and not should_stop():
        metrics["keystrokes_saved"] = _keystrokes_saved(
            checkpoint, typed, lambda model, share: reach(TYPING + model, share)
        )
        saved = {"headlines": len(typed), **metrics["keystrokes_saved"]}
        emit({"event": "compared", **saved, "stage": "measuring"})
    return replace(checkpoint, metrics=checkpoint.metrics | metrics)


def _test_side(corpus: Corpus | ShardedCorpus, settings: TrainingConfig, most: int) -> tuple[list[str], list[str]]:
    """The test headlines to measure a model on, `most` of them, and those to type."""
    shares = settings.seed, settings.validation, settings.test
    if isinstance(corpus, ShardedCorpus):
        split = corpus.split(*shares)
        step = max(1, -(-split.sizes["test"] // most))
        return split.titles("test", step), split.titles("test", most=_TYPED)
    test = split_headlines(corpus.headlines, *shares)["test"]
    return test[:: max(1, -(-len(test) // most))], test[:_TYPED]


def measure(
    checkpoint: Checkpoint,
    headlines: Sequence[str],
    should_stop: Callable[[], bool] = lambda: False,
    on_share: Callable[[float], None] = lambda share: None,
) -> dict:
    """Return a checkpoint's figures on headlines, or {} once `should_stop` returns True. `on_share` is told which share
    of the headlines is done."""
    from headline.model.evaluation import evaluate

    class Stopped(Exception):
        pass

    def check(done: int, count: int) -> None:
        if should_stop():
            raise Stopped
        on_share(done / count)

    try:
        return evaluate(checkpoint, headlines, on_progress=check).as_dict()
    except Stopped:
        return {}


def _continued(checkpoint: Checkpoint, texts: Sequence[str]) -> list[str]:
    """Continue each text by the network's most probable words."""
    if not texts:
        return []
    import numpy as np

    from headline.generator.generator import Generator
    from headline.generator.suggester import Suggester
    from headline.generator.words.lexicon import Lexicon

    generator = Generator(Suggester(checkpoint, Lexicon([], np.empty(0))))
    return [generator.generate(text).text for text in texts]


def _keystrokes_saved(
    checkpoint: Checkpoint,
    headlines: Sequence[str],
    on_share: Callable[[int, float], None] = lambda model, share: None,
) -> dict[str, float]:
    """Return the share of keystrokes saved on headlines: by this model, the bundled model, and its n-grams alone.

    `on_share` is told which model types, from 0, and which share of the headlines has been typed with it.
    """
    from headline.generator.box.keystrokes import typed_with
    from headline.generator.suggester import Suggester

    models = {"this": checkpoint, "bundled": Checkpoint.load(BUNDLED_MODEL)}
    if checkpoint.ngram:
        models["ngram"] = ngrams_alone(checkpoint)
    saved = {}
    for number, (name, model) in enumerate(models.items()):
        on_share(number, 0.0)
        rows = _counted(headlines, partial(on_share, number))
        saved[name] = round(typed_with(Suggester(model), rows).saved, 4)
    return saved


def _counted(headlines: Sequence[str], on_share: Callable[[float], None]) -> Iterator[str]:
    """Yield headlines, and tell after each which share of them is done."""
    for done, headline in enumerate(headlines, start=1):
        yield headline
        on_share(done / len(headlines))


def error_event(error: Exception) -> dict:
    message = str(error) if isinstance(error, HeadlineError) else f"{type(error).__name__}: {error}"
    if isinstance(error, OSError):
        message = system_sentence(error)
    event: dict = {"event": "error", "message": message[:_LONGEST_MESSAGE]}
    return event | ({"batch_size": error.batch_size} if isinstance(error, DeviceMemoryError) else {})
