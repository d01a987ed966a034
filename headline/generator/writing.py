"""Writes words after a text, in the style in which the text began."""

from collections.abc import Sequence

from headline.corpus.casing import capitalise, in_style, style_for_next
from headline.corpus.segmentation import CLOSING_MARKS, DASH, OPENING_MARKS
from headline.corpus.vocabulary import Typed, Vocabulary


class Writing:
    """The style of one text, inferred from its words."""

    def __init__(self, text: str, typed: Typed, vocabulary: Vocabulary, wanted: str = "auto"):
        """`wanted` is the style to write in: "sentence", "title", "lower", "upper", or "auto" (as the text begins)."""
        self.typed, self.vocabulary = typed, vocabulary
        words = typed.words
        known = [vocabulary.stoi.get(vocabulary.tokenizer.key(word)) for word in words]
        written = [None if i is None else vocabulary.written[i] for i in known]
        self.style = style_for_next(words, written)
        if wanted != "auto":
            first = wanted in ("sentence", "title") and not words
            self.style = "first" if first else {"sentence": "written"}.get(wanted, wanted)
        self._forced = wanted if wanted in ("lower", "upper") else ""
        self.curly = "’" in text and "'" not in text

    def completion(self, ids: Sequence[int]) -> str:
        """Return the letters that words add to the text; the first one completes the open word."""
        written = [self.vocabulary.written[i] for i in ids]
        if self.typed.fragment:
            added = self._rest(written[0], self.vocabulary.itos[ids[0]], self.typed.fragment)
        else:
            added = (" " if self.typed.needs_space else "") + in_style(written[0], self.style)
        return self._quoted(" ".join([added, *self._later(written[1:])]))

    def unlisted(self, word: str) -> str:
        """Return the letters that complete the open word to one outside the vocabulary."""
        return self._quoted(self._rest(word, word, self.typed.fragment))

    def corrected(self, words: Sequence[str]) -> str:
        """Return words that replace the open one, the first in the case of its letters."""
        fragment, first = self.typed.fragment, words[0]
        if fragment.isupper() and sum(map(str.isalpha, fragment)) > 1:
            first = first.upper()
        elif fragment[:1].isupper():
            first = capitalise(first)
        return self._quoted(" ".join([first, *self._later(words[1:])]))

    def _later(self, words: Sequence[str]) -> list[str]:
        return [in_style(word, "written" if self.style == "first" else self.style) for word in words]

    def _quoted(self, text: str) -> str:
        return text.replace("'", "’") if self.curly else text

    def _rest(self, word: str, key: str, fragment: str) -> str:
        n = len(self.vocabulary.tokenizer.key(fragment))
        if self._forced:
            return in_style(key[n:], self._forced)
        if len(word) != len(key):  # a few letters, such as İ, have another length in lower case
            return key[n:]
        if word.startswith(self.vocabulary.tokenizer.spelling(fragment)):
            return word[n:]
        shouted = fragment.isupper() and sum(map(str.isalpha, fragment)) > 1
        if shouted or (self.style == "upper" and fragment.isupper()):
            return word[n:].upper()
        return in_style(word, "title")[n:] if self.style == "title" and fragment[0].isupper() else key[n:]


_CLOSING = {"(": ")", "“": "”", "‘": "’"}


def append_words(text: str, ids: Sequence[int], vocabulary: Vocabulary, style: str = "auto") -> str:
    """Append words and marks to a text, each in the style of the text before it."""
    for i in ids:
        word = vocabulary.itos[i]
        if word in vocabulary.tokenizer.marks:
            text = _append_mark(text, word)
            continue
        text += Writing(text, vocabulary.split_typed(text), vocabulary, style).completion([i]) + " "
    return text.rstrip()


def closed(text: str) -> str:
    """Return a finished headline: without a comma, colon or dash at its end, every quote and bracket closed."""
    text = text.rstrip(" ,:;" + DASH + "".join(OPENING_MARKS))
    for opening, closing in _CLOSING.items():
        if text.count(opening) > text.count(closing) + (closing == "’") * _apostrophes(text):
            text += closing
    return text


def _apostrophes(text: str) -> int:
    return sum(c == "’" and text[n + 1 : n + 2].isalpha() for n, c in enumerate(text))


def _append_mark(text: str, mark: str) -> str:
    if mark in OPENING_MARKS:
        return (text if not text or text[-1].isspace() or text[-1] in OPENING_MARKS else text + " ") + mark
    return text.rstrip() + (mark if mark in CLOSING_MARKS else f" {mark}") + " "
