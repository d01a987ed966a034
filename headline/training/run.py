"""The whole run, from files to a saved checkpoint. Command line, page and library share this code.

Keras is loaded inside the functions, so that a run can report that it is reading before the seconds this takes.
"""

import contextlib
import math
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from headline.corpus.report import Corpus
from headline.errors import CheckpointError, DeviceMemoryError, HeadlineError, system_sentence
from headline.model.checkpoint import Checkpoint
from headline.training.data.enough import check_number
from headline.training.distribute.environment import choose_jax, process_of_many
from headline.training.duration.estimate import list_size
from headline.training.duration.run_time import BUILDING, TRAINING, RunTime
from headline.training.duration.speed import correct_factor, known_factor
from headline.training.duration.work import work
from headline.training.loading import load_keras
from headline.training.measuring import Emit, measured
from headline.training.options import RunOptions
from headline.training.progress import Progress
from headline.training.settings import TrainingConfig
from headline.training.train import fitted

if TYPE_CHECKING:
    pass

_LONGEST_MESSAGE = 1_000  # characters


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
    checkpoint = fitted(
        corpus,
        settings,
        on_progress=on_progress,
        should_stop=lambda: should_stop() or time.monotonic() > deadline,
        name=options.name or out.name,
        start_from=start_from,
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
    checkpoint = measured(checkpoint, corpus, settings, should_stop, emit, options.compare, clock)
    checkpoint.save(out, settings.precision)
    shutil.rmtree(work_folder, ignore_errors=True)
    if not should_stop() and not text and not share and isinstance(corpus, Corpus):
        _learn_speed(corpus, checkpoint, settings, time.monotonic() - began, options.compare)
    shutil.rmtree(backup, ignore_errors=True)
    shutil.rmtree(best_folder(out), ignore_errors=True)
    metrics = checkpoint.metrics.get("test", {})
    clock.stop()
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


def error_event(error: Exception) -> dict:
    message = str(error) if isinstance(error, HeadlineError) else f"{type(error).__name__}: {error}"
    if isinstance(error, OSError):
        message = system_sentence(error)
    event: dict = {"event": "error", "message": message[:_LONGEST_MESSAGE]}
    return event | ({"batch_size": error.batch_size} if isinstance(error, DeviceMemoryError) else {})
