"""What the bundled model shows in the box as the page comes, and after each of the page's examples."""

import pytest

from headline.generator.box.shown import ROWS, shown
from headline.generator.suggester import Suggester
from headline.paths import BUNDLED_MODEL
from headline.web.tabs.write import EXAMPLES, LESSON_SEEDS


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester.load(BUNDLED_MODEL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_gets_six_different_rows(suggester, example):
    found = shown(suggester, example + " ").suggestions
    assert len({s.text.lower() for s in found}) == ROWS
    assert found[0].probability >= 0.02 and all(s.kind in ("word", "mark") for s in found)
    assert sum(s.kind == "mark" for s in found) <= 2  # "today in new york," is one, and words remain


def test_the_lessons_are_among_them():
    assert LESSON_SEEDS == ["washington dc is", "today in new york", "the school district has", "crime has become"]
    assert set(LESSON_SEEDS) < set(EXAMPLES)


def test_an_empty_box_gets_six_openings_of_several_words(suggester):
    found = [s.text + s.more for s in shown(suggester, "").suggestions]
    assert len({text.split()[0] for text in found}) == ROWS and all(len(text.split()) > 1 for text in found)
    assert "How to" in found
