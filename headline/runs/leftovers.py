"""What is left behind in a folder of runs: half-written copies and backups of a process that was killed, and what was
deleted a while ago."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from headline.model.storage.folders import newest_change
from headline.runs.job import Job, list_jobs
from headline.runs.trash import empty_trash

_OLD = 3600.0  # seconds after which no living process still writes a copy that belongs to no run


def remove_leftovers(runs: Path) -> None:
    """Remove half-written files and folders. Those of a run go once its process has ended, others when they are old."""
    empty_trash(runs)
    for folder in Path(runs).glob(".*.new"):
        if _is_old(folder):
            shutil.rmtree(folder, ignore_errors=True)
    for job in list_jobs(runs):
        for path in _half_written(job):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _half_written(job: Job) -> Iterator[Path]:
    yield from (path for path in job.folder.glob("*.json.????????") if _is_old(path))
    if not job.waiting and not job.alive():
        yield from job.folder.glob(".model.*")  # a model that was being saved, and the state after the last epoch


def _is_old(path: Path) -> bool:
    """Whether nothing in a folder, or the file, has changed for an hour. The future counts as old: the clock was set
    back."""
    newest = newest_change(path)
    return newest is not None and abs(time.time() - newest) > _OLD
