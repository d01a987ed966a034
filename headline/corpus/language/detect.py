"""Finds the language of a list of titles: by its script, and where that leaves several, by its frequent words."""

import math
import re
from collections.abc import Sequence
from functools import cache
from itertools import islice

from headline.corpus.language.languages import LATIN, UNKNOWN, Language, language
from headline.corpus.language.scripts import SPLITTABLE, UNSPACED, runs_of, scripts_of
from headline.errors import CorpusError

_READ = 2000  # titles, at even distances in the list
_BY_SCRIPT = {
    "Latin": LATIN,
    "Cyrillic": ("ru", "uk", "bg", "mk"),
    "Arabic": ("ar", "fa", "ur"),
    "Greek": ("el",),
    "Hebrew": ("he",),
    "Devanagari": ("hi",),
    "Bengali": ("bn",),
    "Tamil": ("ta",),
    "Thai": ("th",),
    "Hangul": ("ko",),
    "Kana": ("ja",),
}
_KANA = 0.05  # share of kana among kana and Chinese characters from which a list is Japanese
# Characters that only one of the two ways to write Chinese has.
_SIMPLIFIED = frozenset("国学发会这们时个来对说过开东车长门书见现员业务经济数据为产动与报导战选举议总统监")
_TRADITIONAL = frozenset("國學發會這們時個來對說過開東車長門書見現員業務經濟數據為產動與報導戰選舉議總統監")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_RARE = 1e-8  # frequency of a word that a list does not have
_FREQUENT = 10_000  # words of a language that are looked at
_NAMES = {"Han": "Chinese", "Kana": "Japanese", "Myanmar": "Burmese"}  # of scripts, as people call them
# Letters (with their marks) in a row, in the mean over the letters, from which on these are more than a word.
_LONGEST_RUN, _LONGEST_RUN_ELSEWHERE = {"Han": 5, "Kana": 7}, 12
_LEAST = 0.4  # share of the words that the list of the right language has


def detect(titles: Sequence[str]) -> Language:
    """The language of most of the titles; that with the tag `UNKNOWN` where it is none that is known.

    >>> detect(["Der Bundestag stimmt über das neue Gesetz ab", "Warum die Züge nicht fahren"]).name
    'German'
    """
    read = titles[:: max(1, len(titles) // _READ)]
    scripts = scripts_of(read)
    han, kana = scripts.pop("Han", 0), scripts.pop("Kana", 0)
    script = max(scripts, key=scripts.__getitem__, default="")
    # A Chinese character says as much as two or three letters.
    if 2 * (han + kana) > scripts.get(script, 0):
        return language("ja" if kana > _KANA * (han + kana) else _chinese(read))
    candidates = _BY_SCRIPT.get(script, ())
    if len(candidates) < 2:
        return language(candidates[0] if candidates else UNKNOWN)
    return language(_by_words(read, candidates))


def check_splittable(titles: Sequence[str], tokenizer: str = "headline") -> None:
    """Check that a tokenizer can tell the words of the titles from each other.

    Raises:
        CorpusError: most letters are of a script that is written without spaces, there are none between the words, and
            the tokenizer does not know the script; Keras' knows no such script.
    """
    read = titles[:: max(1, len(titles) // _READ)]
    scripts = scripts_of(read)
    script = max(scripts, key=scripts.__getitem__, default="")
    if script == "Han" and scripts["Kana"] > _KANA * scripts["Han"]:
        script = "Kana"
    if script not in UNSPACED or (tokenizer != "keras" and script in SPLITTABLE) or _is_spaced(read, script):
        return
    says = f"The titles are in {_NAMES.get(script, script)} script, which is written without spaces between words, and"
    if script in SPLITTABLE:
        raise CorpusError(
            f"{says} the lesson's recipe would take each clause for one word. Choose the recipe autocomplete, which "
            "finds the words, or put spaces between them."
        )
    raise CorpusError(
        f"{says} this program cannot find the words. Put spaces (or zero-width spaces) between them, and the list can "
        "be used."
    )


def _is_spaced(titles: Sequence[str], script: str) -> bool:
    """Whether the letters of a script stand in runs that are as short as words: in the mean over the letters."""
    runs = [len(run) for title in titles for run in runs_of(title, script)]
    return sum(n * n for n in runs) <= _LONGEST_RUN.get(script, _LONGEST_RUN_ELSEWHERE) * sum(runs)


def _chinese(titles: Sequence[str]) -> str:
    text = "".join(titles)
    simplified, traditional = (sum(map(chars.__contains__, text)) for chars in (_SIMPLIFIED, _TRADITIONAL))
    return "zh-Hant" if traditional > simplified else "zh"


def _by_words(titles: Sequence[str], candidates: Sequence[str]) -> str:
    """The candidate in whose list of frequent words the words are most frequent on (geometric) average."""
    words = [word for title in titles for word in _WORD.findall(title)]
    best, best_score, best_share = UNKNOWN, -math.inf, 0.0
    for tag in candidates:
        lower = language(tag).lower
        frequencies = [_frequent(tag).get(lower(word), 0.0) for word in words]
        score = sum(math.log(max(f, _RARE)) for f in frequencies)
        if score > best_score:
            best, best_score = tag, score
            best_share = sum(map(bool, frequencies)) / max(1, len(words))
    return best if best_share >= _LEAST else UNKNOWN


@cache
def _frequent(tag: str) -> dict[str, float]:
    """The most frequent words of a language, with their frequencies."""
    from wordfreq import get_frequency_dict, get_frequency_list  # loaded when needed

    frequent = dict(islice(get_frequency_dict(tag, "small").items(), _FREQUENT))
    for cached in (get_frequency_dict, get_frequency_list):
        cached.cache_clear()  # wordfreq would keep all its words for as long as the program runs
    return frequent
