"""What each visitor has stored and has waiting, and the bounds on it.

A visitor is a random id that their browser stores; requests without one count as one visitor.

runs/.visitors/<id>/      pasted, parsed and downloaded files
runs/.uploads/            uploads as Gradio stores them, on a public page
runs/<run>/job.json       "visitor": whose run it is
runs/<model>/visitor.txt  whose model it is, if it was uploaded
"""

import contextlib
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from headline.errors import LimitError
from headline.model.storage.folders import newest_change, size_of
from headline.runs.job import list_jobs
from headline.runs.limits import Limits

FOLDER = ".visitors"
UPLOADS = ".uploads"
OWNER = "visitor.txt"
NOBODY = "0" * 32  # the id of requests without one
_ID = re.compile("[0-9a-f]{32}")
_MEGABYTE = 2**20  # bytes


def new_visitor() -> str:
    """Return an id that nobody can guess."""
    return secrets.token_hex(16)


def visitor_of(stored: object) -> str:
    """Return the id that a browser sent, or NOBODY where it is none."""
    return stored if isinstance(stored, str) and _ID.fullmatch(stored) else NOBODY


def visitor_folder(runs: Path, visitor: str) -> Path:
    """Return the folder of a visitor's files, which only the server's user may open."""
    folder = Path(runs) / FOLDER / visitor_of(visitor)
    for one in (folder.parent, folder):
        make_private(one)
    return folder


def make_private(folder: Path) -> None:
    """Make a folder that only the server's user may open."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)  # somebody may have made it before


def check_waiting(runs: Path, visitor: str, limits: Limits) -> None:
    """Check that one more run may be added to the queue.

    Raises:
        LimitError: too many runs of this visitor, or of all, wait or train.
    """
    if not (limits.waiting_each or limits.waiting):
        return
    owners = [job.visitor for job in list_jobs(runs) if job.waiting or job.alive()]
    if limits.waiting_each and owners.count(visitor) >= limits.waiting_each:
        raise LimitError(
            f"{limits.waiting_each} of your runs are waiting or training, as many as this page takes at once: "
            "wait for one to end, or delete one."
        )
    if limits.waiting and len(owners) >= limits.waiting:
        raise LimitError(f"{limits.waiting} runs are waiting, as many as this page takes: try again later.")


def check_disk(runs: Path, visitor: str, limits: Limits, more: int = 0) -> None:
    """Check that `more` bytes may be stored for a visitor.

    Raises:
        LimitError: this visitor, or all together, would have more than is allowed.
    """
    most, of_all = limits.disk_mb_each * _MEGABYTE, limits.disk_mb * _MEGABYTE
    if most and sum(map(size_of, _owned(runs, visitor))) + more > most:
        raise LimitError(
            f"You have stored {limits.disk_mb_each} MB on this page, as much as it keeps of one visitor: "
            "delete a run or a model first."
        )
    if of_all and size_of(Path(runs)) + more > of_all:
        raise LimitError("This page has stored as much as it can keep: try again later.")


def _owned(runs: Path, visitor: str) -> Iterator[Path]:
    """The folders of a visitor: files, runs and uploaded models."""
    yield Path(runs) / FOLDER / visitor_of(visitor)
    yield from (job.folder for job in list_jobs(runs) if job.visitor == visitor)
    for owner in Path(runs).glob(f"*/{OWNER}"):
        with contextlib.suppress(OSError):
            if owner.read_text(encoding="utf-8") == visitor:
                yield owner.parent


def sweep_visitors(runs: Path, hours: float) -> None:
    """Remove what visitors pasted, uploaded or downloaded and have not used for so many hours."""
    oldest = time.time() - 3600 * hours
    for folder in (*(Path(runs) / FOLDER).glob("*"), *(Path(runs) / UPLOADS).glob("*")):
        if (newest_change(folder) or 0) < oldest:
            shutil.rmtree(folder, ignore_errors=True)
