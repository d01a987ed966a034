"""Writes words after a text, in the style in which the text began."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from headline.corpus.casing import capitalise, capitalises_every_word, in_style, style_for_next
from headline.corpus.language.languages import Language
from headline.corpus.language.scripts import joins
from headline.corpus.segmentation import CLOSING_MARKS, DASH, MARKS, OPENING_MARKS, PAIRS, SENTENCE_ENDS, gap, join
from headline.corpus.vocabulary import Typed, Vocabulary
from headline.generator.words.capitals import INITIALS, chance_of_capitals, in_capitals

_NARROW = "\u202f"  # a space of French, which ends no line
_BEGIN_NOTHING = frozenset(",،、，()（）”’」』》】")  # marks after which a title goes on
_STYLES = {"sentence": "written"}  # a wanted style, as `style_for_next` calls it


class Writing:
    """The style of one text, inferred from its words."""

    def __init__(self, text: str, typed: Typed, vocabulary: Vocabulary, wanted: str = "auto", prior: str = "sentence"):
        """`wanted` is the style to write in: "sentence", "title", "lower", "upper", or "auto" (as the text begins);
        `prior` is the style of the model's own headlines."""
        self.typed, self.vocabulary = typed, vocabulary
        self.language = vocabulary.tokenizer.language
        self._text = text
        self.style = _STYLES.get(wanted, wanted)
        usual = _usual(typed, vocabulary)
        if wanted == "title" and self.language.small_words is None:
            self.style = "written"  # there is no Title Case
        if wanted == "auto":
            self.style = style_for_next(typed.words, usual, typed.starts, prior, self.language)
            # A list in Title Case has small words of its own.
            if self.style == "title" != prior and capitalises_every_word(typed.words, typed.starts, self.language):
                self.language = replace(self.language, small_words=frozenset())
        self.of_capitals = chance_of_capitals(typed.fragment, typed.words, usual, self.style, prior, self.language)
        self.starts = self._begins(typed.mark, typed.keys[-2:-1]) or (
            not typed.words and self.style in ("title", "written")
        )
        self._forced = wanted if wanted in ("lower", "upper") else ""
        self._before = typed.context[-1] if typed.words and typed.context and not typed.mark else None
        self.curly = "’" in text and "'" not in text

    @property
    def telling(self) -> bool:
        """Whether the open word is in capitals that tell it from ordinary words."""
        return self.of_capitals < 1

    def chance(self, form: str) -> float:
        """The chance that a word, given as it is usually written, is written in the capitals of the open word."""
        if not self.telling or form[: len(self.typed.fragment)].isupper():
            return 1.0
        key = self.vocabulary.tokenizer.key
        return 1.0 if key(form) == key(self.typed.fragment) else self.of_capitals

    def chance_of_listed(self, word: str) -> float:
        """The same of a word of the general list, which does not say how it is written: it may be initials."""
        brief = not self.telling or len(self.vocabulary.tokenizer.key(word)) <= INITIALS
        return 1.0 if brief else self.chance(word)

    def chances(self, ids: Sequence[int] | np.ndarray) -> np.ndarray:
        """The chance that each of some words is written in the capitals of the open word: (n,) float32."""
        return np.array([self.chance(self.usual(i)) for i in map(int, ids)], dtype=np.float32)

    def completion(self, ids: Sequence[int], then: int | None = None) -> str:
        """Return the letters that words add to the text; the first one completes the open word.

        `then` is the id of the word that follows them, where that is known: "New" before "York"."""
        written = self._written(self._before, ids, then)
        if self.typed.fragment:
            added = self._rest(written[0], self.vocabulary.itos[ids[0]], self.typed.fragment)
        else:
            word = in_style(written[0], self.style, self.starts, self.language)
            added = self._space(word) + word
        return self._quoted(join([added, *self._later(written)]) if len(written) > 1 else added)

    def usual(self, i: int) -> str:
        """How the word with id `i` is usually written here."""
        return self.vocabulary.written_between(self._before, i)

    def _written(self, before: int | None, ids: Sequence[int], then: int | None) -> list[str]:
        """How each of some words is usually written between the one before it and the one after it."""
        if len(ids) == 1:
            return [self.vocabulary.written_between(before, ids[0], then)]
        beside = zip([before, *ids], ids, [*ids[1:], then], strict=False)
        return [self.vocabulary.written_between(b, i, a) for b, i, a in beside]

    def following(self, own: int, ids: Sequence[int], then: int | None = None) -> str:
        """Return words after the open one, which is complete and has the id `own`, with the space between them."""
        written = self._written(own, ids, then)
        later = join([in_style(written[0], self.style, language=self.language), *self._later(written)])
        return self._quoted(gap(self._text, later) + later)

    def mark(self, ids: Sequence[int]) -> str:
        """Return the letters of a mark and what follows it. They come behind the word, `spaces` of them before."""
        written = self._written(None, ids, None)
        kept = self._text[: len(self._text) - self.spaces(ids[0])]
        space = "" if kept[-1:].isspace() else gap(kept, written[0])
        return self._quoted(space + join([written[0], *self._later(written)]))

    def spaces(self, mark: int) -> int:
        """How many spaces at the end of the text a mark takes the place of."""
        return len(self._text) - len(self._text.rstrip()) if self.vocabulary.itos[mark] in CLOSING_MARKS else 0

    def unlisted(self, word: str, after_open_word: bool = False) -> str:
        """Return the letters that one word outside the vocabulary adds; as `completion` and `following` do."""
        if self.typed.fragment and not after_open_word:
            return self._quoted(self._rest(word, self.vocabulary.tokenizer.key(word), self.typed.fragment))
        word = in_style(word, self.style, self.starts and not after_open_word, self.language)
        return self._quoted((gap(self._text, word) if after_open_word else self._space(word)) + word)

    def changed(self, word: str) -> int:
        """How many letters at the end of the open word a longer word changes.

        A Korean syllable changes as it is typed: 대토 becomes 대통. In all other languages it is 0.
        """
        fragment = self.typed.fragment
        if not fragment or not self.language.by_keys:
            return 0
        pairs = zip(self.language.lower(fragment), self.language.lower(word), strict=False)
        return len(fragment) - next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(fragment), len(word)))

    def _space(self, word: str) -> str:
        return " " if self.typed.needs_space and not joins(self._text, word) else ""

    def corrected(self, words: Sequence[str]) -> str:
        """Return words that replace the open one, the first in the case of its letters."""
        fragment, first = self.typed.fragment, words[0]
        if in_capitals(fragment):
            first = self.language.upper(first)
        elif fragment[:1].isupper():
            first = capitalise(first, self.language)
        return self._quoted(join([first, *self._later(words)]))

    def _later(self, words: Sequence[str]) -> list[str]:
        """The words and marks behind the first one, in style."""
        if len(words) == 1:
            return []
        last = [self.typed.fragment] if self.typed.fragment else self.typed.keys[-1:]
        starts = [self._begins(mark, words[n - 1 : n] if n else last) for n, mark in enumerate(words)]
        return [
            in_style(word, self.style, start, self.language) for start, word in zip(starts, words[1:], strict=False)
        ]

    def _begins(self, mark: str, before: Sequence[str]) -> bool:
        """Whether a word is a first word behind a mark, or behind no mark (""). `before` has the word before that."""
        if mark == "." and any(self.language.lower(word) in self.language.abbreviations for word in before):
            return False
        # In Title Case a word after a colon is a first word, whatever it is, but not what stands in brackets or after
        # a quotation; in a sentence only one after its end.
        if self.style == "title":
            return mark in MARKS and mark not in _BEGIN_NOTHING
        return self.style == "written" and mark in SENTENCE_ENDS

    def _quoted(self, text: str) -> str:
        """Write quotes and apostrophes as the text has them, or as the language does."""
        if text.isascii() and "'" not in text and not self.language.spaced:
            return text  # it has none
        if '"' in self._text:
            text = text.replace("“", '"').replace("”", '"')
        if "'" in self._text and not self.curly and "’" not in self._text:
            text = text.replace("‘", "'").replace("’", "'")
        last = self._text.rstrip()[-1:]
        before = last if last.isalpha() else ""  # a narrow space comes only behind a letter
        language = replace(self.language, quotes="“”") if "“" in self._text else self.language
        text = typeset(before + text, language)[len(before) :]
        return text.replace("'", "’") if self.curly else text

    def _rest(self, word: str, key: str, fragment: str) -> str:
        if self.language.by_keys:
            return word[len(fragment) - self.changed(word) :]
        n = len(self.vocabulary.tokenizer.key(fragment))
        if self._forced:
            return in_style(key[n:], self._forced, language=self.language)
        if len(word) != len(key):  # a few letters, such as İ, have another length in lower case
            return key[n:]
        all_capitals = self.style == "upper" and fragment.isupper()
        if word.startswith(self.vocabulary.tokenizer.spelling(fragment)) and not all_capitals:
            return word[n:]
        if all_capitals or in_capitals(fragment):
            return self.language.upper(word[n:])
        if self.style == "title" and fragment[0].isupper():
            return in_style(word, "title", language=self.language)[n:]
        return key[n:]


def _usual(typed: Typed, vocabulary: Vocabulary) -> list[str | None]:
    """How each word of a text is usually written between those beside it; None for unknown words."""
    ids = [vocabulary.stoi.get(key) for key in typed.word_keys]
    ahead = [None if start else i for i, start in zip(ids[1:], typed.starts[1:], strict=True)]  # or a mark is between
    beside = zip([None, *ids], ids, [*ahead, None], strict=False)
    return [None if i is None else vocabulary.written_between(before, i, after) for before, i, after in beside]


def append_words(
    text: str,
    ids: Sequence[int],
    vocabulary: Vocabulary,
    style: str = "auto",
    prior: str = "sentence",
    opens: bool = True,
) -> str:
    """Append words and marks to a text, each in the style of the text before it.

    `opens`: whether the first one completes the open word of the text, if it has one.
    """
    for n, i in enumerate(ids):
        word = vocabulary.itos[i]
        then = next(iter(ids[n + 1 : n + 2]), None)
        if word in vocabulary.tokenizer.marks:
            text = _append_mark(text, word)
        elif n == 0 and opens:
            writing = Writing(text, vocabulary.split_typed(text), vocabulary, style, prior)
            completion = writing.completion([i], then)
            text = text[: len(text) - writing.changed(writing.usual(i))] + completion
        else:
            settled = text if text[-1:].isspace() else text + " "
            word = Writing(settled, vocabulary.split_typed(settled), vocabulary, style, prior).completion([i], then)
            text += ("" if text[-1:].isspace() else gap(text, word)) + word
    return text.rstrip()


def closed(text: str) -> str:
    """Return a finished headline: without a comma, colon or dash at its end, every quote and bracket closed."""
    text = text.rstrip(" ,:;،؛、，：；" + DASH + "".join(OPENING_MARKS))
    for opening, closing in PAIRS.items():
        if text.count(opening) > text.count(closing) + (closing == "’") * _apostrophes(text):
            text += closing
    return text


def _apostrophes(text: str) -> int:
    return sum(c == "’" and text[n + 1 : n + 2].isalpha() for n, c in enumerate(text))


def typeset(text: str, language: Language) -> str:
    """Return a text with the quotes of a language, and with a narrow space where it has one before a mark.

    >>> from headline.corpus.language.languages import LANGUAGES
    >>> typeset("grève: la ville dit “non”", LANGUAGES["fr"])
    'grève\u202f: la ville dit «\u202fnon\u202f»'
    """
    opening, closing = language.quotes[0], language.quotes[1]
    if language.spaced:
        text = re.sub(f"(?<=[^\\W\\d])(?=[{re.escape(language.spaced)}])", _NARROW, text)
        opening, closing = opening + _NARROW, _NARROW + closing
    return text.replace("“", opening).replace("”", closing)


def _append_mark(text: str, mark: str) -> str:
    if mark in OPENING_MARKS:
        return text + ("" if text[-1:].isspace() else gap(text, mark)) + mark
    return text.rstrip() + gap(text.rstrip(), mark) + mark
