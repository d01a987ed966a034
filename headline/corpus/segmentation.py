"""Text -> words and punctuation marks, and back: the two tokenizers."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from headline.corpus.language.languages import LANGUAGES, Language, language
from headline.corpus.language.scripts import is_unspaced, joins
from headline.corpus.language.splitter import split_unspaced

# Punctuation marks that are tokens of their own, by how they attach when they are written.
CLOSING_MARKS = frozenset(",:;?!.…)”’،؛؟।、。，：；？！」』》】）")  # no space before, a space after
OPENING_MARKS = frozenset("(“‘¿¡「『《【（")  # a space before, no space after
DASH = "–"  # a space on both sides
SENTENCE_ENDS = frozenset(".?!؟।。？！")  # a word after one of these is capitalised in a sentence
MARKS = CLOSING_MARKS | OPENING_MARKS | {DASH}
# Every other way to write one of these. Which way a straight quote points depends on what surrounds it.
_SAME_MARK = dict.fromkeys(("-", "—", "―", "--"), DASH) | {"...": "…", "॥": "।"}
_FULL_WIDTH = dict(zip("，：？！；", ",:?!;", strict=True))  # marks of their own in Chinese and Japanese
# Apostrophes, the Hebrew signs that are typed so, and the full-width letters and digits of Japanese and Chinese.
_FULL_WIDTH_LETTERS = "".join(c for c in map(chr, range(0xFF10, 0xFF5B)) if c.isalnum())
_STRAIGHT = str.maketrans("’׳״" + _FULL_WIDTH_LETTERS, "''\"" + unicodedata.normalize("NFKC", _FULL_WIDTH_LETTERS))
# Quotes and brackets that belong together.
PAIRS = {"(": ")", "“": "”", "‘": "’", "「": "」", "『": "』", "《": "》", "【": "】", "（": "）"}
_QUOTES = dict.fromkeys('"“”„«»', ("“", "”")) | dict.fromkeys("'‘’`", ("‘", "’"))


def _combining_marks() -> str:
    """The combining marks of the Basic Multilingual Plane, as the inside of a character class.

    Python's \\w leaves them out, and words of Hindi, Thai and many others would fall apart.
    """
    points = [c for c in range(0x300, 0x10000) if unicodedata.category(chr(c)).startswith("M")]
    starts = [c for c in points if unicodedata.category(chr(c - 1))[0] != "M"]
    ends = [c for c in points if c == 0xFFFF or unicodedata.category(chr(c + 1))[0] != "M"]
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(starts, ends, strict=True))


_JOINERS = "\u200c\u200d"  # zero-width: they shape the letters of Persian and Hindi words
_LETTER = rf"(?:[^\W_][{_combining_marks()}{_JOINERS}]*)"
_UNIT = rf"(?:(?:[^\W\d_]\.){{2,}}|{_LETTER}+)"  # U.S. or word
_DECADE = r"(?<!\w)['’]\d0s\b"  # '90s
# Points, commas, colons and slashes join only within numbers and names of sites: 6.5, 10,000, 9/11, amazon.com.
# The Hebrew signs join too: צה״ל, also typed צה"ל, and בן־גוריון.
_JOINED = rf"(?:[-'’&׳״־]{_UNIT}|(?<=[א-ת])\"(?=[א-ת]){_UNIT}|(?<=\d)[.,:/٫٬](?=\d){_UNIT}|\.(?=[a-z]{{2,3}}\b){_UNIT})"
# A sign before: $5, #MeToo, .NET. A sign behind: 50%, C++, C#, Disney+.
_WORD = rf"(?:[$£€₹#@]|(?<![\w.…])\.(?=[A-Z]))?{_UNIT}{_JOINED}*(?:%|(?:\+\+?|#)(?![\w+#]))?"
# Every length is bounded, as those of real addresses are: without that, the time would grow with the square of a text.
_LABEL = r"[\w-]{1,63}"  # of a domain name
_URL = rf"\b(?:https?://|www\.)\S+|\b[\w.+-]{{1,64}}@{_LABEL}\.[\w.-]+|\b(?:{_LABEL}\.){{1,5}}[a-z]{{2,24}}/\S+"
_MARK = r"\.\.\.|--|[,:;?!.…()—―–\-\"“”„«»'‘’`،؛؟।॥¿¡、。，：；？！「」『』《》【】（）]"
_TOKEN = re.compile(rf"(?P<url>{_URL})|(?P<word>{_DECADE}|{_WORD})|(?P<mark>{_MARK})")
# Everything between the characters that Keras' Tokenizer filters by default, and spaces.
_KERAS_TOKEN = re.compile(r"""(?P<word>[^ !"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~\t\n]+)""")


class Token(NamedTuple):
    """A word or a punctuation mark, and where it is in the text."""

    text: str  # a word as it is written in the text; a mark in its standard form, one of MARKS
    start: int
    end: int
    is_mark: bool


@dataclass(frozen=True)
class Tokenizer:
    """Finds the words and marks of a text. Two spellings of one word share a `key`."""

    name: str
    pattern: re.Pattern
    marks: frozenset[str]  # that are tokens
    joiners: str  # signs that may end a word while it is being typed
    language: Language = LANGUAGES["en"]

    def scan(self, text: str) -> list[Token]:
        """The tokens of a text, in order. Web and mail addresses and other signs are left out.

        >>> [t.text for t in TOKENIZERS["headline"].scan('Review: "C++" - is it $5m, or 9/11?')]
        ['Review', ':', '“', 'C++', '”', '–', 'is', 'it', '$5m', ',', 'or', '9/11', '?']
        """
        tokens: list[Token] = []
        open_quotes: Counter[str] = Counter()
        for match in self.pattern.finditer(text):
            kind, start, end = match.lastgroup, match.start(), match.end()
            if kind == "word":
                tokens += self._words(match[0], start)
            elif kind == "mark" and (mark := _standard_mark(text, start, end, open_quotes)):
                tokens.append(Token(mark, start, end, is_mark=True))
        return tokens

    def _words(self, run: str, start: int) -> list[Token]:
        """The words of a run of letters that begins at `start`: one, but where a script has no spaces."""
        if self.name == "keras" or not is_unspaced(run):
            return [Token(run, start, start + len(run), is_mark=False)]
        tokens = []
        for word in split_unspaced(run, self.language.base):
            tokens.append(Token(word, start, start + len(word), is_mark=False))
            start += len(word)
        return tokens

    def words(self, text: str) -> list[str]:
        """The words as they are written in the text, without the marks."""
        return [token.text for token in self.scan(text) if not token.is_mark]

    def tokens(self, text: str) -> list[str]:
        """The words as they are written in the text, and the marks in their standard form."""
        return [token.text for token in self.scan(text)]

    def spelling(self, word: str) -> str:
        """A word in Unicode's composed form with straight apostrophes; as it is for Keras' tokenizer."""
        if word.isascii() or self.name == "keras" or word in self.marks:
            return word
        return unicodedata.normalize("NFC", word).translate(_STRAIGHT)

    def lower(self, word: str) -> str:
        """The lower case of a word's spelling, by the rules of the language."""
        return word.lower() if self.name == "keras" else self.language.lower(self.spelling(word))

    def key(self, word: str) -> str:
        """What all spellings of a word have in common: the lower-cased spelling, and for Korean the keys pressed."""
        return word.lower() if self.name == "keras" else self.language.key(self.spelling(word))

    def keys(self, text: str) -> list[str]:
        """The keys of the words, without the marks."""
        return [self.key(word) for word in self.words(text)]


def _standard_mark(text: str, start: int, end: int, open_quotes: Counter[str]) -> str | None:
    """The standard form of the mark at text[start:end], None where it is no punctuation.

    `open_quotes` counts the quotes of each kind that were opened and not yet closed; it is updated.
    """
    sign = text[start:end]
    before, after = text[start - 1 : start], text[end : end + 1]
    if sign in _QUOTES:
        opening, closing = _QUOTES[sign]
        if open_quotes[opening] and (sign == "»" or not before.isspace()):  # « with spaces inside » in French
            open_quotes[opening] -= 1
            return closing
        if (not before or before.isspace() or before in OPENING_MARKS or before in "-–—") and (
            sign == "«" or not after.isspace()
        ):
            open_quotes[opening] += 1
            return opening
        return None  # an apostrophe, or a quote that belongs to nothing
    mark = _SAME_MARK.get(sign, sign)
    if not joins(before, ""):
        mark = _FULL_WIDTH.get(mark, mark)
    if mark == DASH and sign != "—" and sign != "--" and not (before.isspace() and (after.isspace() or not after)):
        return None  # a hyphen
    return mark


def mark_rules() -> dict:
    """How marks attach and which ones mean the same, for a program in another language."""
    return {
        "opening": sorted(OPENING_MARKS),
        "closing": sorted(CLOSING_MARKS),
        "pairs": PAIRS,
        "sentence_ends": sorted(SENTENCE_ENDS),
        "same": _SAME_MARK,
        "full_width": _FULL_WIDTH,
    }


def straight_letters() -> dict[str, str]:
    """What each letter, digit or apostrophe of another form becomes in a spelling."""
    return {chr(a): chr(b) for a, b in _STRAIGHT.items()}


def gap(before: str, after: str) -> str:
    """What is written between a text and the word or mark that follows it: a space, or nothing.

    >>> [gap("Why", "?"), gap("Why", "now"), gap("新しい", "図書館")]
    ['', ' ', '']
    """
    glued = not before or before[-1] in OPENING_MARKS or after in CLOSING_MARKS or joins(before, after)
    return "" if glued else " "


def join(tokens: Iterable[str]) -> str:
    """Tokens as one text: single spaces, none before a closing mark, after an opening one, or in scripts without.

    >>> join(["Review", ":", "“", "C++", "”", "–", "is", "it", "$5m", "?"])
    'Review: “C++” – is it $5m?'
    """
    text = ""
    for token in tokens:
        text += gap(text, token) + token
    return text


@lru_cache(maxsize=256)  # a model may name any language
def tokenizer(name: str, tag: str = "en") -> Tokenizer:
    """The tokenizer of a name, "keras" or "headline", for the language of a BCP 47 tag."""
    return replace(TOKENIZERS[name], language=language(tag))


TOKENIZERS = {
    # keras.preprocessing.text.Tokenizer, which drops punctuation: "U.S." is two words, "u" and "s"
    "keras": Tokenizer("keras", _KERAS_TOKEN, frozenset(), ""),
    # 15-year-old, don't, U.S., $2, 6.5%, AT&T, C++ are one word each; marks are tokens
    "headline": Tokenizer("headline", _TOKEN, MARKS, "-'’&.,:/\"׳״־"),
}
