"""What the engine in the page is told of a language: language.json. The rules are those of `headline.corpus`."""

import json

from headline.corpus.language import hangul, scripts
from headline.corpus.language.languages import POINTS, Language
from headline.corpus.language.splitter import splitter_model
from headline.corpus.segmentation import mark_rules, straight_letters
from headline.generator.words.punctuation import UNFINISHED
from headline.generator.words.spelling import neighbours

_SPLITTER_FROM = "BudouX, Google LLC, https://github.com/google/budoux; Apache License 2.0"


def language_file(language: Language) -> bytes:
    """The content for one language; it is the same for all its tags, such as de-AT."""
    model = splitter_model(language.base)
    data = {
        "tag": language.base,
        "dotted": language.dotted,
        "letters": language.letters,
        "near": neighbours(language),
        "with_marks": language.with_marks,
        "small_words": None if language.small_words is None else sorted(language.small_words),
        "telling": sorted(language.telling),
        "abbreviations": sorted(language.abbreviations),
        "points": POINTS.pattern,
        "hangul_letter": scripts.HANGUL.pattern,
        "no_space": scripts.NO_SPACE.pattern,
        "unspaced": scripts.UNSPACED_LETTER.pattern,
        "hangul": hangul.table() if language.by_keys else None,
        "marks": mark_rules() | {"unfinished": sorted(UNFINISHED)},
        "quotes": language.quotes,
        "spaced": language.spaced,
        "straight": straight_letters(),
        "splitter": model,
        "splitter_from": _SPLITTER_FROM if model else None,
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True).encode()
