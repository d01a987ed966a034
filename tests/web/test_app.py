"""The page's parts without a browser: what the handlers hand over, and what the server never loads."""

import subprocess
import sys

import pytest

from headline.generator.generator import Generated
from headline.runs.job import Status
from headline.web.models import BUNDLED_ID, Models
from headline.web.tabs.panels import headline_choices
from headline.web.tabs.run_view import describe
from tests.tiny import random_checkpoint

PROGRESS = {
    "epoch": 2,
    "epochs": 4,
    "step": 5,
    "steps": 10,
    "loss": 5.25,
    "validation_loss": 5.5,
    "words_per_second": 1234.5,
    "seconds": 65.0,
    "seconds_left": 75.4,
    "epoch_ended": False,
}


def status(**changes) -> Status:
    parts = dict(state="running", stage="training", message="", progress={}, history=[], metrics={}, corpus={})
    return Status(**parts | changes)


@pytest.mark.parametrize(("number", "says"), [(0, "no way to go on"), (2, "only 2"), (3, ""), (4, "")])
def test_a_note_says_why_there_are_fewer_headlines_than_asked_for(number, says):
    made = [Generated(f"crime has {i}", -3.0, True, False) for i in range(number)]
    note = headline_choices("crime has ", made, asked=3)["note"]
    assert (says in note) if says else note == ""


def test_the_web_process_never_loads_tensorflow_or_keras():
    code = (
        "import sys, app; app.build_app().fns; "
        "print([m for m in ('tensorflow', 'keras', 'jax', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_mark_may_follow_what_was_typed_with_a_space():
    [item] = headline_choices("crime has ", [Generated("crime has: a story", -3.0, True, False)])["items"]
    assert (item["kept"], item["rest"]) == ("crime has", ": a story")


def test_a_whole_headline_sets_apart_what_was_typed_only_where_it_stands_so():
    made = [Generated("crime has fallen", -3.0, True, False), Generated("Crime Has Fallen", -3.0, True, True)]
    same, other = headline_choices("crime has", made)["items"]
    assert (same["kept"], same["rest"], same["mark"]) == ("crime has", " fallen", "new")
    assert (other["kept"], other["rest"], other["mark"]) == ("", "Crime Has Fallen", "seen in training")


def test_a_running_run_tells_its_pass_and_the_time_left():
    shown = describe(status(progress=PROGRESS, seconds_left=75.4, corpus={"summary": "9 rows"}))
    assert shown["headline"] == "Training: pass 2 of 4 over your titles · about 1 minute left"
    assert shown["share"] == pytest.approx(65 / (65 + 75.4))
    assert (shown["lines"], shown["figures"]) == (["9 rows"], ["1,234 words per second"])


def test_a_failed_run_tells_its_sentence_and_a_finished_one_its_figures():
    assert describe(status(state="failed", message="a.csv is empty."))["headline"] == "a.csv is empty."
    ended = describe(
        status(
            state="done",
            history=[PROGRESS | {"epoch_ended": True}],
            metrics={"headlines": 50, "perplexity": 61.7, "top5": 0.25},
        )
    )
    assert ended["headline"].startswith("Done.")
    assert ended["epochs"] == [["2", "5.250", "5.500"]]
    assert ended["figures"] == ["Perplexity 62, right word among five 25 %, on 50 titles held out"]


def test_a_model_that_is_gone_gives_way_to_the_bundled_one(tmp_path):
    from app import ASSETS

    models = Models(ASSETS / "model", tmp_path)
    bundled = models.get(BUNDLED_ID)
    assert models.get("20260101-000000-gone") is bundled
    assert models.get("../../etc") is bundled
    assert models.choices() == [("Bundled model", BUNDLED_ID)]


def test_a_model_that_the_command_line_saved_among_the_runs_can_be_chosen(tmp_path):
    from app import ASSETS

    random_checkpoint().save(tmp_path / "mine")
    models = Models(ASSETS / "model", tmp_path)
    assert models.choices() == [("Bundled model", BUNDLED_ID), ("mine", "mine")]
    assert len(models.get("mine").vocabulary) == len(random_checkpoint().vocabulary)
    assert models.describe("mine").startswith("autocomplete recipe")


def test_keys_are_answered_by_one_thread_of_numpy_and_runs_take_all(monkeypatch):
    code = (
        "import app, os; from headline.runs.process import child_command; "
        "print(os.environ['OPENBLAS_NUM_THREADS'], 'OPENBLAS_NUM_THREADS' in child_command('train', 'a')[1])"
    )
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False"]
