"""`headline work`: train the runs that wait in a folder, beside a page or on another host."""

import argparse
import time
from pathlib import Path

from headline.commands.terminal import say, say_json
from headline.runs.job import Job, list_jobs, waiting_jobs
from headline.runs.limits import slots
from headline.runs.process import started_here
from headline.runs.queue import RUNS, dispatch
from headline.runs.shutdown import ending_on_sigterm

_PAUSE = 2.0  # seconds between two looks at the folder


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "work",
        help="train the runs that wait in a folder",
        description="Train the runs that a page adds to a folder, one at a time, or as many as HEADLINE_SLOTS says.\n"
        "The folder may lie on a disk that several hosts share, with a worker on each; the page itself trains\n"
        "nothing with HEADLINE_SLOTS=0 (docs/scale.md). SIGTERM asks the runs to stop; they keep their best weights.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--runs", type=Path, default=RUNS, help="the folder of runs (default: %(default)s)")
    parser.add_argument("--once", action="store_true", help="end when no run waits and those started here have ended")
    parser.add_argument("--json", action="store_true", help="print a JSON object for each run's start and end")
    parser.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> None:
    runs = options.runs.resolve()
    runs.mkdir(parents=True, exist_ok=True)
    told: dict[str, str] = {}  # what was said last of each run that this process started
    with ending_on_sigterm(runs):
        while True:
            dispatch(runs, most=max(1, slots()))  # 0 is what a page is given, perhaps for all processes of a host
            mine = [job for job in list_jobs(runs) if started_here(job.folder)]
            for job in reversed(mine):
                _tell(job, told, options.json)
            if options.once and not waiting_jobs(runs) and not any(job.alive() for job in mine):
                return
            time.sleep(_PAUSE)


def _tell(job: Job, told: dict[str, str], as_json: bool) -> None:
    """Say that a run has begun or ended, once each."""
    if told.get(job.id, "running") != "running":
        return
    status = job.status()
    if told.get(job.id) == status.state:
        return
    told[job.id] = status.state
    if as_json:
        say_json({"run": job.id, "state": status.state, "message": status.message})
    else:
        say(" ".join(filter(None, [f"{job.id}: {status.state}.", status.message])))
