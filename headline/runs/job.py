"""One training run, by its folder `runs/<id>/`.

job.json          its name, its visitor, the names of its files, when it was added; once it has started, its process
                  id and when that was
run.json          what it does: a RunOptions
form.json         what the Train tab held when it was started there
corpus/           the files it learns from, if they were uploaded
progress.jsonl    its events, one JSON object per line
log.txt           what it printed
lock              locked by its process while that is alive; holds its process id
claim-1, ended    which host trains it, and whether that has ended: headline.runs.hosts.claim
stop              exists once the run was asked to stop
model/            the checkpoint, once there is one
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from headline.model.storage.checkpoint_files import META
from headline.runs.events import RunEvents, events_of
from headline.runs.hosts.claim import end, has_ended, last_claim
from headline.runs.process import exit_code, is_alive, recorded_pid
from headline.runs.trash import discard
from headline.training.progress import EventLog

STATES = ("waiting", "running", "done", "stopped", "failed")
_SECONDS_TO_DIE = 10.0  # at most, after a kill
_NO_ROOM = 2**16  # bytes free, with which a run cannot even say why it failed
_held_up: dict[Path, str] = {}  # folders of waiting runs that could not be started yet, and why


@dataclass(frozen=True)
class Status:
    """The state of a run."""

    state: str  # one of STATES
    stage: str  # of a running one: "starting", "reading", "training" or "measuring"
    message: str  # why it failed, or why it was stopped without a model: one sentence
    progress: dict  # the last training.Progress
    history: list[dict]  # the Progress at the end of each epoch
    metrics: dict  # figures on the test split, once it is done
    corpus: dict  # the CorpusReport, once the files were read
    place: int = 0  # of a waiting one in the queue, from 1
    curve: list[dict] = field(default_factory=list)  # every Progress so far
    baseline: float | None = None  # held-out loss of the n-grams alone, in nats per word
    samples: list[str] = field(default_factory=list)  # its sample texts, continued after the last epoch
    compared: dict = field(default_factory=dict)  # keystrokes saved, once it is done
    device: str = ""  # that it trains on
    seconds_left: float | None = None  # of a running one, once it can be said
    suggested_settings: dict = field(default_factory=dict)  # that may work where those of a failed run did not

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
        """The content of job.json; if it is damaged, the same fields without values."""
        empty = {"name": "", "files": [], "started": ""}
        found = self._read_description()
        if found is None:
            return empty | {"pid": None}
        usable = {name: value for name, value in found.items() if _is_field(name, value)}
        return empty | usable | ({"pid": None} if "pid" in found and "pid" not in usable else {})

    def _read_description(self) -> dict | None:
        try:
            found = json.loads((self.folder / "job.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    @property
    def pid(self) -> int | None:
        """The id of its process, None before there is one."""
        return self.description.get("pid") or recorded_pid(self.folder)

    @property
    def visitor(self) -> str:
        """Whose run it is: an id of `headline.runs.visitors`, or "" where there are no visitors."""
        return str(self.description.get("visitor") or "")

    @property
    def waiting(self) -> bool:
        """Whether it has not been started yet, or the host that trained it is gone, and it still will be.

        Its process creates progress.jsonl first of all and holds the lock before that. So a run whose server was
        killed before job.json had the process id is not started again.
        """
        if not (self.folder / "job.json").is_file() or self.asked_to_stop or has_ended(self.folder):
            return False
        if not self.is_here:
            return not self.alive() and not (self.model / META).is_file()
        return not self._has_started and not self.alive() and not self._is_being_started

    @property
    def _has_started(self) -> bool:
        return "pid" in self.description or (self.folder / "progress.jsonl").exists()

    @property
    def _is_being_started(self) -> bool:
        """Whether another server of this host has claimed it, and its process will be there in a moment."""
        if self._has_started or self.asked_to_stop or has_ended(self.folder):
            return False
        claim = last_claim(self.folder)
        return claim is not None and claim.is_being_started()

    @property
    def is_here(self) -> bool:
        """Whether its process, if it has one, is on this host and not known to be on another."""
        claim = last_claim(self.folder)
        return claim is None or claim.is_here

    @property
    def asked_to_stop(self) -> bool:
        return (self.folder / "stop").exists()

    def alive(self) -> bool:
        """Whether its process is alive."""
        return is_alive(self.folder)

    def status(self) -> Status:
        """Return the state of the run. Reads only the events written since the last call."""
        if self.waiting:
            queue = [job.id for job in waiting_jobs(self.folder.parent)]
            place = 1 + queue.index(self.id) if self.id in queue else 1
            return Status("waiting", "waiting", _held_up.get(self.folder, ""), {}, [], {}, {}, place)
        alive = self.alive()  # asked before reading, so that the last events of a run are not missed
        events = events_of(self.folder)
        events.read_new()
        last, progress = events.last, list(events.progress)
        state, message = self._state(events, alive)
        return Status(
            state=state,
            stage=events.stage,
            message=message,
            progress=progress[-1] if progress else {},
            history=[event for event in progress if event["epoch_ended"]],
            metrics=last.get("done", {}).get("metrics", {}),
            corpus=last.get("corpus", {}),
            curve=progress,
            baseline=last.get("baseline", {}).get("nats"),
            samples=last.get("samples", {}).get("headlines", []),
            compared={k: v for k, v in last.get("compared", {}).items() if k not in ("event", "stage")},
            device=last.get("device", {}).get("name", ""),
            seconds_left=events.seconds_left() if state == "running" else None,
            suggested_settings={k: v for k, v in last.get("error", {}).items() if k not in ("event", "message")},
        )

    def _state(self, events: RunEvents, alive: bool) -> tuple[str, str]:
        """The state of a run that has been started, and a sentence on it."""
        if "done" in events.last:
            return ("stopped" if events.last["done"]["stopped"] else "done"), ""
        if "overrun" in events.last:
            return ("stopped" if self.model.is_dir() else "failed"), events.last["overrun"]["message"]
        if "error" in events.last:
            return "failed", events.last["error"]["message"]
        if alive or self._is_being_started:
            return "running", ""
        if (self.model / META).is_file():  # the folder of a model appears when it is whole
            return "done", "The run was killed after its model had been saved; the model is whole."
        if self.asked_to_stop:
            return "stopped", "The run was stopped before there was anything to keep."
        return "failed", self._failure_reason()

    def _failure_reason(self) -> str:
        """Why a run ended without an event that says so."""
        if self._read_description() is None and not (self.folder / "progress.jsonl").exists():
            return "job.json of this run cannot be read, so the run was not started: delete it, and start it anew."
        if exit_code(self.folder) == -signal.SIGKILL:
            return "The run was killed, most likely because memory ran out: try a smaller model or batch size."
        if shutil.disk_usage(self.folder).free < _NO_ROOM:
            return "The run ended before it was done, and the disk is full: delete runs that are not needed."
        log = self.folder / "log.txt"
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:] if log.is_file() else []
        why = f" The last line of its log is: {last[0][:200]}" if last else ""
        return f"The run ended before it was done.{why}"

    def stop(self) -> None:
        """Ask the run to end after the current batch and keep its best weights. A waiting run is never started."""
        if self.waiting or self.alive():
            (self.folder / "stop").touch()  # the process looks for it after each batch
            self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        """Send a signal to the run's process, if it is alive, on this host, and its id is known."""
        pid = self.pid
        if pid and self.is_here and self.alive():
            with contextlib.suppress(ProcessLookupError):  # it ended in between
                os.kill(pid, number)

    def kill(self) -> None:
        """End the run at once."""
        self._signal(signal.SIGKILL)

    def fail(self, message: str) -> None:
        """Mark a run that cannot be started as failed, with a sentence.

        If its folder cannot be written, it goes on waiting, with the sentence.
        """
        try:
            self.describe(self.description | {"pid": None})
            log = EventLog(self.folder / "progress.jsonl")
            log.write({"event": "error", "message": message})
            log.close()
            end(self.folder)
        except OSError:
            self.hold_up(message)

    def settle(self) -> None:
        """Write down that the run's process has ended, and why if it could not say so: other hosts cannot see it."""
        status = self.status()
        if status.state == "failed" and not {"error", "overrun"} & events_of(self.folder).last.keys():
            log = EventLog(self.folder / "progress.jsonl")
            log.write({"event": "error", "message": status.message})
            log.close()
        end(self.folder)

    def hold_up(self, message: str) -> None:
        """Tell why a waiting run could not be started yet, until it is or this process ends."""
        _held_up[self.folder] = message

    def delete(self) -> bool:
        """End the run if need be and take its folder away; return whether it can be brought back.

        A process on another host ends when it finds that its run is gone. It is not asked to stop, or it would save a
        model where the folder was.
        """
        if self.is_here:
            self.stop()
            until = time.monotonic() + _SECONDS_TO_DIE
            while self.alive() and time.monotonic() < until:
                self.kill()
                time.sleep(0.1)
        return discard(self.folder)

    def rename(self, name: str) -> None:
        self.describe(self.description | {"name": name})

    def describe(self, description: dict) -> None:
        """Write job.json, which makes the folder a run."""
        write_json(self.folder / "job.json", description)


def _is_field(name: str, value: object) -> bool:
    """Whether a field of job.json has its type; a field that is not known here is another version's."""
    if name in ("name", "started"):
        return isinstance(value, str)
    if name == "files":
        return isinstance(value, list) and all(isinstance(file, str) for file in value)
    return name != "pid" or value is None or (type(value) is int and value > 0)


def write_json(path: Path, content: dict) -> None:
    """Write JSON beside its place and rename it, so that nobody reads half of it. Text may hold lone surrogates."""
    written = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    text = json.dumps(content, indent=2, ensure_ascii=False)
    written.write_text(text, encoding="utf-8", errors="backslashreplace")
    written.replace(path)


def list_jobs(runs: Path) -> list[Job]:
    """Return all runs in a folder, the newest first."""
    # A folder whose name begins with a dot is still being written.
    folders = [path.parent for path in Path(runs).glob("*/job.json") if not path.parent.name.startswith(".")]
    return [Job(folder) for folder in sorted(folders, key=lambda folder: folder.name, reverse=True)]


def waiting_jobs(runs: Path) -> list[Job]:
    """Return the runs that wait, in the order in which they will be started: visitors take turns.

    A visitor's second run comes after everybody's first, and so on. Runs that train count too; runs of one rank start
    in the order in which they were added.
    """
    jobs = list(reversed(list_jobs(runs)))
    before = Counter(job.visitor for job in jobs if job.alive())  # runs of each visitor that come first
    ranks: dict[Job, int] = {}
    for job in jobs:
        if job.waiting:
            ranks[job] = before[job.visitor]
            before[job.visitor] += 1
    return sorted(ranks, key=lambda job: ranks[job])


def count_states(runs: Path, ended: dict[str, str]) -> Counter[str]:
    """Count the runs in each state. `ended` remembers the states of runs that have ended, by id; it is updated."""
    jobs = {job.id: job for job in list_jobs(runs)}
    for gone in ended.keys() - jobs.keys():
        del ended[gone]
    states = Counter(ended.values())
    for id_ in jobs.keys() - ended.keys():
        state = "waiting" if jobs[id_].waiting else jobs[id_].status().state
        states[state] += 1
        if state not in ("waiting", "running"):
            ended[id_] = state
    return states
