"""Words and punctuation marks of a text, and the way back."""

import pytest

from headline.corpus.segmentation import MARKS, TOKENIZERS, join

tokens = TOKENIZERS["headline"].tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ask HN: How do you?", "Ask HN : How do you ?"),
        ("Why NASA won’t say: 10,000 things", "Why NASA won’t say : 10,000 things"),
        ("Learn C, C++, C# and .NET", "Learn C , C++ , C# and .NET"),
        ("3-1 win in 2.5 hours on 9/11 at 10:30", "3-1 win in 2.5 hours on 9/11 at 10:30"),
        ("$5m, £2, 50% #MeToo @bbc AT&T", "$5m , £2 , 50% #MeToo @bbc AT&T"),
        ("the U.S.-backed F.B.I. (2nd)", "the U.S.-backed F.B.I. ( 2nd )"),
        ("‘The Daily’: it’s ‘em", "‘ The Daily ’ : it’s ‘ em"),
        ("\"Quoted 'within' it.\"", "“ Quoted ‘ within ’ it . ”"),
        ("the teachers’ fault", "the teachers fault"),
        ("’90s music", "’90s music"),
        ("wait... what—no way -- or - so", "wait … what – no way – or – so"),
        ("ultra-violet -5 a- b", "ultra-violet 5 a b"),
        ("read https://a.org/b?c=1, www.b.org or me@c.org: bbc.co.uk/news", "read or :"),
        ("amazon.com end. Next", "amazon.com end . Next"),
        ("Disney+ 1+1", "Disney+ 1 1"),
        ("मे राज, क्या?", "मे राज , क्या ?"),
        ("मी०: नमस्ते", "मी० : नमस्ते"),
        ("", ""),
        ("🙂 ** ~", ""),
    ],
)
def test_tokens(text, expected):
    assert tokens(text) == expected.split()


@pytest.mark.parametrize("text", ["Ask HN: How do you?", "“A (b) c,” – she said… ‘No!’; D.", "Why – oh why?", "a"])
def test_a_text_comes_back_from_its_tokens(text):
    assert join(tokens(text)) == text


def test_offsets_are_those_of_the_text():
    text = "Why - NASA... “won’t”"
    for token in TOKENIZERS["headline"].scan(text):
        assert token.is_mark == (token.text in MARKS)
        assert token.is_mark or text[token.start : token.end] == token.text


def test_the_lessons_tokenizer_knows_no_marks():
    assert TOKENIZERS["keras"].tokens("Why: “not”?") == ["Why", "“not”"]
