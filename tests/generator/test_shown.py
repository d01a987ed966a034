"""What the page shows: the rows, how many, and which are too improbable."""

from headline.generator.box.shown import ROWS, shown, within_one_key
from headline.generator.suggester import WORTH_SHOWING, Answer, Suggestion
from headline.web.serve.questions import Question, answer
from tests import tiny

CHAIN = {"<s>": {"the": 5, "we": 4}, "the": {"government": 6, "NASA": 5}, "government": {"says": 9, "of": 1}}


def test_improbable_rows_are_shown_in_an_empty_box_alone():
    words = [f"w{n}" for n in range(400)]
    suggester = tiny.suggester(tiny.uniform_checkpoint(words=words))
    assert shown(suggester, "w0 ").suggestions == []
    assert [round(s.probability, 4) < WORTH_SHOWING for s in shown(suggester, "").suggestions] == [True] * ROWS
    assert len(shown(suggester, " ").suggestions) == ROWS


def test_the_page_shows_these_rows():
    suggester = tiny.suggester(tiny.bigram_checkpoint(CHAIN))
    for text in ("", "the ", "the gov", "the government", "the govermnent"):
        rows = answer(suggester, Question(text))["suggestions"]
        expected = shown(suggester, text).suggestions
        assert [(r["completion"], r.get("more", "")) for r in rows] == [(s.completion, s.more) for s in expected]
        assert len(rows) <= ROWS


def test_one_key_takes_a_row_or_the_row_with_what_carries_it_on():
    rows = [Suggestion("the gov", "gov", 0.5), Suggestion("the White", "White", 0.4, more=" House")]
    assert within_one_key(Answer(rows, 0.0)) == ["the gov", "the White", "the White House"]
