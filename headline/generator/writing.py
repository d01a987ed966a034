"""Writes words after a text, in the style in which the text began."""

from collections.abc import Sequence

from headline.corpus.casing import capitalise, in_style, style_for_next
from headline.corpus.segmentation import CLOSING_MARKS, DASH, OPENING_MARKS
from headline.corpus.vocabulary import Typed, Vocabulary

_SENTENCE_ENDS = (".", "?", "!")  # a word after one of these is capitalised in a sentence
_STYLES = {"sentence": "written"}  # a wanted style, as `style_for_next` calls it


class Writing:
    """The style of one text, inferred from its words."""

    def __init__(self, text: str, typed: Typed, vocabulary: Vocabulary, wanted: str = "auto", prior: str = "sentence"):
        """`wanted` is the style to write in: "sentence", "title", "lower", "upper", or "auto" (as the text begins);
        `prior` is the style of the model's own headlines."""
        self.typed, self.vocabulary = typed, vocabulary
        self.style = _STYLES.get(wanted, wanted)
        if wanted == "auto":
            self.style = style_for_next(typed.words, _usual(typed.words, vocabulary), typed.starts, prior)
        # In Title Case a word after a colon is a first word, whatever it is; in a sentence only one after its end.
        after_mark = typed.mark not in ("", ",") if self.style == "title" else typed.mark in _SENTENCE_ENDS
        self.starts = self.style in ("title", "written") and (not typed.words or after_mark)
        self._forced = wanted if wanted in ("lower", "upper") else ""
        self._before = typed.context[-1] if typed.words and typed.context and not typed.mark else None
        self.curly = "’" in text and "'" not in text

    def completion(self, ids: Sequence[int]) -> str:
        """Return the letters that words add to the text; the first one completes the open word."""
        written = self._written(ids)
        if self.typed.fragment:
            added = self._rest(written[0], self.vocabulary.itos[ids[0]], self.typed.fragment)
        else:
            added = (" " if self.typed.needs_space else "") + in_style(written[0], self.style, self.starts)
        return self._quoted(" ".join([added, *self._later(written[1:])]))

    @property
    def exceptions(self) -> dict[int, str]:
        """How words are written next, by id, where it is not as usual because of the word before."""
        return {} if self._before is None else self.vocabulary.forms_after.get(self._before, {})

    def usual(self, i: int) -> str:
        """How the word with id `i` is usually written here."""
        return self.vocabulary.written_after(self._before, i)

    def _written(self, ids: Sequence[int]) -> list[str]:
        """How each of some words is usually written where it stands."""
        before = [self._before, *ids[:-1]]
        return [self.vocabulary.written_after(b, i) for b, i in zip(before, ids, strict=True)]

    def following(self, own: int, ids: Sequence[int]) -> str:
        """Return words after the open one, which is complete and has the id `own`, with the space between them."""
        written = [self.vocabulary.written_after(b, i) for b, i in zip([own, *ids], ids, strict=False)]
        return self._quoted(" " + " ".join(self._later(written)))

    def unlisted(self, word: str, after_open_word: bool = False) -> str:
        """Return the letters that one word outside the vocabulary adds; as `completion` and `following` do."""
        if self.typed.fragment and not after_open_word:
            return self._quoted(self._rest(word, self.vocabulary.tokenizer.key(word), self.typed.fragment))
        space = " " if after_open_word or self.typed.needs_space else ""
        return self._quoted(space + in_style(word, self.style, self.starts and not after_open_word))

    def corrected(self, words: Sequence[str]) -> str:
        """Return words that replace the open one, the first in the case of its letters."""
        fragment, first = self.typed.fragment, words[0]
        if fragment.isupper() and sum(map(str.isalpha, fragment)) > 1:
            first = first.upper()
        elif fragment[:1].isupper():
            first = capitalise(first)
        return self._quoted(" ".join([first, *self._later(words[1:])]))

    def _later(self, words: Sequence[str]) -> list[str]:
        return [in_style(word, self.style) for word in words]

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


def _usual(words: Sequence[str], vocabulary: Vocabulary) -> list[str | None]:
    """How each word of a text is usually written after the one before it; None for unknown words."""
    found: list[str | None] = []
    before = None
    for word in words:
        i = vocabulary.stoi.get(vocabulary.tokenizer.key(word))
        found.append(None if i is None else vocabulary.written_after(before, i))
        before = i
    return found


_CLOSING = {"(": ")", "“": "”", "‘": "’"}


def append_words(
    text: str, ids: Sequence[int], vocabulary: Vocabulary, style: str = "auto", prior: str = "sentence"
) -> str:
    """Append words and marks to a text, each in the style of the text before it."""
    for i in ids:
        word = vocabulary.itos[i]
        if word in vocabulary.tokenizer.marks:
            text = _append_mark(text, word)
            continue
        text += Writing(text, vocabulary.split_typed(text), vocabulary, style, prior).completion([i]) + " "
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
