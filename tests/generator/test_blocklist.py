"""Words that are never suggested."""

import hashlib

import pytest

from headline.generator.words.blocklist import (
    COMMON_LIST,
    DELICATE_LIST,
    MISSPELLINGS,
    OWN_LIST,
    blocked_words,
    delicate_words,
    is_blocked,
    misspellings,
)
from headline.generator.words.lexicon import listed
from headline.model.checkpoint import Checkpoint
from headline.paths import BUNDLED_MODEL


def test_the_words_are_those_of_better_profanity_0_7_0_with_its_licence():
    """The package's own list, read as this program read it while it was a dependency: not a word more or less."""
    common = [word for word in blocked_words(OWN_LIST.with_name("nowhere")) if not word.startswith("=")]
    digest = hashlib.sha256("\n".join(sorted(common)).encode()).hexdigest()
    assert (len(common), digest) == (916, "cd768985a89c11de87b21d5de79322cf03f23bf724331ee5bcf4bbd67e02319e")
    text = COMMON_LIST.read_text(encoding="utf-8")
    assert "Copyright (c) 2018" in text and "Permission is hereby granted, free of charge" in text


def test_the_common_list_holds_but_for_what_the_news_is_about():
    blocked = blocked_words()
    assert "shit" in blocked and len(blocked) > 500
    assert not {"murder", "sex", "gay", "nazi", "god", "hiv", "breast", "kill"} & blocked


def test_an_owner_blocks_and_allows(tmp_path):
    own = tmp_path / "list.txt"
    own.write_text("# my own\nPineapple  # never on pizza\n+shit\n\n", encoding="utf-8")
    blocked = blocked_words(own)
    assert "pineapple" in blocked and "shit" not in blocked and "murder" in blocked


def test_a_list_that_is_not_there_changes_nothing(tmp_path):
    assert blocked_words(tmp_path / "none.txt") > blocked_words()


@pytest.mark.parametrize(
    "word, expected",
    [
        ("nasty", True),
        ("nasty's", True),
        ("nasties", False),
        ("nastys", True),
        ("so-nasty", True),
        ("dynasty", False),
        ("", False),
    ],
)
def test_a_word_its_genitive_and_its_compounds_are_blocked(word, expected):
    assert is_blocked(word, {"nasty"}) == expected


def test_a_word_after_an_equals_sign_is_blocked_alone(tmp_path):
    assert is_blocked("thi", {"=thi"}) and not is_blocked("this", {"=thi"}) and not is_blocked("thi-", {"=thi"})
    own = tmp_path / "list.txt"
    own.write_text("=alike\n+adress", encoding="utf-8")
    assert is_blocked("alike", blocked_words(own)) and not is_blocked("adress", blocked_words(own))
    assert is_blocked("adress", blocked_words())


def test_misspelt_words_are_in_no_list_that_is_offered():
    wrong, words = misspellings(), set(listed("en").keys)
    assert {"recomend", "goverment", "goverments", "enviroment", "occured", "thats", "seperate", "ofthe"} <= wrong
    assert not wrong & words
    blocked = blocked_words()
    assert all(is_blocked(word, blocked) for word in wrong)


def test_names_and_words_that_resemble_misspellings_are_no_misspellings():
    right = {"claus", "shepard", "chanel", "carmel", "handel", "despatch", "this", "its", "were", "publicly", "linz"}
    right |= {"womenswear", "serie", "ponting", "didi", "karisma", "te", "nam", "ned", "gage", "tennant"}
    assert not right & misspellings()
    blocked = blocked_words()
    assert [word for word in right if is_blocked(word, blocked)] == []


def test_few_words_of_the_bundled_vocabulary_are_misspelt():
    vocabulary = Checkpoint.load(BUNDLED_MODEL).vocabulary
    wrong = misspellings() & set(vocabulary.itos)
    assert "womens" in wrong and len(wrong) < 40  # all of them lack an apostrophe, or nearly


@pytest.mark.parametrize("path", [MISSPELLINGS, DELICATE_LIST])
def test_our_other_lists_say_where_they_come_from_and_hold_each_word_once(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    words = [line for line in lines if not line.startswith("#")]
    assert lines[0].startswith("# ") and len(words) == len(set(words)) and words == [word.lower() for word in words]


def test_a_delicate_word_may_be_blocked_by_no_other_list():
    blocked = blocked_words()
    assert [word for word in sorted(delicate_words()) if is_blocked(word, blocked)] == []


def test_every_line_of_our_list_is_of_use():
    lines = [line for line in OWN_LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert lines == sorted(set(lines)) and all(line.startswith("+") for line in lines)
    untouched = blocked_words(OWN_LIST.with_name("nowhere"))
    assert not [line for line in lines if line[1:] not in untouched]
