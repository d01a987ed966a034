"""Reports the progress of Keras' `fit`, and ends it when the run is asked to stop."""

import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from headline.training.duration.time_left import TimeLeft
from headline.training.network.batches import Batches
from headline.training.progress import Progress

_SECONDS_BETWEEN_REPORTS = 0.5  # within an epoch


class Stopped(Exception):
    """Raised inside `fit` to end it at once, without measuring the held-out headlines again."""


class Reporter(keras.callbacks.Callback):
    """Reports progress, keeps the history of the epochs, and raises `Stopped` when asked to stop."""

    def __init__(
        self,
        epochs: int,
        batches: Batches,
        time_left: TimeLeft,
        on_progress: Callable[[Progress], None],
        should_stop: Callable[[], bool],
    ):
        super().__init__()
        self.epochs, self.steps = epochs, len(batches)
        self.time_left = time_left
        self.words_per_step = batches.words / len(batches)
        self.on_progress, self.should_stop = on_progress, should_stop
        self.on_epoch: Callable[[int], None] = lambda epoch: None
        self.history_rows: list[dict] = []
        self.validation_loss: float | None = None
        self.seconds = 0.0

    def on_train_begin(self, logs=None):
        self._began = self._last_report = time.monotonic()

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch, self._epoch_began, self._trained = epoch + 1, time.monotonic(), 0.0
        self._check = 0
        self.time_left.epoch_began(self._epoch_began)

    def on_train_batch_end(self, batch, logs=None):
        now = time.monotonic()
        self._trained, self._step = now - self._epoch_began, batch + 1
        self.time_left.trained(now)
        if self.should_stop():
            raise Stopped
        self._loss = logs["nats"]
        self._report_if_due(now)

    def on_test_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self.should_stop():  # measuring many held-out headlines takes long
            raise Stopped
        now = time.monotonic()
        self._check = batch + 1
        self.time_left.checked(now)
        self._report_if_due(now)

    def _report_if_due(self, now: float) -> None:
        if now - self._last_report >= _SECONDS_BETWEEN_REPORTS:
            self._last_report = now
            self._report(_finite(self._loss))

    def on_epoch_end(self, epoch, logs=None):
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
        self.time_left.epoch_ended(self.validation_loss)
        self._report(_finite(logs["nats"]), epoch_ended=True)
        self.on_epoch(epoch + 1)

    def _report(self, loss: float | None, epoch_ended: bool = False) -> None:
        step = self._step
        words = step * self.words_per_step
        rate = words / self._trained if self._trained else 0.0
        now = time.monotonic()
        self.on_progress(
            Progress(
                epoch=self._epoch,
                epochs=self.epochs,
                step=step,
                steps=self.steps,
                loss=loss,
                validation_loss=self.validation_loss,
                words_per_second=rate,
                words_done=((self._epoch - 1) * self.steps + step) * self.words_per_step,
                seconds=now - self._began,
                seconds_left=self.time_left.left(now, self._epoch, step, self._check),
                epoch_ended=epoch_ended,
            )
        )


def _finite(number: Any) -> float | None:
    """Return a number that JSON can hold, or None for infinity and NaN."""
    return float(number) if np.isfinite(number) else None
