"""The events of a run, as the page reads them."""

import json
import os
import time

import pytest

from headline.runs.events import RunEvents


def written(path, *events) -> RunEvents:
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    return RunEvents(path)


def test_the_time_left_goes_on_while_the_run_says_nothing(tmp_path, monkeypatch):
    path = tmp_path / "progress.jsonl"
    events = written(path, {"event": "left", "seconds_left": 60.0, "stage": "starting"})
    os.utime(path, (time.time() - 20, time.time() - 20))  # the page is opened 20 seconds after that was told
    assert events.seconds_left() is None
    events.read_new()
    assert events.seconds_left() == pytest.approx(40, abs=5) and events.stage == "starting"
    later = time.monotonic() + 15
    monkeypatch.setattr("headline.runs.events.time.monotonic", lambda: later)
    assert events.seconds_left() == pytest.approx(25, abs=5)
    later += 100
    assert events.seconds_left() == 1.0


@pytest.mark.parametrize("left", ["soon", None, [3]])
def test_a_time_left_that_is_no_number_is_passed_over(tmp_path, left):
    events = written(tmp_path / "progress.jsonl", {"event": "left", "seconds_left": left, "stage": "starting"})
    events.read_new()
    assert events.seconds_left() is None
