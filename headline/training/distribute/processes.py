"""Keras' data parallelism on JAX: one run whose batches are divided among the devices of one or several processes."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from headline.errors import ClusterError
from headline.training.distribute.environment import process_of_many
from headline.training.distribute.share import Share

_ASKED_EVERY = 16  # batches, after which the processes agree on whether to stop
_CANDIDATES = 256  # sampled words are filled up to a multiple of this
_ERRORS = ("XlaRuntimeError", "JaxRuntimeError", "InternalError")


def join(seed: int) -> Share:
    """Join the processes that the environment names, and divide batches among all their devices from now on.

    Processes that have been joined for an earlier run stay so.

    Raises:
        ClusterError: they do not find each other.
    """
    process, processes = process_of_many()
    keras.utils.set_random_seed(seed)  # or Keras would draw one for all of them
    if processes > 1 and not joined():
        try:
            keras.distribution.initialize()
        except Exception as error:
            if type(error).__name__ not in (*_ERRORS, "RuntimeError", "ValueError"):
                raise
            raise ClusterError(
                f"The {processes} processes of this run did not find each other: is the first one's address right, and "
                "have all been started?"
            ) from error
    devices = keras.distribution.list_devices()
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False))
    return Share(process, processes, len(devices), _CANDIDATES)


def joined() -> bool:
    """Whether this process belongs to several that have found each other."""
    import jax

    return jax.distributed.is_initialized()


def agreed(should_stop: Callable[[], bool], share: Share) -> Callable[[], bool]:
    """Return a `should_stop` that answers in every process what it answers in the first one.

    All processes must ask equally often. They agree now and then only, because that takes a message to each.
    """
    if share.processes == 1:
        return should_stop
    from jax.experimental import multihost_utils

    asked, stop = 0, False

    def ask() -> bool:
        nonlocal asked, stop
        if asked % _ASKED_EVERY == 0 and not stop:
            stop = bool(multihost_utils.broadcast_one_to_all(np.array(should_stop())))
        asked += 1
        return stop

    return ask


def process_was_lost(error: BaseException, share: Share) -> bool:
    """Whether an error in `fit` means that another process has ended."""
    return share.processes > 1 and type(error).__name__ in _ERRORS


class SharedBackup(keras.callbacks.BackupAndRestore):
    """Keras' state after every epoch: all processes go on from what the first one wrote.

    Reading and writing weights needs all of them: the others write into a folder that is then deleted.
    """

    def __init__(self, folder: Path, share: Share):
        super().__init__(str(folder), delete_checkpoint=False)
        self._first = share.process == 0

    def _save_model(self) -> None:
        if self._first:
            super()._save_model()
            return
        with tempfile.TemporaryDirectory() as folder:
            self.model.save_weights(str(Path(folder) / "same.weights.h5"))
