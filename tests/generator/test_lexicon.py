"""The list of words behind a vocabulary."""

import numpy as np
import pytest

from headline.corpus.vocabulary import END, PAD, START, UNK, Vocabulary
from headline.generator.words.lexicon import Lexicon, listed
from tests.tiny import vocabulary


def known(*words: str) -> Vocabulary:
    return Vocabulary([PAD, UNK, START, END, *words], [1] * (4 + len(words)), "headline")


def test_english_words_stand_in_order_with_how_often_they_are_used():
    words, forms, shares, classes = listed("en")
    assert words == forms == sorted(words) and len(words) == len(shares) == len(classes) > 100_000
    use = dict(zip(words, shares, strict=True))
    assert use["the"] > use["president"] > use["zucchini"] > 0


def test_korean_words_are_looked_up_by_their_keys():
    keys, forms, *_ = listed("ko")
    assert keys == sorted(keys) and dict(zip(keys, forms, strict=True))["ㄱㅕㅇㅈㅔ"] == "경제"


def test_a_language_without_a_list_has_no_words():
    assert listed("th").keys == [] and listed("und").keys == []
    thai = Vocabulary([PAD, UNK, START, END, "รัฐบาล"], [1] * 5, "headline", language="th")
    assert len(Lexicon.beyond(thai)) == 0


def test_the_most_frequent_come_first_and_known_ones_never():
    lexicon = Lexicon.beyond(known("president", "the", "presidency"))
    found, mass = lexicon.starting_with("presid", 5)
    words = [word for word, _ in found]
    assert words[0] == "presidential" and not {"president", "presidency"} & set(words)
    shares = [share for _, share in found]
    assert shares == sorted(shares, reverse=True) and sum(shares) <= mass < 1
    assert lexicon.starting_with("presid", 2)[0] == found[:2]


def test_the_shares_of_all_letters_are_one():
    lexicon = Lexicon.beyond(known("president", "the"))
    assert lexicon.starting_with("", 0)[1] == pytest.approx(1)
    assert lexicon.starting_with("zzzzzq", 3) == ([], 0)


def test_shares_are_of_the_words_that_may_be_offered():
    lexicon = Lexicon(["aa", "ab", "b"], np.array([1.0, 3.0, 0.0]))
    assert lexicon.starting_with("a", 9) == ([("ab", 0.75), ("aa", 0.25)], 1.0)
    assert lexicon.starting_with("b", 9) == ([], 0.0)


def test_a_vocabulary_of_another_language_or_without_unknown_words_gets_none():
    assert len(Lexicon.beyond(known("sprachgefühl", "überraschung", "zwölfundzwanzig"))) == 0
    assert len(Lexicon.beyond(vocabulary("notebook"))) == 0
    assert len(Lexicon.beyond(vocabulary("autocomplete"))) > 100_000


def test_the_best_word_is_the_first_of_all_that_begin_so():
    lexicon = Lexicon(["aa", "ab", "abc", "b", "zoo"], np.array([1.0, 3.0, 4.0, 0.0, 2.0]))
    for prefix in ("", "a", "ab", "abc", "zo", "z", "zoo"):
        assert lexicon.best(prefix) == lexicon.starting_with(prefix, 1)[0][0]
    assert lexicon.best("b") is lexicon.best("zz") is lexicon.best("c") is None
    assert Lexicon([], np.empty(0)).best("a") is None
