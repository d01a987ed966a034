"""What may have been meant by letters with a slip in them."""

import random
from dataclasses import replace

import numpy as np
import pytest
from rapidfuzz.distance import OSA

from headline.corpus.language.languages import LANGUAGES
from headline.corpus.vocabulary import Vocabulary
from headline.generator.words import corrections
from headline.generator.words.lexicon import Lexicon
from headline.generator.words.spelling import (
    DOUBLED,
    EXCHANGED,
    EXTRA,
    MISSING,
    NEIGHBOUR,
    UNMARKED,
    WRONG,
    TwoSlips,
    known_letters,
    neighbours,
    one_slip,
)


@pytest.mark.parametrize(
    "typed, meant, chance",
    [
        ("presidnet", "president", EXCHANGED),
        ("rpesident", "president", EXCHANGED),
        ("prresident", "president", DOUBLED),
        ("presidxent", "president", EXTRA),
        ("presdent", "president", MISSING),
        ("residen", "residenc", MISSING),
        ("presudent", "president", NEIGHBOUR),
        ("prasident", "president", WRONG),
        ("presidn", "presid", EXTRA),
        ("नमस्ते", "नमस्त", EXTRA),
    ],
)
def test_each_kind_of_slip_has_its_chance(typed, meant, chance):
    assert dict(one_slip(typed))[meant] == chance


def test_what_was_typed_is_not_among_what_may_have_been_meant_instead():
    found = dict(one_slip("aardvark"))
    assert "aardvark" not in found and found["ardvark"] == DOUBLED
    assert dict(one_slip("")).keys() == set("abcdefghijklmnopqrstuvwxyz")


def test_all_of_one_slip_and_no_more():
    letters = "abcdefghijklmnopqrstuvwxyz"
    word = "cab"
    expected = {word[:i] + word[i + 1 :] for i in range(3)} | {"acb", "cba"}
    expected |= {word[:i] + c + word[i + 1 :] for i in range(3) for c in letters}
    expected |= {word[:i] + c + word[i:] for i in range(4) for c in letters}
    assert set(dict(one_slip(word))) == expected - {word}


def test_a_word_is_mistyped_a_few_times_in_a_hundred():
    for word in ("government", "police", "the"):
        assert 0.003 < sum(dict(one_slip(typed))[word] for typed, _ in one_slip(word)) < 0.04


def test_neighbours_are_mutual_and_near():
    assert (
        set("gh") <= set(neighbours(LANGUAGES["en"])["b"]) | set(neighbours(LANGUAGES["en"])["v"])
        and "p" not in neighbours(LANGUAGES["en"])["a"]
    )
    assert set(neighbours(LANGUAGES["en"])["s"]) == set("adwezx")
    assert all(a in neighbours(LANGUAGES["en"])[b] for a, others in neighbours(LANGUAGES["en"]).items() for b in others)


def test_two_slips_are_found_among_whole_words():
    words = ["government", "governor", "president"]
    assert TwoSlips(words).of("gvoernmnet") == [0]
    assert TwoSlips(words).of("xxxxxx") == []


def test_words_within_two_slips_are_all_found_the_nearest_first():
    rng = random.Random(0)
    words = sorted({"".join(rng.choices("abcdeé", k=rng.randint(3, 6))) for _ in range(400)})
    index = TwoSlips(words)
    for typed in ("abcde", "aabbcc", "edcb", "xyé", "ééé", "c"):
        near = [n for n, word in enumerate(words) if OSA.distance(typed, word) <= 2]
        assert index.of(typed) == sorted(near, key=lambda n: OSA.distance(typed, words[n]))[:50]


def test_what_is_kept_of_slips_is_the_same_for_all_models_of_a_language():
    own = replace(LANGUAGES["en"], tag="en-ZZ", known="en", small_words=frozenset(map(str, range(1_000))))
    assert one_slip("gvoernment", own) is one_slip("gvoernment", LANGUAGES["en"])
    assert one_slip("gvoernment", LANGUAGES["tr"]) != one_slip("gvoernment", own)


def test_a_slip_is_looked_for_only_where_words_go_on():
    words = sorted(["president", "presiding", "practice", "zebra"])
    beginnings = {word[:n] for word in words for n in range(1, 10)}
    for typed in ("presjdent", "presidentt", "president", "zebar", "xebra", "presidne", "pr", "q"):
        found = one_slip(typed, known=known_letters(typed, words))
        assert [pair for pair in found if pair[0] in beginnings] == [p for p in one_slip(typed) if p[0] in beginnings]
    assert known_letters("presjdent", words) == 4 and known_letters("q", words) == known_letters("a", []) == 0
    assert len(one_slip("presjdent", known=4)) < len(one_slip("presjdent")) / 1.5


@pytest.mark.parametrize(
    "tag, typed, meant, chance",
    [
        ("fr", "etudiants", "étudiants", UNMARKED),
        ("fr", "goubernement", "gouvernement", NEIGHBOUR),
        ("de", "resierung", "regierung", WRONG),
        ("de", "regieeung", "regierung", NEIGHBOUR),
        ("de", "burgermeister", "bürgermeister", UNMARKED),
        ("de", "yug", "zug", WRONG),  # on QWERTZ, z is not beside y
        ("en", "xebra", "zebra", NEIGHBOUR),
        ("tr", "kütüpğane", "kütüphane", WRONG),
        ("tr", "hukumet", "hükumet", UNMARKED),
        ("tr", "belediye başkani", "belediye başkanı", UNMARKED),
        ("ru", "првительство", "правительство", MISSING),
        ("ru", "ппавительство", "правительство", NEIGHBOUR),
        ("he", "הממשלא", "הממשלה", WRONG),
        ("ar", "الحكومه", "الحكومة", WRONG),
        ("ko", "ㄷㅐㅌㅗㅇㄹㅓㅇ", "ㄷㅐㅌㅗㅇㄹㅕㅇ", NEIGHBOUR),
        ("ko", "ㅈㅓㅇㅂㅗ", "ㅈㅓㅇㅂㅜ", NEIGHBOUR),
        ("hi", "सरकर", "सरकार", MISSING),
    ],
)
def test_slips_are_those_of_the_languages_letters_and_keyboard(tag, typed, meant, chance):
    assert dict(one_slip(typed, LANGUAGES[tag]))[meant] == chance


def test_two_slips_are_looked_for_among_the_frequent_words(monkeypatch):
    vocabulary = Vocabulary.build(["president", "president", "precedent"], "headline")
    monkeypatch.setattr(corrections, "_TWO_SLIPS_AMONG", 5)  # the marks, and president
    found = corrections.Corrections(vocabulary, Lexicon([], np.empty(0)), frozenset())._frequent
    assert found.words == ["president"] and found.ids.tolist() == [vocabulary.stoi["president"]]
    monkeypatch.setattr(corrections, "_TWO_SLIPS_AMONG", 2**16)
    found = corrections.Corrections(vocabulary, Lexicon([], np.empty(0)), frozenset())._frequent
    assert found.words == ["precedent", "president"]
