"""The process of a run: how it is started, and whether it is alive.

A process holds the lock on `lock` in its run's folder for as long as it lives, so that any other process can see
whether it does. A process on another host is alive while its claim is touched (`headline.runs.hosts.claim`).
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from headline.paths import ROOT
from headline.runs.hosts.claim import has_ended, last_claim

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows: only the process that started a run can tell whether it is alive
    fcntl = None

_ON_HUGGING_FACE = "headline.share.job_process"  # the module of a run's process that trains there
_children: dict[str, subprocess.Popen] = {}  # by the run's id: started by this process, which must reap them
_launched: dict[str, float] = {}  # by the run's id: when this process started it, by the clock that is never set back


def child_command(*arguments: str, module: str = "headline.runs") -> tuple[list[str], dict[str, str]]:
    """Return the command of `python -m headline.runs` and the environment in which it finds the program."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = os.environ | {"PYTHONPATH": path}
    environment.pop("OPENBLAS_NUM_THREADS", None)  # app.py's, for answering keys: a run takes all processors
    return [sys.executable, "-m", module, *arguments], environment


def launch(folder: Path, claim: int | None = None) -> int:
    """Start the process of a run, under the claim of this number, and return its id.

    Raises:
        OSError: it cannot be started.
    """
    elsewhere = {"module": _ON_HUGGING_FACE} if _trains_elsewhere(folder) else {}
    command, environment = child_command("train", str(folder), *([str(claim)] if claim else []), **elsewhere)
    with open(folder / "log.txt", "wb") as log, open(folder / "lock", "wb") as lock:
        held: Sequence[int] = ()
        if fcntl:
            # The lock belongs to the open file, which the child inherits, so it is held until the child ends.
            fcntl.flock(lock, fcntl.LOCK_EX)
            held = (lock.fileno(),)
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            pass_fds=held,
            start_new_session=True,  # the run goes on when the terminal or the server ends
        )
    _children[folder.name] = child
    _launched[folder.name] = time.monotonic()
    return child.pid


def _trains_elsewhere(folder: Path) -> bool:
    """Whether a run is for a machine of Hugging Face. What cannot be read is told by the process itself."""
    try:
        return bool(json.loads((folder / "run.json").read_text(encoding="utf-8"))["flavor"])
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return False


def started_here(folder: Path) -> bool:
    """Whether this process started the process of a run."""
    return folder.name in _children


def is_alive(folder: Path) -> bool:
    """Whether the process of a run is alive."""
    claim = last_claim(folder)
    if claim and not claim.is_here:
        return not has_ended(folder) and claim.is_fresh()
    child = _children.get(folder.name)
    if child is not None:
        return child.poll() is None
    if fcntl is None:
        return False
    try:
        with open(folder / "lock", "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # there is no such file, or it cannot be opened
        pass
    return False


def seconds_alive(folder: Path) -> float:
    """Return how long the process of a run has been alive. It writes its lock file when it starts, and never again."""
    if folder.name in _launched:
        return time.monotonic() - _launched[folder.name]
    try:
        return time.time() - (folder / "lock").stat().st_mtime
    except OSError:
        return 0.0


def record_pid(folder: Path) -> None:
    """Write this process's id to the lock file, for those who did not start it. Called by the run's process itself."""
    with contextlib.suppress(OSError):  # such as a full disk: the file `stop` ends the run too
        (folder / "lock").write_text(str(os.getpid()), encoding="ascii")


def recorded_pid(folder: Path) -> int | None:
    """Return the id that the run's process wrote to its lock file, else None."""
    try:
        return int((folder / "lock").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def exit_code(folder: Path) -> int | None:
    """Return the exit code of a process that this one started and that has ended, else None."""
    child = _children.get(folder.name)
    return child.poll() if child else None
