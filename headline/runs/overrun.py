"""Ends runs that overrun their minutes, whatever they are doing: reading, building, compiling or measuring.

A run ends by itself after its minutes, but looks at the clock between batches only. So it is asked to stop from outside
a while later, and killed if it has not ended a while after that.
"""

import json
import time
from pathlib import Path

from headline.model.storage.checkpoint_files import META
from headline.runs.job import Job, list_jobs
from headline.runs.process import seconds_alive
from headline.training.progress import EventLog
from headline.training.run import best_folder

GRACE = 60.0  # seconds after the minutes until a run is asked to stop, and as long again until it is killed
_SECONDS_TO_DIE = 10.0  # at most, after a kill


def end_overrun(runs: Path) -> None:
    """Ask runs of this host to stop that are over their minutes, and kill those that do not."""
    for job in list_jobs(runs):
        if not (job.is_here and job.alive() and (minutes := _minutes(job))):
            continue
        over = seconds_alive(job.folder) - 60 * minutes
        if over > 2 * GRACE:
            _kill(job, minutes)
        elif over > GRACE and not job.asked_to_stop:
            job.stop()


def _kill(job: Job, minutes: float) -> None:
    """Kill a run, and make the best weights that it has saved its model."""
    until = time.monotonic() + _SECONDS_TO_DIE
    while job.alive() and time.monotonic() < until:
        job.kill()
        time.sleep(0.05)
    best = best_folder(job.model)
    if (best / META).is_file() and not job.model.exists():
        best.rename(job.model)
    kept = "the best weights so far are kept" if job.model.exists() else "there was nothing to keep yet"
    log = EventLog(job.folder / "progress.jsonl")
    log.write({"event": "overrun", "message": f"The run was ended after its {minutes:g} minutes; {kept}."})
    log.close()


def _minutes(job: Job) -> float:
    """The minutes of a run; 0 if it has no limit or run.json cannot be read."""
    try:
        return float(json.loads((job.folder / "run.json").read_text(encoding="utf-8"))["minutes"])
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return 0.0
