"""What training minimises, and how: loss, metric, optimizer and learning-rate schedule."""

from typing import Any

import keras

from headline.corpus.sequences import PAD_ID
from headline.training.network.fused_adamw import FusedAdamW
from headline.training.settings import TrainingConfig


def compile_model(model: keras.Model, settings: TrainingConfig, steps: int) -> None:
    """Compile a model with the loss, optimizer and schedule of its settings, for a run of `steps` batches.

    The model gives probabilities (notebook), logits (autocomplete), or nats (autocomplete with sampled softmax).
    """
    output = "nats" if model.name == "sampled" else "logits" if settings.recipe == "autocomplete" else "probabilities"

    def loss(y_true, y_pred):
        nats, counted = word_nats(y_true, y_pred, output)
        return keras.ops.sum(nats) / keras.ops.maximum(keras.ops.sum(counted), 1)

    model.compile(optimizer=_optimizer(settings, steps), loss=loss, metrics=[NatsPerWord(output)])


def _optimizer(settings: TrainingConfig, steps: int) -> keras.optimizers.Optimizer:
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
    clip_norm = settings.clip_norm or None
    if not settings.weight_decay:
        return keras.optimizers.Adam(rate, global_clipnorm=clip_norm)
    optimizer = FusedAdamW(rate, settings.weight_decay, global_clipnorm=clip_norm)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


def word_nats(y_true: Any, y_pred: Any, output: str) -> tuple[Any, Any]:
    """Return each word's cross-entropy in nats, 0 for padding, and a mask that is 1 for words and 0 for padding.

    Both have the shape of `y_true`. `output` says what the model gives: "probabilities", "logits" or "nats". Loss and
    metric call this with the same arguments, so that a compiler computes it once.
    """
    nats = keras.ops.cast(y_pred, "float32")  # in mixed precision too: half precision sums many words badly
    if output != "nats":
        nats = keras.ops.sparse_categorical_crossentropy(y_true, nats, from_logits=output == "logits")
    counted = keras.ops.cast(keras.ops.not_equal(y_true, PAD_ID), nats.dtype)
    return nats * counted, counted


class NatsPerWord(keras.metrics.Metric):
    """The loss over many batches, in nats per word: the sum of all nats divided once by all words.

    Keras' own average weights each batch's mean by its number of rows, although batches of long headlines
    have more words.
    """

    def __init__(self, output: str):
        super().__init__(name="nats")
        self.output = output
        self.nats = self.add_weight(name="nats", initializer="zeros")
        self.words = self.add_weight(name="words", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        nats, counted = word_nats(y_true, y_pred, self.output)
        self.nats.assign_add(keras.ops.sum(nats))
        self.words.assign_add(keras.ops.sum(counted))

    def result(self):
        return self.nats / keras.ops.maximum(self.words, 1)
