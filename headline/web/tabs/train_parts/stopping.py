"""Stops the run that a page has just asked for, even if the press comes before the run has been added."""

import threading
from collections import OrderedDict

from headline.runs.job import Job

_MOST = 1_000  # pages that are remembered


class Stopping:
    """The newest run of each page, and the pages that asked to stop one which is not there yet."""

    def __init__(self) -> None:
        self._newest: OrderedDict[str, Job | None] = OrderedDict()
        self._asked: set[str] = set()
        self._lock = threading.Lock()

    def pressed_start(self, page: str) -> None:
        """A run of this page will be added, or refused."""
        with self._lock:
            self._newest[page] = None
            self._newest.move_to_end(page)
            self._asked.discard(page)
            while len(self._newest) > _MOST:
                old, _ = self._newest.popitem(last=False)
                self._asked.discard(old)

    def added(self, page: str, job: Job | None) -> None:
        """The run of this page has been added, or refused where there is none; it stops if that was asked before."""
        with self._lock:
            asked = page in self._asked
            self._asked.discard(page)
            self._newest[page] = job
        if job and asked:
            job.stop()

    def pressed_stop(self, page: str, shown: Job | None) -> None:
        """Stop the newest run of this page as soon as it is there; where there is none, the run that is shown."""
        with self._lock:
            awaited = page in self._newest and self._newest[page] is None
            if awaited:
                self._asked.add(page)
            job = self._newest.get(page) or shown
        if job and not awaited:
            job.stop()
