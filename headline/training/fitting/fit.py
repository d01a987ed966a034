"""Trains a network on a corpus by Keras' `fit`, and returns the checkpoint with its mixture fitted."""

import platform
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import keras
import numpy as np

import headline
from headline.corpus.report import Corpus
from headline.corpus.shards.corpus import ShardedCorpus
from headline.corpus.vocabulary import Vocabulary
from headline.errors import DeviceMemoryError, SettingError
from headline.model.checkpoint import Checkpoint
from headline.model.evaluation import evaluate
from headline.model.ngrams.interpolated_ngram import NGrams
from headline.model.ngrams.ngram import NGram
from headline.training.data.of_list import list_data
from headline.training.data.of_shards import sharded_data
from headline.training.data.training_data import TrainingData
from headline.training.distribute.environment import process_lost
from headline.training.distribute.processes import SharedBackup, agreed, process_was_lost
from headline.training.distribute.share import Share
from headline.training.duration.time_left import Course, TimeLeft
from headline.training.duration.told import Told
from headline.training.duration.work import ListSize, work
from headline.training.fitting.callbacks import Reporter, Stopped
from headline.training.fitting.mixture import mixed, ngrams_alone
from headline.training.fitting.rare_words import with_rare_words
from headline.training.network.accelerator import (
    compute_policy,
    computing_in,
    device_in_use,
    keep_freed_memory,
    let_gpu_memory_grow,
    memory_ran_out,
)
from headline.training.network.batches import CausalBatches
from headline.training.network.keras_model import (
    build_model,
    drop_recurrent_weights,
    model_weights,
    set_model_weights,
    with_candidates,
)
from headline.training.network.objective import compile_model
from headline.training.network.transfer import transfer_weights
from headline.training.network.word_vectors import first_embedding, vectors_for
from headline.training.progress import Progress
from headline.training.settings import TrainingConfig

_BASELINE_HEADLINES = 500
_MIXTURE_HEADLINES_WHEN_STOPPED = 60  # a person who stops a run does not want to wait for the mixture


def fit(
    corpus: Corpus | ShardedCorpus,
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
    share: Share | None = None,
    told: Told | None = None,
    compare: bool = False,
    vectors: Path | None = None,
    again: Sequence[str] = (),
) -> Checkpoint:
    """Train on a corpus and return the weights with the best held-out loss, or the last where nothing is held out.

    The arguments and errors are those of `headline.training.train.train`; the n-gram models in `ngrams` are mixed
    with the headlines', and so are those of the model to start from. A run that was interrupted goes on after the
    last epoch that is in the `backup` folder, the optimizer's state included. With a `share` this is one of the
    processes of a run on several devices; all of them return the same checkpoint. `told` is what was said of the time
    left before, and `compare` whether the run ends by measuring keystrokes saved. Of the sentences in `again` each
    epoch reads a share, `text_again`, beside the headlines of a list in memory.

    Raises:
        ClusterError: another process has ended.
    """
    keep_freed_memory()
    let_gpu_memory_grow()
    keras.utils.set_random_seed(settings.seed)
    data = (
        sharded_data(corpus, settings, start_from, vocabulary)
        if isinstance(corpus, ShardedCorpus)
        else list_data(corpus, settings, start_from, vocabulary, again)
    )
    share = share or Share()
    for batches in (data.batches, data.held_out):
        if isinstance(batches, CausalBatches):
            batches.share = share
        elif share.devices > 1:
            raise SettingError("distribute needs the autocomplete recipe.")
    with computing_in(compute_policy(settings)):
        model = build_model(data.config)
        drop_recurrent_weights(model, settings.recurrent_dropout)
        trained = with_candidates(model) if data.config.causal and data.batches.sampler else model
    if start_from:
        fresh = model_weights(model, data.config)
        set_model_weights(model, data.config, transfer_weights(start_from, data.vocabulary, fresh))
    elif vectors:
        fresh = model_weights(model, data.config)
        known = vectors_for(data.vocabulary, vectors)
        embedding = first_embedding(fresh["embedding"], *known, settings.seed)
        set_model_weights(model, data.config, fresh | {"embedding": embedding})
    compile_model(trained, settings, len(data.batches) * settings.epochs)
    ngram = _ngram_baseline(data, settings, on_baseline)

    time_left = TimeLeft(_course(data, settings, start_from, compare), told)
    reporter = Reporter(settings.epochs, data.batches, time_left, on_progress, agreed(should_stop, share))
    bare = Checkpoint(data.config, data.vocabulary, {}, style=data.style)
    reporter.on_epoch = lambda epoch: on_epoch(epoch, replace(bare, weights=model_weights(model, data.config)))
    stopped = _fit_network(trained, data, settings, reporter, backup, share)
    weights = model_weights(model, data.config)
    if not all(np.isfinite(w).all() for w in weights.values()):
        raise SettingError(f"The loss became infinite or NaN: a learning_rate of {settings.learning_rate} is too high.")
    checkpoint = replace(
        bare,
        weights=weights,
        training={"settings": settings.as_dict(), "history": reporter.history_rows},
        corpus=corpus.report.as_dict() | data.sizes,
        provenance=_provenance(name, reporter.seconds),
        licence=licence or {},
    )
    if (found := data.rare()) is not None:
        wider, ngram = found
        checkpoint = with_rare_words(checkpoint, wider)
    held_out = data.held_out_titles[: _MIXTURE_HEADLINES_WHEN_STOPPED if stopped else None]
    others = [*ngrams, *_kept_ngrams(start_from, checkpoint.vocabulary)]
    if ngram is None and settings.ngram_order and data.config.causal:
        ngram = data.count_ngrams()
    return mixed(checkpoint, data.seen(), ngram, held_out, others)


def _course(data: TrainingData, settings: TrainingConfig, start_from: Checkpoint | None, compare: bool) -> Course:
    """What the run will do, and what its parts are expected to take."""
    known = len(start_from.vocabulary) if start_from and settings.keep_words else 0
    size = ListSize(
        headlines=sum(data.sizes.values()),
        words=round(data.batches.words / max(0.01, 1 - settings.validation - settings.test)),
        distinct=max(0, len(data.vocabulary) - known),
        longest=data.config.block_size,
    )
    expected = work(settings, size, known, compare)
    return Course(
        settings.epochs,
        len(data.batches),
        len(data.held_out) if data.held_out.words else 0,
        expected.step,
        expected.between,
        expected.after,
        expected.check,
        expected.start,
        settings.patience if data.held_out.words else 0,
    )


def _ngram_baseline(data: TrainingData, settings: TrainingConfig, on_baseline: Callable[[float], None]) -> NGram | None:
    """Build the n-grams before training and report their held-out loss; None where nothing is held out."""
    if not (data.held_out.words and data.config.causal and settings.ngram_order):
        return None
    ngram = data.count_ngrams()
    alone = ngrams_alone(Checkpoint(data.config, data.vocabulary, {}, ngram))
    nats = evaluate(alone, data.held_out_titles[:_BASELINE_HEADLINES], completions=False).loss
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
    model: keras.Model,
    data: TrainingData,
    settings: TrainingConfig,
    reporter: Reporter,
    backup: Path | None,
    share: Share,
) -> bool:
    """Run Keras' `fit`, leave the best weights in the model, and return whether the run was stopped early.

    Raises:
        DeviceMemoryError: the GPU's memory ran out.
        ClusterError: another process has ended.
    """
    callbacks: list[keras.callbacks.Callback] = [keras.callbacks.TerminateOnNaN(), reporter]
    best = None
    if data.held_out.words:
        # A patience longer than the run restores the best weights and never ends it early.
        patience = settings.patience or settings.epochs + 1
        best = keras.callbacks.EarlyStopping("val_nats", mode="min", patience=patience, restore_best_weights=True)
        callbacks.append(best)
    if backup:
        callbacks.append(SharedBackup(backup, share))
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
        if process_was_lost(error, share) and not memory_ran_out(error):
            raise process_lost() from error
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
