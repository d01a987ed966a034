"""How much work a run is, and how fast this machine does it."""

import json
from dataclasses import replace

import pytest

from headline.training.duration import speed
from headline.training.duration.estimate import Estimate, estimate
from headline.training.duration.work import ListSize, work
from headline.training.presets import PRESETS
from headline.training.progress import about
from headline.training.settings import RECIPES

NYT = ListSize(headlines=8_309, words=61_700, distinct=11_600, longest=20)


@pytest.mark.parametrize(
    "recipe, seconds",
    [("autocomplete", 17.8), ("notebook", 36.1)],  # of an epoch: docs/training.md, `bench.training --only epoch`
)
def test_an_epoch_of_the_lessons_list_is_as_it_was_measured(recipe, seconds):
    made = work(RECIPES[recipe], NYT)
    assert made.steps * made.step == pytest.approx(seconds, rel=0.3)


def test_more_of_anything_is_more_work():
    settings = PRESETS["balanced"].settings(None)
    base = work(settings, NYT).seconds
    for larger in (settings.changed(epochs=24), settings.changed(units=512), settings.changed(layers=2)):
        assert work(larger, NYT).seconds > base
    assert work(settings, replace(NYT, headlines=16_618, words=123_400)).seconds > 1.5 * base
    assert work(settings, NYT, known_words=30_000).seconds > base


def test_a_run_that_holds_nothing_out_measures_nothing():
    made = work(RECIPES["notebook"], NYT)
    assert made.check == 0 and made.after == 0


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADLINE_CACHE", str(tmp_path / "new" / "cache"))
    return tmp_path / "new" / "cache" / "speed.json"


def test_the_factor_is_kept_and_corrected_by_runs(empty_cache, monkeypatch):
    assert speed.known_factor() is None
    monkeypatch.setattr(speed, "_step_seconds", lambda: 2 * work(speed._SETTINGS, speed._LIST).step)
    assert speed.measure_factor() == pytest.approx(2.0) == speed.known_factor()
    speed.correct_factor(expected=10.0, took=80.0)
    assert speed.known_factor() == pytest.approx(4.0)  # the geometric mean of 2 and 8
    speed.correct_factor(expected=0.0, took=80.0)
    assert speed.known_factor() == pytest.approx(4.0)


@pytest.mark.parametrize("content", ["", "[1]", "{", '{"x": 2}', "null"])
def test_a_damaged_file_means_that_nothing_was_measured(empty_cache, content):
    empty_cache.parent.mkdir(parents=True)
    empty_cache.write_text(content)
    assert speed.known_factor() is None


@pytest.mark.parametrize("factor", ["fast", -1, 0, 1e9, True, None])
def test_a_factor_that_cannot_be_is_none(empty_cache, factor):
    empty_cache.parent.mkdir(parents=True)
    empty_cache.write_text(json.dumps({speed._machine(): factor}))
    assert speed.known_factor() in (None, 1.0)


def test_without_a_place_to_keep_it_the_factor_still_serves(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("HEADLINE_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(speed, "_step_seconds", lambda: work(speed._SETTINGS, speed._LIST).step)
    assert speed.measure_factor() == pytest.approx(1.0)
    assert speed.known_factor() is None


def test_an_estimate_is_the_work_times_the_factor():
    settings = PRESETS["quick"].settings(None)
    found = estimate(settings, NYT, factor=3.0)
    assert found.seconds == round(3 * work(settings, NYT).seconds)
    assert (found.headlines, found.epochs) == (8_309, 5)
    said = "About 1 minute on CPU, 2 cores: 8 passes over 300 headlines"
    assert str(Estimate(65, 300, 8, "CPU, 2 cores")) == f"{said}."
    earlier = estimate(settings.changed(patience=2), NYT, factor=3.0)
    assert earlier.may_end_early and str(earlier).endswith(" headlines; less if it stops getting better earlier.")
    assert not found.may_end_early


@pytest.mark.parametrize(
    "seconds, said",
    [
        (0, "a few seconds"), (7.9, "a few seconds"), (8, "about 10 seconds"), (43, "about 45 seconds"), (57, "about 55 seconds"),
        (58, "about 1 minute"), (89, "about 1 minute"), (91, "about 2 minutes"), (3299, "about 1 hour"), (5400, "about 1.5 hours"), (36_000, "about 10 hours"),
    ],
)  # fmt: skip
def test_a_time_is_said_as_one_would_aloud(seconds, said):
    assert about(seconds) == said
