"""Several processes that train one model, here on one machine: the losses of one, and what happens if one ends."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from headline.errors import SettingError
from headline.model.checkpoint import Checkpoint
from headline.training.distribute.environment import choose_jax, process_of_many
from headline.training.distribute.share import Share
from tests.tiny import headlines

EPOCHS = 8
ROOT = Path(__file__).resolve().parents[2]
# 85 training headlines in batches of 20: the last one has 5, which two processes cannot share evenly.
TINY = (
    "min_count=1 embedding_size=8 units=8 batch_size=20 candidates=30 validation=0.1 test=0.05 patience=0 ngram_order=0"
)

# JAX keeps what it has compiled, which is most of the work here, for the run that goes on.
COMPILED_ONCE = {f"JAX_PERSISTENT_CACHE_MIN_{name}": "0" for name in ("COMPILE_TIME_SECS", "ENTRY_SIZE_BYTES")}


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def arguments(corpus: Path, out: Path, *more: str) -> list[str]:
    settings = [part for pair in (*TINY.split(), f"epochs={EPOCHS}") for part in ("--set", pair)]
    return ["train", str(corpus), "--out", str(out), "--distribute", "--json", *settings, *more]


def again_and_alone(corpus: Path, two: Path, one: Path) -> subprocess.Popen:
    """A process that goes on with a run that others began, and then begins one alone: JAX is loaded once for both."""
    runs = [arguments(corpus, two, "--resume"), arguments(corpus, one)]
    code = "import sys, json; from headline.cli import main; sys.exit(max(map(main, json.loads(sys.argv[1]))))"
    return begin([sys.executable, "-c", code, json.dumps(runs)], one.parent, {})


def begin(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.Popen:
    cache = {"JAX_COMPILATION_CACHE_DIR": str(folder / "xla")}
    own = os.environ | COMPILED_ONCE | cache | {"CUDA_VISIBLE_DEVICES": "-1"} | environment
    own.pop("KERAS_BACKEND", None)
    return subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def start(corpus: Path, out: Path, *more: str) -> list[subprocess.Popen]:
    """Start the two processes of a run, of which the first one tells its progress."""
    address = f"127.0.0.1:{free_port()}"
    command, started = [sys.executable, "-m", "headline", *arguments(corpus, out, *more)], []
    for process in range(2):
        named = {"JOB_ADDRESSES": address, "NUM_PROCESSES": "2", "PROCESS_ID": str(process)}
        started.append(
            begin(command, out.parent, {f"KERAS_DISTRIBUTION_{name}": value for name, value in named.items()})
        )
    return started


def events(told: str) -> list[dict]:
    return [json.loads(line) for line in told.splitlines() if line.startswith("{")]


def ended(processes: list[subprocess.Popen]) -> list[tuple[int, list[dict], str]]:
    """What each process told, once all have ended."""
    found = [process.communicate(timeout=300) for process in processes]
    return [(p.returncode, events(out), err) for p, (out, err) in zip(processes, found, strict=True)]


@pytest.fixture
def corpus(tmp_path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text("headline\n" + "\n".join(headlines(100, 3, 3)) + "\n", encoding="utf-8")
    return path


def epochs_of(told: list[dict]) -> dict[int, list[float]]:
    """The losses after each epoch, of training and of the held-out titles."""
    return {e["epoch"]: [e["loss"], e["validation_loss"]] for e in told if e.get("epoch_ended")}


def killed_after_two_epochs(killed: subprocess.Popen, telling: subprocess.Popen, run: int = 1) -> list[dict]:
    """What a process told until the second epoch of its first run, or of a later one; another is killed then."""
    told: list[dict] = []
    while [e["event"] for e in told].count("reading") < run or not epochs_of(of_run(told, run)).keys() >= {1, 2}:
        line = telling.stdout.readline()
        assert line, telling.communicate()[1]
        told += events(line)
    killed.kill()
    return told


def of_run(told: list[dict], run: int) -> list[dict]:
    """The events of one of the runs of a process, counted from 1."""
    began = [i for i, event in enumerate(told) if event["event"] == "reading"]
    return told[began[run - 1] : began[run] if run < len(began) else None]


def test_two_processes_have_the_losses_of_one_and_as_many_or_fewer_go_on_when_one_is_killed(corpus, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    first, second = processes = start(corpus, two)
    together = epochs_of(killed_after_two_epochs(second, first))
    (code, told, complaint), _ = ended(processes)
    assert code == 2 and "Another process of this run has ended" in complaint.splitlines()[-1]
    assert "--resume" in told[-1]["message"] and not two.exists()

    single = again_and_alone(corpus, two, one)
    told = killed_after_two_epochs(single, single, run=2)
    ended([single])
    from_two, alone = epochs_of(of_run(told, 1)), epochs_of(of_run(told, 2))
    assert [*together[1], *together[2]] == pytest.approx([*alone[1], *alone[2]], rel=1e-3)

    (code, told, complaint), (other, _, _) = ended(start(corpus, one, "--resume"))
    assert code == other == 0, complaint
    for gone_on, model in ((from_two, two), (epochs_of(told), one)):
        # the second epoch was told before it was stored
        assert min(gone_on) in (2, 3) and max(gone_on) == EPOCHS and gone_on[EPOCHS][0] < alone[1][0]
        assert len(Checkpoint.load(model).training["history"]) == len(gone_on)


@pytest.mark.parametrize("work, code, told", [("os.abort()", 2, "Another process of this run"), ("sys.exit(7)", 7, "")])
def test_a_process_that_is_aborted_is_explained(work, code, told):
    script = f"import os, sys; from headline.commands.scale.guard import stay_behind; stay_behind(print); {work}"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == code and told in done.stdout and bool(done.stdout) == bool(told)


@pytest.mark.parametrize(
    "environment, expected",
    [
        ({}, (0, 1)),
        ({"JOB_ADDRESSES": "a:1", "NUM_PROCESSES": "3", "PROCESS_ID": "2"}, (2, 3)),
        ({"NUM_PROCESSES": "3", "PROCESS_ID": "2"}, None),
        ({"JOB_ADDRESSES": "a:1", "NUM_PROCESSES": "3"}, None),
        ({"JOB_ADDRESSES": "a:1", "NUM_PROCESSES": "3", "PROCESS_ID": "3"}, None),
        ({"JOB_ADDRESSES": "a:1", "NUM_PROCESSES": "x", "PROCESS_ID": "0"}, None),
    ],
)
def test_the_environment_says_which_process_of_how_many(monkeypatch, environment, expected):
    for name in ("JOB_ADDRESSES", "NUM_PROCESSES", "PROCESS_ID"):
        monkeypatch.setenv(f"KERAS_DISTRIBUTION_{name}", environment.get(name, ""))
    if expected:
        assert process_of_many() == expected
    else:
        with pytest.raises(SettingError, match="KERAS_DISTRIBUTION_NUM_PROCESSES how many there are"):
            process_of_many()


def test_another_library_than_jax_is_refused(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    with pytest.raises(SettingError, match="needs KERAS_BACKEND=jax"):
        choose_jax()


@pytest.mark.parametrize("devices, processes", [(1, 1), (2, 2), (4, 2), (8, 1)])
@pytest.mark.parametrize("number", [1, 5, 8])
def test_the_shares_of_all_processes_are_the_batch_and_padding(devices, processes, number):
    batch = np.arange(1, 3 * number + 1, dtype=np.int32).reshape(number, 3)
    shares = [Share(process, processes, devices) for process in range(processes)]
    whole = np.concatenate([share.rows(batch) for share in shares])
    assert np.array_equal(whole[:number], batch) and not whole[number:].any() and len(whole) % devices == 0
    shares = [Share(process, processes, devices, multiple=16) for process in range(processes)]
    found = [share.candidates(batch[:, 0], -batch[:, 1].astype(np.float32)) for share in shares]
    candidates, log_chance = (np.concatenate(parts) for parts in zip(*found, strict=True))
    assert np.array_equal(candidates[:number], batch[:, 0]) and len(candidates) == len(log_chance) == 16
    assert (log_chance[number:] > 1e8).all() and log_chance.dtype == np.float32
