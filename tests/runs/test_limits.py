"""What a visitor may do, by environment variables."""

import pytest

from headline.runs.limits import Limits


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


def test_what_is_no_number_is_told(monkeypatch):
    monkeypatch.setenv("HEADLINE_MAX_EPOCHS", "many")
    with pytest.raises(ValueError, match="HEADLINE_MAX_EPOCHS must be a whole number"):
        Limits.from_environment()
