"""Several hosts on one folder of runs. They are processes with names of hosts that are made up, and no lock between
them; the runs are stubs that do not train."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from headline.cli import main
from headline.runs import process, queue
from headline.runs.hosts import claim as claims
from headline.runs.hosts.beat import TAKEN, Beat
from headline.runs.hosts.claim import STALE, WATCHED, Claim, has_ended, last_claim, take
from headline.runs.job import Job, list_jobs
from headline.runs.leftovers import remove_leftovers
from headline.runs.queue import dispatch, start, wait
from headline.training.options import RunOptions
from headline.training.settings import RECIPES
from tests.runs import stub_run

ROOT = Path(__file__).resolve().parents[2]
LONG = 120  # seconds that a process may take on a busy machine
OPTIONS = RunOptions(files=("headlines.csv",), settings=RECIPES["autocomplete"])

# A server on a host of its own, which shares no lock with the others.
HOST = """
import sys, time
from pathlib import Path
from headline.runs import queue
from headline.runs.hosts import claim
from tests.runs import stub_run

stub_run.use()
queue.fcntl = None
claim.here = lambda: sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
while True:
    queue.dispatch(Path(sys.argv[1]))
    time.sleep(0.01)
"""


class Clock:
    """The clock by which this process watches beats, which stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(claims, "_clock", clock)
    return clock


@pytest.fixture
def runs(tmp_path, monkeypatch) -> Iterator[Path]:
    """A folder for stub runs, of which none outlives the test. Nothing is started in it until `dispatch` is called."""
    monkeypatch.setattr(process, "child_command", process.child_command)  # to be restored
    stub_run.use()
    folder = tmp_path / "runs"
    yield folder
    monkeypatch.undo()  # the host has its own name again
    for job in list_jobs(folder):
        pid = process.recorded_pid(job.folder)
        if pid and not has_ended(job.folder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def add(runs: Path, number: int) -> list[Job]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue, "slots", lambda: 0)
        return [start(OPTIONS, runs) for _ in range(number)]


def host(runs: Path, name: str) -> subprocess.Popen:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", HOST, str(runs), name]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )


def until(condition, what: str) -> None:
    end = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < end, f"still not: {what}"
        time.sleep(0.02)


def claim_elsewhere(job: Job, started: bool = True) -> Claim:
    """A run that another host trains, as this one sees it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims, "here", lambda: "elsewhere")
        claim = take(job.folder, 1)
    assert claim
    if started:
        (job.folder / "progress.jsonl").write_text('{"event": "reading", "stage": "reading"}\n')
        job.describe(job.description | {"pid": os.getpid()})  # a process of this host has the same id
    return claim


def beat_at(claim: Claim, seconds_ago: float) -> None:
    then = time.time() - seconds_ago
    os.utime(claim.path, (then, then))


def silent(job: Job, clock: Clock, seconds: float = WATCHED) -> None:
    """Let this process see no beat for so many seconds."""
    job.alive()
    clock.now += seconds + 1


def test_hosts_without_a_lock_between_them_start_each_run_once(runs, monkeypatch):
    monkeypatch.setenv(stub_run.SECONDS, "0.01")
    jobs = add(runs, 8)
    hosts = [host(runs, name) for name in ("ada", "bob")]
    try:
        for one in hosts:
            assert one.stdout and one.stdout.readline() == b"ready\n"
        for one in hosts:
            one.stdin.write(b"go\n")
            one.stdin.flush()
        until(lambda: all(has_ended(job.folder) for job in jobs), "all runs have ended")
    finally:
        for one in hosts:
            one.kill()
            one.communicate()
    assert [stub_run.trained(job.folder) for job in jobs] == [1] * 8
    assert [job.status().state for job in jobs] == ["done"] * 8
    assert {last_claim(job.folder).host for job in jobs} == {"ada", "bob"}
    assert {last_claim(job.folder).number for job in jobs} == {1}


def test_of_many_that_want_a_run_one_gets_it_also_without_links(tmp_path, monkeypatch):
    for folder, links in ((tmp_path / "a", True), (tmp_path / "b", False)):
        folder.mkdir()
        if not links:
            monkeypatch.setattr(claims.os, "link", lambda *_: (_ for _ in ()).throw(OSError(95, "not supported")))
        got = [take(folder, 1) for _ in range(3)]
        assert [bool(one) for one in got] == [True, False, False]
        assert last_claim(folder) == got[0] and sorted(path.name for path in folder.iterdir()) == ["claim-1"]


def test_a_run_whose_host_is_gone_goes_on_here(runs, monkeypatch, clock):
    monkeypatch.setenv(stub_run.SECONDS, "0.01")
    (job,) = add(runs, 1)
    claim = claim_elsewhere(job)
    (job.folder / ".model.backup").mkdir()
    assert job.alive() and job.status().state == "running"
    beat_at(claim, STALE + 1)
    dispatch(runs)
    assert job.status().state == "running"  # this process has only begun to watch
    silent(job, clock)
    assert job.status().state == "waiting" and job.status().place == 1
    remove_leftovers(runs)
    assert (job.folder / ".model.backup").is_dir()  # from which it goes on
    status = wait(job, LONG)
    assert status.state == "done" and stub_run.trained(job.folder) == 1
    assert last_claim(job.folder).number == 2 and last_claim(job.folder).is_here
    assert (job.folder / "resumed").exists()


def test_a_host_that_dies_before_its_process_began_loses_the_run_too(runs, monkeypatch, clock):
    monkeypatch.setenv(stub_run.SECONDS, "0.01")
    (job,) = add(runs, 1)
    claim = claim_elsewhere(job, started=False)
    dispatch(runs)
    assert not job.waiting and stub_run.trained(job.folder) == 0
    beat_at(claim, STALE + 1)
    silent(job, clock)
    assert wait(job, LONG).state == "done" and stub_run.trained(job.folder) == 1


def test_a_run_that_another_server_of_this_host_is_starting_has_not_failed(runs, monkeypatch):
    [job] = add(runs, 1)
    with subprocess.Popen(["sleep", "60"]) as server:
        with monkeypatch.context() as patch:
            patch.setattr(claims.os, "getpid", lambda: server.pid)
            assert take(job.folder, 1)
        assert (job.status().state, job.waiting) == ("running", False)
        server.kill()
    assert (job.status().state, job.waiting) == ("waiting", True)


@pytest.mark.parametrize("ago", [86_400, -86_400, 0])
def test_a_clock_that_jumps_takes_no_run_from_a_host_that_beats(runs, clock, ago):
    """Whatever the clock of the file system says of a beat: there are new ones, so the host is alive."""
    (job,) = add(runs, 1)
    claim = claim_elsewhere(job)
    for _ in range(10):
        beat_at(claim, ago)
        assert job.alive()
        clock.now += WATCHED / 2
        ago -= WATCHED / 2
    dispatch(runs)
    assert last_claim(job.folder) == claim


@pytest.mark.parametrize("ago, seconds", [(-86_400, WATCHED), (0, STALE)])
def test_a_dead_host_is_found_although_its_clock_was_ahead(runs, clock, ago, seconds):
    (job,) = add(runs, 1)
    beat_at(claim_elsewhere(job), ago)
    silent(job, clock, seconds)
    assert not job.alive() and job.waiting


def test_a_short_silence_is_no_death(runs, clock):
    (job,) = add(runs, 1)
    beat_at(claim_elsewhere(job), WATCHED + 10)
    silent(job, clock)
    assert job.alive()


def test_a_run_on_another_host_is_stopped_by_a_file_and_no_process_here_is_signalled(runs, monkeypatch):
    (job,) = add(runs, 1)
    claim_elsewhere(job)
    monkeypatch.setattr("headline.runs.job.os.kill", lambda *_: pytest.fail("a process of this host was signalled"))
    job.stop()
    assert job.asked_to_stop and job.status().state == "running"
    job.kill()


def test_a_run_is_stopped_from_another_host_and_keeps_its_weights(runs, monkeypatch):
    monkeypatch.setenv(stub_run.SECONDS, "600")
    (job,) = add(runs, 1)
    dispatch(runs)
    until(lambda: stub_run.trained(job.folder), "the run trains")
    with monkeypatch.context() as patch:
        patch.setattr(claims, "here", lambda: "elsewhere")
        patch.setattr("headline.runs.job.os.kill", lambda *_: pytest.fail("signalled"))
        assert job.alive() and not job.is_here
        job.stop()
        until(lambda: not job.alive(), "the other host sees that it has ended")
        assert job.status().state == "stopped" and (job.model / "checkpoint.json").is_file()
    wait(job, LONG)


def test_a_run_that_another_host_deletes_ends(runs, monkeypatch):
    monkeypatch.setenv(stub_run.SECONDS, "600")
    (job,) = add(runs, 1)
    dispatch(runs)
    until(lambda: stub_run.trained(job.folder), "the run trains")
    child = process._children[job.id]
    with monkeypatch.context() as patch:
        patch.setattr(claims, "here", lambda: "elsewhere")
        job.delete()
    assert child.wait(LONG) == TAKEN
    assert not job.folder.exists()


def test_what_the_process_of_a_lost_run_still_does(tmp_path):
    """It looks before it writes, and ends when another host has its run, or when that was deleted."""
    ended = []
    first = take(tmp_path, 1)
    beat = Beat(tmp_path, 1, lambda: ended.append(1))
    beat.beat()
    assert ended == []
    before = tmp_path / "claim-1"
    os.utime(before, (0, 0))
    beat.beat()
    assert before.stat().st_mtime > time.time() - LONG and ended == []
    take(tmp_path, 2)
    beat.check()
    assert ended == [1]
    (tmp_path / "claim-2").unlink()
    first.give_up()
    beat.beat()
    assert ended == [1, 1]


def test_a_process_that_is_killed_is_written_down_for_the_other_hosts(runs, monkeypatch):
    monkeypatch.setenv(stub_run.SECONDS, "600")
    (job,) = add(runs, 1)
    dispatch(runs)
    until(lambda: stub_run.trained(job.folder), "the run trains")
    job.kill()
    assert wait(job, LONG).state == "failed"
    dispatch(runs)
    monkeypatch.setattr(claims, "here", lambda: "elsewhere")
    status = job.status()
    assert status.state == "failed" and status.message.startswith("The run was killed")
    assert not job.waiting and not job.alive()


def test_a_run_that_lost_many_hosts_is_given_up(runs, clock):
    (job,) = add(runs, 1)
    claim = claim_elsewhere(job)
    os.rename(claim.path, job.folder / f"claim-{queue._MOST_CLAIMS}")
    beat_at(last_claim(job.folder), STALE + 1)
    silent(job, clock)
    dispatch(runs)
    assert job.status().state == "failed" and "lost 5 times" in job.status().message


@pytest.mark.parametrize("content", ["", "{", "[]", '{"host": "a", "pid": "many"}', '{"host": "a"}'])
def test_a_claim_that_cannot_be_read_is_another_hosts(runs, clock, content):
    (job,) = add(runs, 1)
    (job.folder / "claim-1").write_text(content)
    assert job.alive() and not job.is_here and not job.waiting
    beat_at(last_claim(job.folder), STALE + 1)
    silent(job, clock)
    assert job.waiting


def test_a_page_without_slots_starts_nothing_and_a_worker_does(runs, monkeypatch, capsys):
    monkeypatch.setenv("HEADLINE_SLOTS", "0")
    monkeypatch.setenv(stub_run.SECONDS, "0.01")
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr("headline.commands.scale.work._PAUSE", 0.02)
    jobs = [start(OPTIONS, runs) for _ in range(2)]
    dispatch(runs)
    assert [job.status().state for job in jobs] == ["waiting", "waiting"]
    try:
        assert main(["work", "--runs", str(runs), "--once", "--json"]) == 0
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["run"], one["state"]) for one in told if one["state"] != "running"] == [(j.id, "done") for j in jobs]
    assert [stub_run.trained(job.folder) for job in jobs] == [1, 1]
