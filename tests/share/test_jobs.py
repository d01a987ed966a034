"""Training on Hugging Face's machines, against a stand-in of the Hub on this one, which runs the job too."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from headline.cli import main
from headline.generator.suggester import Suggester
from headline.runs.queue import start, wait
from headline.share import jobs
from headline.share.jobs import MOUNTED, job_content
from headline.training.options import RunOptions
from headline.training.settings import RECIPES
from tests.hub import TOKEN, Repo, point_at
from tests.share.test_publish import checkout  # noqa: F401  a fixture
from tests.tiny import random_checkpoint

SMALL = ["units=4", "embedding_size=4", "min_count=1", "candidates=0", "batch_size=32", "validation=0.1", "test=0.1"]
SETS = [part for setting in (*SMALL, "epochs=1") for part in ("--set", setting)]
DONE = {"event": "done", "stopped": False, "metrics": {"perplexity": 9.0}, "model": "/tmp/elsewhere"}


def train(capsys, corpus: Path, out: Path, *arguments) -> tuple[int, list[dict], str]:
    """The exit code, the events and what was said of a run on Hugging Face."""
    code = main(["train", str(corpus), "--out", str(out), "--on", "hf-jobs", "--json", *SETS, *map(str, arguments)])
    told = capsys.readouterr()
    return code, [json.loads(line) for line in told.out.splitlines()], told.err


def in_a_process(hub, job: dict, folder: Path) -> tuple[str, list[str]]:
    """Run a job as the Hub does: from the data set alone, with the program that is in it."""
    (volume,) = job["volumes"]
    for path, data in hub.repos["datasets", volume["source"]].files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(
            data.replace(MOUNTED.encode(), str(folder).encode()) if path == "run.json" else data
        )
    command = job["command"][job["command"].index("python") :]
    assert volume["mountPath"] == MOUNTED == command.pop() and command[:2] == ["python", "-m"]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": job["environment"]["PYTHONPATH"].replace(MOUNTED, str(folder)),
        "HF_TOKEN": job["secrets"]["HF_TOKEN"],
        "HF_ENDPOINT": hub.endpoint,
        "HF_HUB_DISABLE_XET": "1",
        "HEADLINE_CACHE": str(folder / "cache"),
    }
    done = subprocess.run(
        [sys.executable, *command[1:], str(folder)], cwd=folder, env=environment, capture_output=True, text=True
    )
    return ("ERROR" if done.returncode else "COMPLETED"), (done.stdout + done.stderr).splitlines()


def test_a_list_goes_there_and_a_model_comes_back(capsys, hub, corpus, tmp_path):
    hub.runs_a_job = lambda hub, job: in_a_process(hub, job, tmp_path / "machine")
    code, events, err = train(capsys, corpus, tmp_path / "model", "--flavor", "cpu-upgrade", "--minutes", "10")
    assert code == 0, (events, err)
    (job,) = hub.jobs
    assert job["flavor"] == "cpu-upgrade" and job["timeoutSeconds"] == 40 * 60 and job["secrets"] == {"HF_TOKEN": TOKEN}
    assert job["dockerImage"] == jobs.IMAGE and TOKEN not in json.dumps(job["command"])
    assert events[0]["event"] == "job" and events[0]["url"] == f"{hub.endpoint}/jobs/owner/0"
    assert {"reading", "corpus", "progress", "done"} <= {event["event"] for event in events}
    assert events[-1]["event"] == "done" and events[-1]["model"] == str(tmp_path / "model")
    assert len(Suggester.load(tmp_path / "model").suggest("")) == 8
    assert hub.repos == {}  # nothing stays there


def test_a_run_of_the_page_goes_there_too(hub, corpus, tmp_path, monkeypatch):
    """Its process is another one, which finds the stand-in of the Hub by its environment."""
    model = random_checkpoint().save(tmp_path / "made")

    def gives(hub, job):
        name = job["volumes"][0]["source"]
        hub.repos["models", name] = Repo({path.name: path.read_bytes() for path in model.iterdir()})
        return "COMPLETED", [json.dumps({"event": "reading", "stage": "reading"}), json.dumps(DONE)]

    hub.runs_a_job = gives
    for name, value in {"HF_ENDPOINT": hub.endpoint, "HF_HUB_DISABLE_XET": "1", "HF_HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    options = RunOptions(files=(str(corpus),), settings=RECIPES["autocomplete"], flavor="t4-small")
    run = start(options, tmp_path / "runs", keep_files=True)
    status = wait(run, 120)
    assert (status.state, status.metrics) == ("done", DONE["metrics"]), (run.folder / "log.txt").read_text()
    assert Suggester.load(run.model).suggest("") and len(hub.jobs) == 1 and hub.repos == {}


@pytest.fixture
def canned(hub, checkout, monkeypatch, tmp_path):  # noqa: F811
    """A Hub whose jobs do not train: a test says how one ends. What the job gives back is a model."""
    monkeypatch.setattr(jobs, "ROOT", checkout)
    monkeypatch.setattr(
        "headline.share.jobs.train_on_jobs.__defaults__", (*jobs.train_on_jobs.__defaults__[:-1], checkout)
    )
    model = random_checkpoint().save(tmp_path / "made")
    hub.seen = {}

    def ends(stage: str, *lines: object, gives: bool = True) -> None:
        def run(hub, job):
            name = job["volumes"][0]["source"]
            hub.seen.update(hub.repos["datasets", name].files)
            hub.asked = hub.repos["datasets", name].asked
            if gives:
                hub.repos["models", name] = Repo({path.name: path.read_bytes() for path in model.iterdir()})
            return stage, [line if isinstance(line, str) else json.dumps(line) for line in lines]

        hub.runs_a_job = run

    hub.ends = ends
    return hub


def test_what_a_job_is_given(capsys, canned, corpus, tmp_path):
    canned.ends("COMPLETED", "Installed 90 packages", {"event": "reading", "stage": "reading"}, "[1]", "{", DONE)
    code, events, err = train(capsys, corpus, tmp_path / "model", "--start-from", tmp_path / "made")
    assert code == 0 and "headline: " not in err and [event["event"] for event in events] == ["job", "reading", "done"]
    assert canned.asked["visibility"] == "private" and canned.jobs[0]["flavor"] == "t4-small"
    assert canned.jobs[0]["timeoutSeconds"] == 6 * 3600
    files = canned.seen
    assert files["lists/00-made-up.csv"] == corpus.read_bytes()
    assert files["start/checkpoint.json"] == (tmp_path / "made" / "checkpoint.json").read_bytes()
    assert b"tensorflow[and-cuda]" in files["program/requirements.txt"]
    assert {"program/headline/a.py", "program/assets/page.css"} <= files.keys()
    assert not [path for path in files if "pictures" in path or "private" in path or "tests" in path]
    there = json.loads(files["run.json"])
    options = RunOptions.from_dict(there["options"])
    assert options.files == ("/input/lists/00-made-up.csv",) and options.start_from == "/input/start"
    assert there["model"] == events[0]["model"] and canned.repos == {}


def test_word_vectors_go_there_too(capsys, canned, corpus, tmp_path):
    (tmp_path / "glove.txt").write_text("rain 1 2\n")
    canned.ends("COMPLETED", DONE)
    code, _, err = train(capsys, corpus, tmp_path / "model", "--vectors", tmp_path / "glove.txt")
    assert code == 0, err
    options = RunOptions.from_dict(json.loads(canned.seen["run.json"])["options"])
    assert options.vectors == "/input/vectors/00-glove.txt"
    assert canned.seen["vectors/00-glove.txt"] == b"rain 1 2\n"


@pytest.mark.parametrize(
    "stage, lines, message",
    [
        (
            "ERROR",
            [{"event": "error", "message": "made-up.csv has no column."}],
            "headline: made-up.csv has no column.",
        ),
        (
            "ERROR",
            ["Installed", "No solution found"],
            "ended as error without a model. The last line of its log is: No s",
        ),
        ("CANCELED", [{"event": "reading", "stage": "reading"}], "/jobs/owner/0 ended as canceled without a model."),
        ("COMPLETED", [], "ended as completed without a model."),
    ],
)
def test_a_job_that_ends_without_a_model_says_why(capsys, canned, corpus, tmp_path, stage, lines, message):
    canned.ends(stage, *lines, gives=False)
    code, _, err = train(capsys, corpus, tmp_path / "model")
    assert code == 2 and err.count("\n") == 1 and message in err
    assert canned.repos == {} and not (tmp_path / "model").exists()


def test_a_model_that_does_not_come_back_whole_is_named(capsys, canned, corpus, tmp_path):
    canned.ends("COMPLETED", DONE, gives=False)
    code, _, err = train(capsys, corpus, tmp_path / "model")
    assert code == 2 and "The job has saved it there as owner/headline-" in err


def test_ctrl_c_cancels_the_job_and_deletes_the_list(canned, corpus, tmp_path):
    canned.ends("COMPLETED", {"event": "reading", "stage": "reading"}, DONE, gives=False)
    options = RunOptions(files=(str(corpus),), settings=RECIPES["autocomplete"])
    with pytest.raises(jobs.HubError, match=r"The job was cancelled; nothing was kept\."):
        jobs.train_on_jobs(options, tmp_path / "model", should_stop=lambda: True)
    assert canned.cancelled == ["0"] and canned.repos == {}


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--flavor", "abacus"], "no hardware called abacus; there are cpu-basic,"),
        (["--resume"], "resume does not go with a job"),
        (["--dask", "tcp://10.0.0.1:8786"], "dask does not go with a job"),
    ],
)
def test_what_does_not_go_with_a_job_is_told(capsys, canned, corpus, tmp_path, arguments, message):
    code, _, err = train(capsys, corpus, tmp_path / "model", *arguments)
    assert code == 2 and message in err and canned.calls == []


def test_a_flavor_without_a_job_is_told(capsys, corpus, tmp_path):
    assert main(["train", str(corpus), "--out", str(tmp_path / "model"), "--flavor", "l4x1", *SETS]) == 2
    assert "--flavor is for --on hf-jobs." in capsys.readouterr().err


def test_without_a_token_it_says_how_to_get_one(capsys, canned, corpus, tmp_path, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    code, _, err = train(capsys, corpus, tmp_path / "model")
    assert code == 2 and "Training on Hugging Face Jobs needs a token" in err and "set HF_TOKEN" in err
    assert canned.calls == []


def test_a_token_that_is_not_known_is_told_without_showing_it(capsys, canned, corpus, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_of_nobody")
    code, _, err = train(capsys, corpus, tmp_path / "model")
    assert code == 2 and "does not accept the token" in err and "hf_of_nobody" not in err and canned.repos == {}


def test_an_account_without_credit_is_told_and_keeps_no_list_there(capsys, canned, corpus, tmp_path):
    canned.pays = False
    code, _, err = train(capsys, corpus, tmp_path / "model")
    assert code == 2 and "this account has no credit" in err and err.count("\n") == 1
    assert canned.jobs == [] and canned.repos == {}


def test_without_a_network_it_says_so(capsys, checkout, corpus, monkeypatch, tmp_path):  # noqa: F811
    point_at(monkeypatch, "http://127.0.0.1:9", tmp_path)
    monkeypatch.setenv("HF_TOKEN", "hf_x")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    code, _, err = train(capsys, corpus, tmp_path / "model")
    assert code == 2 and "could not be reached, so The job was not started" in err and err.count("\n") == 1


def test_a_folder_of_lists_goes_whole(checkout, tmp_path):  # noqa: F811
    folder = tmp_path / "shards"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "1.parquet").write_bytes(b"1")
    (folder / "shards.json").write_bytes(b"{}")
    options = RunOptions(files=(str(folder),), settings=RECIPES["autocomplete"])
    content = job_content(options, "owner/x", "cpu-basic", checkout)
    assert content["lists/00-shards/a/1.parquet"] == folder / "a" / "1.parquet"
    assert json.loads(content["run.json"])["options"]["files"] == ["/input/lists/00-shards"]
    assert content["program/requirements.txt"] == checkout / "requirements.txt"
