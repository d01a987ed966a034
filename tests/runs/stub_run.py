"""A run's process without Keras: `python -m tests.runs.stub_run train FOLDER` does all that the real one does, but
instead of training it waits, notes that it trained, and saves a tiny model."""

import os
import sys
import time
from pathlib import Path

from headline.runs import __main__ as child
from headline.runs import process
from tests.tiny import random_checkpoint

SECONDS = "STUB_SECONDS"  # environment variable: how long it trains


def use(module=process) -> None:
    """Let this process start stubs from now on."""
    real = process.child_command

    def stub_command(*arguments: str):
        command, environment = real(*arguments)
        return [command[0], "-m", "tests.runs.stub_run", *arguments], environment

    module.child_command = stub_command


def trained(folder: Path) -> int:
    """How often a run was trained."""
    path = folder / "trained.txt"
    return len(path.read_text().splitlines()) if path.exists() else 0


def run(options, out: Path, emit, should_stop) -> None:
    with open(out.with_name("trained.txt"), "a") as file:
        file.write(f"{os.getpid()}\n")
    if options.resume:
        out.with_name("resumed").touch()
    until = time.monotonic() + float(os.environ.get(SECONDS, "0.2"))
    while time.monotonic() < until and not should_stop():
        emit({"event": "reading", "stage": "reading"})
        time.sleep(0.01)
    random_checkpoint().save(out)
    emit({"event": "done", "stopped": should_stop(), "metrics": {}})


if __name__ == "__main__":
    child.run = run  # type: ignore[assignment]
    raise SystemExit(child.main(sys.argv[1:]))
