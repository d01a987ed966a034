"""Kills training runs and servers again and again, and checks that nothing is lost, trained twice, or left standing.

    python -m bench.faults [--children 50] [--servers 50] [--seed 0]

The runs train for real, on a few headlines. A quarter of them is killed in each of their stages; so is a quarter of the
servers in each of their steps: each adds a run if none waits, starts runs, and saves a model again and again. What a kill
met is read just before it, and printed. It also fills a small disk (tmpfs, if this user may mount one). Exits with 1 if
anything is not as docs/reliability.md says.
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
STAGES = ("starting", "reading", "training", "measuring")  # of a run
# What a server does, and says before it does it: it adds a run if none waits, starts runs, and saves a model.
STEPS = ("loading", "adding", "dispatching", "saving")
SERVER = """
import sys
print("loading", flush=True)
from pathlib import Path
from bench.faults import add
from headline.model.checkpoint import Checkpoint
from headline.paths import BUNDLED_MODEL
from headline.runs.job import waiting_jobs
from headline.runs.queue import dispatch
runs, corpus, always = Path(sys.argv[1]), Path(sys.argv[2]), len(sys.argv) > 3
model = Checkpoint.load(BUNDLED_MODEL)
while True:
    if always or not waiting_jobs(runs):
        print("adding", flush=True)
        add(corpus, runs)
        always = False
    print("dispatching", flush=True)
    dispatch(runs)
    print("saving", flush=True)
    model.save(runs / "saved")
"""
_LATEST = 0.3  # seconds after the beginning of a stage or a step until which it is killed, at random


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--children", type=int, default=50, help="training runs to kill")
    parser.add_argument("--servers", type=int, default=50, help="servers to kill")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    os.environ.setdefault("HEADLINE_NICENESS", "0")  # nobody types meanwhile
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
    """Kill so many training runs, a quarter in each stage, and let two train to their end."""
    began = time.monotonic()
    problems = check(add(corpus, runs), "done")
    whole = time.monotonic() - began
    met: Counter[tuple[str, str]] = Counter()  # (stage, state that came of it)
    for n in range(number):
        job = add(corpus, runs)
        stage = _kill_in(job, STAGES[n % len(STAGES)], rng.random() * _LATEST)
        met[stage, wait(job, LONGEST).state] += 1
        problems += check(job)
    problems += check(add(corpus, runs), "done")
    killed = sum(n for (stage, _), n in met.items() if stage != "ended")
    print(f"training runs: {killed} of {number} kills met a live one; a whole run takes {whole:.1f} s")
    for (stage, state), n in sorted(met.items()):
        print(f"  {stage:<12}{n:>4} killed, then {state}", flush=True)
    return problems


def _kill_in(job: Job, stage: str, seconds: float) -> str:
    """Kill a run so many seconds after it has reached a stage; return the one in which it was, or "ended"."""
    while (status := job.status()).state in ("waiting", "running") and _place(status.stage) < _place(stage):
        if status.state == "waiting":
            dispatch(job.folder.parent)
        time.sleep(0.01)
    time.sleep(seconds)
    status, pid = job.status(), job.pid
    if not job.alive() or not pid:
        return "ended"
    met = status.stage if status.state == "running" else "saved"  # its model is saved, and its process still ends
    os.kill(pid, signal.SIGKILL)
    return met


def _place(stage: str) -> int:
    """The number of a stage; of those before the first, -1."""
    return STAGES.index(stage) if stage in STAGES else -1


def kill_servers(corpus: Path, runs: Path, number: int, rng: random.Random) -> list[str]:
    """Kill so many servers, a quarter in each step, while runs train; then let a last one do what is left."""
    problems = []
    met: Counter[str] = Counter()  # by step
    with_run = 0  # servers that were killed while a run trained
    for n in range(number):
        step = STEPS[n % len(STEPS)]
        command = [sys.executable, "-c", SERVER, runs, corpus, *(["always"] if step == "adding" else [])]
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert server.stdout
        for line in server.stdout:
            if line.strip() == step:
                break
        time.sleep(rng.random() ** 4 * _LATEST)  # most of them early: adding takes a few milliseconds
        with_run += any(job.alive() for job in list_jobs(runs))
        server.kill()
        met[[line, *server.stdout][-1].strip()] += 1
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
    print(
        f"servers: {number} killed, {with_run} of them while a run trained; {len(jobs)} runs were added, and all ended"
    )
    for step in STEPS:
        print(f"  {step:<12}{met[step]:>4} killed", flush=True)
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
