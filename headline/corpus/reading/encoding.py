"""The encoding of a text that is no UTF-8, found by the words that it makes.

A short text has too few bytes for statistics of letters alone, so words decide first: the encoding is the one whose
text has the largest share of words that are frequent in a language written in it. `charset-normalizer` decides where
no words are known.
"""

import codecs
import re
from functools import cache

from charset_normalizer import from_bytes
from wordfreq import get_frequency_dict

from headline.errors import CorpusError

# Encodings and the languages written in them, the most frequent first: at equal shares the first is chosen.
LANGUAGES = {
    "cp1252": ("fr", "de", "es", "pt", "it", "sv", "nl", "da", "nb", "fi", "en"),
    "latin-1": ("fr", "de", "es", "pt", "it", "sv"),
    "cp1250": ("pl", "cs", "hu", "ro", "sl", "sk", "sh"),
    "iso8859-2": ("pl", "cs", "hu", "ro", "sl", "sk", "sh"),
    "cp1251": ("ru", "uk", "bg", "mk"),
    "cp1253": ("el",),
    "iso8859-7": ("el",),
    "cp1254": ("tr",),
    "cp1255": ("he",),
    "cp1256": ("ar", "fa", "ur"),
    "cp1257": ("lt", "lv"),
    "koi8-r": ("ru",),
    "cp866": ("ru",),
    "cp949": ("ko",),
    "cp932": ("ja",),
    "euc_jp": ("ja",),
    "gb18030": ("zh",),
    "big5": ("zh",),
}
# What a person may choose from: the name in Python, and the one to show.
CHOICES = {
    "utf-8": "Unicode (UTF-8)",
    "utf-16-le": "Unicode (UTF-16, little-endian)",
    "utf-16-be": "Unicode (UTF-16, big-endian)",
    "cp1252": "Western European (Windows-1252)",
    "latin-1": "Western European (Latin-1)",
    "cp1250": "Central European (Windows-1250)",
    "iso8859-2": "Central European (Latin-2)",
    "cp1251": "Cyrillic (Windows-1251)",
    "koi8-r": "Russian (KOI8-R)",
    "cp866": "Russian (CP866)",
    "cp1253": "Greek (Windows-1253)",
    "iso8859-7": "Greek (ISO 8859-7)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1255": "Hebrew (Windows-1255)",
    "cp1256": "Arabic (Windows-1256)",
    "cp1257": "Baltic (Windows-1257)",
    "cp874": "Thai (Windows-874)",
    "cp932": "Japanese (Shift-JIS)",
    "euc_jp": "Japanese (EUC-JP)",
    "cp949": "Korean (CP949)",
    "gb18030": "Chinese, simplified (GB18030)",
    "big5": "Chinese, traditional (Big5)",
    "mac_roman": "Western European (Mac Roman)",
}
_WITHOUT_SPACES = frozenset(("ja", "zh"))
_OF_SEVERAL_BYTES = frozenset(("cp949", "cp932", "euc_jp", "gb18030", "big5"))
_ENOUGH = 0.25  # share of known words from which words decide
_NON_ASCII = re.compile(r"[^\W\d_]*[^\W\d_\x00-\x7f][^\W\d_]*")  # a word with a letter outside ASCII
_MOST_WORDS = 400
_LONGEST_WORD = 4  # characters of a word in a language without spaces


def check_encoding(name: str) -> str:
    """Return Python's name of a text encoding.

    Raises:
        CorpusError: there is none of this name.
    """
    try:
        found = codecs.lookup(name.strip())
        text = found._is_text_encoding and "a".encode(found.name)
    except (LookupError, ValueError, TypeError, UnicodeError):  # a NUL in the name is a ValueError
        text = False
    if not text or found.name in ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"):
        examples = "cp949, cp1251, shift_jis or gb18030"
        raise CorpusError(f"There is no encoding “{' '.join(name.split())[:40]}”: name one such as {examples}.")
    return found.name


def guess_encoding(data: bytes, windows: bool = True) -> str:
    """The most likely encoding of lines that are no UTF-8; `windows`: whether the whole file can be Windows-1252."""
    shares = {encoding: _known_share(data, encoding) for encoding in LANGUAGES}
    best = max(shares, key=shares.__getitem__)
    if shares[best] >= _ENOUGH:
        return best
    isolated = [*LANGUAGES, "cp874"]
    match = from_bytes(data, cp_isolation=isolated).best()
    if match is not None and match.encoding in CHOICES:
        return match.encoding
    return "cp1252" if windows else "latin-1"


def guess_utf16(data: bytes) -> str | None:
    """The byte order of UTF-16 without a mark, or None where bytes of value 0 mean something else."""
    data = data[: len(data) // 2 * 2]
    for encoding, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < len(data) - 2:  # a surrogate pair that is cut at the end is none of its faults
                continue
            text = data[: error.start].decode(encoding)
        plain = sum(c.isprintable() or c in "\r\n\t" for c in text)
        if "\0" not in text and plain > 0.97 * len(text) and zeros.count(0):
            return encoding
    return None


def _known_share(data: bytes, encoding: str) -> float:
    """The share of the words outside ASCII that one language of the encoding has; 0 where it does not decode."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding not in _OF_SEVERAL_BYTES or error.start < len(data) - 4:  # a character that is cut at the end
            return 0.0
        text = data[: error.start].decode(encoding)
    words = [word.casefold() for word in _NON_ASCII.findall(text)[:_MOST_WORDS]]
    total = sum(map(len, words))
    if not total:
        return 0.0
    best = 0.0
    for language in LANGUAGES[encoding]:
        known = _frequent_words(language)
        if language in _WITHOUT_SPACES:
            found = sum(_covered(word, known) for word in words)
        else:  # longer words say more: one letter is a word of some language in every encoding
            found = sum(len(word) for word in words if len(word) > 1 and word in known)
        best = max(best, found / total)
    return best


def _covered(text: str, known: frozenset[str]) -> float:
    """How many characters are parts of known words, the longest first; a single character counts a quarter."""
    covered, at = 0.0, 0
    while at < len(text):
        length = next((n for n in range(min(_LONGEST_WORD, len(text) - at), 1, -1) if text[at : at + n] in known), 1)
        covered += length if length > 1 else 0.25 * (text[at] in known)
        at += length
    return covered


@cache
def _frequent_words(language: str) -> frozenset[str]:
    return frozenset(get_frequency_dict(language, "small"))
