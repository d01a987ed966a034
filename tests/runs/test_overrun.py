"""Runs that overrun their minutes are ended from outside, and keep what they saved."""

import os
import sys
import time

import pytest

from headline.model.checkpoint import Checkpoint
from headline.runs import overrun, process
from headline.runs.job import Job, list_jobs
from headline.runs.queue import dispatch, start, wait
from headline.training.options import RunOptions
from headline.training.run import best_folder
from headline.training.settings import RECIPES
from headline.web.tabs.run_view import describe
from tests.runs import stub_run
from tests.tiny import random_checkpoint

LONG = 120  # seconds that a process may take on a busy machine
MINUTE = RunOptions(files=("headlines.csv",), settings=RECIPES["autocomplete"], minutes=1)
# A run that is compiling does not look at the clock, and hears no signal.
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"


@pytest.fixture
def runs(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "child_command", process.child_command)  # to be restored
    yield tmp_path / "runs"
    for job in list_jobs(tmp_path / "runs"):
        job.delete()


@pytest.fixture
def deaf(runs, monkeypatch) -> Job:
    monkeypatch.setattr(process, "child_command", lambda *_: ([sys.executable, "-c", DEAF], dict(os.environ)))
    job = start(MINUTE, runs)
    until(lambda: "deaf" in (job.folder / "log.txt").read_text())
    return job


def until(condition) -> None:
    end = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def after(monkeypatch, seconds: float) -> None:
    monkeypatch.setattr(overrun, "seconds_alive", lambda folder: seconds)


def test_a_run_within_its_minutes_and_the_grace_goes_on(deaf, monkeypatch):
    after(monkeypatch, 60 + overrun.GRACE - 1)
    dispatch(deaf.folder.parent)
    assert deaf.status().state == "running" and not deaf.asked_to_stop


def test_a_run_over_its_minutes_is_asked_to_stop(runs, monkeypatch):
    monkeypatch.setenv(stub_run.SECONDS, "600")
    stub_run.use()
    job = start(MINUTE, runs)
    until(lambda: stub_run.trained(job.folder))
    after(monkeypatch, 60 + overrun.GRACE + 1)
    status = wait(job, LONG)
    assert (status.state, status.message) == ("stopped", "") and Checkpoint.load(job.model)


def test_a_run_that_does_not_stop_is_killed_and_keeps_its_best_weights(deaf, monkeypatch):
    random_checkpoint(seed=5).save(best_folder(deaf.model))
    after(monkeypatch, 60 + 2 * overrun.GRACE + 1)
    dispatch(deaf.folder.parent)
    status = deaf.status()
    assert status.state == "stopped" and not deaf.alive()
    assert status.message == "The run was ended after its 1 minutes; the best weights so far are kept."
    assert describe(status)["headline"] == status.message
    assert Checkpoint.load(deaf.model).vocabulary.written == random_checkpoint().vocabulary.written


def test_a_run_that_is_killed_before_there_was_a_model_has_failed(deaf, monkeypatch):
    other = start(MINUTE, deaf.folder.parent)
    after(monkeypatch, 60 + 2 * overrun.GRACE + 1)
    dispatch(deaf.folder.parent)
    assert deaf.status().state == "failed"
    assert deaf.status().message == "The run was ended after its 1 minutes; there was nothing to keep yet."
    assert other.status().state == "running"  # the queue has gone on at once


def test_a_run_without_a_limit_goes_on_for_ever(runs, monkeypatch):
    monkeypatch.setattr(process, "child_command", lambda *_: ([sys.executable, "-c", DEAF], dict(os.environ)))
    job = start(RunOptions(files=("headlines.csv",), settings=RECIPES["autocomplete"]), runs)
    after(monkeypatch, 1e9)
    dispatch(runs)
    assert job.alive()


def test_the_age_of_a_run_that_another_process_started_is_that_of_its_lock(tmp_path):
    (tmp_path / "lock").write_text("1")
    os.utime(tmp_path / "lock", (time.time() - 500,) * 2)
    assert 500 <= process.seconds_alive(tmp_path) < 600
    assert process.seconds_alive(tmp_path / "none") == 0
