"""A server that loads and drops models for days does not grow."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from headline.paths import BUNDLED_MODEL
from headline.web.freed_memory import keep_large_blocks_apart
from headline.web.models import Models

TEXTS = ("the gov", "police s", "new york", "a man in the ", "who is", "the president of", "a bill in")
TIMES = 12


def resident() -> float:
    """Memory of this process, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def load_and_drop(runs: Path) -> None:
    """Load, use and delete models, each in another thread, and print the memory before and after."""
    keep_large_blocks_apart()
    models = Models(BUNDLED_MODEL, runs)
    for text in TEXTS:
        models.get(None).suggest(text, phrases=True)
    print(resident())
    threads = [ThreadPoolExecutor(1) for _ in range(8)]  # as many as take turns in a server
    for number in range(TIMES):
        shutil.copytree(BUNDLED_MODEL, runs / f"model{number}")
        suggester = threads[number % 8].submit(models.get, f"model{number}").result()
        for text in TEXTS:
            suggester.suggest(text, phrases=True)
            models.get(None).suggest(text + str(number), phrases=True)
        del suggester
        models.delete(f"model{number}")
    print(resident())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only the GNU C library is told what to do")
def test_memory_of_dropped_models_goes_back_to_the_system(tmp_path):
    program = f"from tests.web.test_freed_memory import *; load_and_drop(Path({str(tmp_path)!r}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=True)
    before, after = map(float, done.stdout.split())
    assert after - before < 100  # MiB; 407 without what freed_memory does
