"""The files of `assets/` that the page is made of."""

from headline.places import ASSETS


def read_asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")
