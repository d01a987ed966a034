"""How words are written: after some words otherwise, and in the style of a list."""

import pytest

from headline.corpus.segmentation import TOKENIZERS
from headline.corpus.truecasing import list_style
from headline.corpus.vocabulary import Vocabulary
from headline.errors import CheckpointError
from headline.model.storage.vocabulary_file import read_vocabulary

HEADLINES = [
    *["Trump leaves the White House at last", "Guests visit the White House again", "Fire near the White House"],
    *["A red house burns down", "Why that house was sold", "The house of a mayor", "A white wall falls"],
]


def written_after(vocabulary: Vocabulary, before: str, word: str) -> str:
    return vocabulary.written_after(vocabulary.stoi[before], vocabulary.stoi[word])


def test_a_word_is_written_otherwise_after_some_words():
    vocabulary = Vocabulary.build(HEADLINES)
    assert written_after(vocabulary, "white", "house") == "House"
    assert written_after(vocabulary, "red", "house") == written_after(vocabulary, "that", "house") == "house"
    assert vocabulary.written_after(None, vocabulary.stoi["house"]) == "house"


@pytest.mark.parametrize("times", [1, 2])
def test_two_uses_are_too_few_for_a_form_of_its_own(times):
    vocabulary = Vocabulary.build(HEADLINES[3 - times :])
    assert written_after(vocabulary, "white", "house") == "house"


def test_rows_in_lower_case_and_titles_have_no_vote():
    vocabulary = Vocabulary.build([*HEADLINES, *["the white house burns"] * 9, *["A Red House Falls Down Again"] * 9])
    assert written_after(vocabulary, "white", "house") == "House"
    assert written_after(vocabulary, "red", "house") == "house"


def test_a_fine_tuned_model_keeps_how_words_are_written():
    base = Vocabulary.build([*HEADLINES, "Snow falls in London"])
    vocabulary = Vocabulary.build(["Snow Falls Again", "House Prices Fall Again", "A Look at London"], also=base)
    assert written_after(vocabulary, "white", "house") == "House"
    assert [vocabulary.written[vocabulary.stoi[w]] for w in ("snow", "house", "london")] == ["snow", "house", "London"]


def test_forms_come_back_from_the_file(tmp_path):
    vocabulary = Vocabulary.build(HEADLINES)
    vocabulary.save(tmp_path / "vocabulary.txt")
    again = read_vocabulary(tmp_path / "vocabulary.txt", "headline", len(vocabulary))
    assert again.exceptions == vocabulary.exceptions != {}
    assert (again.written, again.counts.tolist()) == (vocabulary.written, vocabulary.counts.tolist())


@pytest.mark.parametrize(
    "end", ["House:", "House:x", "House:99", ":5", "mansion:5", "House:5,", "House:5 ", "House:-1"]
)
def test_a_damaged_form_is_told(tmp_path, end):
    path = tmp_path / "vocabulary.txt"
    path.write_text(f"<pad>\t0\n<unk>\t0\n<s>\t0\n</s>\t0\nhouse\t3\t{end}\nwhite\t2\n", encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"vocabulary\.txt"):
        read_vocabulary(path, "headline", 6)


@pytest.mark.parametrize(
    ("headlines", "style"),
    [
        ([], "sentence"),
        (["Rain falls on Spain", "Snow falls again today", "Sun Shines Again"], "sentence"),
        (["Rain Falls on Spain", "Snow Falls Again", "Sun shines again today"], "title"),
        (["rain falls on spain", "snow falls again"], "lower"),
        (["RAIN FALLS ON SPAIN", "SNOW FALLS AGAIN"], "upper"),
        (["rain falls on spain", "snow falls again", "Sun Shines Again"], "title"),
        (["NASA", "US", "UK PM", "Rain falls on Spain"], "sentence"),
    ],
)
def test_the_style_of_a_list(headlines, style):
    assert list_style(TOKENIZERS["headline"].words(headline) for headline in headlines) == style
