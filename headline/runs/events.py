"""The events that a run writes to `progress.jsonl`, read once each."""

import contextlib
import json
import os
import threading
from functools import lru_cache
from pathlib import Path


class RunEvents:
    """The events of one run so far. `read_new` adds those written since the last call."""

    def __init__(self, path: Path):
        self.path = path
        self._lock = threading.Lock()
        self._restart(None)

    def _restart(self, inode: int | None) -> None:
        self._inode, self._offset = inode, 0  # of the file, in bytes
        self.last: dict[str, dict] = {}  # the last event of each kind
        self.progress: list[dict] = []
        self.stage = "starting"

    def read_new(self) -> None:
        """Read the lines added since the last call. A line that is still being written is left for the next."""
        with self._lock:
            try:
                with open(self.path, "rb") as file:
                    stat = os.fstat(file.fileno())
                    if stat.st_ino != self._inode or stat.st_size < self._offset:
                        self._restart(stat.st_ino)
                    file.seek(self._offset)
                    written = file.read()
            except FileNotFoundError:
                return self._restart(None)
            whole = written[: written.rfind(b"\n") + 1]
            self._offset += len(whole)
            for line in whole.splitlines():
                with contextlib.suppress(ValueError):  # a line cut short when the disk was full
                    self._add(json.loads(line))

    def _add(self, event: dict) -> None:
        self.last[event["event"]] = event
        self.stage = event.get("stage", "training")
        if event["event"] == "progress":
            self.progress.append(event)


@lru_cache(maxsize=64)
def events_of(folder: Path) -> RunEvents:
    """Return the events of a run, the same object each time, so that its file is read only once."""
    return RunEvents(folder / "progress.jsonl")
