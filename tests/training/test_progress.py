"""How far a run is, and how that is written down."""

import json

import pytest

from headline.training.progress import EventLog, Progress, clock

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


def test_an_event_can_be_read_as_soon_as_it_is_written(tmp_path):
    path = tmp_path / "new" / "progress.jsonl"
    events = [{"event": "progress", **HALF.as_dict()}, {"event": "done", "model": "modèle"}]
    log = EventLog(path)
    for i, event in enumerate(events):
        log.write(event)
        lines = path.read_text(encoding="utf-8").splitlines()
        assert [json.loads(line) for line in lines] == events[: i + 1]
    log.close()


def test_half_an_emoji_is_written_and_read_back(tmp_path):
    log = EventLog(tmp_path / "progress.jsonl")
    log.write({"event": "samples", "headlines": ["half \ud83d"]})
    log.close()
    line = (tmp_path / "progress.jsonl").read_text(encoding="utf-8")
    assert json.loads(line)["headlines"] == ["half \ud83d"]


@pytest.mark.parametrize(
    "seconds, expected", [(0, "0:00"), (59.6, "1:00"), (75, "1:15"), (3599.4, "59:59"), (3675, "1:01:15")]
)
def test_clock(seconds, expected):
    assert clock(seconds) == expected
