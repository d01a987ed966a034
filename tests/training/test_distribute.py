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


# Runs in one process, one after the other, so that JAX is loaded once; it waits for a line between them where told to.
# The state after the second epoch of one of them is kept as that of another, as if that one had been killed then.
RUNS = """if True:
    import json, shutil, sys
    from pathlib import Path
    from headline.cli import main
    from headline.commands import train
    runs, waits, kept = json.loads(sys.argv[1])
    if kept:
        from headline.training.distribute.environment import choose_jax
        choose_jax()
        from headline.training.distribute.processes import SharedBackup
        save = SharedBackup._save_model
        def save_and_keep(self):
            save(self)
            if self._current_epoch == 2 and not Path(kept[1]).exists():
                shutil.copytree(*kept)
        SharedBackup._save_model = save_and_keep
    for arguments in runs:
        if main(arguments):
            sys.exit(2)
        train.stay_behind = lambda tell: None  # the first run has left a process behind for all
        if waits:
            input()
"""


def in_a_row(
    runs: list[list[str]], folder: Path, environment: dict[str, str], waits: bool = False, kept: tuple[str, ...] = ()
) -> subprocess.Popen:
    return begin([sys.executable, "-c", RUNS, json.dumps([runs, waits, kept])], folder, environment)


def begin(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.Popen:
    cache = {"JAX_COMPILATION_CACHE_DIR": str(folder / "xla")}
    own = os.environ | COMPILED_ONCE | cache | {"CUDA_VISIBLE_DEVICES": "-1"} | environment
    own.pop("KERAS_BACKEND", None)
    pipes = {name: subprocess.PIPE for name in ("stdin", "stdout", "stderr")}
    return subprocess.Popen(command, cwd=ROOT, env=own, text=True, **pipes)


def start(runs: list[list[str]], folder: Path) -> list[subprocess.Popen]:
    """Start the two processes of some runs in a row, of which the first one tells its progress."""
    address, started = f"127.0.0.1:{free_port()}", []
    for process in range(2):
        named = {"JOB_ADDRESSES": address, "NUM_PROCESSES": "2", "PROCESS_ID": str(process)}
        started.append(in_a_row(runs, folder, {f"KERAS_DISTRIBUTION_{name}": value for name, value in named.items()}))
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


def told_until(process: subprocess.Popen, run: int, epoch: int) -> list[list[dict]]:
    """What a process told in each of its runs, until an epoch of one of them, counted from 1."""
    runs: list[list[dict]] = []
    while len(runs) < run or epoch not in epochs_of(runs[-1]):
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        for event in events(line):
            if event["event"] == "reading":
                runs.append([])
            elif runs:
                runs[-1].append(event)
    return runs


def test_two_processes_have_the_losses_of_one_and_either_goes_on_with_a_run_of_the_other(corpus, tmp_path):
    one, fresh, other = (tmp_path / name for name in ("one", "fresh", "other"))
    kept = tuple(str(tmp_path / f".{model.name}.backup") for model in (one, other))
    go_on = arguments(corpus, other, "--resume")
    single = in_a_row([arguments(corpus, one), go_on], tmp_path, {}, waits=True, kept=kept)
    [told] = told_until(single, 1, EPOCHS)
    alone = epochs_of(told)
    assert len(alone) == EPOCHS and alone[1][0] > alone[EPOCHS][0]

    first, second = processes = start([arguments(corpus, fresh), go_on], tmp_path)
    from_scratch, from_one = map(epochs_of, told_until(first, 2, 4))
    second.kill()
    assert [*from_scratch[1], *from_scratch[2]] == pytest.approx([*alone[1], *alone[2]], rel=1e-3)
    assert min(from_one) == 3 and from_one[4][0] < alone[1][0]
    (code, told, complaint), _ = ended(processes)
    assert code == 2 and "Another process of this run has ended" in complaint.splitlines()[-1]
    assert "--resume" in told[-1]["message"] and fresh.exists() and not other.exists()

    out, complaint = single.communicate("\n\n", timeout=300)
    assert single.returncode == 0, complaint
    from_two = epochs_of(events(out))
    # the fourth epoch was told before it was stored
    assert min(from_two) in (4, 5) and max(from_two) == EPOCHS and from_two[EPOCHS][0] < from_one[3][0]
    assert len(Checkpoint.load(other).training["history"]) == len(from_two)


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
