"""A training run as a process of its own: queue, start, follow, stop, list.

One run at a time on a machine, or as many as HEADLINE_SLOTS says; others wait for their turn. A run
is a folder `runs/<id>/`, started with the command line that anyone can type:

    job.json          what is to be run, by which command, since when; its process once it was started
    corpus/           the files it learns from, where they were uploaded
    progress.jsonl    what the run says of itself, a JSON object a line
    log.txt           what it printed
    lock              held locked by the process for as long as it lives
    stop              there once the run was asked to stop
    model/            the checkpoint, once there is one
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from headline.paths import ROOT
from headline.training.settings import TrainingConfig

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows: only the process that started a run knows whether it lives
    fcntl = None

RUNS = Path(os.environ.get("HEADLINE_RUNS", "runs"))
_children: dict[str, subprocess.Popen] = {}  # of this process, so that they are reaped


@dataclass(frozen=True)
class Status:
    """What is known of a run now."""

    state: str  # "waiting", "running", "done", "stopped" or "failed"
    stage: str  # of a running one: "starting", "reading", "training" or "measuring"
    message: str  # one sentence, of a failed one or of one that was stopped too early
    progress: dict  # the last Progress, as training.Progress has it
    history: list[dict]  # the Progress at the end of each epoch
    metrics: dict  # figures on the test split, once it is done
    corpus: dict  # the CorpusReport, once it was read
    place: int = 0  # of a waiting one in the queue, from 1
    curve: list[dict] = field(default_factory=list)  # every Progress so far
    baseline: float | None = None  # nats a word of the n-grams alone
    samples: list[str] = field(default_factory=list)  # what it would write, after the last epoch
    compared: dict = field(default_factory=dict)  # keystrokes saved, at the end
    device: str = ""  # what it runs on
    offer: dict = field(default_factory=dict)  # settings that may do where those of a failed run did not

    @property
    def ended(self) -> bool:
        return self.state not in ("waiting", "running")


@dataclass(frozen=True)
class Job:
    """A run, by its folder."""

    folder: Path

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def model(self) -> Path:
        return self.folder / "model"

    @property
    def description(self) -> dict:
        return json.loads((self.folder / "job.json").read_text(encoding="utf-8"))

    def status(self) -> Status:
        """Where the run stands, from what it wrote and from whether its process lives.

        Asking also starts runs whose turn has come, so that a queue moves as long as anybody looks.
        """
        if self.waiting:
            dispatch(self.folder.parent)
        queue = [job.id for job in waiting(self.folder.parent)] if self.waiting else []
        if self.id in queue:
            return Status("waiting", "waiting", "", {}, [], {}, {}, 1 + queue.index(self.id))
        alive = self.alive()  # asked before reading, so that a run's last words are never missed
        said = _read_lines(self.folder / "progress.jsonl")
        last = {event["event"]: event for event in said}
        progress = [event for event in said if event["event"] == "progress"]
        state, message = "running", ""
        if "done" in last:
            state = "stopped" if last["done"]["stopped"] else "done"
        elif "error" in last:
            state, message = "failed", last["error"]["message"]
        elif not alive and (self.folder / "stop").exists():
            state, message = "stopped", "Stopped before there was anything to keep."
        elif not alive:
            state, message = "failed", self._epitaph()
        return Status(
            state=state,
            stage=said[-1].get("stage", "training") if said else "starting",
            message=message,
            progress=progress[-1] if progress else {},
            history=[event for event in progress if event["epoch_ended"]],
            metrics=last.get("done", {}).get("metrics", {}),
            corpus=last.get("corpus", {}),
            curve=progress,
            baseline=last.get("baseline", {}).get("nats"),
            samples=last.get("samples", {}).get("headlines", []),
            compared={k: v for k, v in last.get("compared", {}).items() if k != "event"},
            device=last.get("device", {}).get("name", ""),
            offer={k: v for k, v in last.get("error", {}).items() if k not in ("event", "message")},
        )

    @property
    def waiting(self) -> bool:
        """Whether it was not started yet, and is still to be."""
        told = self.folder / "job.json"
        return told.is_file() and "pid" not in self.description and not (self.folder / "stop").exists()

    def alive(self) -> bool:
        child = _children.get(self.id)
        if child is not None:
            return child.poll() is None
        if fcntl is None:
            return False
        try:
            with open(self.folder / "lock", "rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except FileNotFoundError:
            pass
        return False

    def stop(self) -> None:
        """Ask the run to end after the batch under way; it keeps the best weights so far. One that waits
        never begins."""
        if self.waiting:
            (self.folder / "stop").touch()
        elif self.alive():
            (self.folder / "stop").touch()
            os.kill(self.description["pid"], signal.SIGTERM)

    def delete(self) -> None:
        """End the run if need be and remove all that it left."""
        self.stop()
        if self.alive():
            os.kill(self.description["pid"], signal.SIGKILL)
            self.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def rename(self, name: str) -> None:
        self._describe(self.description | {"name": name})

    def _describe(self, description: dict) -> None:
        # Renamed when it is whole, so that nobody reads half of it; that makes the folder a run to others.
        written = self.folder / f"job.json.{secrets.token_hex(4)}"
        written.write_text(json.dumps(description, indent=2, ensure_ascii=False), encoding="utf-8")
        written.replace(self.folder / "job.json")

    def wait(self, seconds: float) -> Status:
        """The status once the run has ended, or after so many seconds."""
        until = time.monotonic() + seconds
        while not (status := self.status()).ended and time.monotonic() < until:
            time.sleep(0.1)
        return status

    def _epitaph(self) -> str:
        """Why a run ended without a word."""
        child = _children.get(self.id)
        code = child.poll() if child else None
        if code == -signal.SIGKILL:
            return "The run was killed, most likely because memory ran out: try a smaller model or batch size."
        log = self.folder / "log.txt"
        tail = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:] if log.exists() else []
        why = f" Its last line was: {tail[0][:200]}" if tail else ""
        return f"The run ended before it was done.{why}"


def start(
    files: Sequence[str | Path],
    settings: TrainingConfig,
    *,
    column: str | None = None,
    name: str = "",
    runs: Path = RUNS,
    keep_files: bool = False,
    start_from: Path | None = None,
    samples: Sequence[str] = (),
    rows: int = 0,
    minutes: float = 0,
    compare: bool = True,
    owner: str = "",
) -> Job:
    """Start a run on some files when its turn comes, going on from a model if one is given. With
    `keep_files` the files are copied into its folder first, as uploads are, which do not last. `samples` are
    beginnings that it finishes after every epoch; `rows` and `minutes` limit it; `owner` is kept beside it."""
    runs = Path(runs).resolve()
    runs.mkdir(parents=True, exist_ok=True)
    job = Job(runs / f"{datetime.now():%Y%m%d-%H%M%S-%f}-{secrets.token_hex(8)}")
    job.folder.mkdir()
    paths = [Path(file).resolve() for file in files]
    if keep_files:
        (job.folder / "corpus").mkdir()
        paths = [Path(shutil.copy2(p, job.folder / "corpus" / f"{i:02d}-{p.name}")) for i, p in enumerate(paths)]
    told = [sys.executable, *command("train", paths, settings, column, start_from, rows)]
    told += ["--out", str(job.model), "--progress", str(job.folder / "progress.jsonl")]
    told += ["--name", name] if name else []
    told += ["--minutes", str(minutes)] if minutes else []
    told += ["--compare"] if compare else []
    for text in samples:
        told.append(f"--sample={text}")  # in one word, for a text may begin with a dash
    job._describe(
        {
            "name": name,
            "owner": owner,
            "files": [Path(file).name for file in files],
            "settings": settings.as_dict(),
            "command": told,
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
        }
    )
    dispatch(runs)
    return job


def command(
    verb: str,
    files: Sequence[str | Path],
    settings: TrainingConfig,
    column: str | None = None,
    start_from: Path | None = None,
    rows: int = 0,
) -> list[str]:
    """The command line, but for Python itself, of `train` or `time` on some files with these settings."""
    told = ["-m", "headline", verb, *map(str, files), "--recipe", settings.recipe]
    told += ["--column", column] if column else []
    told += ["--start-from", str(Path(start_from).resolve())] if start_from else []
    told += ["--rows", str(rows)] if rows else []
    for setting, value in settings.as_dict().items():
        if setting != "recipe":
            told += ["--set", f"{setting}={json.dumps(value)}"]
    return told


def sweep(runs: Path, hours: float) -> None:
    """Remove runs and models that ended, or were brought, longer ago than so many hours."""
    for folder in Path(runs).iterdir() if Path(runs).is_dir() else ():
        job = Job(folder)
        is_run = (folder / "job.json").is_file()
        if not folder.is_dir() or not (is_run or (folder / "checkpoint.json").is_file()):
            continue
        newest = max((path.stat().st_mtime for path in folder.rglob("*")), default=0)
        if time.time() - newest > 3600 * hours and not (is_run and (job.waiting or job.alive())):
            shutil.rmtree(folder, ignore_errors=True)


def slots() -> int:
    """How many runs may be under way at once."""
    return max(1, int(os.environ.get("HEADLINE_SLOTS", "1")))


def waiting(runs: Path) -> list[Job]:
    """The runs that wait, the one whose turn is next first."""
    return [job for job in reversed(list_jobs(runs)) if job.waiting]


def dispatch(runs: Path) -> None:
    """Start waiting runs while there is room. Only one process at a time does this."""
    with open(Path(runs) / ".queue", "wb") as queue:
        if fcntl:
            fcntl.flock(queue, fcntl.LOCK_EX)
        for job in waiting(runs):
            if sum(other.alive() for other in list_jobs(runs)) >= slots():
                return
            _launch(job)


def _launch(job: Job) -> None:
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
    }
    description = job.description
    with open(job.folder / "log.txt", "wb") as log, open(job.folder / "lock", "wb") as lock:
        if fcntl:
            # The lock belongs to the open file, which the child inherits: it is held until the child ends.
            fcntl.flock(lock, fcntl.LOCK_EX)
        child = subprocess.Popen(
            description["command"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            pass_fds=[lock.fileno()] if fcntl else (),
            start_new_session=True,  # the run goes on when the terminal or the server goes
        )
    _children[job.id] = child
    job._describe(description | {"pid": child.pid})


def list_jobs(runs: Path = RUNS) -> list[Job]:
    """All runs, the newest first."""
    folders = [path.parent for path in Path(runs).glob("*/job.json")]
    return [Job(folder) for folder in sorted(folders, key=lambda folder: folder.name, reverse=True)]


def running(runs: Path = RUNS) -> Job | None:
    """The newest run that has not ended, if there is one."""
    return next((job for job in list_jobs(runs) if not job.status().ended), None)


def _read_lines(path: Path) -> list[dict]:
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]  # without a line that is being written
    return [json.loads(line) for line in lines]
