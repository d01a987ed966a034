"""What a training run will run on, told without loading a training library."""

import os
import subprocess
from functools import cache


@cache
def device_told() -> str:
    """The first GPU's name and memory as its driver tells them, or the processor's count of cores.

    >>> "core" in device_told() or "GB" in device_told()
    True
    """
    try:
        query = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
        found = subprocess.run(query, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return cpu_told()
    return gpu_told(found.stdout) if found.returncode == 0 and found.stdout.strip() else cpu_told()


def gpu_told(line: str) -> str:
    """A line of nvidia-smi as a person reads it.

    >>> gpu_told("Tesla T4, 15360")
    'Tesla T4, 15 GB'
    """
    name, _, mebibytes = line.strip().splitlines()[0].rpartition(", ")
    return f"{name}, {round(int(mebibytes) / 1024)} GB"


def cpu_told() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"CPU, {cores} core{'s' * (cores != 1)}"
