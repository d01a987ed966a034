"""Sets Keras up for the device: a GPU's memory, half precision where it is faster, and the C library's memory."""

import contextlib
import ctypes
from collections.abc import Iterator
from pathlib import Path

import keras

from headline.training.device import cpu_description, device_description
from headline.training.settings import TrainingConfig

_WIDE = 256  # LSTM units from which half precision is faster


def device_in_use() -> str:
    """Describe the device that Keras computes on, in the same words as `device_description`."""
    name = _gpu_name()
    if name is None:
        return cpu_description()
    # The driver knows NVIDIA's GPUs only; of others Keras knows the name.
    return device_description() if device_description().startswith(name) else name


def _gpu_name() -> str | None:
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        for gpu in tf.config.list_physical_devices("GPU"):
            return tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)
    elif keras.backend.backend() == "jax":
        import jax

        if jax.default_backend() != "cpu":
            return jax.devices()[0].device_kind
    return None


def memory_ran_out(error: BaseException) -> bool:
    """Whether an error means that the GPU's memory ran out. TensorFlow and JAX each raise their own."""
    return type(error).__name__ == "ResourceExhaustedError" or (
        type(error).__name__ in ("XlaRuntimeError", "JaxRuntimeError", "InternalError")
        and ("RESOURCE_EXHAUSTED" in str(error) or "out of memory" in str(error).lower())
    )


def let_gpu_memory_grow() -> None:
    """Let TensorFlow take GPU memory as it needs it, not all at once. JAX reads this from its environment."""
    if keras.backend.backend() != "tensorflow":
        return
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        # TensorFlow raises this when the GPU is already in use; an earlier call has set it then.
        with contextlib.suppress(RuntimeError):
            tf.config.experimental.set_memory_growth(gpu, True)


def compute_policy(settings: TrainingConfig) -> str:
    """Return Keras' dtype policy for a run.

    "auto" chooses half precision for wide layers where the device multiplies it faster: bfloat16, which needs no
    loss scaling, on processors with AVX512-BF16 and on GPUs from compute capability 8.0 on; float16 on GPUs from 7.0
    (NVIDIA 2023, "Train With Mixed Precision"). The notebook recipe always computes in float32, as the lesson does.
    """
    if settings.compute != "auto":
        return settings.compute
    if settings.recipe == "notebook" or settings.units < _WIDE or keras.backend.backend() != "tensorflow":
        return "float32"
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return "mixed_bfloat16" if _multiplies_bfloat16() else "float32"
    capability = tf.config.experimental.get_device_details(gpus[0]).get("compute_capability", (0, 0))
    return "mixed_bfloat16" if capability >= (8, 0) else "mixed_float16" if capability >= (7, 0) else "float32"


def _multiplies_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 faster than float32. Only Linux tells."""
    try:
        return " avx512_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


@contextlib.contextmanager
def computing_in(policy: str) -> Iterator[None]:
    """Use a dtype policy for the layers that are built inside the `with` block."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def keep_freed_memory() -> None:
    """Make the C library reuse freed memory instead of returning it to the system.

    Every batch allocates and frees the same few large blocks. Getting them from the system again took a
    quarter of a run's processor time (20 of 90 s). Does nothing where the C library is not glibc.
    """
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return
    trim_threshold, top_pad, mmap_max = -1, -2, -4  # M_… of malloc.h
    mallopt(mmap_max, 0)
    mallopt(trim_threshold, 2**31 - 1)
    mallopt(top_pad, 2**26)
