"""The languages that are known by name: their letters, keyboard and typography."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property

from headline.corpus.language.hangul import keys_of
from headline.corpus.language.keyboards import KEYBOARDS
from headline.errors import SettingError

_LONGEST_TAG = 35  # characters, as BCP 47 advises
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
# Vowel points of Hebrew and Arabic, and the stroke that lengthens Arabic words: hardly anybody types them.
POINTS = re.compile("[\u0591-\u05bd\u05bf-\u05c7\u064b-\u0652\u0670\u0640]")
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
    # Words that Title Case leaves in lower case; None where titles are written as sentences are.
    small_words: frozenset[str] | None = field(default=None, kw_only=True)
    # Those of them whose capital tells that a title capitalises every word; others may belong to a verb (Pour In).
    telling: frozenset[str] = field(default=frozenset(), kw_only=True)
    abbreviations: frozenset[str] = field(default=frozenset(), kw_only=True)  # whose full stop ends no sentence
    cased: bool = field(default=True, kw_only=True)  # whether its script has capitals

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """The rows of the keyboard."""
        return KEYBOARDS.get(self.keyboard, ())

    @cached_property
    def typed_as(self) -> "Language":
        """The same with nothing but what says how words are typed, so that it is equal for all models of it."""
        nothing: frozenset[str] = frozenset()
        return replace(self, tag=self.base, known="", small_words=nothing, telling=nothing, abbreviations=nothing)

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
        elif text.isascii():
            return text.lower()  # every key of a text needs it
        return text.lower().replace("i̇", "i")

    def upper(self, text: str) -> str:
        """Upper case by the rules of the language.

        >>> LANGUAGES["tr"].upper("istanbul")
        'İSTANBUL'
        """
        return (text.replace("i", "İ") if self.dotted else text).upper()

    @cached_property
    def by_keys(self) -> bool:
        """Whether words are looked up by the keys pressed for them, since one letter takes several."""
        return self.keyboard == "korean"

    @property
    def base(self) -> str:
        """The tag under which the language is known here."""
        return self.known or self.tag

    @cached_property
    def dotted(self) -> bool:
        """Whether i and ı are two letters, in capitals too."""
        return self.base in ("tr", "az")

    def key(self, spelling: str) -> str:
        """What all spellings of a word have in common, and what its beginnings are looked up by."""
        lower = self.lower(spelling if spelling.isascii() else POINTS.sub("", spelling))
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
# Where papers and publishers know Title Case, the words that it leaves in lower case. In English the Associated Press
# Stylebook capitalises words of four letters or more; articles, conjunctions and prepositions of three or fewer stay.
# Turkish, and Azerbaijani alike: the Turkish Language Association's Yazım Kılavuzu. Indonesian, and Malay alike: the
# spelling rules (EYD). Filipino follows English.
_SMALL_WORDS = {
    "en": "a an and as at but by for if in nor of off on or out per so the to up via vs vs. yet",
    "tr": "ve ile ya veya yahut ki da de mı mi mu mü",
    "az": "və ilə ya ki da də mı mi mu mü",
    "id": "di ke dari dan atau yang untuk dengan pada dalam oleh",
    "ms": "di ke dari dan atau yang untuk dengan pada dalam oleh",
    "fil": "ang at ay ng nang sa si ni na mga kay o",
}
_TELLING = {"en": "a an and at by for of or the to"}
_ABBREVIATIONS = {"en": "co corp dr gen gov inc jr lt ltd mr mrs ms prof rep sen sgt sr st v vs"}
_CASED = (*_LATIN, "ru", "uk", "bg", "mk", "el")


def _language(tag: str, *rest: str) -> Language:
    small = frozenset(_SMALL_WORDS[tag].split()) if tag in _SMALL_WORDS else None
    telling, abbreviations = (frozenset(words.get(tag, "").split()) for words in (_TELLING, _ABBREVIATIONS))
    return Language(tag, *rest, small_words=small, telling=telling, abbreviations=abbreviations, cased=tag in _CASED)


LANGUAGES = {tag: _language(tag, *rest) for tag, rest in (_LATIN | _OTHERS).items()}
# Tags for languages that are known by another one. The key is in lower case.
_ALIASES = {
    **dict.fromkeys(("no", "nn"), "nb"),
    **dict.fromkeys(("sr", "hr", "bs"), "sh"),
    **dict.fromkeys(("zh-tw", "zh-hk", "zh-mo"), "zh-Hant"),
    **{"iw": "he", "in": "id", "tl": "fil"},
}
_BY_TAG = {tag.lower(): known for tag, known in LANGUAGES.items()}
_BY_TAG |= {alias: LANGUAGES[tag] for alias, tag in _ALIASES.items()}
LATIN = tuple(tag for tag in _LATIN if tag != "az")  # those that wordfreq has a list of


def is_language_tag(text: str) -> bool:
    """Whether a text can be a BCP 47 tag; no more is checked than its form."""
    return len(text) <= _LONGEST_TAG and _TAG.fullmatch(text) is not None


def language(tag: str) -> Language:
    """The language of a BCP 47 tag, by its longest known beginning; `UNKNOWN` where none is known.

    >>> language("pt-BR").name, language("zh-TW").base, language("tlh").name
    ('Portuguese', 'zh-Hant', 'an unknown language')
    """
    parts = tag.lower().split("-")
    for end in range(len(parts), 0, -1):
        known = _BY_TAG.get("-".join(parts[:end]))
        if known:
            return known if known.tag == tag else replace(known, tag=tag, known=known.tag)
    return Language(tag, "an unknown language", known=UNKNOWN, small_words=frozenset())


def check_language(tag: str) -> None:
    """Check that a person may say that titles are in the language of a tag.

    Raises:
        SettingError: the language is not known here.
    """
    if tag not in ("auto", UNKNOWN) and not (is_language_tag(tag) and language(tag).base != UNKNOWN):
        known = ", ".join(sorted(LANGUAGES))
        raise SettingError(
            f"language must be auto or the tag of one that is known, such as de or pt-BR; it is {tag[:_LONGEST_TAG]}. "
            f"Known are {known}. Titles in any other language can be read as und, with the letters of English."
        )
