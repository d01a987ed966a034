"""What a run computes on: a GPU and its memory, half precision where it gains, or the processor."""

import contextlib
import ctypes
import os
from collections.abc import Iterator

import keras

from headline.training.settings import TrainingConfig

_WIDE = 256  # units from which half precision pays


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
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"CPU, {cores} core{'s' * (cores != 1)}"


def memory_ran_out(error: BaseException) -> bool:
    """Whether an accelerator's allocator gave up: TensorFlow and JAX each have an error of their own for it."""
    return type(error).__name__ == "ResourceExhaustedError" or (
        type(error).__name__ in ("XlaRuntimeError", "JaxRuntimeError", "InternalError")
        and ("RESOURCE_EXHAUSTED" in str(error) or "out of memory" in str(error).lower())
    )


def let_gpu_memory_grow() -> None:
    """Have TensorFlow take of a GPU's memory what it needs and not all there is. JAX is told by its environment."""
    if keras.backend.backend() != "tensorflow":
        return
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        # Once the GPU is in use it is too late, and was done before.
        with contextlib.suppress(RuntimeError):
            tf.config.experimental.set_memory_growth(gpu, True)


def compute_policy(settings: TrainingConfig) -> str:
    """Keras' dtype policy for a run. "auto" is half precision where the GPU's tensor cores gain by it: from
    compute capability 7.0 on (float16), or 8.0 (bfloat16, which needs no loss scaling), and for layers wide
    enough (NVIDIA 2023, "Train With Mixed Precision"). The lesson's recipe is computed as the lesson was."""
    if settings.compute != "auto":
        return settings.compute
    if settings.recipe == "notebook" or settings.units < _WIDE or keras.backend.backend() != "tensorflow":
        return "float32"
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return "float32"
    capability = tf.config.experimental.get_device_details(gpus[0]).get("compute_capability", (0, 0))
    return "mixed_bfloat16" if capability >= (8, 0) else "mixed_float16" if capability >= (7, 0) else "float32"


@contextlib.contextmanager
def computing_in(policy: str) -> Iterator[None]:
    """Layers that are built within compute in a dtype policy."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def keep_freed_memory() -> None:
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
