"""The queue of runs in a folder: a host trains one at a time, or as many as HEADLINE_SLOTS says, and the others wait.

Several servers may share the folder, on one host or on several (docs/scale.md).
"""

import contextlib
import errno
import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from headline.errors import system_sentence
from headline.model.storage.atomic import replacing_folder
from headline.model.storage.folders import newest_change
from headline.runs.hosts.claim import CLOCK, has_ended, last_claim, take
from headline.runs.job import Job, Status, list_jobs, waiting_jobs, write_json
from headline.runs.limits import Limits, slots
from headline.runs.overrun import end_overrun
from headline.runs.process import fcntl, launch, started_here
from headline.runs.visitors import check_disk, check_waiting, sweep_visitors
from headline.training.options import RunOptions

RUNS = Path(os.environ.get("HEADLINE_RUNS", "runs"))
_threads = threading.RLock()  # what the lock on a file does for processes
_closed = threading.Event()  # set when this process ends: the runs that wait are left to the next one
_STAMP = "%Y%m%d-%H%M%S-%f"  # of UTC, the beginning of a run's id
# A full disk, or too many processes, open files or pages of memory: the run is tried again.
_MAY_PASS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE)
_MOST_CLAIMS = 5  # of one run: what loses five machines would lose the sixth
_LONGEST_NAME = 100  # characters of an uploaded file's name that its copy keeps
_NO_LIMITS = Limits()


def start(
    options: RunOptions,
    runs: Path = RUNS,
    *,
    keep_files: bool = False,
    visitor: str = "",
    limits: Limits = _NO_LIMITS,
) -> Job:
    """Add a run to the queue, and start it if there is room.

    With `keep_files` the run's folder keeps the files, because uploads do not last. `visitor` is whose run it is.

    Raises:
        LimitError: this visitor, or all together, have as many runs or bytes as the limits allow.
    """
    runs = Path(runs).resolve()
    runs.mkdir(parents=True, exist_ok=True)
    with _locked(runs / CLOCK):  # or two requests at once would both find room for one run
        check_waiting(runs, visitor, limits)
        check_disk(runs, visitor, limits)
        job = _add(options, runs, keep_files, visitor)
    with contextlib.suppress(OSError):  # it has been added; the scheduler starts it later
        dispatch(runs)
    return job


def _add(options: RunOptions, runs: Path, keep_files: bool, visitor: str) -> Job:
    job = Job(runs / _new_id(runs))
    files = [Path(file).resolve() for file in options.files]
    names = [file.name for file in files]
    with replacing_folder(job.folder) as fresh:  # so that a crash leaves no half of a run
        fresh.chmod(0o700)
        if keep_files:
            (fresh / "corpus").mkdir()
            copies = [f"{i:02d}-{name[-_LONGEST_NAME:]}" for i, name in enumerate(names)]
            for file, copy in zip(files, copies, strict=True):
                _keep(file, fresh / "corpus" / copy)
            files = [job.folder / "corpus" / copy for copy in copies]
        start_from = str(Path(options.start_from).resolve()) if options.start_from else None
        options = replace(options, files=tuple(map(str, files)), start_from=start_from)
        write_json(fresh / "run.json", options.as_dict())
        added = datetime.now(UTC).isoformat(timespec="seconds")
        Job(fresh).describe({"name": options.name, "files": names, "started": added, "visitor": visitor})
    return job


def _keep(file: Path, copy: Path) -> None:
    """Give a file a second name, so that it is stored once; copy it where that cannot be done."""
    try:
        os.link(file, copy)
    except OSError:  # another disk, or one without links
        shutil.copy2(file, copy)


def _new_id(runs: Path) -> str:
    """Return an id that sorts after those of all runs, even if the clock was set back."""
    stamp = datetime.now(UTC)
    newest = next((job.id for job in list_jobs(runs)), "")
    with contextlib.suppress(ValueError, OverflowError):  # a folder with another kind of name
        after = datetime.strptime(newest.rpartition("-")[0], _STAMP).replace(tzinfo=UTC) + timedelta(microseconds=1)
        stamp = max(stamp, after)
    return f"{stamp.strftime(_STAMP)}-{secrets.token_hex(8)}"


def dispatch(runs: Path, most: int | None = None) -> None:
    """End runs that overrun their minutes, and start waiting ones while there is room on this host: for as many as
    HEADLINE_SLOTS says, or `most`.

    A run that cannot be started is marked as failed.
    """
    most = slots() if most is None else most
    with _locked(Path(runs) / CLOCK):
        end_overrun(runs)
        _settle(runs)
        if _closed.is_set():
            return
        for job in waiting_jobs(runs) if most else ():
            if sum(other.is_here and other.alive() for other in list_jobs(runs)) >= most:
                return
            _launch(job)


def _settle(runs: Path) -> None:
    """Write down that processes of this host have ended. The server that started one knows best why, if it lives."""
    for job in list_jobs(runs):
        if has_ended(job.folder) or not (claim := last_claim(job.folder)) or not claim.is_here:
            continue
        if started_here(job.folder) or not claim.is_being_started():
            with contextlib.suppress(OSError):  # it is being deleted
                if not job.waiting and not job.alive():
                    job.settle()


def _launch(job: Job) -> None:
    """Start a run's process. If that fails for a reason that may pass, the run goes on waiting."""
    last = last_claim(job.folder)  # before it is asked whether it waits: a claim that is made since has the next number
    if not job.waiting:  # it was stopped in between, or another host has taken it
        return
    number = last.number + 1 if last else 1
    if number > _MOST_CLAIMS:
        job.fail(f"The run was given up: the machines that trained it were lost {_MOST_CLAIMS} times.")
        return
    claim = None
    try:
        claim = take(job.folder, number)
        if claim is None:
            return
        pid = launch(job.folder, number)
    except (OSError, ValueError) as error:
        reason = system_sentence(error) if isinstance(error, OSError) else f"{error}."
        message = f"The run could not be started: {reason}"
        may_pass = isinstance(error, OSError) and error.errno in _MAY_PASS
        if claim:
            claim.give_up()
        (job.hold_up if may_pass else job.fail)(message)
    else:
        with contextlib.suppress(OSError):  # the process has recorded its id itself
            job.describe(job.description | {"pid": pid})


def close(runs: Path, seconds: float) -> None:
    """Start no more runs, ask those that this process started to stop, and wait so many seconds for them to end."""
    if not Path(runs).is_dir():
        return
    with _locked(Path(runs) / CLOCK):  # no run is being started meanwhile
        _closed.set()
    jobs = [job for job in list_jobs(runs) if started_here(job.folder)]
    for job in jobs:
        job.stop()
    until = time.monotonic() + seconds
    while any(job.alive() for job in jobs) and time.monotonic() < until:
        time.sleep(0.05)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock on a file, so that only one process of a host at a time starts runs.

    Where a network file system has no locks, the claims alone see to it that no run is started twice.
    """
    with _threads, open(path, "wb") as file:
        if fcntl:
            with contextlib.suppress(OSError):
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
    """Remove runs, models and visitors' files that have not changed for so many hours. Waiting and live runs stay."""
    sweep_visitors(runs, hours)
    for folder in Path(runs).iterdir() if Path(runs).is_dir() else ():
        job = Job(folder)
        is_run = (folder / "job.json").is_file()
        if not folder.is_dir() or not (is_run or (folder / "checkpoint.json").is_file()):
            continue
        if time.time() - (newest_change(folder) or 0) > 3600 * hours and not (is_run and (job.waiting or job.alive())):
            shutil.rmtree(folder, ignore_errors=True)
