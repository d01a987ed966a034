"""How words are written: after some words otherwise, and in the style of a list."""

import pytest

from headline.corpus.segmentation import TOKENIZERS
from headline.corpus.truecasing import list_style
from headline.corpus.vocabulary import Vocabulary, learn_style
from headline.errors import CheckpointError
from headline.generator.writing import Writing
from headline.model.storage.vocabulary_file import read_vocabulary

HEADLINES = [
    *["Trump leaves the White House at last", "Guests visit the White House again", "Fire near the White House"],
    *["A red house burns down", "Why that house was sold", "The house of a mayor", "A white wall falls"],
]


WALLS = ["Guests of the white hotel", "All white walls fall", "See the white wall"]  # white is mostly white


def written_after(vocabulary: Vocabulary, before: str, word: str) -> str:
    return vocabulary.written_between(vocabulary.stoi[before], vocabulary.stoi[word])


def written_before(vocabulary: Vocabulary, word: str, after: str) -> str:
    return vocabulary.written_between(None, vocabulary.stoi[word], vocabulary.stoi[after])


def test_a_word_is_written_otherwise_after_some_words():
    vocabulary = Vocabulary.build(HEADLINES)
    assert written_after(vocabulary, "white", "house") == "House"
    assert written_after(vocabulary, "red", "house") == written_after(vocabulary, "that", "house") == "house"
    assert vocabulary.written_between(None, vocabulary.stoi["house"]) == "house"


def test_a_word_is_written_otherwise_before_some_words():
    vocabulary = Vocabulary.build([*HEADLINES, *WALLS])
    assert vocabulary.written[vocabulary.stoi["white"]] == "white"
    assert written_before(vocabulary, "white", "house") == "White"
    assert written_before(vocabulary, "white", "wall") == written_before(vocabulary, "white", "the") == "white"


def test_the_word_before_decides_before_the_word_after():
    rows = ["Eat at the old House of Pies", "Rain at the House of Pies", "Love in a house of cards"]
    vocabulary = Vocabulary.build([*rows * 3, *["See that old house"] * 9, *["See old house of love"] * 2])
    house, of = vocabulary.stoi["house"], vocabulary.stoi["of"]
    assert vocabulary.exceptions_before == {}  # three of eight times in lower case
    vocabulary.exceptions_before[house, of] = "House"
    vocabulary.exceptions[vocabulary.stoi["a"], house] = "HOUSE"
    assert vocabulary.written_between(vocabulary.stoi["a"], house, of) == "HOUSE"
    assert vocabulary.written_between(vocabulary.stoi["that"], house, of) == "House"
    assert vocabulary.written_between(vocabulary.stoi["that"], house) == "house"


def test_the_first_word_of_a_sentence_has_no_vote_and_the_second_one_has():
    rows = ["White house burns", "Rain: White house burns", "No “White house” here"]
    assert Vocabulary.build(rows * 9 + HEADLINES[3:] * 9).exceptions_before == {}
    vocabulary = Vocabulary.build(["White House burns"] * 3 + HEADLINES[3:])
    assert written_before(vocabulary, "white", "house") == "white"
    assert written_after(vocabulary, "white", "house") == written_before(vocabulary, "house", "burns") == "House"


@pytest.mark.parametrize("times", [1, 2])
def test_two_uses_are_too_few_for_a_form_of_its_own(times):
    vocabulary = Vocabulary.build(HEADLINES[3 - times :])
    assert written_after(vocabulary, "white", "house") == "house"
    assert vocabulary.exceptions_before == {}


def test_rows_in_lower_case_and_titles_have_no_vote():
    vocabulary = Vocabulary.build([*HEADLINES, *["the white house burns"] * 9, *["A Red House Falls Down Again"] * 9])
    assert written_after(vocabulary, "white", "house") == "House"
    assert written_after(vocabulary, "red", "house") == "house"


def test_a_fine_tuned_model_keeps_how_words_are_written():
    base = Vocabulary.build([*HEADLINES, *WALLS, "Snow falls in London"])
    vocabulary = Vocabulary.build(["Snow Falls Again", "House Prices Fall Again", "A Look at London"], also=base)
    assert written_after(vocabulary, "white", "house") == "House"
    assert written_before(vocabulary, "white", "house") == "White"
    assert [vocabulary.written[vocabulary.stoi[w]] for w in ("snow", "house", "london")] == ["snow", "house", "London"]


def test_forms_come_back_from_the_file(tmp_path):
    vocabulary = Vocabulary.build([*HEADLINES, *WALLS])
    vocabulary.save(tmp_path / "vocabulary.txt")
    again = read_vocabulary(tmp_path / "vocabulary.txt", "headline", len(vocabulary))
    assert again.exceptions == vocabulary.exceptions != {}
    assert again.exceptions_before == vocabulary.exceptions_before != {}
    assert (again.written, again.counts.tolist()) == (vocabulary.written, vocabulary.counts.tolist())


@pytest.mark.parametrize(
    "end",
    [
        *("House:", "House:x", "House:99", ":5", "mansion:5", "House:5,", "House:5 ", "House:-1"),
        *("", "\t", "House:5\t", "\tHouse:99", "\tmansion:5", "House:5\tHouse:", "House:5\tHouse:4\tHouse:3"),
    ],
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


TITLES = ["Snow Falls on the Coast of Spain", "A Look Out to the Sea With Love", "Rain Is Set to Last for Out Here"]


def small_words(headlines: list[str], tag: str = "en") -> set[str]:
    vocabulary = Vocabulary.build(headlines, language=tag)
    assert learn_style(vocabulary, headlines) == ("title" if tag == "en" else "sentence")
    return set(vocabulary.tokenizer.language.small_words or ())


def test_a_list_has_small_words_of_its_own():
    stylebook = [*TITLES * 3, *["Out of the Cold and Up a Hill"] * 6]
    assert small_words(stylebook) >= {"of", "the", "to", "on", "and"}  # "on", three times, is as the others are
    assert not small_words(stylebook) & {"out", "up", "with", "is"}
    assert small_words(["Two Boston Men Charged Again with Theft of Gold Bars from a Bank"] * 5) >= {
        "with",
        "from",
        "a",
    }
    assert small_words(["Snow Falls On The Coast Of Spain And Of France"] * 9) == set()


def test_only_the_inside_of_titles_tells_which_words_are_small():
    rows = ["the snow falls out here", "Taking It All in", "Show: of Birds Again Today", "the Long Way Home Again"]
    assert small_words([*rows * 6, *["A Map Of The City"] * 6]) == set()


def test_a_language_without_title_case_has_no_small_words():
    assert small_words(["Ein Haus an der Küste"] * 9, "de") == set()


@pytest.mark.parametrize(
    ("headlines", "text", "written"),
    [
        (["Snow Falls On The Coast Of Spain And Portugal"] * 9, "Rain Falls ", "On The Coast Of"),
        (["Snow Falls on the Coast of Spain With Portugal"] * 9, "Rain Falls ", "on the Coast of"),
        (["Snow falls on the coast of Spain"] * 9, "Rain falls ", "on the coast of"),
    ],
)
def test_a_model_writes_titles_as_its_list_does(headlines, text, written):
    vocabulary = Vocabulary.build(headlines)
    writing = Writing(text, vocabulary.split_typed(text), vocabulary, prior=learn_style(vocabulary, headlines))
    assert writing.completion(vocabulary.encode(written)) == written


def test_a_vocabulary_forgets_the_small_words_of_another_list():
    vocabulary = Vocabulary.build(TITLES)
    assert learn_style(vocabulary, ["Snow Falls On The Coast Of Spain"] * 9) == "title"
    assert vocabulary.own_small_words == []
    assert learn_style(vocabulary, ["Snow falls on the coast of Spain"] * 9) == "sentence"
    assert vocabulary.own_small_words is None
