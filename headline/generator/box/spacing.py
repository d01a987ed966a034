"""The space that comes with a taken word, and the signs before which it goes."""

from headline.corpus.segmentation import CLOSING_MARKS

# Typed right after a taken word, these come directly behind it. A space follows them ...
CLOSING = "".join(sorted(CLOSING_MARKS - {"’"})) + "%"
# ... but not these: government’s, Trump-Russia, and/or.
JOINING = "'’-/"
