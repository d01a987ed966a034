"""What a visitor may do, by environment variables."""

import pytest

from headline.corpus.bounds import UNBOUNDED
from headline.errors import SettingError
from headline.runs.limits import Limits, niceness, slots
from headline.training.presets import PRESETS
from headline.training.settings import RECIPES


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    for name in (
        "HEADLINE_PUBLIC",
        "SPACE_ID",
        *(f"HEADLINE_MAX_{n}" for n in ("UPLOAD_MB", "ROWS", "EPOCHS", "MINUTES", "HOURS")),
    ):
        monkeypatch.delenv(name, raising=False)


def test_at_home_nothing_is_limited():
    assert Limits.from_environment() == Limits()


@pytest.mark.parametrize("name, value", [("HEADLINE_PUBLIC", "1"), ("SPACE_ID", "someone/headline")])
def test_in_public_everything_is(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    limits = Limits.from_environment()
    assert (
        limits.public and min(limits.upload_mb, limits.rows, limits.epochs, limits.minutes) > 0 and limits.hours == 24
    )


def test_each_limit_can_be_set(monkeypatch):
    monkeypatch.setenv("HEADLINE_PUBLIC", "1")
    monkeypatch.setenv("HEADLINE_MAX_ROWS", "7")
    monkeypatch.setenv("HEADLINE_MAX_MINUTES", "0")
    limits = Limits.from_environment()
    assert (limits.rows, limits.minutes) == (7, 0)
    monkeypatch.setenv("HEADLINE_PUBLIC", "0")
    monkeypatch.setenv("SPACE_ID", "someone/headline")
    assert not Limits.from_environment().public


@pytest.mark.parametrize(
    "name, read",
    [("HEADLINE_MAX_EPOCHS", Limits.from_environment), ("HEADLINE_SLOTS", slots), ("HEADLINE_NICENESS", niceness)],
)
def test_what_is_no_number_is_told(monkeypatch, name, read):
    monkeypatch.setenv(name, "many")
    with pytest.raises(SettingError, match=f"{name} must be a whole number"):
        read()


PUBLIC = Limits(public=True, epochs=20, layers=2, units=1_024, max_words=60_000, block_size=64, batch_size=512)


@pytest.mark.parametrize(
    "name, value", [("epochs", 21), ("layers", 3), ("units", 1_025), ("max_words", 60_001), ("batch_size", 513)]
)
def test_a_setting_above_its_limit_is_refused(name, value):
    settings = RECIPES["autocomplete"]
    with pytest.raises(SettingError, match=f"{name} must be [0-9,]+ or fewer on this page; it is {value:,}"):
        PUBLIC.check(settings.changed(**{name: value}))
    Limits().check(settings.changed(**{name: value}))
    PUBLIC.check(settings.changed(**{name: value - 1}))


def test_all_words_of_a_headline_are_more_than_a_limit():
    with pytest.raises(SettingError, match="block_size must be 64 or fewer on this page; it is 0"):
        PUBLIC.check(RECIPES["autocomplete"].changed(block_size=0))


def test_every_preset_is_lowered_to_what_a_public_page_allows(monkeypatch):
    monkeypatch.setenv("HEADLINE_PUBLIC", "1")
    limits = Limits.from_environment()
    for preset in PRESETS.values():
        limits.check(limits.lowered(preset.settings(None)))
        assert Limits().lowered(preset.settings(None)) == preset.settings(None)
    lowered = limits.lowered(RECIPES["notebook"])
    assert (lowered.max_words, lowered.block_size, lowered.units) == (60_000, 64, 100)


def test_files_have_bounds_on_a_public_page_only():
    assert Limits().bounds == UNBOUNDED
    bounds = Limits(public=True, unpacked_mb=7, file_rows=8).bounds
    assert (bounds.unpacked_mb, bounds.rows) == (7, 8) and min(vars(bounds).values()) > 0
