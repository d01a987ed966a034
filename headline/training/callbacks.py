"""Turns what Keras' `fit` calls back into Progress, and ends a run that was asked to stop."""

import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from headline.training.batches import Batches
from headline.training.progress import Progress

_SECONDS_BETWEEN_REPORTS = 0.5  # within an epoch


class Stopped(Exception):
    """Raised from within `fit` to end it at once, without another look at the held-out headlines."""


class Reporter(keras.callbacks.Callback):
    """Turns what `fit` calls into Progress, keeps the history, and ends the run when asked to."""

    def __init__(
        self,
        epochs: int,
        batches: Batches,
        on_progress: Callable[[Progress], None],
        should_stop: Callable[[], bool],
    ):
        super().__init__()
        self.epochs, self.steps = epochs, len(batches)
        self.words_a_step = batches.words / len(batches)
        self.on_progress, self.should_stop = on_progress, should_stop
        self.on_epoch: Callable[[int], None] = lambda epoch: None
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
        self._trained, self._step = now - self._epoch_began, batch + 1
        if self.should_stop():
            raise Stopped
        if now - self._told >= _SECONDS_BETWEEN_REPORTS:
            self._told = now
            self._tell(_finite(logs["nats"]))

    def on_test_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self.should_stop():  # a look at many held-out headlines takes long
            raise Stopped

    def on_epoch_end(self, epoch, logs=None):
        self._in_validation = time.monotonic() - self._epoch_began - self._trained
        self.seconds = time.monotonic() - self._began
        self.validation_loss = _finite(logs["val_nats"]) if "val_nats" in logs else None
        self.history_rows.append(
            {
                "epoch": epoch + 1,
                "loss": _finite(logs["nats"]),
                "validation_loss": self.validation_loss,
                "seconds": round(self.seconds, 2),
            }
        )
        self._tell(_finite(logs["nats"]), epoch_ended=True)
        self.on_epoch(epoch + 1)

    def _tell(self, loss: float | None, epoch_ended: bool = False) -> None:
        step = self._step
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
                words_done=((self._epoch - 1) * self.steps + step) * self.words_a_step,
                seconds=time.monotonic() - self._began,
                seconds_left=left,
                epoch_ended=epoch_ended,
            )
        )


def _finite(number: Any) -> float | None:
    """A number that JSON can hold; None for one that ran away."""
    return float(number) if np.isfinite(number) else None
