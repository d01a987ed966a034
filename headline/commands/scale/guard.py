"""A process that stays behind its own work, to say in a sentence what JAX ends without one."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

from headline.errors import ClusterError
from headline.training.distribute.environment import process_lost

_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux' prctl


def stay_behind(on_abort: Callable[[ClusterError], None]) -> None:
    """Go on in a child process. This one waits for it, and ends with its exit code.

    When a process of a run on several machines is lost, JAX may abort the others, and no exception can be caught: then
    `on_abort` is called, here. Does nothing where processes cannot fork. It must be called before a library has started
    threads.
    """
    if not hasattr(os, "fork"):
        return
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the child too
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == -signal.SIGABRT:
        on_abort(process_lost())
        code = 2
    os._exit(code if code >= 0 else 128 - code)
