"""The lesson step by step: the very numbers that training uses."""

import numpy as np
import pytest

from headline.corpus.sequences import prefix_rows
from headline.corpus.vocabulary import Vocabulary
from headline.web.tabs.inside import corpus_figures, sample_words, sheet
from headline.web.tabs.walkthrough import (
    autocomplete_steps,
    model_summary,
    nearest_words,
    next_word_bars,
    notebook_steps,
)
from tests import tiny
from tests.tiny import CONFIGS, bigram_checkpoint, config_name, random_checkpoint


def by_title(sections) -> dict:
    return {section.title: section for section in sections}


def test_the_notebooks_steps_on_one_headline():
    vocabulary = Vocabulary.build(["The end of the end", "the NASA"], "keras")  # the 1, end 2, of 3, nasa 4
    steps = by_title(notebook_steps("  The N.A.S.A. &amp; the NASA, end ", vocabulary, 6))
    assert steps["Raw"].words == ("  The N.A.S.A. &amp; the NASA, end ",)
    assert steps["Cleaned"].words == ("The N.A.S.A. & the NASA, end",)
    assert steps["Words"].words == ("the", "n", "a", "s", "a", "the", "nasa", "end")
    assert dict(steps["Ids"].rows) == {"the": "1", "nasa": "4", "end": "2"} | dict.fromkeys(
        "nas", "left out: not in the vocabulary"
    )
    assert steps["Prefix rows"].rows == (("1 1",), ("1 1 4",), ("1 1 4 2",))
    padded = steps["Padded, then cut into predictors and label"]
    assert padded.rows == (("0 0 0 0 1", "1", "the"), ("0 0 0 1 1", "4", "nasa"), ("0 0 1 1 4", "2", "end"))
    x, y = prefix_rows([[1, 1, 4, 2]], 6)
    assert [row[0] for row in padded.rows] == [" ".join(map(str, row)) for row in x.tolist()]
    assert [row[1] for row in padded.rows] == [str(label) for label in y]


@pytest.mark.parametrize("text", ["", "   ", "!!!", "unknown words only", "the", "🎉 日本語", "the " * 400])
def test_anything_can_be_taken_apart(text):
    vocabulary = Vocabulary.build(["The end of the end"], "keras")
    notebook_steps(text, vocabulary, 5)
    suggester = tiny.suggester(random_checkpoint())
    autocomplete_steps(text, suggester.vocabulary, 8)
    assert next_word_bars(suggester, text).bars
    nearest_words(suggester, suggester.vocabulary.tokenizer.words(text))


def test_the_shifted_row_guesses_every_next_word():
    vocabulary = tiny.vocabulary("autocomplete")
    steps = by_title(autocomplete_steps("The zebra rises", vocabulary, 8))
    the, unknown = str(vocabulary.stoi["the"]), str(vocabulary.unk)
    assert steps["The shifted row"].rows == (
        ("<s>", "2", "the", the),
        ("the", the, "<unk>", unknown),
        ("<unk>", unknown, "<unk>", unknown),
        ("<unk>", unknown, "</s>", "3"),
    )


@pytest.mark.parametrize("config", CONFIGS, ids=config_name)
def test_the_summary_adds_up(config):
    summary = model_summary(config)
    numbers = [int(row[2].replace(",", "")) for row in summary.rows]
    assert sum(numbers[:-1]) == numbers[-1] == config.parameters
    shapes = {row[0]: row[1] for row in summary.rows[:-1]}
    assert shapes == {name: " × ".join(f"{n:,}" for n in shape) for name, shape in config.shapes().items()}


def test_the_bars_are_the_models_probabilities():
    suggester = tiny.suggester(bigram_checkpoint({"the": {"NASA": 5, "</s>": 4, "<unk>": 3}}))
    for text in ("the", "the "):
        bars = dict(next_word_bars(suggester, text).bars)
        follows = suggester.next_words.after(suggester.vocabulary.encode("the"))
        assert (
            next(iter(bars)) == "NASA"
            and bars["the end of the headline"] == follows.end > bars["an unknown word"] == follows.unknown
        )
        assert sum(bars.values()) <= 1


def test_nearest_words_point_the_same_way():
    checkpoint = random_checkpoint()
    vectors, known = checkpoint.weights["embedding"], checkpoint.vocabulary.stoi
    vectors[known["rise"]] = 3 * vectors[known["nasa"]]
    (row,) = nearest_words(tiny.suggester(checkpoint), ["NASA", "zebra", "nasa"]).rows
    assert row[0] == "NASA" and row[1].startswith("rise 1.00, ")
    cosines = [float(part.split()[-1]) for part in row[1].split(", ")]
    assert cosines == sorted(cosines, reverse=True) and "NASA" not in row[1]


def test_the_sheet_is_plain_values_for_both_recipes(tmp_path):
    sample = tmp_path / "sample.csv"
    sample.write_text("headline\nThe end of the end\nWe rise\n")
    for recipe, groups in (("autocomplete", 3), ("notebook", 3)):
        made = sheet("the <b>end</b> of", tiny.suggester(random_checkpoint(recipe)), sample)
        assert len(made["groups"]) == groups
        words = made["groups"][0]["sections"][0]["words"]
        assert list(words) == ["the <b>end</b> of"]
    assert sample_words(sample)[1] == 5


def test_the_lists_own_figures_are_those_of_the_report(lesson):
    checkpoint = random_checkpoint("notebook")
    checkpoint.corpus.update(lesson.report.as_dict())
    rows = dict(corpus_figures(tiny.suggester(checkpoint)).rows)
    assert rows["rows read"] == "9,335" and rows["headlines kept"] == "8,603"
    assert len(Vocabulary.build(lesson.headlines, "keras")) == 11_753
    assert np.array(list(rows)).tolist().index("rows read") == 0
