"""What must be so before Keras is loaded for a run on several devices, and which of its processes this one is."""

import os
import sys
from importlib.util import find_spec

from headline.errors import ClusterError, SettingError

ADDRESSES = "KERAS_DISTRIBUTION_JOB_ADDRESSES"
NUMBER = "KERAS_DISTRIBUTION_NUM_PROCESSES"
PROCESS = "KERAS_DISTRIBUTION_PROCESS_ID"
BACKEND = "KERAS_BACKEND"


def choose_jax() -> None:
    """Let Keras compute with JAX, on whose devices it distributes.

    Raises:
        SettingError: another library was asked for, or JAX is not installed.
    """
    asked = os.environ.get(BACKEND, "jax")
    keras = sys.modules.get("keras")
    if asked != "jax" or (keras is not None and keras.backend.backend() != "jax"):
        raise SettingError(f"distribute needs {BACKEND}=jax, or no {BACKEND} at all.")
    if find_spec("jax") is None:
        raise SettingError("distribute needs JAX: pip install -r requirements-scale.txt.")
    os.environ[BACKEND] = "jax"


def process_of_many() -> tuple[int, int]:
    """Return which process of how many the environment says this is: (0, 1) if it says nothing.

    Raises:
        SettingError: it says only a part of it, or what is no number.
    """
    given = {name: os.environ.get(name, "") for name in (ADDRESSES, NUMBER, PROCESS)}
    if not any(given.values()):
        return 0, 1
    number, process = given[NUMBER], given[PROCESS]
    if not given[ADDRESSES] or not (number.isdecimal() and process.isdecimal() and int(process) < int(number)):
        raise SettingError(
            f"{ADDRESSES} must be the first process's host:port, {NUMBER} how many there are, and {PROCESS} which of "
            "them this is, from 0."
        )
    return int(process), int(number)


def process_lost() -> ClusterError:
    """Return the error of a run that has lost one of its processes."""
    return ClusterError(
        "Another process of this run has ended or cannot be reached, so this one cannot go on: start the same command "
        "again with --resume, in one process or in as many as you like."
    )
