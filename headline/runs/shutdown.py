"""Ends the app on SIGTERM: the runs that it started are asked to stop, and keep their best weights.

Ctrl-C (SIGINT) ends the app alone: its runs go on, and the next start finds them.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

from headline.runs.queue import close

SECONDS_TO_END = 4.8  # from SIGTERM to the end of the process, whatever happens
_SECONDS_FOR_RUNS = 4.0  # of these, to wait for runs that save their weights


@contextlib.contextmanager
def ending_on_sigterm(runs: Path) -> Iterator[None]:
    """Within the block, SIGTERM stops the runs that this process started, and then ends it with exit code 0.

    A run that needs longer to save its weights goes on after the process has ended.
    """
    signal.signal(signal.SIGTERM, _exit)
    try:
        yield
    except SystemExit:
        close(runs, _SECONDS_FOR_RUNS)
        raise


def _exit(number: int, frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not end the wait for the runs
    deadline = threading.Timer(SECONDS_TO_END, os._exit, (0,))  # a thread may be busy, or a lock held
    deadline.daemon = True
    deadline.start()
    raise SystemExit(0)
