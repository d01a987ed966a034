"""A look at a corpus before training on it."""

import pytest

from headline.corpus.preview import beginnings, preview
from headline.corpus.report import Corpus, CorpusReport


def corpus(lines, **report) -> Corpus:
    return Corpus(lines, CorpusReport(rows=len(lines), kept=len(lines), files=("a.csv",), **report))


def test_words_and_lengths_are_counted():
    seen = preview(corpus(["Government says no", "government SAYS yes", "We rise"]))
    assert (seen.headlines, seen.words, seen.distinct) == (3, 8, 6)
    assert seen.rare == pytest.approx(4 / 6)
    assert seen.lengths == (("0", 0), ("1", 0), ("2", 1), ("3", 2))
    assert seen.frequent == (("government", 2), ("says", 2), ("rise", 1))
    assert seen.summary.startswith("3 rows from 1 file: 3 kept")


def test_rows_come_from_all_over_the_list():
    lines = [f"headline number {n}" for n in range(1000)]
    assert preview(corpus(lines)).rows == tuple(lines[::50])
    assert preview(corpus(lines[:3])).rows == tuple(lines[:3])


def test_long_headlines_share_a_bar():
    seen = preview(corpus(["word " * 30, "word " * 20, "a b"]))
    assert seen.lengths[-1] == ("20+", 2) and len(seen.lengths) == 21


@pytest.mark.parametrize(
    "lines, warning",
    [
        (["few words here"] * 3, "3 headlines are too few to train on: give at least 20, better 1,000."),
        (["few words here"] * 20, "20 headlines are few: start from the bundled model"),
        (["a long text " * 20] * 600, "The headlines are long"),
        (["1234"] * 600, "at most one word"),
        (["सरकार ने कहा नहीं"] * 600, "The titles are in Hindi"),
    ],
)
def test_what_looks_wrong_is_said(lines, warning):
    assert any(warning in told for told in preview(corpus(lines)).warnings)


def test_what_looks_right_is_not():
    lines = [f"the government of country {n} says no to {n + 1} people" for n in range(600)]
    assert preview(corpus(lines)).warnings == ()
    assert preview(corpus(lines, notes=("It was read as Greek.",))).notes == ("It was read as Greek.",)


def test_an_empty_corpus_has_a_preview_too():
    seen = preview(corpus([]))
    assert (seen.headlines, seen.rare, seen.rows) == (0, 0.0, ())


def test_beginnings_are_those_of_different_headlines_with_something_left_to_write():
    rows = ["Lemon Drizzle Cake", "Hummus", "lemon drizzle tart", "Fish and Chips", "Miso Soup", "東京 の 夜 景"]
    assert beginnings(rows) == ("Lemon Drizzle", "Fish and", "東京 の")
    assert beginnings(rows, 1) == ("Lemon Drizzle",) and beginnings([]) == ()
