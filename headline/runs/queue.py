"""The queue of runs in a folder: one runs at a time, or as many as HEADLINE_SLOTS says, and the others wait."""

import contextlib
import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from headline.runs.job import Job, Status, list_jobs, waiting_jobs, write_json
from headline.runs.limits import slots
from headline.runs.process import fcntl, launch, started_here
from headline.training.options import RunOptions

RUNS = Path(os.environ.get("HEADLINE_RUNS", "runs"))
_closed = threading.Event()  # set when this process ends: the runs that wait are left to the next one
_LONGEST_NAME = 100  # characters of an uploaded file's name that its copy keeps


def start(options: RunOptions, runs: Path = RUNS, *, keep_files: bool = False) -> Job:
    """Add a run to the queue, and start it if there is room.

    With `keep_files` the files are copied into the run's folder first, because uploads do not last.
    """
    runs = Path(runs).resolve()
    runs.mkdir(parents=True, exist_ok=True)
    job = Job(runs / f"{datetime.now():%Y%m%d-%H%M%S-%f}-{secrets.token_hex(8)}")
    job.folder.mkdir()
    files = [Path(file).resolve() for file in options.files]
    names = [file.name for file in files]
    if keep_files:
        (job.folder / "corpus").mkdir()
        copies = [job.folder / "corpus" / f"{i:02d}-{name[-_LONGEST_NAME:]}" for i, name in enumerate(names)]
        files = [Path(shutil.copy2(file, copy)) for file, copy in zip(files, copies, strict=True)]
    start_from = str(Path(options.start_from).resolve()) if options.start_from else None
    options = replace(options, files=tuple(map(str, files)), start_from=start_from)
    write_json(job.folder / "run.json", options.as_dict())
    added = datetime.now(UTC).isoformat(timespec="seconds")
    job.describe({"name": options.name, "files": names, "started": added})
    dispatch(runs)
    return job


def dispatch(runs: Path) -> None:
    """Start waiting runs while there is room. A run that cannot be started is marked as failed."""
    with _locked(Path(runs) / ".queue"):
        if _closed.is_set():
            return
        for job in waiting_jobs(runs):
            if sum(other.alive() for other in list_jobs(runs)) >= slots():
                return
            try:
                pid = launch(job.folder)
            except (OSError, ValueError) as error:
                with contextlib.suppress(OSError):  # such as a full disk: the next run is tried all the same
                    job.fail(f"The run could not be started: {error}.")
            else:
                job.describe(job.description | {"pid": pid})


def close(runs: Path, seconds: float) -> None:
    """Start no more runs, ask those that this process started to stop, and wait so many seconds for them to end."""
    if not Path(runs).is_dir():
        return
    with _locked(Path(runs) / ".queue"):  # no run is being started meanwhile
        _closed.set()
    jobs = [job for job in list_jobs(runs) if started_here(job.folder)]
    for job in jobs:
        job.stop()
    until = time.monotonic() + seconds
    while any(job.alive() for job in jobs) and time.monotonic() < until:
        time.sleep(0.05)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock on a file, so that only one process at a time starts runs."""
    with open(path, "wb") as file:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def wait(job: Job, seconds: float) -> Status:
    """Keep the queue moving until a run has ended, or for so many seconds, and return its status."""
    until = time.monotonic() + seconds
    while not (status := job.status()).ended and time.monotonic() < until:
        dispatch(job.folder.parent)
        time.sleep(0.1)
    return status


def sweep(runs: Path, hours: float) -> None:
    """Remove runs and uploaded models that have not changed for so many hours. Waiting and live runs stay."""
    for folder in Path(runs).iterdir() if Path(runs).is_dir() else ():
        job = Job(folder)
        is_run = (folder / "job.json").is_file()
        if not folder.is_dir() or not (is_run or (folder / "checkpoint.json").is_file()):
            continue
        newest = max((path.stat().st_mtime for path in folder.rglob("*")), default=0)
        if time.time() - newest > 3600 * hours and not (is_run and (job.waiting or job.alive())):
            shutil.rmtree(folder, ignore_errors=True)
