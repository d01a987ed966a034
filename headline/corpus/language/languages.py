"""The languages that are known by name: their letters, keyboard and typography."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property

from headline.corpus.language.hangul import keys_of
from headline.corpus.language.keyboards import KEYBOARDS

_LONGEST_TAG = 35  # characters, as BCP 47 advises
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
# Vowel points of Hebrew and Arabic, and the stroke that lengthens Arabic words: hardly anybody types them.
_POINTS = re.compile("[\u0591-\u05bd\u05bf-\u05c7\u064b-\u0652\u0670\u0640]")
UNKNOWN = "und"  # BCP 47's tag for a language that is not determined


@dataclass(frozen=True)
class Language:
    """A language. One that is not known has the letters of English, and no list of words."""

    tag: str  # BCP 47: "en", "zh-Hant", "pt-BR"
    name: str  # in English
    keyboard: str = "qwerty"  # of KEYBOARDS; "" where letters are not typed one by one
    marked: str = ""  # letters with marks, such as é, besides those that have a key of their own
    quotes: str = "“”"  # as they are printed
    spaced: str = ""  # signs in front of which, and quotes inside of which, a narrow space is printed
    known: str = ""  # the tag under which it is known here, where `tag` says more

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """The rows of the keyboard."""
        return KEYBOARDS.get(self.keyboard, ())

    @cached_property
    def letters(self) -> str:
        """All letters that a word may have by a slip."""
        shifted = "ㅃㅉㄸㄲㅆㅒㅖ" if self.keyboard == "korean" else ""
        return "".join(dict.fromkeys("".join(self.rows).replace(" ", "") + shifted + self.marked))

    @cached_property
    def with_marks(self) -> dict[str, str]:
        """For each letter without a mark, those that are made of it: e -> éèêë. Who writes quickly leaves marks out."""
        found: dict[str, str] = defaultdict(str)
        for letter in self.letters:
            bare = _BARE.get(letter) or unicodedata.normalize("NFD", letter)[0]
            if bare != letter:
                found[bare] += letter
        return dict(found)

    def lower(self, text: str) -> str:
        """Lower case by the rules of the language: Turkish has İ i and I ı. No combining dot is left behind.

        >>> LANGUAGES["tr"].lower("DİYARBAKIR"), LANGUAGES["en"].lower("İstanbul")
        ('diyarbakır', 'istanbul')
        """
        if self.dotted:
            text = text.replace("İ", "i").replace("I", "ı")
        return text.lower().replace("i̇", "i")

    def upper(self, text: str) -> str:
        """Upper case by the rules of the language.

        >>> LANGUAGES["tr"].upper("istanbul")
        'İSTANBUL'
        """
        return (text.replace("i", "İ") if self.dotted else text).upper()

    @property
    def by_keys(self) -> bool:
        """Whether words are looked up by the keys pressed for them, since one letter takes several."""
        return self.keyboard == "korean"

    @property
    def base(self) -> str:
        """The tag under which the language is known here."""
        return self.known or self.tag

    @property
    def dotted(self) -> bool:
        """Whether i and ı are two letters, in capitals too."""
        return self.base in ("tr", "az")

    def key(self, spelling: str) -> str:
        """What all spellings of a word have in common, and what its beginnings are looked up by."""
        lower = self.lower(_POINTS.sub("", spelling))
        return keys_of(lower) if self.by_keys else lower


_BARE = {"ł": "l", "ø": "o", "æ": "a", "ß": "s", "ı": "i", "đ": "d", "ё": "е", "ґ": "г", "ς": "σ"}
_LATIN = {
    "en": ("English",),
    "de": ("German", "qwertz", "ßé", "„“"),
    "fr": ("French", "azerty", "àâæçéèêëîïôœùûüÿ", "«»", "?!:;"),
    "es": ("Spanish", "spanish", "áéíóúü", "«»"),
    "it": ("Italian", "qwerty", "àèéìòù", "«»"),
    "pt": ("Portuguese", "portuguese", "ãáâàéêíõóôúü"),
    "ca": ("Catalan", "spanish", "àèéíïòóúüç", "«»"),
    "nl": ("Dutch", "qwerty", "éëïöü"),
    "tr": ("Turkish", "turkish", "âîû"),
    "az": ("Azerbaijani", "turkish", "ə"),
    "pl": ("Polish", "qwerty", "ąćęłńóśźż", "„”"),
    "sv": ("Swedish", "nordic", "é", "””"),
    "fi": ("Finnish", "nordic", "", "””"),
    "da": ("Danish", "danish", "é"),
    "nb": ("Norwegian", "norwegian", "éò", "«»"),
    "cs": ("Czech", "qwertz", "áčďéěíňóřšťúůýž", "„“"),
    "sk": ("Slovak", "qwertz", "áäčďéíĺľňóôŕšťúýž", "„“"),
    "hu": ("Hungarian", "qwertz", "áéíóöőúüű", "„”"),
    "ro": ("Romanian", "qwerty", "ăâîșț", "„”"),
    "sh": ("Serbo-Croatian", "qwertz", "čćđšž", "„“"),
    "sl": ("Slovenian", "qwertz", "čšž", "„“"),
    "lt": ("Lithuanian", "qwerty", "ąčęėįšųūž", "„“"),
    "lv": ("Latvian", "qwerty", "āčēģīķļņšūž", "„“"),
    "is": ("Icelandic", "qwerty", "áðéíóúýþæö", "„“"),
    "id": ("Indonesian",),
    "ms": ("Malay",),
    "fil": ("Filipino",),
    "vi": ("Vietnamese", "qwerty", "ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"),
}
_OTHERS = {
    "ru": ("Russian", "russian", "ё", "«»"),
    "uk": ("Ukrainian", "ukrainian", "ґ", "«»"),
    "bg": ("Bulgarian", "russian", "", "„“"),
    "mk": ("Macedonian", "russian", "ѓѕјљњќџ", "„“"),
    "el": ("Greek", "greek", "άέήίόύώϊϋΐΰ", "«»"),
    "he": ("Hebrew", "hebrew", "", "””"),
    "ar": ("Arabic", "arabic", "أإآذ", "«»"),
    "fa": ("Persian", "persian", "آژئ", "«»"),
    "ur": ("Urdu", ""),
    "hi": ("Hindi", "inscript", "अआइईउऊएऐओऔखघङछझञठढणथधफभशषज्ञृँःड़ढ़"),
    "bn": ("Bengali", ""),
    "ta": ("Tamil", ""),
    "ko": ("Korean", "korean"),
    "th": ("Thai", "thai"),
    "ja": ("Japanese", "", "", "「」"),
    "zh": ("Chinese", ""),
    "zh-Hant": ("Chinese in traditional characters", "", "", "「」"),
}
LANGUAGES = {tag: Language(tag, *rest) for tag, rest in (_LATIN | _OTHERS).items()}
LATIN = tuple(tag for tag in _LATIN if tag != "az")  # those that wordfreq has a list of


def is_language_tag(text: str) -> bool:
    """Whether a text can be a BCP 47 tag; no more is checked than its form."""
    return len(text) <= _LONGEST_TAG and _TAG.fullmatch(text) is not None


def language(tag: str) -> Language:
    """The language of a BCP 47 tag, by its longest known beginning; `UNKNOWN` where none is known.

    >>> language("pt-BR").name, language("tlh").name
    ('Portuguese', 'an unknown language')
    """
    parts = tag.split("-")
    for end in range(len(parts), 0, -1):
        known = LANGUAGES.get("-".join(parts[:end]))
        if known:
            return known if known.tag == tag else replace(known, tag=tag, known=known.tag)
    return Language(tag, "an unknown language", known=UNKNOWN)
