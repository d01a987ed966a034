"""One row's value -> a clean headline, or the reason why there is none."""

import html
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from headline.corpus.mending import WEB_ADDRESS, ungarbled, without_bytes_form, without_entities, without_tags

_SPACES = dict.fromkeys(map(ord, "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), " ")  # that other programs end lines with


class Cleaned(NamedTuple):
    """What a value has become."""

    reason: str  # "null", "blank" or "placeholder" if it is no headline, and "" if it is one
    headline: str = ""
    tidy: str = ""  # the tidy form, which says whether two headlines are the same
    before: str = ""  # the text as it was, where its letters had been read in the wrong encoding
    has_address: bool = False  # of the web


def missing_words(placeholders: Sequence[str]) -> frozenset[str]:
    """Return the placeholders as `cleaned` compares them."""
    return frozenset(p.strip().casefold() for p in placeholders)


def cleaned(value: object, missing: frozenset[str], normalise: bool = True) -> Cleaned:
    """Clean one value. `missing` are the words of `missing_words`; without `normalise` the text stays as it is."""
    if value is None or value != value:  # only NaN differs from itself
        return Cleaned("null")
    # JSON may have half of a surrogate pair, which UTF-8 cannot store.
    raw = str(value)
    if not raw.isascii():
        raw = raw.encode("utf-8", "replace").decode()
    tidy, garbled = mended(raw) if normalise else (_single_spaced(html.unescape(raw)), False)
    if not tidy:
        return Cleaned("blank")
    if tidy.casefold() in missing:
        return Cleaned("placeholder", tidy=tidy)
    has_address = "." in tidy and WEB_ADDRESS.search(tidy) is not None
    return Cleaned("", tidy if normalise else raw, tidy, raw if garbled else "", has_address)


def tidied(text: str) -> str:
    """Return a headline with single spaces, without HTML, and with letters as they were meant.

    >>> tidied("  <b>Sales</b> &amp; Rents\\u00a0Up ")
    'Sales & Rents Up'
    """
    return mended(text)[0]


def mended(text: str) -> tuple[str, bool]:
    """Return a tidy headline, and whether its letters had been read in the wrong encoding."""
    text = without_bytes_form(text)
    if not text.isascii():
        text = text.translate(_SPACES)
    whole = ungarbled(text)
    garbled = whole != text
    if "<" in whole or "&" in whole:
        whole = without_tags(without_entities(without_tags(whole)))
    return _single_spaced(whole), garbled


def _single_spaced(text: str) -> str:
    return " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).split())
