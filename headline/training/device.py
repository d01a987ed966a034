"""Names the device that training runs on, without loading a training library."""

import os
import subprocess
from functools import cache

_QUERY = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]


@cache
def device_description() -> str:
    """Return the first GPU's name and memory, as its driver reports them, or the number of CPU cores.

    >>> "core" in device_description() or "GB" in device_description()
    True
    """
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return cpu_description()
    try:
        found = subprocess.run(_QUERY, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return cpu_description()
    return gpu_description(found.stdout) if found.returncode == 0 and found.stdout.strip() else cpu_description()


def gpu_description(output: str) -> str:
    """Return the name and memory of the first GPU in the output of nvidia-smi.

    >>> gpu_description("Tesla T4, 15360")
    'Tesla T4, 15 GB'
    """
    name, _, mebibytes = output.strip().splitlines()[0].rpartition(", ")
    return f"{name}, {round(int(mebibytes) / 1024)} GB"


def cpu_description() -> str:
    """Return the number of CPU cores that this process may use, such as `CPU, 2 cores`."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"CPU, {cores} core{'s' * (cores != 1)}"
