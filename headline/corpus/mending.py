"""Faults that programs leave in titles: markup, letters read in the wrong encoding, the printed form of bytes."""

import ast
import html
import re

import ftfy
from ftfy.badness import is_bad

_ENTITY = re.compile(r"&(?:#\d{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};)")
_AMPERSAND = re.compile(r"&amp;(?=#?\w{1,31};)")
_TAGS = "a abbr b big br cite code del dfn div em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p q s small span"
_TAGS += " strike strong sub sup tt u ul wbr"
_NAMES = "|".join(sorted(_TAGS.split(), key=len, reverse=True))
# An element's tags; a lone tag is what a title is about (“What does <b> do?”) unless it never has an end.
_ELEMENT = re.compile(rf"<({_NAMES})(?:\s[^<>]{{0,2000}})?>([^<>]*)</\1\s*>", re.IGNORECASE)
_VOID = re.compile(r"<(?:br|hr|wbr|img)(?:\s[^<>]{0,2000})?/?>", re.IGNORECASE)
_BYTES = re.compile(r"""b(?:'[^'\n]*(?:\\'[^'\n]*)*'|"[^"\n]*")""")
_DEEPEST = 8  # elements within each other that are taken off
# What the first byte of a character in UTF-8 becomes in Windows-1252 or 1251, and then what no word has after it: a
# quick look before ftfy's, which takes 35 microseconds a title.
_SUSPECT = re.compile(
    "[\u00c2-\u00f4][^\x00-\x7f\u00c0-\u0151\u0154-\u015f\u0162-\u0177\u0179-\u017c]|[РС][^\x00-\x7fА-я]|[а-я][\u0402-\u040f]"
)
WEB_ADDRESS = re.compile(r"\bhttps?://\S+|\bwww\.\w\S+", re.IGNORECASE)


def without_tags(text: str) -> str:
    """A text without the tags of HTML elements.

    >>> without_tags("<b>Mayor</b> opens<br>bridge; what is <div>?")
    'Mayor opens bridge; what is <div>?'
    """
    if "<" not in text:
        return text
    text = _VOID.sub(" ", text)
    for _ in range(_DEEPEST):
        text, found = _ELEMENT.subn(r"\2", text)
        if not found:
            break
    return text


def without_entities(text: str) -> str:
    """A text with HTML's characters decoded, once more where the ampersand itself was written so.

    >>> without_entities("Storm &amp;amp; schools, ?a=1&section=2")
    'Storm & schools, ?a=1&section=2'
    """
    if "&" not in text:
        return text
    return _ENTITY.sub(lambda found: html.unescape(found[0]), _AMPERSAND.sub("&", text))


def without_bytes_form(text: str) -> str:
    """The text within the printed form of Python's bytes.

    >>> without_bytes_form("b'Caf\\\\xc3\\\\xa9 opens'")
    'Café opens'
    """
    if not text.lstrip().startswith("b"):
        return text
    stripped = text.strip()
    if not (stripped.startswith(("b'", 'b"')) and _BYTES.fullmatch(stripped)):
        return text
    try:
        value = ast.literal_eval(stripped)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return text
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else text


def ungarbled(text: str) -> str:
    """A text whose letters were once read in the wrong encoding, as it was before.

    >>> ungarbled("Donâ€™t Panic")
    'Don’t Panic'
    """
    if text.isascii() or not _SUSPECT.search(text) or not is_bad(text):
        return text
    return ftfy.fix_encoding(text)
