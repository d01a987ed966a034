"""The child process: `python -m headline.runs train FOLDER CLAIM`, or `measure` for the speed of this machine.

What a person typed comes in files, because a process argument can hold neither a NUL nor a long text.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from headline.errors import HeadlineError, system_sentence
from headline.runs.confined import lower_priority
from headline.runs.hosts.beat import Beat
from headline.runs.hosts.claim import end
from headline.runs.job import Job
from headline.runs.process import record_pid
from headline.runs.stop_signal import StopSignal
from headline.training.duration.speed import measure_factor
from headline.training.options import RunOptions
from headline.training.progress import EventLog
from headline.training.run import run


def main(arguments: list[str], trainer: Callable | None = None) -> int:
    """Run the child process and return the exit code. `trainer` is called in place of `headline.training.run.run`."""
    try:
        lower_priority()  # the server answers every keystroke meanwhile
        if arguments == ["measure"]:
            print(json.dumps({"factor": measure_factor()}))
        else:
            _, folder, *claim = arguments
            _train(Job(Path(folder)), int(claim[0]) if claim else None, trainer or run)
    except (HeadlineError, OSError) as error:
        print(system_sentence(error) if isinstance(error, OSError) else error, file=sys.stderr)
        return 2
    return 0


def _train(job: Job, claim: int | None, trainer: Callable) -> None:
    """Train a run. With a claim, other hosts see that it is alive, and it ends when one of them has taken it over."""
    stop = StopSignal()  # before anything slow, so that a run that is stopped while it starts says so
    record_pid(job.folder)
    if claim is None:
        _train_claimed(job, trainer, stop, lambda: None, resume=False)
        return
    beat = Beat(job.folder, claim)
    beat.start()
    try:
        _train_claimed(job, trainer, stop, beat.check, resume=claim > 1)
    finally:
        beat.check()
        end(job.folder)


def _train_claimed(job: Job, trainer: Callable, stop: StopSignal, check: Callable[[], None], *, resume: bool) -> None:
    log = EventLog(job.folder / "progress.jsonl")
    try:
        options = RunOptions.from_dict(json.loads((job.folder / "run.json").read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        message = str(error) if isinstance(error, HeadlineError) else f"run.json cannot be read: {error}."
        log.write({"event": "error", "message": message})
        return

    def emit(event: dict) -> None:
        check()
        log.write(event)

    def should_stop() -> bool:
        check()
        return stop.asked or job.asked_to_stop

    trainer(replace(options, resume=options.resume or resume), job.model, emit, should_stop)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
