"""Kills training runs and servers again and again, and checks that nothing is lost, trained twice, or left standing.

    python -m bench.faults [--children 50] [--servers 50] [--seed 0]

The runs train for real, on a few headlines. Each run is killed at a random moment of the time that a whole run takes;
each server adds two runs, a model that it saves again and again meanwhile, and is killed. It also fills a small disk
(tmpfs, if this user may mount one). Exits with 1 if anything is not as docs/reliability.md says.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from headline.corpus.reader import read_headlines
from headline.errors import CheckpointError
from headline.model.checkpoint import Checkpoint
from headline.paths import BUNDLED_MODEL, SAMPLE_CORPUS
from headline.runs.job import Job, list_jobs
from headline.runs.leftovers import remove_leftovers
from headline.runs.queue import dispatch, start, wait
from headline.training.options import RunOptions
from headline.training.settings import RECIPES

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 300.0  # seconds of one run
SETTINGS = RECIPES["autocomplete"].changed(
    min_count=1, embedding_size=8, units=8, batch_size=32, candidates=0, epochs=2, validation=0.1, test=0.1, patience=0
)
# A server that is told to be one: it adds two runs, then starts runs and saves a model until it is killed.
SERVER = """
import sys, time
from pathlib import Path
from bench.faults import add
from headline.model.checkpoint import Checkpoint
from headline.paths import BUNDLED_MODEL
from headline.runs.queue import dispatch
runs, corpus = Path(sys.argv[1]), Path(sys.argv[2])
model = Checkpoint.load(BUNDLED_MODEL)
for _ in range(2):
    add(corpus, runs)
print("added", flush=True)
while True:
    dispatch(runs)
    model.save(runs / "saved")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--children", type=int, default=50, help="training runs to kill")
    parser.add_argument("--servers", type=int, default=50, help="servers to kill")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "headlines.csv"
        lines = read_headlines(SAMPLE_CORPUS).headlines[:200]
        corpus.write_text("\n".join(["headline", *(f'"{line}"' for line in lines)]), encoding="utf-8")
        problems += kill_children(corpus, Path(folder) / "children", options.children, rng)
        problems += kill_servers(corpus, Path(folder) / "servers", options.servers, rng)
        problems += fill_disk(corpus, Path(folder) / "disk")
    for problem in problems:
        print("WRONG:", problem)
    sys.exit(1 if problems else 0)


def add(corpus: Path, runs: Path) -> Job:
    return start(RunOptions(files=(str(corpus),), settings=SETTINGS), runs)


def kill_children(corpus: Path, runs: Path, number: int, rng: random.Random) -> list[str]:
    """Kill so many training runs, and let one train to its end."""
    began = time.monotonic()
    whole = add(corpus, runs)
    problems = check(whole, "done")
    seconds = time.monotonic() - began
    states: Counter[str] = Counter()
    for _ in range(number):
        job = add(corpus, runs)
        time.sleep(rng.random() * seconds)
        if job.alive() and job.pid:
            os.kill(job.pid, signal.SIGKILL)
        states[wait(job, LONGEST).state] += 1
        problems += check(job)
    problems += check(add(corpus, runs), "done")
    print(f"{number} training runs killed within {seconds:.1f} s of their start: {dict(states)}; the next one was done")
    return problems


def kill_servers(corpus: Path, runs: Path, number: int, rng: random.Random) -> list[str]:
    """Kill so many servers while they add runs, start them and save a model; then let a last one do what is left."""
    problems = []
    for _ in range(number):
        server = subprocess.Popen([sys.executable, "-c", SERVER, runs, corpus], cwd=ROOT, stdout=subprocess.PIPE)
        assert server.stdout
        if rng.random() < 0.5:
            server.stdout.readline()  # it has added its runs
        time.sleep(rng.random() * 3)
        server.kill()
        server.wait()
        server.stdout.close()
        if (runs / "saved").exists() or list(runs.glob(".saved.*.old")):
            try:
                Checkpoint.load(runs / "saved")
            except CheckpointError as error:
                problems.append(f"a model that was being saved: {error}")
    jobs = list_jobs(runs)
    for job in reversed(jobs):
        problems += check(job, "done")
    print(f"{number} servers killed: {len(jobs)} runs were added, and all have ended")
    return problems


def fill_disk(corpus: Path, folder: Path) -> list[str]:
    """Train and save on a disk that has hardly any room."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(_small_disk(folder))
        except (OSError, subprocess.CalledProcessError):
            print("a full disk: not tried, because this user cannot mount a tmpfs")
            return []
        runs = folder / "runs"
        job = add(corpus, runs)
        (folder / "ballast").write_bytes(bytes(64 * 2**10))
        with contextlib.suppress(OSError), open(folder / "ballast", "ab", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        status = wait(job, LONGEST)
        problems = check(job)
        with contextlib.suppress(OSError):
            Checkpoint.load(BUNDLED_MODEL).save(runs / "large")
            problems.append("a model was saved on a full disk")
        if (runs / "large").exists():
            problems.append("half of a model was left on a full disk")
        (folder / "ballast").unlink()
        problems += check(add(corpus, runs), "done")
        print(f"a full disk: the run {status.state}: {status.message or 'no sentence'}; the next one was done")
        return problems


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    """A disk of 3 MB."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=False)


def check(job: Job, state: str = "") -> list[str]:
    """Wait for a run, and return sentences on what is wrong with how it ended."""
    status = wait(job, LONGEST)
    dispatch(job.folder.parent)
    remove_leftovers(job.folder.parent)
    problems = []
    if not status.ended:
        problems.append(f"{job.id} has not ended within {LONGEST:.0f} s")
    if state and status.state != state:
        problems.append(f"{job.id} is {status.state}, not {state}: {status.message}")
    if status.state == "failed" and not status.message.endswith("."):
        problems.append(f"{job.id} failed without a sentence: “{status.message}”")
    if (status.state == "done") != job.model.is_dir():
        problems.append(
            f"{job.id} is {status.state}, and its model is {'there' if job.model.is_dir() else 'not there'}"
        )
    if job.model.is_dir():
        try:
            Checkpoint.load(job.model)
        except CheckpointError as error:
            problems.append(f"{job.id}: {error}")
    if (began := _begun(job)) > 1:
        problems.append(f"{job.id} was trained {began} times")
    return problems


def _begun(job: Job) -> int:
    """How often a run began to read its headlines."""
    path = job.folder / "progress.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return sum(line.startswith('{"event": "reading"') and json.loads(line)["event"] == "reading" for line in lines)


if __name__ == "__main__":
    main()
