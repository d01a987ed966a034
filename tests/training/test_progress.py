"""How a run tells of itself: JSON lines for a program and a file, a bar for a person."""

import json

import pytest

from headline.training.progress import Announcer, Progress, clock

HALF = Progress(
    epoch=2,
    epochs=4,
    step=5,
    steps=10,
    loss=5.25,
    validation_loss=5.5,
    words_per_second=9.0,
    words_done=1000.0,
    seconds=65.0,
    seconds_left=75.4,
)
DONE = dict(stopped=False, metrics={"perplexity": 61.74}, model="runs/a/model")


def test_lines_of_json_are_the_same_on_the_screen_and_in_the_file(capsys, tmp_path):
    say = Announcer(as_json=True, path=tmp_path / "new" / "said.jsonl")
    say("reading", stage="reading")
    say("progress", **HALF.as_dict(), stage="training")
    say("done", **DONE | {"model": "modèle"})
    say.close()
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert (tmp_path / "new" / "said.jsonl").read_text(encoding="utf-8").splitlines() == lines
    events = [json.loads(line) for line in lines]
    assert [event["event"] for event in events] == ["reading", "progress", "done"]
    assert events[1] == {"event": "progress", "stage": "training"} | HALF.as_dict()
    assert events[2]["model"] == "modèle" and told.err == ""


def test_a_line_can_be_read_as_soon_as_it_is_said(tmp_path):
    say = Announcer(as_json=False, path=tmp_path / "said.jsonl")
    say("reading", stage="reading")
    assert json.loads((tmp_path / "said.jsonl").read_text(encoding="utf-8")) == {"event": "reading", "stage": "reading"}
    say.close()


@pytest.mark.parametrize(
    "changes, told",
    [
        ({}, ["epoch 2/4", " 38%", "loss 5.250", "held out 5.500", "1:15 left"]),
        ({"validation_loss": None, "seconds_left": None}, ["epoch 2/4", "loss 5.250"]),
        ({"epoch": 4, "step": 10}, ["epoch 4/4", "100%"]),
    ],
)
def test_a_person_sees_a_bar(capsys, changes, told):
    say = Announcer(as_json=False, path=None)
    say("progress", **HALF.as_dict() | changes, stage="training")
    say.close()
    seen = capsys.readouterr()
    assert seen.out == "" and all(part in seen.err for part in told)
    assert ("held out" in seen.err, "left" in seen.err) == (
        "validation_loss" not in changes,
        "seconds_left" not in changes,
    )


@pytest.mark.parametrize(
    "facts, told",
    [
        (DONE, "Saved runs/a/model; perplexity 61.7 on the test headlines.\n"),
        (DONE | {"metrics": {}}, "Saved runs/a/model.\n"),
        (DONE | {"metrics": {}, "stopped": True}, "Saved runs/a/model (stopped early).\n"),
    ],
)
def test_a_person_hears_how_it_ended(capsys, facts, told):
    say = Announcer(as_json=False, path=None)
    say("corpus", summary="9 rows from 1 file: 9 kept")
    say("done", **facts)
    assert capsys.readouterr().err == "9 rows from 1 file: 9 kept\n" + told


@pytest.mark.parametrize(
    "seconds, told", [(0, "0:00"), (59.6, "1:00"), (75, "1:15"), (3599.4, "59:59"), (3675, "1:01:15")]
)
def test_clock(seconds, told):
    assert clock(seconds) == told
