"""The whole run: what it returns, emits and saves. The library, the command line and the page share it."""

import json
from dataclasses import replace

import numpy as np
import pytest

from headline.corpus.report import Corpus
from headline.errors import CorpusError, SettingError
from headline.model.checkpoint import Checkpoint
from headline.training import run as run_module
from headline.training.measuring import measure
from headline.training.options import RunOptions
from headline.training.progress import Progress
from headline.training.run import best_folder, run
from headline.training.settings import RECIPES
from headline.training.train import train
from tests.tiny import headlines, random_checkpoint

TINY = RECIPES["autocomplete"].changed(
    min_count=1, embedding_size=4, units=4, batch_size=32, candidates=0, epochs=2, validation=0.1, test=0.1, patience=0
)


def test_train_returns_test_figures_and_a_mixture_as_the_run_saves_them(corpus, tmp_path):
    options = RunOptions(files=(str(corpus),), settings=TINY.changed(precision="float16"))
    saved = run(options, tmp_path / "model")
    returned = train(options.read_corpus(), options.settings, name="model")
    assert returned.metrics["test"]["headlines"] > 0
    assert saved.metrics == returned.metrics and saved.ngram is not None and 0 < returned.lstm_weight <= 1
    loaded = Checkpoint.load(tmp_path / "model")
    assert (loaded.metrics, loaded.lstm_weight) == (returned.metrics, returned.lstm_weight)
    for name, weight in loaded.weights.items():
        np.testing.assert_array_equal(weight, returned.weights[name], err_msg=name)


def test_a_stopped_run_is_not_measured():
    asked = []
    checkpoint = train(Corpus(headlines(60)), TINY, should_stop=lambda: asked.append(1) or len(asked) > 1)
    assert checkpoint.metrics == {}


def test_a_run_that_fails_says_so_in_its_last_event(corpus, tmp_path):
    events = []
    options = RunOptions(files=(str(corpus),), settings=TINY, column="titel")
    with pytest.raises(CorpusError):
        run(options, tmp_path / "model", events.append)
    assert [event["event"] for event in events] == ["reading", "error"]
    assert "no column “titel”" in events[-1]["message"]


def test_a_list_that_is_too_short_is_refused_before_keras_is_loaded(tmp_path, monkeypatch):
    (tmp_path / "few.txt").write_text("\n".join(headlines(19)))
    monkeypatch.setattr(run_module, "load_keras", None)
    with pytest.raises(CorpusError, match=r"^19 headlines are too few to train on: give at least 20"):
        run(RunOptions(files=(str(tmp_path / "few.txt"),), settings=TINY), tmp_path / "model")


def test_options_survive_json():
    options = RunOptions(
        files=("a.csv", "b"),
        settings=RECIPES["notebook"],
        column="title\0",
        samples=("x" * 10, ""),
        minutes=0.5,
        rows=3,
    )
    assert RunOptions.from_dict(json.loads(json.dumps(options.as_dict()))) == options
    assert RunOptions.from_dict(options.as_dict()) == options


@pytest.mark.parametrize(
    "changes", [{"rows": -1}, {"minutes": float("nan")}, {"minutes": -1.0}, {"minutes": float("inf")}]
)
def test_options_that_are_not_allowed_are_refused(changes):
    options = RunOptions(files=("a.csv",), settings=TINY)
    with pytest.raises(SettingError, match=" must be "):
        replace(options, **changes)


@pytest.mark.parametrize("fields", [{}, {"files": []}, {"files": [], "settings": {"unit": 3}}, {"settings": 3}])
def test_options_that_lack_a_field_are_refused(fields):
    with pytest.raises(SettingError, match="missing or not known"):
        RunOptions.from_dict(fields)


def test_measuring_ends_when_it_is_asked_to():
    asked = []
    assert measure(random_checkpoint(), headlines(200), lambda: asked.append(1) or len(asked) > 1) == {}
    assert len(asked) == 2
    assert measure(random_checkpoint(), headlines(20))["headlines"] == 20


def progress(epoch: int, validation_loss: float | None) -> Progress:
    return Progress(epoch, 9, 1, 1, 7.0, validation_loss, 1.0, 1.0, 1.0, None, epoch_ended=True)


@pytest.mark.parametrize("losses, best", [([3.0, 2.0, 2.5], 2), ([3.0, 4.0], 1), ([None, None], 1)])
def test_a_run_with_a_limit_keeps_its_best_weights_on_the_way(corpus, tmp_path, monkeypatch, losses, best):
    class Killed(Exception):
        pass

    def fit(corpus, settings, on_progress, on_epoch, **others):
        for epoch, loss in enumerate(losses, start=1):
            on_progress(progress(epoch, loss))
            on_epoch(epoch, random_checkpoint(seed=epoch))
        raise Killed

    monkeypatch.setattr(run_module, "fitted", fit)
    options = RunOptions(files=(str(corpus),), settings=RECIPES["autocomplete"], minutes=1)
    with pytest.raises(Killed):
        run_module.run(options, tmp_path / "model")
    kept = Checkpoint.load(best_folder(tmp_path / "model"))
    assert np.array_equal(kept.weights["embedding"], random_checkpoint(seed=best).weights["embedding"])
    with pytest.raises(Killed):
        run_module.run(replace(options, minutes=0), tmp_path / "other")
    assert not best_folder(tmp_path / "other").exists()
