"""Words that are never suggested."""

import hashlib

import pytest

from headline.generator.words.blocklist import COMMON_LIST, OWN_LIST, blocked_words, is_blocked


def test_the_words_are_those_of_better_profanity_0_7_0_with_its_licence():
    """The package's own list, read as this program read it while it was a dependency: not a word more or less."""
    common = blocked_words(OWN_LIST.with_name("nowhere"))
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


def test_every_line_of_our_list_is_of_use():
    lines = [line for line in OWN_LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert lines == sorted(set(lines)) and all(line.startswith("+") for line in lines)
    untouched = blocked_words(OWN_LIST.with_name("nowhere"))
    assert not [line for line in lines if line[1:] not in untouched]
