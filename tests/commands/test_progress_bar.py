"""What a person sees of a run on stderr."""

import pytest

from headline.commands.progress_bar import ProgressBar
from headline.training.progress import Progress

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


@pytest.mark.parametrize(
    "changes, shown",
    [
        ({}, ["epoch 2/4", " 38%", "loss 5.250", "held out 5.500", "1:15 left"]),
        ({"validation_loss": None, "seconds_left": None}, ["epoch 2/4", "loss 5.250"]),
        ({"epoch": 4, "step": 10}, ["epoch 4/4", "100%"]),
    ],
)
def test_a_person_sees_a_bar(capsys, changes, shown):
    bar = ProgressBar()
    bar.show({"event": "progress", **HALF.as_dict()} | changes)
    bar.close()
    seen = capsys.readouterr()
    assert seen.out == "" and all(part in seen.err for part in shown)
    assert ("held out" in seen.err, "left" in seen.err) == (
        "validation_loss" not in changes,
        "seconds_left" not in changes,
    )


@pytest.mark.parametrize(
    "facts, shown",
    [
        (DONE, "Saved runs/a/model; perplexity 62 on the test headlines.\n"),
        (DONE | {"metrics": {}}, "Saved runs/a/model.\n"),
        (DONE | {"metrics": {}, "stopped": True}, "Saved runs/a/model (stopped early).\n"),
    ],
)
def test_a_person_sees_how_it_ended(capsys, facts, shown):
    bar = ProgressBar()
    bar.show({"event": "corpus", "summary": "9 rows from 1 file: 9 kept"})
    bar.show({"event": "done", **facts})
    assert capsys.readouterr().err == "9 rows from 1 file: 9 kept\n" + shown
