"""What the commands print, a line at a time.

Headlines and the names of files and models may hold control characters, with which they could move the cursor, change
the window's title or hide text. They are printed as escapes.
"""

import argparse
import codecs
import io
import json
import re
import sys
from typing import Any, NoReturn, TextIO

# C0 and C1 control characters, line and paragraph separators, and marks that change the direction of text.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    r"""A text with its control characters as escapes.

    >>> visible("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def say(text: object = "", file: TextIO | None = None) -> None:
    """Print one line, on stdout unless told otherwise."""
    print(visible(str(text)), file=file or sys.stdout, flush=True)


def speak_any_encoding() -> None:
    """Let stdout and stderr write what their encoding lacks as escapes, instead of raising an error.

    A terminal may speak ASCII or Latin-1 only, and an argument may hold bytes that are not UTF-8.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def speaks_utf8(stream: TextIO) -> bool:
    """Whether a stream can write every character."""
    try:
        return codecs.lookup(getattr(stream, "encoding", None) or "utf-8").name.startswith("utf-")
    except LookupError:
        return False


def say_json(value: Any) -> None:
    """Print a value as one line of JSON, which holds no control character either and reads back as the same value."""
    line = json.dumps(value, ensure_ascii=not speaks_utf8(sys.stdout), allow_nan=False)
    print(_CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", line), flush=True)


class Parser(argparse.ArgumentParser):
    """A parser that quotes wrong arguments, such as the names of files, without their control characters."""

    def error(self, message: str) -> NoReturn:
        super().error(visible(message))
