"""SIGTERM: the app ends, and a run that it started keeps its best weights. Each test ends a real process."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from headline.generator.suggester import Suggester
from headline.runs.job import Job
from headline.runs.queue import start
from headline.runs.shutdown import SECONDS_TO_END
from tests.runs.test_queue import ENDLESS, LONG, TINY, options, runs  # noqa: F401  a fixture

ROOT = Path(__file__).resolve().parents[2]
# A server without a page: it starts the runs that wait.
SERVER = """
import signal, sys, time
from pathlib import Path
from headline.runs.queue import dispatch
from headline.runs.shutdown import ending_on_sigterm

signal.signal(signal.SIGINT, signal.default_int_handler)  # where tests run in the background, it may be ignored
runs = Path(sys.argv[1])
with ending_on_sigterm(runs):
    print("ready", flush=True)
    while True:
        dispatch(runs)
        time.sleep(0.1)
"""
# The same, and its runs do not listen.
DEAF = """
import sys
from headline.runs import process

ignoring = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
process.child_command = lambda *arguments: ([sys.executable, "-c", ignoring], None)
"""


@contextmanager
def server(*command: str, stdout: int | None = None, **environment: str) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=os.environ | environment, stdout=stdout)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def until(holds) -> None:
    end = time.monotonic() + LONG
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def waiting(corpus, runs, monkeypatch) -> list[Job]:  # noqa: F811
    """A run without an end, and one behind it, which another process will start."""
    with monkeypatch.context() as patch:
        patch.setattr("headline.runs.queue.slots", lambda: 0)
        return [start(options(corpus, settings), runs) for settings in (ENDLESS, TINY)]


def test_the_app_ends_and_its_run_keeps_the_best_weights(waiting, runs):  # noqa: F811
    first, second = waiting
    with server("app.py", HEADLINE_RUNS=str(runs), GRADIO_SERVER_PORT=str(free_port())) as app:
        until(lambda: first.status().history or first.status().ended)
        assert first.status().state == "running"
        app.send_signal(signal.SIGTERM)
        assert app.wait(LONG) == 0
    until(lambda: not first.alive())
    assert first.status().state == "stopped" and 1 <= len(first.status().history) < ENDLESS.epochs
    assert Suggester.load(first.model).suggest("")
    assert second.status().state == "waiting"  # for the next start of the app


def test_a_run_that_does_not_stop_does_not_keep_the_process(waiting, runs):  # noqa: F811
    assert SECONDS_TO_END < 5
    first = waiting[0]
    log = first.folder / "log.txt"
    with server("-c", DEAF + SERVER, str(runs)) as process:
        until(lambda: log.is_file() and log.read_text() == "deaf\n")
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGTERM)  # a second one changes nothing
        assert process.wait(60) == 0  # long before the run's 600 seconds
        assert first.alive()


def test_ctrl_c_ends_the_server_and_the_run_goes_on(waiting, runs):  # noqa: F811
    first = waiting[0]
    with server("-c", SERVER, str(runs)) as process:
        until(first.alive)
        until(lambda: "pid" in first.description)
        process.send_signal(signal.SIGINT)
        process.wait(60)
        assert first.alive() and not (first.folder / "stop").exists()


def test_a_run_of_another_process_is_not_stopped(waiting, runs):  # noqa: F811
    """Two servers may share a folder of runs."""
    first = waiting[0]
    with server("-c", SERVER, str(runs)):
        until(lambda: "pid" in first.description)
        with server("-c", SERVER, str(runs), stdout=subprocess.PIPE) as other:
            assert other.stdout.readline() == b"ready\n"
            other.send_signal(signal.SIGTERM)
            assert other.wait(60) == 0
        assert first.alive() and not (first.folder / "stop").exists()
