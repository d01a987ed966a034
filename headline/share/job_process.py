"""The child process of a run that trains on Hugging Face: `python -m headline.share.job_process train FOLDER CLAIM`.

It is `headline.runs` with another trainer: the run's folder looks the same, wherever it is trained.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from headline.runs import __main__ as child
from headline.share.jobs import train_on_jobs
from headline.training.options import RunOptions


def train(options: RunOptions, out: Path, emit: Callable[[dict], None], should_stop: Callable[[], bool]) -> None:
    """Train where the options say: anew, if another host lost the run."""
    train_on_jobs(replace(options, resume=False), out, emit, should_stop, options.flavor)


if __name__ == "__main__":
    raise SystemExit(child.main(sys.argv[1:], train))
