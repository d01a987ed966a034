"""A corpus and settings -> a checkpoint, with progress on the way. Keras' own `fit` does the work."""

import ctypes
import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import keras
import numpy as np

import headline
from headline.checkpoint import Checkpoint
from headline.corpus import Corpus, CorpusError, split_headlines
from headline.model import build_model, model_weights, with_candidates
from headline.recipes import ModelConfig, SettingError, TrainingConfig
from headline.sequences import PAD_ID, CandidateSampler, length_batches, prefix_rows, row_width, shifted_batch, shifted_row
from headline.vocabulary import Vocabulary

MIN_HEADLINES = 20
_SECONDS_BETWEEN_REPORTS = 0.5  # within an epoch


@dataclass(frozen=True)
class Progress:
    """How far a run is. Losses are nats a word; those not known yet are None."""

    epoch: int  # the one under way, from 1
    epochs: int
    step: int  # batches done in this epoch
    steps: int
    loss: float | None
    validation_loss: float | None  # after the last whole epoch
    words_per_second: float
    seconds: float  # since training began
    seconds_left: float | None
    epoch_ended: bool = False

    def as_dict(self) -> dict:
        return asdict(self)


def train(
    corpus: Corpus,
    settings: TrainingConfig,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
    name: str = "",
    licence: dict | None = None,
) -> Checkpoint:
    """Train on a corpus and return the best weights seen, on the held-out headlines where there are any.

    `on_progress` is called from within `fit` about twice a second and after every epoch; the run
    ends early, keeping what is best so far, soon after `should_stop()` is true.

    Raises:
        CorpusError: too few headlines to learn from.
        SettingError: the learning rate was so high that the weights are no numbers any more.
    """
    sides = split_headlines(corpus.headlines, settings.seed, settings.validation, settings.test)
    if len(sides["train"]) < MIN_HEADLINES:
        raise CorpusError(
            f"{len(sides['train'])} headlines are too few to learn from: bring at least {MIN_HEADLINES}, better 1,000."
        )
    _keep_freed_memory()
    keras.utils.set_random_seed(settings.seed)
    vocabulary = Vocabulary.build(sides["train"], settings.tokenizer, settings.min_count, settings.max_words)
    encoded = {side: [ids for h in lines if (ids := vocabulary.encode(h))] for side, lines in sides.items()}
    if not encoded["train"]:
        raise CorpusError("The headlines hold no words: nothing but marks and signs.")
    config = settings.model_config(len(vocabulary), max(map(len, encoded["train"])))
    model = build_model(config)
    batches, held_out = _batches(settings, config, vocabulary, encoded)
    if not batches.words:
        raise CorpusError("No headline has a second word to predict, which is all that this recipe learns.")
    trained = with_candidates(model) if config.causal and batches.sampler else model
    compile_model(trained, settings, len(batches) * settings.epochs)
    reporter = Reporter(settings.epochs, batches, on_progress, should_stop)
    callbacks: list[keras.callbacks.Callback] = [keras.callbacks.TerminateOnNaN(), reporter]
    if held_out.words:
        # A patience beyond the run's end keeps the best weights and never stops.
        patience = settings.patience or settings.epochs + 1
        callbacks.append(
            keras.callbacks.EarlyStopping("val_nats", mode="min", patience=patience, restore_best_weights=True)
        )
    trained.fit(
        batches,
        validation_data=held_out if held_out.words else None,
        epochs=settings.epochs,
        callbacks=callbacks,
        shuffle=False,  # the batches draw their own order
        verbose=0,
    )
    weights = model_weights(model, config)
    if not all(np.isfinite(w).all() for w in weights.values()):
        raise SettingError(f"The loss was no longer a number: a learning_rate of {settings.learning_rate} is too high.")
    return Checkpoint(
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


def _batches(
    settings: TrainingConfig, config: ModelConfig, vocabulary: Vocabulary, encoded: dict[str, list[list[int]]]
) -> tuple["CausalBatches | PrefixBatches", "CausalBatches | PrefixBatches"]:
    """What `fit` reads: the batches to train on, and those held out, which may be empty."""
    batch_size = settings.rows_per_batch(len(encoded["train"]))
    if not config.causal:
        return (
            PrefixBatches(encoded["train"], batch_size, config.block_size, settings.seed),
            PrefixBatches(encoded["validation"], batch_size, config.block_size),
        )
    rows = {
        side: [shifted_row(ids, vocabulary.start, vocabulary.end, config.block_size) for ids in lines]
        for side, lines in encoded.items()
    }
    batches = CausalBatches(rows["train"], batch_size, settings.seed)
    held_out = CausalBatches(rows["validation"], batch_size)
    if 0 < settings.candidates < len(vocabulary) // 2:
        rng = np.random.default_rng(settings.seed)
        words_per_batch = batches.words / len(batches)
        batches.sampler = CandidateSampler(vocabulary.counts, settings.candidates, words_per_batch, rng)
        held_out.all_candidates = np.arange(len(vocabulary), dtype=np.int32)
    return batches, held_out


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
    optimizer = keras.optimizers.Adam(rate, global_clipnorm=settings.clip_norm or None)
    from_logits = settings.recipe == "autocomplete"

    def loss(y_true, y_pred):
        nats, counted = word_nats(y_true, y_pred, from_logits)
        return keras.ops.sum(nats) / keras.ops.maximum(keras.ops.sum(counted), 1)

    model.compile(optimizer=optimizer, loss=loss, metrics=[NatsPerWord(from_logits)])


def word_nats(y_true, y_pred, from_logits: bool):
    """Cross-entropy in nats of each word, and 1 where there is a word and 0 where there is padding.

    The loss and the metric both call this with the same arguments, so that a compiler does it once.
    """
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


class CausalBatches(keras.utils.PyDataset):
    """Shifted rows in batches by length, drawn anew each epoch when there is a seed."""

    def __init__(self, rows: list[list[int]], batch_size: int, seed: int | None = None):
        super().__init__()
        self.rows, self.batch_size = rows, batch_size
        self.rng = np.random.default_rng(seed) if seed is not None else None
        self.words = sum(len(row) - 1 for row in rows)
        self.sampler: CandidateSampler | None = None  # for training by sampled softmax
        self.all_candidates: np.ndarray | None = None  # for judging such a network by the whole softmax
        self.on_epoch_end()

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int):
        x, y = shifted_batch([self.rows[i] for i in self.batches[index]])
        if self.sampler:
            candidates, log_chance, y = self.sampler.draw(y)
        elif self.all_candidates is not None:
            candidates, log_chance = self.all_candidates, np.zeros(len(self.all_candidates), dtype=np.float32)
        else:
            return x, y
        return {"ids": x, "candidates": candidates, "log_chance": log_chance}, y

    def on_epoch_end(self) -> None:
        self.batches = length_batches(np.array([len(row) for row in self.rows]), self.batch_size, self.rng)
        # Keras takes the shape of all batches from the first two: it learns that widths differ if these do.
        longest = [max(len(self.rows[i]) for i in batch) for batch in self.batches]
        other = next((i for i, n in enumerate(longest) if row_width(n) != row_width(longest[0])), 0)
        if other:
            self.batches[1], self.batches[other] = self.batches[other], self.batches[1]


class PrefixBatches(keras.utils.PyDataset):
    """The lesson's rows, shuffled each epoch when there is a seed."""

    def __init__(self, encoded: list[list[int]], batch_size: int, block_size: int, seed: int | None = None):
        super().__init__()
        self.x, self.y = prefix_rows(encoded, block_size)
        self.batch_size = batch_size
        self.rng = np.random.default_rng(seed) if seed is not None else None
        self.words = len(self.y)
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-len(self.y) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        return self.x[rows], self.y[rows]

    def on_epoch_end(self) -> None:
        self.order = self.rng.permutation(self.words) if self.rng is not None else np.arange(self.words)


class Reporter(keras.callbacks.Callback):
    """Turns what `fit` calls into Progress, keeps the history, and ends the run when asked to."""

    def __init__(
        self,
        epochs: int,
        batches: CausalBatches | PrefixBatches,
        on_progress: Callable[[Progress], None],
        should_stop: Callable[[], bool],
    ):
        super().__init__()
        self.epochs, self.steps = epochs, len(batches)
        self.words_a_step = batches.words / len(batches)
        self.on_progress, self.should_stop = on_progress, should_stop
        self.history_rows: list[dict] = []
        self.validation_loss: float | None = None
        self.seconds = 0.0
        self._in_validation = 0.0  # seconds of the last epoch's validation, which the time left counts in

    def on_train_begin(self, logs=None):
        self._began = self._told = time.monotonic()

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch, self._epoch_began, self._trained = epoch + 1, time.monotonic(), 0.0

    def on_train_batch_end(self, batch, logs=None):
        now = time.monotonic()
        self._trained = now - self._epoch_began
        if self.should_stop():
            self.model.stop_training = True
        if now - self._told >= _SECONDS_BETWEEN_REPORTS:
            self._told = now
            self._tell(batch + 1, float(logs["nats"]))

    def on_epoch_end(self, epoch, logs=None):
        self._in_validation = time.monotonic() - self._epoch_began - self._trained
        self.seconds = time.monotonic() - self._began
        self.validation_loss = float(logs["val_nats"]) if "val_nats" in logs else None
        self.history_rows.append(
            {
                "epoch": epoch + 1,
                "loss": float(logs["nats"]),
                "validation_loss": self.validation_loss,
                "seconds": round(self.seconds, 2),
            }
        )
        self._tell(self.steps, float(logs["nats"]), epoch_ended=True)

    def _tell(self, step: int, loss: float, epoch_ended: bool = False) -> None:
        words = step * self.words_a_step
        rate = words / self._trained if self._trained else 0.0
        left = None
        if rate:
            words_left = ((self.epochs - self._epoch) * self.steps + self.steps - step) * self.words_a_step
            checks_left = self.epochs - self._epoch + (not epoch_ended)
            left = words_left / rate + checks_left * self._in_validation
        self.on_progress(
            Progress(
                epoch=self._epoch,
                epochs=self.epochs,
                step=step,
                steps=self.steps,
                loss=loss,
                validation_loss=self.validation_loss,
                words_per_second=rate,
                seconds=time.monotonic() - self._began,
                seconds_left=left,
                epoch_ended=epoch_ended,
            )
        )


def _keep_freed_memory() -> None:
    """Have the C library keep what is freed for the next batch, instead of giving it back to the system.

    Each batch takes and frees the same few large blocks; fetching them anew cost a quarter of the
    processor time of a run (20 of 90 s). Where the C library is another one, nothing is done.
    """
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return
    trim_threshold, top_pad, mmap_max = -1, -2, -4  # M_… of malloc.h
    mallopt(mmap_max, 0)
    mallopt(trim_threshold, 2**31 - 1)
    mallopt(top_pad, 2**26)


def device_name() -> str:
    """What the training runs on, in words: a GPU's name, or the processor's count of cores."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        for gpu in tf.config.list_physical_devices("GPU"):
            return tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)
    elif keras.backend.backend() == "jax":
        import jax

        if jax.default_backend() != "cpu":
            return jax.devices()[0].device_kind
    return f"CPU, {len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} cores"
