"""Which models are in memory, and what an id may lead to."""

import threading

import pytest

from headline.generator.memory import loaded_bytes
from headline.generator.suggester import Suggester
from headline.paths import BUNDLED_MODEL
from headline.runs.limits import Limits
from headline.web import models as models_module
from headline.web.models import BUNDLED_ID, Models
from tests.tiny import random_checkpoint


@pytest.fixture
def models(tmp_path) -> Models:
    bundled = random_checkpoint().save(tmp_path / "bundled")
    for i in range(5):
        random_checkpoint(seed=i + 1).save(tmp_path / "runs" / f"m{i}")
    found = Models(bundled, tmp_path / "runs")
    found.get(None)
    return found


def test_the_bundled_model_stays_in_memory_whatever_else_is_asked_for(models):
    bundled = models.ready(None)
    for i in range(5):
        models.get(f"m{i}")
    assert models.ready(None) is bundled and models.loaded == 3
    assert [models.ready(f"m{i}") is None for i in range(5)] == [True, True, True, False, False]


def test_models_that_take_too_much_memory_together_are_dropped(models, monkeypatch):
    models.limits = Limits(loaded_mb=1)
    monkeypatch.setattr(models_module, "loaded_bytes", lambda folder: 600_000)
    first = models.get("m0")
    assert models.ready("m0") is first
    models.get("m1")
    assert models.ready("m0") is None and models.ready("m1") and models.loaded == 2


def test_nobody_waits_while_somebody_elses_model_is_loaded(models, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()
    load = Suggester.load

    def slow(folder):
        begun.set()
        assert go_on.wait(60)
        return load(folder)

    monkeypatch.setattr(Suggester, "load", slow)
    thread = threading.Thread(target=models.get, args=("m0",))
    thread.start()
    assert begun.wait(60)
    assert models.ready(None) is models.get(BUNDLED_ID) is not None and models.ready("m0") is None
    go_on.set()
    thread.join()
    assert models.ready("m0")


def test_a_model_that_is_gone_is_the_bundled_one(models):
    assert models.get("gone") is models.get(None) and models.find("gone") is None


ODD = ["", ".", "..", "../bundled", "a/b", "/etc", ".hidden", "a\0b", "x" * 256, "é" * 200, "\ud83d", "x" * 10**6]


@pytest.mark.parametrize("id_", ODD, ids=range(len(ODD)))
def test_any_text_may_be_an_id_and_leads_nowhere_else(models, id_):
    assert models.get(id_) is models.get(None)
    assert models.find(id_) is None and not models.exists(id_) and not models.is_run(id_)
    assert models.meta(id_)["model"]["vocab_size"] and models.job(id_).folder.parent == models.runs
    models.rename(id_, "name")
    models.delete(id_)
    assert models.exists(BUNDLED_ID) and len(models.choices()) == 6


def test_the_memory_of_the_bundled_model_is_near_what_was_measured():
    assert 80 < loaded_bytes(BUNDLED_MODEL) / 2**20 < 150  # 115 MB


def test_a_large_state_is_not_kept_two_thousand_times():
    checkpoint = random_checkpoint("notebook", block_size=9)
    small = Suggester(checkpoint, blocked=())
    large = Suggester(checkpoint, blocked=(), kept=50 * 9 * 7 * 4 * 2)  # a fifth of it for states
    assert (small.next_words._states._size, large.next_words._states._size) == (2048, 10)
