"""The beat of a run's process, by which other hosts see that it is alive."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from headline.runs.hosts.claim import BEAT, Claim

TAKEN = 3  # the exit code of a process whose run was taken over, or deleted


def _exit() -> NoReturn:
    print("This run was deleted, or another host has taken it over: this process ends.", file=sys.stderr, flush=True)
    os._exit(TAKEN)


class Beat:
    """Touches the claim until the process ends, and ends the process at once when the run is no longer its own.

    That happens to a process that was away for minutes, such as on a machine that was suspended: another host has taken
    its run over, and both would write to the same files.
    """

    def __init__(self, folder: Path, number: int, exit_: Callable[[], object] = _exit):
        self._own, self._next = Claim(folder, number).path, Claim(folder, number + 1).path
        self._exit = exit_

    def start(self) -> None:
        """Begin to beat, in a thread of its own."""
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self.beat()
            pause.wait(BEAT)

    def beat(self) -> None:
        """Touch the claim. Without a time, so that it gets the file system's and not this host's."""
        with contextlib.suppress(OSError):  # the disk cannot be reached for now; or the run is gone: `check` finds that
            os.utime(self._own)
        self.check()

    def check(self) -> None:
        """End the process if its run was taken over or deleted. Called before anything is written."""
        if _is_there(self._next) or _is_there(self._own) is False:
            self._exit()


def _is_there(path: Path) -> bool | None:
    """Whether a file exists; None if that cannot be told now."""
    try:
        os.stat(path)
    except FileNotFoundError:
        return False
    except OSError:
        return None
    return True
