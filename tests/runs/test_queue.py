"""Training runs as processes of their own: each test starts, watches or ends a real one."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headline.generator.suggester import Suggester
from headline.runs.events import RunEvents
from headline.runs.job import Job, list_jobs
from headline.runs.queue import dispatch, start, sweep, wait
from headline.training.options import RunOptions
from headline.training.progress import Progress
from headline.training.settings import RECIPES, TrainingConfig

TINY = RECIPES["autocomplete"].changed(
    min_count=1, embedding_size=4, units=4, batch_size=32, candidates=0, epochs=1, validation=0.1, test=0.1, patience=0
)
ENDLESS = TINY.changed(epochs=100_000)
LONG = 180  # seconds that a run may take on a busy machine before a test gives up


@pytest.fixture
def runs(tmp_path):
    """A folder for runs, of which none outlives the test."""
    folder = tmp_path / "runs"
    yield folder
    for job in list_jobs(folder):
        if job.alive():
            os.kill(job.description["pid"], signal.SIGKILL)
            wait(job, 10)


def options(corpus: Path, settings: TrainingConfig, **others) -> RunOptions:
    return RunOptions(files=(str(corpus),), settings=settings, **others)


def seen_from_elsewhere(job: Job) -> tuple[bool, str]:
    """Whether a run lives and its state, as a Python process that did not start it sees them."""
    code = "import sys; from headline.runs.job import *; j = Job(Path(sys.argv[1])); print(j.alive(), j.status().state)"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(job.folder)], cwd=root, capture_output=True, text=True, check=True
    )
    alive, state = done.stdout.split()
    return alive == "True", state


def test_a_run_ends_with_a_model_that_answers(corpus, runs):
    job = start(options(corpus, TINY, name="Tiny"), runs)
    assert not job.status().ended
    status = wait(job, LONG)
    assert (status.state, status.message) == ("done", "")
    assert status.corpus["kept"] == 60 and status.metrics["perplexity"] > 1
    assert [row["epoch"] for row in status.history] == [1] and status.progress["epoch_ended"]
    assert job.description["name"] == "Tiny" and job.description["files"] == ["made-up.csv"]
    suggester = Suggester.load(job.model)
    assert suggester.checkpoint.provenance["name"] == "Tiny" and len(suggester.suggest("")) == 8
    assert seen_from_elsewhere(job)[1] == "done"


def test_a_run_that_is_stopped_keeps_what_it_has(corpus, runs):
    job = start(options(corpus, ENDLESS), runs)
    until = time.monotonic() + LONG
    while not job.status().history and job.alive() and time.monotonic() < until:
        time.sleep(0.1)
    job.stop()
    status = wait(job, LONG)
    assert (status.state, status.message) == ("stopped", "")
    assert 1 <= len(status.history) < ENDLESS.epochs
    assert Suggester.load(job.model).suggest("")
    job.stop()  # of one that has ended: nothing happens
    assert job.status().state == "stopped"


def test_a_run_that_is_stopped_at_once_is_stopped_too(corpus, runs):
    job = start(options(corpus, ENDLESS), runs)
    job.stop()
    assert wait(job, LONG).state == "stopped"


def test_a_run_that_is_killed_has_failed_and_any_process_sees_it(corpus, runs):
    job = start(options(corpus, ENDLESS), runs)
    assert seen_from_elsewhere(job) == (True, "running")
    os.kill(job.description["pid"], signal.SIGKILL)
    status = wait(job, LONG)
    assert status.state == "failed" and "killed" in status.message and status.message.endswith(".")
    assert seen_from_elsewhere(job) == (False, "failed")


def test_a_column_that_is_not_there_fails_with_the_sentence_that_says_so(corpus, runs):
    job = start(options(corpus, TINY, column="titel"), runs)
    status = wait(job, LONG)
    assert status.state == "failed"
    assert "made-up.csv has no column “titel”" in status.message and "“headline”" in status.message
    assert not job.model.exists()


def test_files_that_are_kept_may_go_where_they_came_from(corpus, runs):
    job = start(options(corpus, TINY, column="titel"), runs, keep_files=True)
    corpus.unlink()
    assert "has no column" in wait(job, LONG).message
    assert [path.name for path in (job.folder / "corpus").iterdir()] == ["00-made-up.csv"]


def test_runs_are_listed_the_newest_first(corpus, runs):
    assert list_jobs(runs) == []
    jobs = [start(options(corpus, TINY, column="titel"), runs) for _ in range(4)]  # all within one second
    (runs / "no-run").mkdir()
    assert list_jobs(runs) == jobs[::-1]
    assert [wait(job, LONG).state for job in jobs] == ["failed"] * 4


def test_a_line_that_is_still_being_written_is_not_read(tmp_path):
    (tmp_path / "progress.jsonl").write_text(
        '{"event": "reading", "stage": "reading"}\n{"event": "cor', encoding="utf-8"
    )
    (tmp_path / "log.txt").write_text("one\nIllegal instruction\n", encoding="utf-8")
    status = Job(tmp_path).status()
    assert (status.state, status.stage) == ("failed", "reading")
    assert status.message == "The run ended before it was done. The last line of its log is: Illegal instruction"


def test_a_second_run_waits_for_the_first_and_has_its_turn(corpus, runs):
    first = start(options(corpus, ENDLESS, name="first"), runs)
    second, third = (start(options(corpus, TINY, name=name), runs) for name in ("second", "third"))
    assert (second.status().state, second.status().place) == ("waiting", 1)
    assert (third.status().state, third.status().place) == ("waiting", 2)
    assert not second.alive() and not second.status().ended
    second.stop()
    assert second.status().state == "stopped" and third.status().place == 1
    first.stop()
    wait(first, LONG)
    assert wait(third, LONG).state == "done"


def test_two_runs_go_at_once_where_there_are_two_slots(corpus, runs, monkeypatch):
    monkeypatch.setenv("HEADLINE_SLOTS", "2")
    jobs = [start(options(corpus, ENDLESS), runs) for _ in range(3)]
    assert [job.status().state for job in jobs] == ["running", "running", "waiting"]
    for job in jobs:
        job.stop()
    assert {wait(job, LONG).state for job in jobs} == {"stopped"}


def test_a_run_is_renamed_and_deleted(corpus, runs):
    job = start(options(corpus, ENDLESS, name="old"), runs)
    job.rename("new “name”")
    assert job.description["name"] == "new “name”" and job.alive()
    job.delete()
    assert not job.folder.exists() and list_jobs(runs) == []


def test_what_a_failed_run_offers_is_kept(runs):
    folder = runs / "a"
    folder.mkdir(parents=True)
    (folder / "job.json").write_text(json.dumps({"pid": 1, "name": "", "files": []}), encoding="utf-8")
    event = {"event": "error", "message": "The memory ran out: take 8.", "batch_size": 8}
    (folder / "progress.jsonl").write_text(json.dumps(event) + "\n", encoding="utf-8")
    status = Job(folder).status()
    assert (status.state, status.message, status.suggested_settings) == ("failed", event["message"], {"batch_size": 8})


def test_old_runs_and_models_are_swept_away_and_live_ones_stay(runs):
    runs.mkdir()
    yesterday = time.time() - 25 * 3600
    for name, file, old in (
        ("old", "job.json", True),
        ("new", "job.json", False),
        ("brought", "checkpoint.json", True),
        ("other", "notes.txt", True),
    ):
        (runs / name).mkdir()
        (runs / name / file).write_text('{"pid": 1}', encoding="utf-8")
        if old:
            os.utime(runs / name / file, (yesterday, yesterday))
            os.utime(runs / name, (yesterday, yesterday))
    sweep(runs, 24)
    assert sorted(path.name for path in runs.iterdir()) == ["new", "other"]  # other folders are left alone


NUL, LONG_TEXT = "the \0 gov", "x" * 200_000


def test_any_text_of_a_visitor_trains_or_fails_with_a_sentence_and_the_queue_goes_on(corpus, runs):
    odd = options(corpus, TINY, name=NUL, samples=(NUL, LONG_TEXT, "half \ud83d"))
    jobs = [start(odd, runs), start(options(corpus, TINY, column=LONG_TEXT), runs)]
    jobs.append(start(options(corpus, TINY, column="a\0b"), runs))
    jobs.append(start(options(corpus, TINY, column="titel"), runs))  # it has its turn, for which it need not train
    assert [wait(job, LONG).state for job in jobs] == ["done", "failed", "failed", "failed"]
    assert all("no column" in job.status().message and len(job.status().message) <= 1000 for job in jobs[1:])
    assert jobs[0].description["name"] == NUL


def test_no_text_of_a_visitor_is_a_process_argument(corpus, runs, monkeypatch):
    commands = []

    class Popen(subprocess.Popen):
        def __init__(self, command, **kwargs):
            commands.append(command)
            super().__init__(command, **kwargs)

    monkeypatch.setattr("headline.runs.process.subprocess.Popen", Popen)
    wait(start(options(corpus, TINY, column="my column", name="my name", samples=("my text",)), runs), LONG)
    job = list_jobs(runs)[0]
    assert commands == [[sys.executable, "-m", "headline.runs", "train", str(job.folder), "1"]]


def test_a_run_that_cannot_be_started_has_failed_and_the_next_one_starts(corpus, runs, monkeypatch):
    monkeypatch.setattr("headline.runs.queue.slots", lambda: 0)  # nothing is started yet
    first, second = (start(options(corpus, ENDLESS), runs) for _ in range(2))
    monkeypatch.setattr("headline.runs.queue.slots", lambda: 1)
    (first.folder / "log.txt").mkdir()  # so that the log cannot be opened
    dispatch(runs)
    assert first.status().state == "failed" and first.status().message.startswith("The run could not be started: ")
    assert second.status().state == "running"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"files": ["a"]}', '{"files": [], "settings": {"units": "4"}}']
)
def test_options_that_cannot_be_read_fail_with_a_sentence(runs, content):
    folder = runs / "a"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(content, encoding="utf-8")
    Job(folder).describe({"name": "", "files": [], "started": ""})
    status = wait(Job(folder), LONG)
    assert status.state == "failed" and status.message.endswith(".") and "ended before" not in status.message


@pytest.mark.parametrize("content", ["", "{", "[]", "null"])
def test_a_damaged_job_is_not_waiting_and_does_not_stop_the_queue(runs, content):
    (runs / "damaged").mkdir(parents=True)
    (runs / "damaged" / "job.json").write_text(content, encoding="utf-8")
    dispatch(runs)
    assert Job(runs / "damaged").status().state == "failed"


def test_events_are_read_once_each(tmp_path, monkeypatch):
    path = tmp_path / "progress.jsonl"
    events = RunEvents(path)
    events.read_new()
    assert events.last == {}
    one, two = ({"event": "progress", **Progress(n, 2, 1, 1, 1.0, None, 1.0, 1.0, 1.0, None).as_dict()} for n in (1, 2))
    begun, rest = json.dumps(two)[:14], json.dumps(two)[14:]
    path.write_text(f"{json.dumps(one)}\n{begun}", encoding="utf-8")
    events.read_new()
    assert [event["epoch"] for event in events.progress] == [1]
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"{rest}\n")
    parsed = []
    monkeypatch.setattr("headline.runs.events.json.loads", lambda line: parsed.append(line) or two)
    events.read_new()
    events.read_new()
    assert [event["epoch"] for event in events.progress] == [1, 2] and len(parsed) == 1


def test_events_of_a_file_that_was_replaced_are_read_anew(tmp_path):
    path = tmp_path / "progress.jsonl"
    events = RunEvents(path)
    for name in ("measuring", "reading"):
        path.unlink(missing_ok=True)
        path.write_text(f'{{"event": "{name}"}}\n', encoding="utf-8")
        events.read_new()
        assert list(events.last) == [name]
