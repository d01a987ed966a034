"""The tokenizers, and the split of what is typed, on any text."""

import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from headline.corpus.segmentation import MARKS, TOKENIZERS, join
from headline.corpus.vocabulary import Vocabulary
from tests.properties.texts import headlines, texts
from tests.tiny import vocabulary

names = st.sampled_from(sorted(TOKENIZERS))
ROOT = Path(__file__).resolve().parents[2]
VOCABULARIES = [
    vocabulary("autocomplete", ["the", "U.S.", "amazon.com", "15-year-old", "won't", ","]),
    vocabulary("notebook"),
]


@given(names, texts)
def test_tokens_are_pieces_of_the_text_in_order(name, text):
    end = 0
    for token in TOKENIZERS[name].scan(text):
        assert end <= token.start < token.end <= len(text)
        assert token.text in MARKS if token.is_mark else token.text == text[token.start : token.end]
        end = token.end


@st.composite
def phrases(draw) -> list[str]:
    """Words and marks as a headline has them: words one by one, in quotes, in brackets."""
    words = draw(
        st.lists(st.sampled_from("the U.S. won't 15-year-old $5m 6.5% C++ amazon.com में é".split()), min_size=1)
    )
    opening, closing = draw(st.sampled_from([("", ""), ("“", "”"), ("‘", "’"), ("(", ")")]))
    return [mark for mark in (opening, *words, closing) if mark]


@given(st.lists(phrases(), min_size=1, max_size=4), st.sampled_from([",", ":", ";", "–", "…", "?", "!"]))
def test_a_headline_is_written_and_read_again(parts, mark):
    tokens = [token for part in parts for token in (*part, mark)]
    tokenizer = TOKENIZERS["headline"]
    assert tokenizer.tokens(join(tokens)) == tokens


@given(names, texts)
def test_a_key_is_its_own_key(name, text):
    tokenizer = TOKENIZERS[name]
    for word in tokenizer.words(text):
        assert tokenizer.key(tokenizer.key(word)) == tokenizer.key(word)


@given(st.sampled_from(VOCABULARIES), texts)
def test_a_typed_text_is_its_settled_words_and_the_open_one(known, text):
    typed = known.split_typed(text)
    assert text.endswith(typed.fragment)
    assert typed.fragment == typed.fragment.strip() or known.tokenizer.name == "keras"  # to which \xa0 is a letter
    tokens = [t for t in known.tokenizer.scan(text) if t.end <= len(text) - len(typed.fragment)]
    assert typed.words == [token.text for token in tokens if not token.is_mark]
    assert typed.context == known.ids(token.text for token in tokens)


@given(names, st.lists(headlines, min_size=1, max_size=8))
def test_a_vocabulary_knows_the_words_that_it_was_built_from(name, lines):
    built = Vocabulary.build(lines, name)
    for line in lines:
        assert built.unk not in built.encode(line) or built.unk is None
        assert all(0 <= i < len(built) for i in built.encode(line))
    assert len(set(built.itos)) == len(built)


# Pieces of addresses and numbers, of which each repetition could begin an address anew.
REPEATED = ("a.", "A.", "1.", "a-", "_", "a@", "a.a-", "1.a.", "a_.", "A.b", "-A.", "_1.", "a.bc", "'a", "“", "‘ “ ")
SCAN = """
import sys
from headline.corpus.segmentation import TOKENIZERS
for piece in sys.argv[1:]:
    TOKENIZERS["headline"].scan(piece * (100_000 // len(piece)))
"""


def test_the_time_grows_with_the_length_of_a_text_and_not_with_its_square():
    """These take seconds together; with the square of the length each took minutes."""
    subprocess.run([sys.executable, "-c", SCAN, *REPEATED], cwd=ROOT, check=True, timeout=120)
