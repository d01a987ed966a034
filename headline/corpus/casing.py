"""Letter case: the style of a text, and words written in a style.

Styles: "lower" and "upper" say nothing about a word's own case; "title" capitalises every word except small ones;
"sentence" is ordinary writing, where a capital marks a name.
"""

import re
from collections.abc import Sequence

from headline.corpus.language.languages import LANGUAGES, Language

ENGLISH = LANGUAGES["en"]
# Endings that are not part of a name: Don'T and Obama'S are faults of a program.
_ENDING = re.compile(r"['’](?:s|t|d|m|ll|re|ve)$", re.IGNORECASE)


def style_of(words: Sequence[str], language: Language = ENGLISH) -> str:
    """Return the style of a row of words: "lower", "upper", "title" or "sentence".

    A language without Title Case has no row in it, whatever its names and nouns look like.

    >>> style_of("Former N.F.L. Cheerleaders Get an Offer".split())
    'title'
    >>> style_of("Former cheerleaders get an offer from NASA".split())
    'sentence'
    """
    joined = "".join(words)
    if not language.cased or (joined.lower() == joined.upper() and any(map(str.isalpha, joined))):
        return "sentence"  # a script without capitals
    if joined == joined.lower():
        return "lower"
    if joined == joined.upper():
        return "upper"
    if language.small_words is None:
        return "sentence"
    capitals = longer_small = 0
    for word in words[1:]:
        first = word.lstrip("$£€₹#@")[:1]
        if first != first.lower():
            capitals += 1
        elif first != first.upper() and len(word) > 3 and not is_distinctive(word):
            longer_small += 1  # Title Case would capitalise it, although papers forget a few
    return "title" if capitals > 3 * longer_small else "sentence"


def is_distinctive(word: str) -> bool:
    """Whether a word has capitals of its own: NASA, iPhone, McConnell, U.S.

    >>> [w for w in "NASA iPhone McConnell U.S. President A Two-State I'm".split() if is_distinctive(w)]
    ['NASA', 'iPhone', 'McConnell', 'U.S.']
    """
    word = _ENDING.sub("", word)
    inner = any(part[1:] != part[1:].lower() for part in word.split("-"))
    return inner or (word.count(".") > 1 and word != word.lower())


def capitalise(word: str, language: Language = ENGLISH) -> str:
    """Capitalise the first letter and keep the rest (never `Don'T`): 'iPhone' stays, '$2m' stays.

    >>> [capitalise(w) for w in ["don't", "iPhone", "mcConnell", "15-year-old"]]
    ["Don't", 'iPhone', 'mcConnell', '15-year-old']
    >>> capitalise("izmir", LANGUAGES["tr"])
    'İzmir'
    """
    return word if is_distinctive(word) else language.upper(word[:1]) + word[1:]


def title_word(word: str, first: bool = False, language: Language = ENGLISH) -> str:
    """Write one word in Title Case: each part of a compound, a small word of the language only if it is first.

    >>> [title_word(w) for w in ["of", "don't", "blue-collar", "NASA", "15-year-old"]]
    ['of', "Don't", 'Blue-Collar', 'NASA', '15-Year-Old']
    """
    if not first and (lower := language.lower(word)) in (language.small_words or ()):
        return lower
    return "-".join(capitalise(part, language) for part in word.split("-"))


def title_case(words: Sequence[str], language: Language = ENGLISH) -> str:
    """Write a whole headline in Title Case: the first and the last word are always capitalised."""
    last = len(words) - 1
    return " ".join(title_word(word, i in (0, last), language) for i, word in enumerate(words))


def style_for_next(
    words: Sequence[str],
    usual: Sequence[str | None],
    starts: Sequence[bool],
    prior: str = "sentence",
    language: Language = ENGLISH,
) -> str:
    """Return the style of the next word after some words: "upper", "lower", "title" or "written".

    `usual` is how each word is usually written there, None if that is unknown; `starts` tells the words that begin the
    text or follow a mark, whose capital says nothing. Only a capital that a word does not usually have is a sign of
    Title Case, so a name does not turn the rest of a sentence into a title; and only two words that are not usually in
    capitals, such as acronyms, make a text upper case. `prior` is the style of the list that a model was trained on:
    it holds where the words say nothing else. A language without Title Case is never "title".

    >>> style_for_next(["The", "Government"], ["the", "government"], [True, False])
    'title'
    >>> style_for_next(["NATO", "US"], ["NATO", "US"], [True, False])
    'written'
    """
    if prior == "title" and language.small_words is None:
        prior = "sentence"
    if not words:
        return "written" if prior == "sentence" else prior
    lower = [word for word in words if word == word.lower() != word.upper()]
    if not lower and shouted(words, usual, language) >= 2:
        return "upper"
    if prior == "upper" and not lower and all(word == word.upper() for word in words):
        return "upper"
    if prior == "lower":
        return "written" if any(word != word.lower() for word in words) else "lower"
    if language.small_words is None:
        return "written"
    inner = [pair for pair, start in zip(zip(words, usual, strict=True), starts, strict=True) if not start]
    unusual = sum(word[:1].isupper() and known is not None and known[:1].islower() for word, known in inner)
    plain = sum(word in lower and len(word) > 3 and word not in language.small_words for word, _ in inner)
    if unusual or plain:
        return "title" if unusual > 3 * plain else "written"
    return "title" if prior == "title" and words[0] not in lower else "written"


def capitalises_every_word(words: Sequence[str], starts: Sequence[bool], language: Language = ENGLISH) -> bool:
    """Whether a text in Title Case leaves no small word in lower case, as far as it goes. Arguments as above.

    >>> capitalises_every_word(["How", "To", "Pour"], [True, False, False])
    True
    >>> capitalises_every_word(["Visas", "Pour", "In"], [True, False, False])
    False
    """
    inner = [word for word, start in zip(words, starts, strict=True) if not start]
    telling = [word for word in inner if language.lower(word) in language.telling]
    return bool(telling) and all(word[:1].isupper() for word in telling)


def shouted(words: Sequence[str], usual: Sequence[str | None], language: Language) -> int:
    """How many words are in capitals that are usually not."""
    return sum(
        known is not None and known != language.upper(known) == word and len(word) > 1
        for word, known in zip(words, usual, strict=True)
    )


def in_style(word: str, style: str, starts: bool = False, language: Language = ENGLISH) -> str:
    """Write a word, given as it is usually written, in a style of `style_for_next`.

    `starts`: whether it begins a text or sentence.
    """
    if style == "upper":
        return language.upper(word)
    if style == "lower":
        return language.lower(word)
    if style == "title":
        return title_word(word, starts, language)
    return capitalise(word, language) if starts else word
