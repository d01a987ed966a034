"""Text -> words: the two tokenizers."""

import re
import unicodedata
from dataclasses import dataclass


def _marks() -> str:
    """The combining marks of the Basic Multilingual Plane, as the inside of a character class.

    Python's \\w leaves them out, and words of Hindi, Thai and many others would fall apart.
    """
    points = [c for c in range(0x300, 0x10000) if unicodedata.category(chr(c)).startswith("M")]
    starts = [c for c in points if unicodedata.category(chr(c - 1))[0] != "M"]
    ends = [c for c in points if c == 0xFFFF or unicodedata.category(chr(c + 1))[0] != "M"]
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(starts, ends, strict=True))


_LETTERS = rf"(?:[^\W_][{_marks()}]*)"


_UNIT = rf"(?:(?:[^\W\d_]\.){{2,}}|{_LETTERS}+)"  # U.S. or word


# Points and commas join only within numbers and names of sites (6.5, 10,000, amazon.com).
_HEADLINE_WORD = re.compile(rf"[$£€₹#@]?{_UNIT}(?:[-'’&]{_UNIT}|[.,](?=\d){_UNIT}|\.(?=[a-z]{{2,3}}\b){_UNIT})*%?")


# Everything between the characters that Keras' Tokenizer filters by default, and spaces.
_KERAS_WORD = re.compile(r"""[^ !"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~\t\n]+""")


@dataclass(frozen=True)
class Tokenizer:
    """Finds the words of a text. `key` is what two writings of one word share."""

    name: str
    pattern: re.Pattern
    joiners: str  # marks that may stand at the end of a word that is still being typed

    def words(self, text: str) -> list[str]:
        """The words as they stand in the text."""
        return self.pattern.findall(text)

    def spelling(self, word: str) -> str:
        """A word without what is chance in its writing; Keras' Tokenizer takes every writing as it is."""
        return word if self.name == "keras" else unicodedata.normalize("NFC", word).replace("’", "'")

    def key(self, word: str) -> str:
        return self.spelling(word).lower()

    def keys(self, text: str) -> list[str]:
        return [self.key(word) for word in self.words(text)]


TOKENIZERS = {
    # keras.preprocessing.text.Tokenizer, whose punctuation falls away: "U.S." is two words, "u" and "s"
    "keras": Tokenizer("keras", _KERAS_WORD, ""),
    # 15-year-old, don't, U.S., $2, 6.5%, AT&T are one word each
    "headline": Tokenizer("headline", _HEADLINE_WORD, "-'’&.,"),
}
