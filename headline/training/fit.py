"""A corpus and settings -> a checkpoint, with progress on the way. Keras' own `fit` does the work."""

import contextlib
import platform
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import keras
import numpy as np

import headline
from headline.corpus.report import Corpus
from headline.corpus.sequences import PAD_ID
from headline.corpus.split import split_headlines
from headline.corpus.vocabulary import Vocabulary
from headline.errors import CorpusError, DeviceMemoryError, SettingError
from headline.model.checkpoint import Checkpoint
from headline.model.config import ModelConfig
from headline.model.evaluation import evaluate
from headline.model.language_model import LanguageModel
from headline.training.batches import make_batches
from headline.training.callbacks import Reporter, Stopped
from headline.training.device import (
    compute_policy,
    computing_in,
    device_name,
    keep_freed_memory,
    let_gpu_memory_grow,
    memory_ran_out,
)
from headline.training.keras_model import build_model, model_weights, set_model_weights, with_candidates
from headline.training.mixture import limited_ngram, with_memory
from headline.training.progress import Progress
from headline.training.settings import TrainingConfig

MIN_HEADLINES = 20
_BASELINE_HEADLINES = 500
_STEPS_TO_TIME = 5  # reports, half a second apart


def train(
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
) -> Checkpoint:
    """Train on a corpus and return the best weights seen, on the held-out headlines where there are any.

    `on_progress` is called from within `fit` about twice a second and after every epoch; the run
    ends early, keeping what is best so far, soon after `should_stop()` is true.

    `start_from` is a model whose network goes on learning instead of beginning anew: settings are
    to have its shape, as `TrainingConfig.fine_tuning` gives it. `vocabulary` is used instead of
    building one, so that runs can be compared word for word.

    After every epoch `on_epoch` is given the network as it stands. `on_baseline` is told before the
    first one what the n-grams alone reach on the held-out headlines, in nats a word.

    Raises:
        CorpusError: too few headlines to learn from.
        SettingError: the learning rate was so high that the weights are no numbers any more.
    """
    sides = split_headlines(corpus.headlines, settings.seed, settings.validation, settings.test)
    if len(sides["train"]) < MIN_HEADLINES:
        raise CorpusError(
            f"{len(sides['train'])} headlines are too few to learn from: bring at least {MIN_HEADLINES}, better 1,000."
        )
    keep_freed_memory()
    let_gpu_memory_grow()
    keras.utils.set_random_seed(settings.seed)
    if vocabulary is None:
        also = start_from.vocabulary if start_from and settings.keep_words else None
        vocabulary = Vocabulary.build(sides["train"], settings.tokenizer, settings.min_count, settings.max_words, also)
    encoded = {side: [ids for h in lines if (ids := vocabulary.encode(h))] for side, lines in sides.items()}
    if not encoded["train"]:
        raise CorpusError("The headlines hold no words: nothing but marks and signs.")
    config = settings.model_config(len(vocabulary), max(map(len, encoded["train"])))
    batches, held_out = make_batches(settings, config, vocabulary, encoded)
    if not batches.words:
        raise CorpusError("No headline has a second word to predict, which is all that this recipe learns.")
    with computing_in(compute_policy(settings)):
        model = build_model(config)
        trained = with_candidates(model) if config.causal and batches.sampler else model
    if start_from:
        weights = carried_over(start_from, vocabulary, model_weights(model, config))
        set_model_weights(model, config, weights)
    compile_model(trained, settings, len(batches) * settings.epochs)
    ngram = None
    if held_out.words and config.causal and settings.ngram_order:
        alone = ngrams_alone(sides["train"], vocabulary, config, settings)
        nats = evaluate(alone, sides["validation"][:_BASELINE_HEADLINES], completions=False).loss
        if np.isfinite(nats):
            on_baseline(nats)
        ngram = alone.ngram
    reporter = Reporter(settings.epochs, batches, on_progress, should_stop)
    bare = Checkpoint(config, vocabulary, {})
    reporter.on_epoch = lambda epoch: on_epoch(epoch, replace(bare, weights=model_weights(model, config)))
    callbacks: list[keras.callbacks.Callback] = [keras.callbacks.TerminateOnNaN(), reporter]
    if held_out.words:
        # A patience beyond the run's end keeps the best weights and never stops.
        patience = settings.patience or settings.epochs + 1
        best = keras.callbacks.EarlyStopping("val_nats", mode="min", patience=patience, restore_best_weights=True)
        callbacks.append(best)
    else:
        best = None
    try:
        trained.fit(
            batches,
            validation_data=held_out if held_out.words else None,
            epochs=settings.epochs,
            callbacks=callbacks,
            shuffle=False,  # the batches draw their own order
            verbose=0,
        )
        stopped = False
    except Stopped:
        stopped = True
        if best is not None and best.best_weights is not None:
            trained.set_weights(best.best_weights)
    except Exception as error:
        if not memory_ran_out(error):
            raise
        smaller = max(1, batches.batch_size // 2)
        raise DeviceMemoryError(
            f"The memory of {device_name()} ran out with a batch_size of {batches.batch_size}: take {smaller}.", smaller
        ) from error
    weights = model_weights(model, config)
    if not all(np.isfinite(w).all() for w in weights.values()):
        raise SettingError(f"The loss was no longer a number: a learning_rate of {settings.learning_rate} is too high.")
    checkpoint = Checkpoint(
        config=config,
        vocabulary=vocabulary,
        weights=weights,
        training={"settings": settings.as_dict(), "history": reporter.history_rows},
        corpus=corpus.report.as_dict() | {side: len(lines) for side, lines in sides.items()},
        provenance={
            "name": name,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "headline": headline.__version__,
            "keras": f"{keras.__version__} on {keras.backend.backend()}",
            "python": platform.python_version(),
            "device": device_name(),
            "seconds": round(reporter.seconds, 1),
        },
        licence=licence or {},
    )
    # Who stops a run does not want to wait: the mixture is then fitted on few headlines.
    fitted_on = sides["validation"][: 60 if stopped else None]
    return with_memory(checkpoint, sides["train"], fitted_on, settings.ngram_order, settings.max_ngrams, ngram)


def ngrams_alone(
    headlines: Sequence[str], vocabulary: Vocabulary, config: ModelConfig, settings: TrainingConfig
) -> Checkpoint:
    """A model of the n-grams of some headlines, in which the network has no part."""
    nothing = replace(config, embedding_size=1, units=1, layers=1)
    weights = {name: np.zeros(shape, dtype=np.float32) for name, shape in nothing.shapes().items()}
    empty = Checkpoint(nothing, vocabulary, weights)
    model = LanguageModel(empty)
    ngram = limited_ngram([model.row(line) for line in headlines], empty, settings.ngram_order, settings.max_ngrams)
    return replace(empty, ngram=ngram, lstm_weight=0.0)


def words_per_second(corpus: Corpus, settings: TrainingConfig, start_from: Checkpoint | None = None) -> float:
    """How fast a run would be on this machine, from a few real steps of it."""

    class Enough(Exception):
        pass

    seen: list[Progress] = []

    def look(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) > _STEPS_TO_TIME:
            raise Enough

    with contextlib.suppress(Enough):
        train(
            corpus,
            settings.changed(epochs=50, ngram_order=0, validation=0.0, test=0.0, patience=0),
            on_progress=look,
            start_from=start_from,
        )
    first, last = seen[0], seen[-1]
    if last.seconds <= first.seconds:
        return last.words_per_second
    return (last.words_done - first.words_done) / (last.seconds - first.seconds)


def carried_over(model: Checkpoint, vocabulary: Vocabulary, fresh: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A model's weights for another vocabulary: its words take theirs along, new words begin as in `fresh`.

    Raises:
        SettingError: the fresh network is of another shape.
    """
    ids = {key: i for i, key in enumerate(model.vocabulary.itos)}
    shared = [(i, ids[key]) for i, key in enumerate(vocabulary.itos) if key in ids]
    new, old = (list(column) for column in zip(*shared, strict=True))
    weights = {}
    for name, ours in fresh.items():
        theirs = model.weights.get(name)
        if theirs is None or theirs.shape[1:] != ours.shape[1:]:
            raise SettingError(f"To start from this model, {name} must have the shape that it has there.")
        if name in ("embedding", "softmax.bias"):
            ours = ours.copy()
            if name == "softmax.bias":
                ours[:] = theirs.min()  # a word that was never seen there was rarer than all that were
            ours[new] = theirs[old]
        else:
            ours = theirs
        weights[name] = ours
    return weights


def compile_model(model: keras.Model, settings: TrainingConfig, steps: int) -> None:
    """Loss, optimizer and schedule of a recipe, for a run of so many batches."""
    rate: float | keras.optimizers.schedules.LearningRateSchedule = settings.learning_rate
    if settings.schedule == "cosine":
        warm_up = max(1, steps // 20)
        rate = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=settings.learning_rate / 20,
            decay_steps=max(1, steps - warm_up),
            alpha=0.01,
            warmup_target=settings.learning_rate,
            warmup_steps=warm_up,
        )
    optimizer: keras.optimizers.Optimizer
    if settings.weight_decay:
        optimizer = keras.optimizers.AdamW(rate, settings.weight_decay, global_clipnorm=settings.clip_norm or None)
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    else:
        optimizer = keras.optimizers.Adam(rate, global_clipnorm=settings.clip_norm or None)
    from_logits = settings.recipe == "autocomplete"

    def loss(y_true, y_pred):
        nats, counted = word_nats(y_true, y_pred, from_logits)
        return keras.ops.sum(nats) / keras.ops.maximum(keras.ops.sum(counted), 1)

    model.compile(optimizer=optimizer, loss=loss, metrics=[NatsPerWord(from_logits)])


def word_nats(y_true: Any, y_pred: Any, from_logits: bool) -> tuple[Any, Any]:
    """Cross-entropy in nats of each word, and 1 where there is a word and 0 where there is padding.

    The loss and the metric both call this with the same arguments, so that a compiler does it once.
    """
    y_pred = keras.ops.cast(y_pred, "float32")  # in mixed precision too, a sum over many words wants it
    nats = keras.ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits)
    counted = keras.ops.cast(keras.ops.not_equal(y_true, PAD_ID), nats.dtype)
    return nats * counted, counted


class NatsPerWord(keras.metrics.Metric):
    """Loss over many batches: all nats, divided once by all words.

    Keras' own average weighs each batch's mean by its rows, though batches of long headlines hold
    more words.
    """

    def __init__(self, from_logits: bool):
        super().__init__(name="nats")
        self.from_logits = from_logits
        self.nats = self.add_weight(name="nats", initializer="zeros")
        self.words = self.add_weight(name="words", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        nats, counted = word_nats(y_true, y_pred, self.from_logits)
        self.nats.assign_add(keras.ops.sum(nats))
        self.words.assign_add(keras.ops.sum(counted))

    def result(self):
        return self.nats / keras.ops.maximum(self.words, 1)
