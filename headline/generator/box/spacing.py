"""The space that comes with a taken word, and the signs before which it goes."""

from headline.corpus.language.scripts import joins
from headline.corpus.segmentation import CLOSING_MARKS, OPENING_MARKS

# Typed right after a taken word, these come directly behind it. A space follows them ...
CLOSING = "".join(sorted(CLOSING_MARKS - {"’"})) + "%"
# ... but not these: government’s, Trump-Russia, and/or.
JOINING = "'’-/"
# Behind a taken one of these comes no space. A straight quote is one where a space is before it.
OPENING = "".join(sorted(OPENING_MARKS)) + "«„"


def space_after(text: str) -> str:
    """Return what the space behind a taken text came with: "word" or "mark", or "" where there comes none.

    >>> [space_after(text) for text in ("Why", "Why?", "he says “", "he says \\"", "he “says”", "新しい")]
    ['word', 'mark', '', '', 'mark', '']
    """
    last, before = text[-1:], text[-2:-1]
    if joins(text, "") or last in OPENING or (last in "\"'" and (not before or before.isspace())):
        return ""
    # A full stop may be part of the word, as in U.S.
    return "mark" if last in CLOSING_MARKS - {".", "’"} or last == '"' else "word"
