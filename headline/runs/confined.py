"""Work on a stranger's file, in a child process with bounded memory, bounded time and low priority.

The parent calls `run_confined`; the child's module ends with `raise SystemExit(serve(work))`. Both speak JSON: the
question on the child's stdin, the answer on its stdout, a refusal as one sentence on its stderr.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from headline.errors import HeadlineError, system_sentence
from headline.paths import ROOT
from headline.runs.limits import niceness

resource: ModuleType | None
try:
    import resource
except ImportError:  # Windows: memory is not limited there
    resource = None

READING = threading.BoundedSemaphore(2)  # children that read at once; further ones wait
_POLL_SECONDS = 0.5
_REFUSED, _NO_MEMORY = 2, 3  # exit codes
_MEGABYTE = 2**20  # bytes
# Each thread of a library reserves address space, which counts against the limit.
_FEW_THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
_SYSTEM_MEMORY = {"ARROW_DEFAULT_MEMORY_POOL": "system"}  # Arrow's own pool reserves more than it uses
_UTF8 = {"PYTHONUTF8": "1"}  # for the sentences


def run_confined(
    module: str,
    asked: dict,
    what: str,
    error: type[HeadlineError],
    memory_mb: int = 0,
    seconds: int = 0,
    *,
    environment: Mapping[str, str] | None = None,
    at_once: threading.Semaphore = READING,
    refusal: Callable[[], str] = lambda: "",
) -> dict:
    """Run `python -m module` on a question, and return its answer.

    Args:
        module: whose main program calls `serve`.
        asked: the question.
        what: the file or files that a refusal names.
        error: the class of a refusal.
        memory_mb: megabytes that the child may allocate; 0: no limit.
        seconds: that it may take; 0: no limit.
        environment: of the child; by default that of this process.
        at_once: how many such children there may be; a further one waits.
        refusal: asked twice a second; a sentence ends the child.

    Raises:
        HeadlineError: of the class `error`, with the child's sentence, or one that says which bound it reached.
    """
    with at_once, tempfile.TemporaryFile("w+", encoding="utf-8") as question:
        json.dump({"memory_mb": memory_mb, "asked": asked}, question)
        question.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=question,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(os.environ if environment is None else environment),
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        until = time.monotonic() + (seconds or float("inf"))
        while True:
            try:
                answer, said = child.communicate(timeout=_POLL_SECONDS)
                break
            except subprocess.TimeoutExpired:
                over = f"{what} took more than {seconds} seconds: give a smaller file."
                if sentence := refusal() or (over if time.monotonic() > until else ""):
                    child.kill()
                    child.communicate()
                    raise error(sentence) from None
    if child.returncode == 0:
        return json.loads(answer)
    if child.returncode == _REFUSED:
        raise error(said.strip().splitlines()[-1])
    if child.returncode == _NO_MEMORY:
        raise error(f"{what} takes more than {memory_mb:,} MB of memory to read: give a smaller file.")
    raise error(f"{what} cannot be read: is it damaged, or too large?")


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment in which a child finds the program and uses one thread."""
    path = os.pathsep.join(filter(None, [str(ROOT), environment.get("PYTHONPATH")]))
    return {**environment, **_FEW_THREADS, **_SYSTEM_MEMORY, **_UTF8, "PYTHONPATH": path}


def serve(work: Callable[[Any], dict]) -> int:
    """Answer the question on stdin, within its bounds, and return the exit code."""
    stdin = json.load(sys.stdin)
    lower_priority()
    _limit_memory(stdin["memory_mb"])
    try:
        answer = json.dumps(work(stdin["asked"]))
    except HeadlineError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return _REFUSED
    except OSError as error:
        print(system_sentence(error), file=sys.stderr)
        return _REFUSED
    except MemoryError:
        return _NO_MEMORY
    print(answer)
    return 0


def lower_priority() -> None:
    """Let every process that somebody waits for go first.

    Raises:
        SettingError: HEADLINE_NICENESS is not a whole number.
    """
    added = niceness()
    if hasattr(os, "nice"):  # not on Windows
        os.nice(added)
    if hasattr(os, "getsid") and os.getsid(0) == os.getpid():
        # Desktop Linux weighs whole sessions against each other, and a run leads one of its own.
        with contextlib.suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(added), encoding="ascii")


def _limit_memory(megabytes: int) -> None:
    """Limit the address space to what it is now and so many megabytes more, where the system can."""
    if not megabytes or resource is None:
        return
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:  # macOS, which has no such file, does not enforce the limit either
        return
    most = pages * resource.getpagesize() + megabytes * _MEGABYTE
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
