"""What the capitals of the open word say, and initials of the general list behind a word that is whole."""

from dataclasses import replace

import numpy as np
import pytest

from headline.generator.suggester import Suggester
from headline.generator.words.lexicon import Lexicon
from tests.tiny import bigram_checkpoint, suggester

WORDS = ("the", "UK", "UKIP", "UK's", "Ukraine", "Ukrainian", "says", "who", "whole", "U.S.", "used")
FOLLOWS = {
    "the": {"UK": 6.0, "Ukraine": 7.0, "Ukrainian": 6.5, "UKIP": 3.0, "UK's": 4.0, "who": 4.0, "whole": 5.5},
    "UK": {"says": 9.0},
    "who": {"says": 9.0},
    "says": {"the": 3.0, "U.S.": 5.0, "used": 6.0},
}


def offered(text: str, **options) -> list[str]:
    found = suggester(bigram_checkpoint(FOLLOWS, words=WORDS)).suggest(text, min_probability=0.02, **options)
    return [s.completion for s in found]


@pytest.mark.parametrize(
    ("text", "completions"),
    [
        ("the UK", [" says", "'s", "IP"]),  # not RAINE
        ("the Uk", ["raine", "rainian", " says", "'s"]),
        ("the uk", ["raine", "rainian", " says", "'s"]),
        ("the WHO", [" says"]),  # not LE
        ("the who", ["le", " says"]),
        ("the WH", ["OLE", "O"]),  # no other word begins so
        ("says U.S", ["."]),
        ("the U", ["kraine", "krainian", "K", "K's"]),  # one capital is no sign
        ("SAYS THE UK", ["RAINE", "RAINIAN", " SAYS", "'S"]),  # a text in capitals
        ("THE WHO", ["LE", " says"]),  # one that begins so
    ],
)
def test_a_word_in_capitals_within_a_text_that_is_not_becomes_none_that_is_not(text, completions):
    assert offered(text) == completions


def test_first_words_are_in_capitals_more_often():
    first, inner = (suggester(bigram_checkpoint({}, words=WORDS)).answer(text) for text in ("UK", "says UK"))
    assert first.complete == pytest.approx(1 / (3 + 2 * 0.02), rel=1e-3)  # of UK, UK's and UKIP, Ukraine and Ukrainian
    assert inner.complete == pytest.approx(1 / (3 + 2 * 0.003), rel=1e-3)


@pytest.mark.parametrize("style", ["lower", "upper"])
def test_a_list_whose_words_have_one_case_makes_them_no_sign(style):
    checkpoint = replace(bigram_checkpoint(FOLLOWS, words=WORDS), style=style)
    assert suggester(checkpoint).suggest("the UK", 1)[0].completion == "RAINE"


def test_a_wanted_style_in_capitals_makes_them_no_sign():
    assert offered("the UK", style="upper")[0] == "RAINE"


def test_a_slip_in_capitals_is_corrected_to_a_word_in_capitals_first():
    found = suggester(bigram_checkpoint({"says": {"whole": 1.0}}, words=("NATO", "nacho", "says", "whole")))
    assert found.suggest("says NATP", 2)[0].text == "says NATO"
    assert [s.text for s in found.suggest("says WHOLQ")] == ["says WHOLE"]


def general(words: dict[str, float], text: str) -> dict[str, float]:
    checkpoint = bigram_checkpoint(
        {"the": {"<unk>": 9.0}, "<unk>": {"says": 9.0}, "says": {"<unk>": 9.0}}, words=("the", "says")
    )
    lexicon = Lexicon(sorted(words), np.array([words[word] for word in sorted(words)]))
    found = Suggester(checkpoint, lexicon, blocked=()).suggest(text, min_probability=0.02)
    return {s.completion: s.probability for s in found}


HN = {"hn": 0.4, "hnd": 0.19, "hna": 0.18, "hnic": 0.13, "hnutí": 0.1}


@pytest.mark.parametrize(
    ("words", "text", "completions"),
    [
        (HN, "the HN", [" says"]),  # neither HND nor HNUTÍ
        (HN, "the hn", [" says", "utí"]),
        (HN | {"hnd": 0.5}, "the HN", ["D", " says"]),  # likely enough
        (HN, "the Hn", [" says", "utí"]),
        (HN, "the h", ["n", "nd", "na", "nic", "nutí"]),  # no word as it stands
        ({"zebra": 0.8, "zebras": 0.15, "zebrafish": 0.05}, "the zebra", [" says", "s", "fish"]),  # no initials
        ({"gnu": 0.6, "gnus": 0.35, "gnutella": 0.05}, "the gnu", [" says", "s", "tella"]),
    ],
)
def test_rare_initials_stand_back_behind_a_word_that_is_whole(words, text, completions):
    assert list(general(words, text)) == completions


def test_in_a_script_without_capitals_short_words_are_no_initials():
    assert list(general({"市": 0.8, "市长": 0.1, "市民": 0.1}, "the 市")) == ["says", "民", "长"]


def test_long_words_of_the_list_are_seldom_in_capitals():
    found = general({"hsk": 0.5, "hskins": 0.5}, "says HS")
    assert found["K"] == pytest.approx(1 / 1.003, rel=1e-3) and "KINS" not in found


def test_what_the_person_wrote_before_is_no_scrap():
    checkpoint = bigram_checkpoint({"the": {"<unk>": 9.0}, "<unk>": {"says": 9.0}}, words=("the", "says"))
    lexicon = Lexicon(sorted(HN), np.array([HN[word] for word in sorted(HN)]))
    model = Suggester(checkpoint, lexicon, blocked=())
    assert "D" in [s.completion for s in model.suggest("the HND, the HN")]
    learnt = model.learn(["says HNX", "the HNX says"])
    assert "X" in [s.completion for s in model.suggest("the HN", personal=learnt)]
