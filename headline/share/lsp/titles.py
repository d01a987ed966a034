"""Where a document has a title: headings and front matter of Markdown, and every line of plain text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from headline.share.lsp.quoting import PLAIN, Quoting, Refused, quoting

MARKDOWN = frozenset({"markdown", "mdx", "quarto", "rmarkdown", "rmd"})  # languages, as editors name them
PLAIN_TEXT = frozenset({"plaintext", "text"})
LONGEST = 1_000  # characters of a title that are read

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+")
# A fence may stand in a list or a quotation, which are indented.
_FENCE = re.compile(r"[\s>]*(?:(?:[-*+]|\d+[.)])\s+)*(`{3,}|~{3,})(.*)")
_HTML = re.compile(r" {0,3}<(!--|pre\b|script\b|style\b|textarea\b)", re.IGNORECASE)
_OPENED = re.compile(r"\]\([^)]*$|\{[^}]*$|<[^>]*$")  # a link's address, an attribute or a tag that has not ended
_YAML_KEY = re.compile(r"\s*(?:-\s+)?([\"']?)title\1\s*:[ \t]+", re.IGNORECASE)
_TOML_KEY = re.compile(r"\s*([\"']?)title\1\s*=\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Title:
    """A title as far as the cursor."""

    text: str  # without the quoting of the file
    at_end: bool  # whether nothing of the title follows the cursor
    quoting: Quoting = PLAIN  # how the file writes it


def title_at(lines: Sequence[str], line: int, column: int, language: str) -> Title | None:
    """Return the title at the cursor, or None where there is none or the cursor is inside a word of it.

    `lines` have no line ends, `column` counts characters, and `language` is the name that editors have for it.
    """
    if not 0 <= line < len(lines) or not 0 <= column <= len(lines[line]):
        return None
    before, after = lines[line][:column], lines[line][column:]
    if after[:1].isalnum():
        return None
    if language in PLAIN_TEXT:
        return Title(before.lstrip()[-LONGEST:], not after.strip())
    if language not in MARKDOWN:
        return None
    sign, begins = lines[0].rstrip(), 0
    if sign in ("---", "+++"):
        begins = _front_matter_end(lines, sign)
        if line < begins:
            return _value(before, after, sign)
    found = _HEADING.match(before)
    if not found or _is_code(lines[begins:line]):
        return None
    return _heading(before[found.end() :], after)


def _front_matter_end(lines: Sequence[str], sign: str) -> int:
    """The number of the line that closes the front matter; where none does yet, of the first empty line."""
    closing = ("---", "...") if sign == "---" else (sign,)
    for n, text in enumerate(lines[1:], 1):
        if text.rstrip() in closing:
            return n
    return next((n for n, text in enumerate(lines) if not text.strip()), len(lines))


def _value(before: str, after: str, sign: str) -> Title | None:
    """The title in a line of front matter."""
    found = (_YAML_KEY if sign == "---" else _TOML_KEY).match(before)
    if not found:
        return None
    written, rest = before[found.end() :], after.strip()
    way = quoting(written, sign)
    if way is None or written.startswith('"""') or (sign == "+++" and written.startswith("'''")):
        return None  # a number, or a text of several lines
    if not written and rest:
        return None  # the cursor is before the value
    try:
        text = way.read(written.removeprefix(way.quote))
    except Refused:
        return None
    at_end = rest in ("", way.quote) or (not way.quote and rest.startswith("#"))
    return Title(text[-LONGEST:], at_end, way)


def _heading(text: str, after: str) -> Title | None:
    """The title of a heading, unless the cursor is in code, in a link's address or in an attribute."""
    if text.count("`") % 2 or _OPENED.search(text):
        return None
    return Title(text[-LONGEST:], not after.strip(" \t#"))


def _is_code(lines: Sequence[str]) -> bool:
    """Whether what follows these lines is in a block of code or of HTML that has not ended."""
    fence, end = "", ""  # what opened a block of code, and what ends one of HTML
    for line in lines:
        if fence:
            closing = _FENCE.match(line)
            if closing and closing[1].startswith(fence) and not closing[2].strip():
                fence = ""
        elif end:
            if end in line.lower():
                end = ""
        elif (opening := _FENCE.match(line)) and not (opening[1][0] == "`" and "`" in opening[2]):
            fence = opening[1]
        elif opening := _HTML.match(line):
            end = "-->" if opening[1] == "!--" else f"</{opening[1].lower()}"
            if end in line[opening.end() :].lower():
                end = ""
    return bool(fence or end)
