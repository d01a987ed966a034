"""Runs through faults: kills, full disks, read-only and half-written folders, two servers, a clock that is set back.

The runs' processes are stubs that do not train, so that each test takes seconds; `python -m bench.faults` does the same
with real training, more often.
"""

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headline.model.checkpoint import Checkpoint
from headline.model.storage.checkpoint_files import META
from headline.runs import job as job_module
from headline.runs import process, queue
from headline.runs.job import Job, list_jobs
from headline.runs.leftovers import remove_leftovers
from headline.runs.queue import dispatch, start, sweep, wait
from headline.training.options import RunOptions
from headline.training.progress import EventLog
from headline.training.settings import RECIPES
from headline.web.http.metrics import Heartbeat
from headline.web.models import Models
from headline.web.tabs.run_view import describe
from tests.runs import stub_run
from tests.tiny import random_checkpoint

ROOT = Path(__file__).resolve().parents[2]
LONG = 120  # seconds that a stub may take on a busy machine
OPTIONS = RunOptions(files=("headlines.csv",), settings=RECIPES["autocomplete"])


@pytest.fixture
def runs(tmp_path, monkeypatch) -> Iterator[Path]:
    """A folder for stub runs, of which none outlives the test."""
    monkeypatch.setattr(process, "child_command", process.child_command)  # to be restored
    stub_run.use()
    folder = tmp_path / "runs"
    yield folder
    for job in list_jobs(folder):
        job.delete()


@pytest.fixture
def stopped_queue(monkeypatch) -> Iterator[None]:
    """Runs are added and none is started, until the test sets the slots."""
    monkeypatch.setattr(queue, "slots", lambda: 0)
    yield


def full(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def until(condition, what: str) -> None:
    end = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < end, f"still not: {what}"
        time.sleep(0.02)


# ---------------------------------------------------------------- kills


def test_children_killed_at_random_moments_lose_no_finished_model_and_the_queue_goes_on(runs, monkeypatch):
    monkeypatch.setenv(stub_run.SECONDS, "0.1")
    rng = random.Random(0)
    jobs = [start(OPTIONS, runs) for _ in range(5)]
    for job in jobs[:-1]:
        until(lambda job=job: dispatch(runs) or not job.waiting, "the run is started")
        time.sleep(rng.random() * 1.5)
        if job.alive():
            os.kill(job.pid, signal.SIGKILL)
        status = wait(job, LONG)
        assert status.ended and (status.state == "done") == job.model.exists()
        if status.state == "done":
            Checkpoint.load(job.model)
        else:
            assert status.state == "failed" and status.message.startswith("The run was killed")
    assert wait(jobs[-1], LONG).state == "done"
    assert all(stub_run.trained(job.folder) <= 1 for job in jobs)


def test_a_run_killed_after_its_model_was_saved_is_done(runs):
    folder = runs / "a"
    random_checkpoint().save(folder / "model")
    Job(folder).describe({"name": "", "files": [], "started": "", "pid": 1})
    (folder / "progress.jsonl").write_text('{"event": "measuring", "stage": "measuring"}\n')
    status = Job(folder).status()
    assert status.state == "done" and status.message.endswith("the model is whole.")
    assert describe(status)["headline"] == status.message


SERVER = """
import random, sys, time
from pathlib import Path
from headline.runs.queue import dispatch, start
from headline.training.options import RunOptions
from headline.training.settings import RECIPES
from tests.runs import stub_run
stub_run.use()
options = RunOptions(files=("headlines.csv",), settings=RECIPES["autocomplete"])
runs, adds = Path(sys.argv[1]), int(sys.argv[2])
while True:
    if adds:
        start(options, runs)
        adds -= 1
        print("added", flush=True)
    dispatch(runs)
    time.sleep(0.02)
"""


def server(runs: Path, adds: int) -> subprocess.Popen:
    """A process that adds runs and starts them, as the app does. It says “added” after each."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SERVER, str(runs), str(adds)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)


def test_servers_killed_at_random_moments_train_every_run_once(runs, monkeypatch):
    monkeypatch.setenv(stub_run.SECONDS, "0.05")
    rng = random.Random(1)
    for _ in range(3):
        killed = server(runs, adds=2)
        assert killed.stdout.readline()
        time.sleep(rng.random() * 0.5)
        killed.kill()
        killed.wait()
        killed.stdout.close()
    jobs = list_jobs(runs)
    assert len(jobs) >= 3
    until(lambda: dispatch(runs) or all(job.status().ended for job in jobs), "all runs have ended")
    assert [(job.status().state, stub_run.trained(job.folder)) for job in jobs] == [("done", 1)] * len(jobs)
    for path in runs.glob(".*.new"):
        os.utime(path, (0, 0))
        for inner in path.rglob("*"):
            os.utime(inner, (0, 0))
    remove_leftovers(runs)
    assert sorted(path.name for path in runs.iterdir()) == sorted([".queue", *(job.id for job in jobs)])


def test_a_server_killed_before_it_wrote_the_process_id_does_not_start_the_run_again(runs, monkeypatch):
    monkeypatch.setenv(stub_run.SECONDS, "0.3")
    with monkeypatch.context() as patch:
        patch.setattr(queue, "slots", lambda: 0)
        job = start(OPTIONS, runs)
    process.launch(job.folder)
    process._children.clear()  # as in a server that was started since
    dispatch(runs)
    assert not job.waiting and job.status().state == "running"
    until(lambda: job.pid is not None, "the process has written its id")
    until(lambda: dispatch(runs) or job.status().ended, "the run ends")
    dispatch(runs)
    assert job.status().state == "done" and stub_run.trained(job.folder) == 1


def test_two_servers_on_one_folder_start_no_run_twice(runs, monkeypatch):
    monkeypatch.setenv(stub_run.SECONDS, "0.01")
    servers = [server(runs, adds=3) for _ in range(2)]
    try:
        until(lambda: len(list_jobs(runs)) == 6 and all(j.status().ended for j in list_jobs(runs)), "all runs end")
    finally:
        for one in servers:
            one.kill()
            one.wait()
            one.stdout.close()
    assert [(job.status().state, stub_run.trained(job.folder)) for job in list_jobs(runs)] == [("done", 1)] * 6


def test_a_stop_that_comes_while_the_run_is_being_started_stops_it(runs, monkeypatch):
    monkeypatch.setenv(stub_run.SECONDS, "600")
    job = start(OPTIONS, runs)
    (job.folder / "stop").touch()  # no signal: the process's id was not known yet
    assert wait(job, LONG).state == "stopped"


# ---------------------------------------------------------------- a full disk


def test_a_run_that_finds_no_room_waits_says_so_and_is_started_once_there_is_some(runs, monkeypatch, stopped_queue):
    job, other = start(OPTIONS, runs), start(OPTIONS, runs)
    monkeypatch.setattr(queue, "slots", lambda: 1)
    real = process.launch
    with monkeypatch.context() as patch:
        patch.setattr(queue, "launch", lambda folder, claim: full() if folder == job.folder else real(folder, claim))
        dispatch(runs)
        status = job.status()
        assert status.state == "waiting" and status.message.startswith("The run could not be started: The disk is full")
        assert describe(status)["headline"].startswith("Waiting: place 1 in the queue. The run could not be started")
        assert other.status().state == "running"
    wait(other, LONG)
    assert wait(job, LONG).state == "done"


def test_a_disk_that_is_full_when_the_process_id_is_written_does_not_start_the_run_again(runs, monkeypatch):
    monkeypatch.setattr(queue, "slots", lambda: 0)
    job = start(OPTIONS, runs)
    monkeypatch.setattr(queue, "slots", lambda: 1)
    with monkeypatch.context() as patch:
        patch.setattr(Job, "describe", full)
        dispatch(runs)
    assert not job.waiting
    assert wait(job, LONG).state == "done" and stub_run.trained(job.folder) == 1


def test_a_run_that_cannot_be_added_leaves_nothing(runs, monkeypatch, tmp_path):
    (tmp_path / "a.csv").write_text("headline\n")
    monkeypatch.setattr(queue.os, "link", full)
    monkeypatch.setattr(queue.shutil, "copy2", full)
    with pytest.raises(OSError, match="No space left"):
        start(RunOptions(files=(str(tmp_path / "a.csv"),), settings=OPTIONS.settings), runs, keep_files=True)
    assert [path.name for path in runs.iterdir()] == [".queue"]  # the lock


def test_events_that_find_no_room_are_lost_and_later_ones_are_read(tmp_path):
    log = EventLog(tmp_path / "progress.jsonl")
    real, rooms = log._file, [1000, 4, 0, 1000, 1000]

    class NearlyFull:
        def write(self, line: bytes) -> int:
            room = rooms.pop(0)
            return real.write(line[:room]) if room else full()

    log._file = NearlyFull()
    for stage in "abcde":
        log.write({"event": stage, "stage": stage})
    events = job_module.events_of(tmp_path)
    events.read_new()
    assert list(events.last) == ["a", "d", "e"]


def test_a_disk_that_fills_up_while_the_model_is_saved_is_told_in_a_sentence(tmp_path):
    """In a process whose files may not grow beyond 64 kB, which fails as a full disk does."""
    code = (
        "import resource, signal, sys; from pathlib import Path; from headline.runs import __main__ as child\n"
        "from headline.training import run as module; from tests.tiny import random_checkpoint\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, 2**16))\n"
        "def _run(options, out, *_): random_checkpoint(words=[f'w{i}' for i in range(5000)]).save(out)\n"
        "module._run = _run; raise SystemExit(child.main(['train', sys.argv[1]]))"
    )
    job = Job(tmp_path / "a")
    job.folder.mkdir()
    (job.folder / "run.json").write_text(json.dumps(OPTIONS.as_dict()))
    job.describe({"name": "", "files": [], "started": "", "pid": 1})
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, str(job.folder)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2, done.stderr
    status = job.status()
    assert status.state == "failed" and status.message.startswith("The disk is full, or a limit on it is reached: ")
    assert str(tmp_path) not in done.stderr
    assert sorted(path.name for path in job.folder.iterdir()) == ["job.json", "lock", "progress.jsonl", "run.json"]


def test_a_run_that_could_not_say_why_it_failed_on_a_full_disk(tmp_path, monkeypatch):
    job = Job(tmp_path)
    job.describe({"name": "", "files": [], "started": "", "pid": 1})
    (tmp_path / "progress.jsonl").touch()
    assert "disk" not in job.status().message
    usage = job_module.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(job_module.shutil, "disk_usage", lambda path: usage._replace(free=0))
    assert "the disk is full: delete runs" in job.status().message


# ---------------------------------------------------------------- folders


def test_a_run_whose_folder_is_read_only_waits_says_so_and_the_queue_goes_on(runs, monkeypatch, stopped_queue):
    job, other = start(OPTIONS, runs), start(OPTIONS, runs)
    monkeypatch.setattr(queue, "slots", lambda: 1)
    real_launch, real_describe = process.launch, Job.describe

    def read_only(path: Path) -> None:  # root may write in a folder that is marked read-only, so it is made believe
        if path == job.folder:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path / "log.txt"))

    monkeypatch.setattr(queue, "launch", lambda folder, claim: read_only(folder) or real_launch(folder, claim))
    monkeypatch.setattr(Job, "describe", lambda self, d: read_only(self.folder) or real_describe(self, d))
    dispatch(runs)
    assert job.status().message == (
        "The run could not be started: log.txt cannot be read or written: its permissions or the disk do not allow it."
    )
    assert wait(other, LONG).state == "done"


@pytest.mark.parametrize("made", ["", "run.json", "corpus/00-a.csv"])
def test_a_folder_that_is_no_whole_run_is_none(runs, made):
    folder = runs / "20260101-000000-000000-abc"
    folder.mkdir(parents=True)
    if made:
        (folder / made).parent.mkdir(exist_ok=True)
        (folder / made).write_text("{}")
    dispatch(runs)
    assert list_jobs(runs) == [] and Models(runs, runs).choices([])[1:] == []
    assert wait(start(OPTIONS, runs), LONG).state == "done"


def test_what_is_still_being_written_is_neither_a_run_nor_a_model(runs):
    half = runs / ".20260101-000000-000000-abc.12345678.new"
    half.mkdir(parents=True)
    Job(half).describe({"name": "", "files": [], "started": ""})
    (half / META).write_text("{}")
    dispatch(runs)
    assert list_jobs(runs) == [] and Models(runs, runs).choices([])[1:] == []
    remove_leftovers(runs)
    assert half.is_dir()
    for path in (half, *half.iterdir()):
        os.utime(path, (0, 0))
    remove_leftovers(runs)
    assert not half.exists()


@pytest.mark.parametrize(
    "written",
    [
        {"name": 5, "files": "a", "started": None},
        {"name": None, "files": [None], "started": 1.5, "pid": "many"},
        {"name": "", "files": [], "started": "", "pid": [1], "format": 99},
        {"pid": -1},
        {"pid": True},
    ],
)
def test_a_job_from_another_version_is_listed_and_breaks_nothing(runs, written):
    job = Job(runs / "a")
    job.folder.mkdir(parents=True)
    job.describe(written)
    (job.folder / "model").mkdir()
    assert Models(runs, runs).choices([])[1][1] == "a"
    job.stop()
    assert describe(job.status())["headline"].endswith(".")
    dispatch(runs)
    assert wait(start(OPTIONS, runs), LONG).state == "done"


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        "5",
        "null",
        '{"stage": "training"}',
        '{"event": ["progress"]}',
        '{"event": "progress"}',
        '{"event": "progress", "epoch": "1", "epochs": 1, "step": 1, "steps": 1, "loss": 1}',
        '{"event": "done"}',
        '{"event": "done", "stopped": false, "metrics": [1]}',
        '{"event": "error", "message": 5}',
        '{"event": "corpus"}',
        '{"event": "samples", "headlines": 5}',
        "[" * 100_000,
    ],
)
def test_events_of_another_version_are_left_out(tmp_path, line):
    job = Job(tmp_path)
    job.describe({"name": "", "files": [], "started": "", "pid": 1})
    (tmp_path / "progress.jsonl").write_text(f'{line}\n{{"event": "reading", "stage": "reading"}}\n')
    status = job.status()
    assert (status.state, status.stage) == ("failed", "reading")
    assert describe(status)["headline"].startswith("The run ended before it was done")


def test_options_from_a_newer_version_fail_with_a_sentence(runs, stopped_queue, monkeypatch):
    job = start(OPTIONS, runs)
    newer = json.loads((job.folder / "run.json").read_text()) | {"heads": 8}
    (job.folder / "run.json").write_text(json.dumps(newer))
    monkeypatch.setattr(queue, "slots", lambda: 1)
    status = wait(job, LONG)
    assert status.state == "failed" and "not known" in status.message and "heads" in status.message


def test_a_lock_that_cannot_be_opened_does_not_stop_the_queue(runs):
    odd = Job(runs / "20200101-000000-000000-abc")
    (odd.folder / "lock").mkdir(parents=True)
    odd.describe({"name": "", "files": [], "started": ""})
    assert wait(start(OPTIONS, runs), LONG).state == "done"
    assert odd.status().message.startswith("The run could not be started: lock: ")


def test_what_a_killed_run_left_behind_is_removed(runs):
    job = start(OPTIONS, runs)
    wait(job, LONG)
    until(lambda: not job.alive(), "the process has ended")
    (job.folder / ".model.12345678.new").mkdir()
    (job.folder / ".model.backup").mkdir()
    (job.folder / "job.json.12345678").touch()
    remove_leftovers(runs)
    assert [path.name for path in job.folder.glob(".*")] == [] and (job.folder / "job.json.12345678").exists()
    assert job.model.is_dir()


# ---------------------------------------------------------------- the clock


def test_a_clock_set_back_changes_neither_the_order_nor_what_is_kept(runs, monkeypatch, stopped_queue):
    class Clock(datetime):
        days = 0

        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=cls.days)

    monkeypatch.setattr(queue, "datetime", Clock)
    jobs = []
    for Clock.days in (0, 3, -700, -700, 1):
        jobs.append(start(OPTIONS, runs))
    assert list_jobs(runs) == jobs[::-1]
    assert [job.status().place for job in jobs] == [1, 2, 3, 4, 5]
    assert datetime.now(UTC) + timedelta(days=2) < datetime.strptime(jobs[-1].id[:8], "%Y%m%d").replace(tzinfo=UTC)
    monkeypatch.setattr(queue.time, "time", lambda: 0.0)
    sweep(runs, 24)
    assert list_jobs(runs) == jobs[::-1]


# ---------------------------------------------------------------- the scheduler


def test_no_error_ends_the_scheduler(runs, monkeypatch, capsys):
    import app

    class Ended(BaseException):
        pass

    calls = []

    def step(runs):
        calls.append(runs)
        raise [KeyError("a"), RuntimeError("b"), OSError("c"), KeyError("a"), Ended()][len(calls) - 1]

    runs.mkdir()
    monkeypatch.setattr(app, "dispatch", step)
    monkeypatch.setattr(app.time, "sleep", lambda seconds: None)
    with pytest.raises(Ended):
        app.run_scheduler(Models(runs, runs), Heartbeat(), None)
    assert len(calls) == 5
    assert capsys.readouterr().err.count("Traceback") == 2  # each error is told once, one that passes not at all


# ---------------------------------------------------------------- beside people who type


def test_a_run_has_a_low_priority(runs, monkeypatch):
    monkeypatch.setenv(stub_run.SECONDS, "600")
    monkeypatch.delenv("HEADLINE_NICENESS")
    job = start(OPTIONS, runs)
    until(lambda: stub_run.trained(job.folder), "the run trains")
    assert os.getpriority(os.PRIO_PROCESS, job.pid) == min(19, os.nice(0) + 10)
    job.stop()
    wait(job, LONG)
