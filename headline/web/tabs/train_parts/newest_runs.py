"""The newest run of each page, from the press on start on: it is awaited, then added or refused.

So a run can be stopped before it has been added, and no other one is shown in its place.
"""

import threading
from collections import OrderedDict

from headline.runs.job import Job

_MOST = 1_000  # pages that are remembered


class NewestRuns:
    """The newest run of each page, and the pages that asked to stop one which is not there yet."""

    def __init__(self) -> None:
        # A run, what the panel says of one that was refused, or None for one that is awaited.
        self._newest: OrderedDict[str, Job | dict | None] = OrderedDict()
        self._to_stop: set[str] = set()
        self._until_changed: set[str] = set()  # pages whose run was refused for what the form holds
        self._lock = threading.Lock()

    def pressed_start(self, page: str) -> None:
        """A run of this page will be added, or refused."""
        with self._lock:
            self._newest[page] = None
            self._newest.move_to_end(page)
            self._to_stop.discard(page)
            self._until_changed.discard(page)
            while len(self._newest) > _MOST:
                old, _ = self._newest.popitem(last=False)
                self._to_stop.discard(old)
                self._until_changed.discard(old)

    def added(self, page: str, job: Job) -> None:
        """The run of this page has been added; it stops if that was asked before."""
        with self._lock:
            asked = page in self._to_stop
            self._to_stop.discard(page)
            self._newest[page] = job
        if asked:
            job.stop()

    def refused(self, page: str, said: dict, until_changed: bool = False) -> None:
        """The run of this page could not be added; the panel says why, `until_changed` of what the form holds."""
        with self._lock:
            self._to_stop.discard(page)
            self._newest[page] = said
            if until_changed:
                self._until_changed.add(page)

    def awaited(self, page: str) -> bool:
        """Whether this page has asked for a run that has neither been added nor refused."""
        with self._lock:
            return self._newest.get(page, {}) is None

    def job(self, page: str) -> Job | None:
        """The newest run that this page has added, unless a newer one is awaited or was refused."""
        with self._lock:
            newest = self._newest.get(page)
        return None if isinstance(newest, dict) else newest

    def refusal(self, page: str) -> dict | None:
        """What the panel says of the newest run of this page if it was refused."""
        with self._lock:
            newest = self._newest.get(page)
        return newest if isinstance(newest, dict) else None

    def refused_anew(self, page: str, said: dict) -> bool:
        """If the run of this page was refused for what the form held, say this of what it holds now."""
        with self._lock:
            if page in self._until_changed:
                self._newest[page] = said
            return page in self._until_changed

    def forget_refusal(self, page: str) -> bool:
        """If the run of this page was refused for what the form held, forget it: it holds something else now."""
        with self._lock:
            forgotten = page in self._until_changed
            if forgotten:
                self._until_changed.discard(page)
                self._newest.pop(page, None)
            return forgotten

    def pressed_stop(self, page: str, shown: Job | None) -> None:
        """Stop the newest run of this page as soon as it is there; where there is none, the run that is shown."""
        with self._lock:
            newest = self._newest.get(page, {})
            if newest is None:
                self._to_stop.add(page)
                return
        job = shown if isinstance(newest, dict) else newest
        if job:
            job.stop()
