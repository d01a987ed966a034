"""The settings of the two recipes: what is refused, and the network that they make."""

import dataclasses
import json

import pytest

from headline.errors import SettingError
from headline.model.config import ModelConfig
from headline.training.duration.work import ListSize, work
from headline.training.presets import PRESETS
from headline.training.settings import RECIPE_NAMES, RECIPES, TrainingConfig

NAN = float("nan")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("recipe", "transformer"),
        ("tokenizer", "bytes"),
        ("tokenizer", "keras"),  # it has no start mark, which this recipe needs
        ("schedule", "linear"),
        ("precision", "int2"),
        *[(name, 0) for name in ("min_count", "max_words", "embedding_size", "units", "layers", "epochs")],
        *[(name, -1) for name in ("batch_size", "clip_norm", "patience", "seed", "candidates", "block_size")],
        *[
            (name, value)
            for name in ("embedding_dropout", "dropout", "recurrent_dropout")
            for value in (-0.1, 1.0, NAN)
        ],
        *[("learning_rate", value) for value in (0.0, -1.0, NAN)],
        *[("block_size", value) for value in (1, 2)],
        *[(name, value) for name in ("validation", "test") for value in (-0.1, 0.95, 1.0, NAN)],
        ("momentum", 0.9),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(SettingError, match=rf"\b{name}\b") as caught:
        TrainingConfig().changed(**{name: value})
    message = str(caught.value)
    assert " must be " in message
    assert message.endswith(".")


@pytest.mark.parametrize(
    "settings",
    [
        {"batch_size": 0, "clip_norm": 0.0, "patience": 0, "candidates": 0, "block_size": 0},
        {"validation": 0.0, "test": 0.0, "dropout": 0.0, "embedding_dropout": 0.0},
        {"block_size": 3, "units": 1, "embedding_size": 1, "layers": 1, "epochs": 1, "max_words": 1, "min_count": 1},
        {"validation": 0.5, "test": 0.49},
        {"recipe": "notebook", "tokenizer": "keras"},
        {"recipe": "notebook", "tokenizer": "headline"},
    ],
)
def test_settings_at_the_edge_of_what_is_allowed(settings):
    changed = TrainingConfig().changed(**settings)
    assert {name: getattr(changed, name) for name in settings} == settings


def test_a_change_touches_nothing_else_and_none_is_no_change():
    before = RECIPES["notebook"]
    after = before.changed(epochs=2, units=None, seed=None)
    assert dataclasses.replace(after, epochs=before.epochs) == before
    assert after.epochs == 2
    assert before.changed(units=None) == before
    assert before.epochs == 30


def test_settings_do_not_change_under_ones_feet():
    with pytest.raises(dataclasses.FrozenInstanceError):
        RECIPES["autocomplete"].epochs = 1


def test_every_recipe_has_its_settings_and_every_setting_its_meaning():
    assert tuple(RECIPES) == RECIPE_NAMES
    assert [settings.recipe for settings in RECIPES.values()] == list(RECIPES)
    assert TrainingConfig() == RECIPES["autocomplete"]
    assert [f.name for f in dataclasses.fields(TrainingConfig) if not f.metadata.get("about")] == []


@pytest.mark.parametrize("recipe", RECIPE_NAMES)
def test_settings_survive_json(recipe):
    settings = RECIPES[recipe]
    assert TrainingConfig(**json.loads(json.dumps(settings.as_dict()))) == settings
    config = settings.model_config(vocab_size=100, longest=9)
    assert ModelConfig(**json.loads(json.dumps(config.as_dict()))) == config


def test_the_lessons_network_has_the_lessons_size():
    config = RECIPES["notebook"].model_config(vocab_size=11_753, longest=28)
    assert config.shapes() == {
        "embedding": (11_753, 10),
        "lstm_0.kernel": (10, 400),
        "lstm_0.recurrent_kernel": (100, 400),
        "lstm_0.bias": (400,),
        "softmax.kernel": (100, 11_753),
        "softmax.bias": (11_753,),
    }
    assert config.parameters == 1_348_983
    assert config.block_size == 28


@pytest.mark.parametrize(
    ("units", "layers", "projected", "parameters"),
    [
        (4, 1, False, 9 * 4 + (4 + 4 + 1) * 16 + 9),
        (6, 1, True, 9 * 4 + (4 + 6 + 1) * 24 + (6 + 1) * 4 + 9),
        (6, 3, True, 9 * 4 + (4 + 6 + 1) * 24 + 2 * (6 + 6 + 1) * 24 + (6 + 1) * 4 + 9),
    ],
)
def test_the_tied_network_is_projected_to_the_width_of_its_embedding(units, layers, projected, parameters):
    settings = TrainingConfig(embedding_size=4, units=units, layers=layers)
    config = settings.model_config(vocab_size=9, longest=5)
    assert config.causal
    assert config.projected is projected
    assert config.parameters == parameters
    assert "softmax.kernel" not in config.shapes()


@pytest.mark.parametrize(
    ("recipe", "block_size", "longest", "expected"),
    [
        ("notebook", 0, 28, 28),
        ("notebook", 10, 28, 10),
        ("notebook", 40, 28, 28),
        ("autocomplete", 0, 28, 29),  # the start mark takes a place
        ("autocomplete", 10, 28, 10),
        ("autocomplete", 40, 28, 29),
    ],
)
def test_rows_are_as_long_as_the_longest_headline_or_the_setting(recipe, block_size, longest, expected):
    assert RECIPES[recipe].changed(block_size=block_size).model_config(50, longest).block_size == expected


@pytest.mark.parametrize(
    ("given", "headlines", "rows"),
    [(7, 10**6, 7), (0, 1, 16), (0, 3200, 16), (0, 6400, 32), (0, 13_000, 64), (0, 25_600, 128), (0, 10**6, 128)],
)
def test_the_batch_size_grows_with_the_list(given, headlines, rows):
    assert TrainingConfig(batch_size=given).rows_per_batch(headlines) == rows


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_every_preset_has_settings_and_says_what_it_is_for(preset):
    settings = preset.settings(None)
    assert settings.recipe == preset.recipe and preset.title and preset.about.endswith(".")
    if preset.recipe == "autocomplete":
        shape = settings.changed(units=48, embedding_size=24).model_config(100, 10)
        tuned = preset.settings(shape)
        assert (tuned.units, tuned.embedding_size) == (48, 24)
        assert tuned.learning_rate < settings.learning_rate


@pytest.mark.parametrize("model", [None, ModelConfig("autocomplete", 32_004, 41, 256, 512)])
def test_presets_go_from_quick_to_thorough(model):
    size = ListSize(headlines=2_000, words=18_000, distinct=5_000, longest=20)
    settings = [PRESETS[name].settings(model) for name in ("quick", "balanced", "best")]
    seconds = [work(each, size, model.vocab_size if model else 0).seconds for each in settings]
    assert seconds == sorted(set(seconds))
    assert not any(each.patience for each in settings), "how long a run takes is known before it starts"
