"""Trains a network on a corpus by Keras' `fit`, and returns the checkpoint with its mixture fitted."""

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import keras
import numpy as np

import headline
from headline.corpus.language.detect import check_splittable
from headline.corpus.report import Corpus
from headline.corpus.split import split_headlines
from headline.corpus.truecasing import list_style
from headline.corpus.vocabulary import Vocabulary
from headline.errors import CorpusError, DeviceMemoryError, SettingError
from headline.model.checkpoint import Checkpoint
from headline.model.config import ModelConfig
from headline.model.evaluation import evaluate
from headline.model.interpolated_ngram import NGrams
from headline.model.ngram import NGram
from headline.training.callbacks import Reporter, Stopped
from headline.training.duration.time_left import Course, TimeLeft
from headline.training.duration.work import ListSize, work
from headline.training.mixture import build_ngrams, fit_mixture, ngrams_alone
from headline.training.network.accelerator import (
    compute_policy,
    computing_in,
    device_in_use,
    keep_freed_memory,
    let_gpu_memory_grow,
    memory_ran_out,
)
from headline.training.network.batches import Batches, make_batches
from headline.training.network.keras_model import build_model, model_weights, set_model_weights, with_candidates
from headline.training.network.objective import compile_model
from headline.training.network.transfer import transfer_weights
from headline.training.progress import Progress
from headline.training.settings import TrainingConfig

MIN_HEADLINES = 20
_BASELINE_HEADLINES = 500
_MIXTURE_HEADLINES_WHEN_STOPPED = 60  # a person who stops a run does not want to wait for the mixture


@dataclass(frozen=True)
class _Data:
    """A corpus ready to train on."""

    sides: dict[str, list[str]]  # headlines by side of the split
    vocabulary: Vocabulary
    config: ModelConfig
    batches: Batches
    held_out: Batches  # may be empty


def fit(
    corpus: Corpus,
    settings: TrainingConfig,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
    name: str = "",
    licence: dict | None = None,
    start_from: Checkpoint | None = None,
    vocabulary: Vocabulary | None = None,
    on_epoch: Callable[[int, Checkpoint], None] = lambda epoch, checkpoint: None,
    on_baseline: Callable[[float], None] = lambda nats: None,
    ngrams: Sequence[NGrams] = (),
    backup: Path | None = None,
) -> Checkpoint:
    """Train on a corpus and return the weights with the best held-out loss, or the last where nothing is held out.

    The arguments and errors are those of `headline.training.run.train`; the n-gram models in `ngrams` are mixed
    with the headlines', and so are those of the model to start from. A run that was interrupted goes on after the
    last epoch that is in the `backup` folder, the optimizer's state included.
    """
    keep_freed_memory()
    let_gpu_memory_grow()
    keras.utils.set_random_seed(settings.seed)
    data = _prepare(corpus, settings, start_from, vocabulary)
    with computing_in(compute_policy(settings)):
        model = build_model(data.config)
        trained = with_candidates(model) if data.config.causal and data.batches.sampler else model
    if start_from:
        fresh = model_weights(model, data.config)
        set_model_weights(model, data.config, transfer_weights(start_from, data.vocabulary, fresh))
    compile_model(trained, settings, len(data.batches) * settings.epochs)
    ngram = _ngram_baseline(data, settings, on_baseline)

    time_left = TimeLeft(_course(data, settings, start_from))
    reporter = Reporter(settings.epochs, data.batches, time_left, on_progress, should_stop)
    words = (data.vocabulary.tokenizer.words(headline) for headline in data.sides["train"])
    bare = Checkpoint(data.config, data.vocabulary, {}, style=list_style(words, data.vocabulary.tokenizer.language))
    reporter.on_epoch = lambda epoch: on_epoch(epoch, replace(bare, weights=model_weights(model, data.config)))
    stopped = _fit_network(trained, data, settings, reporter, backup)
    weights = model_weights(model, data.config)
    if not all(np.isfinite(w).all() for w in weights.values()):
        raise SettingError(f"The loss became infinite or NaN: a learning_rate of {settings.learning_rate} is too high.")
    checkpoint = replace(
        bare,
        weights=weights,
        training={"settings": settings.as_dict(), "history": reporter.history_rows},
        corpus=corpus.report.as_dict() | {side: len(lines) for side, lines in data.sides.items()},
        provenance=_provenance(name, reporter.seconds),
        licence=licence or {},
    )
    held_out = data.sides["validation"][: _MIXTURE_HEADLINES_WHEN_STOPPED if stopped else None]
    others = [*ngrams, *_kept_ngrams(start_from, data.vocabulary)]
    return fit_mixture(
        checkpoint, data.sides["train"], held_out, settings.ngram_order, settings.max_ngrams, ngram, others
    )


def _prepare(
    corpus: Corpus, settings: TrainingConfig, start_from: Checkpoint | None, vocabulary: Vocabulary | None
) -> _Data:
    sides = split_headlines(corpus.headlines, settings.seed, settings.validation, settings.test)
    if len(sides["train"]) < MIN_HEADLINES:
        raise CorpusError(
            f"{len(sides['train'])} headlines are too few to train on: give at least {MIN_HEADLINES}, better 1,000."
        )
    check_splittable(sides["train"], settings.tokenizer)
    if vocabulary is None:
        also = start_from.vocabulary if start_from and settings.keep_words else None
        vocabulary = Vocabulary.build(
            sides["train"],
            settings.tokenizer,
            settings.min_count,
            settings.max_words,
            also,
            language=settings.language_of(sides["train"]),
        )
    encoded = {side: [vocabulary.encode(line) for line in lines] for side, lines in sides.items()}
    encoded = {side: [ids for ids in rows if not set(ids) <= set(vocabulary.marks)] for side, rows in encoded.items()}
    if not encoded["train"]:
        raise CorpusError("The headlines have no words, only punctuation.")
    config = settings.model_config(len(vocabulary), max(map(len, encoded["train"])))
    batches, held_out = make_batches(settings, config, vocabulary, encoded)
    if not batches.words:
        raise CorpusError("No headline has a second word, and this recipe learns second and later words only.")
    return _Data(sides, vocabulary, config, batches, held_out)


def _course(data: _Data, settings: TrainingConfig, start_from: Checkpoint | None) -> Course:
    """What the run will do, and what its parts are expected to take."""
    known = len(start_from.vocabulary) if start_from and settings.keep_words else 0
    size = ListSize(
        headlines=sum(map(len, data.sides.values())),
        words=round(data.batches.words / max(0.01, 1 - settings.validation - settings.test)),
        distinct=max(0, len(data.vocabulary) - known),
        longest=data.config.block_size,
    )
    expected = work(settings, size, known)
    return Course(
        settings.epochs,
        len(data.batches),
        len(data.held_out) if data.held_out.words else 0,
        expected.step,
        expected.between,
        expected.after,
    )


def _ngram_baseline(data: _Data, settings: TrainingConfig, on_baseline: Callable[[float], None]) -> NGram | None:
    """Build the n-grams before training and report their held-out loss; None where nothing is held out."""
    if not (data.held_out.words and data.config.causal and settings.ngram_order):
        return None
    ngram = build_ngrams(data.sides["train"], data.vocabulary, settings.ngram_order, settings.max_ngrams)
    alone = ngrams_alone(Checkpoint(data.config, data.vocabulary, {}, ngram))
    nats = evaluate(alone, data.sides["validation"][:_BASELINE_HEADLINES], completions=False).loss
    if np.isfinite(nats):
        on_baseline(nats)
    return ngram


def _kept_ngrams(model: Checkpoint | None, vocabulary: Vocabulary) -> list[NGrams]:
    """The n-grams of a model to fine-tune, for a vocabulary that has all of its words."""
    if model is None or model.ngram is None or not set(model.vocabulary.itos) <= vocabulary.stoi.keys():
        return []
    ids = np.array([vocabulary.stoi[key] for key in model.vocabulary.itos])
    return [model.ngram.renumbered(ids, len(vocabulary))]


def _fit_network(
    model: keras.Model, data: _Data, settings: TrainingConfig, reporter: Reporter, backup: Path | None
) -> bool:
    """Run Keras' `fit`, leave the best weights in the model, and return whether the run was stopped early.

    Raises:
        DeviceMemoryError: the GPU's memory ran out.
    """
    callbacks: list[keras.callbacks.Callback] = [keras.callbacks.TerminateOnNaN(), reporter]
    best = None
    if data.held_out.words:
        # A patience longer than the run restores the best weights and never ends it early.
        patience = settings.patience or settings.epochs + 1
        best = keras.callbacks.EarlyStopping("val_nats", mode="min", patience=patience, restore_best_weights=True)
        callbacks.append(best)
    if backup:
        callbacks.append(keras.callbacks.BackupAndRestore(str(backup), delete_checkpoint=False))
    try:
        model.fit(
            data.batches,
            validation_data=data.held_out if data.held_out.words else None,
            epochs=settings.epochs,
            callbacks=callbacks,
            shuffle=False,  # the batches shuffle themselves
            verbose=0,
        )
    except Stopped:
        if best is not None and best.best_weights is not None:
            model.set_weights(best.best_weights)
        return True
    except Exception as error:
        if not memory_ran_out(error):
            raise
        size = data.batches.batch_size
        smaller = max(1, size // 2)
        raise DeviceMemoryError(
            f"The memory of {device_in_use()} ran out with a batch_size of {size}: try {smaller}.", smaller
        ) from error
    return False


def _provenance(name: str, seconds: float) -> dict:
    return {
        "name": name,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "headline": headline.__version__,
        "keras": f"{keras.__version__} on {keras.backend.backend()}",
        "python": platform.python_version(),
        "device": device_in_use(),
        "seconds": round(seconds, 1),
    }
