"""The lesson step by step: the very numbers that training uses."""

import json

import gradio as gr
import numpy as np
import orjson
import pytest

from headline.corpus.reader import read_headlines
from headline.corpus.sequences import prefix_rows
from headline.corpus.vocabulary import Vocabulary
from headline.model.storage.hashes import hash_files
from headline.paths import LESSON_MODEL, SAMPLE_CORPUS
from headline.web.models import Models
from headline.web.tabs.inside import LESSON, OURS, InsideTab, corpus_figures, lesson_model, sheet
from headline.web.tabs.walkthrough import (
    autocomplete_steps,
    model_summary,
    nearest_words,
    next_word_bars,
    notebook_steps,
)
from headline.web.tabs.write import WriteTab
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


@pytest.mark.parametrize("path, recipe", [(LESSON, "notebook"), (OURS, "autocomplete")])
def test_the_sheet_of_a_path_is_plain_values_and_ends_in_its_network(path, recipe):
    made = sheet("the <b>end</b> of", path, tiny.suggester(random_checkpoint(recipe)))
    titles = [section["title"] for section in made["groups"][0]["sections"]]
    assert titles[-4:] == ["The network", "The next word", "Nearest words in the embedding", "Training data"]
    assert titles[0] == ("Raw" if path == LESSON else "Words") and made["index"] and json.dumps(made)


def test_the_lessons_network_comes_with_the_program_and_knows_its_sample():
    lesson = lesson_model()
    assert (lesson.checkpoint.config.recipe, lesson.checkpoint.config.units) == ("notebook", 100)
    assert sum(file.stat().st_size for file in LESSON_MODEL.iterdir()) < 2**20
    stored = json.loads((LESSON_MODEL / "checkpoint.json").read_text())["sha256"]
    hashes = hash_files(LESSON_MODEL)
    assert len(hashes) == 3 and hashes.items() <= stored.items()
    headlines = read_headlines(SAMPLE_CORPUS, normalise=False, keep_duplicates=True).headlines
    assert lesson.vocabulary.itos == Vocabulary.build(headlines, "keras").itos
    assert lesson.checkpoint.corpus["kept"] == len(headlines)


def test_the_path_ends_in_the_chosen_model_if_it_is_of_that_recipe(tmp_path):
    own = random_checkpoint("notebook")
    random_checkpoint().save(tmp_path / "bundled")
    own.save(tmp_path / "runs" / "own")
    models = Models(tmp_path / "bundled", tmp_path / "runs")
    with gr.Blocks():
        tab = InsideTab(models, WriteTab(models, gr.BrowserState([])))
    shown = {}
    for chosen in (None, "own"):
        for path in (LESSON, OURS):
            given = {tab.text: "the end", tab.path: path, tab.mapped: None, tab.write.model: chosen}
            shown[chosen, path] = tab.show(given)
            assert orjson.dumps(list(shown[chosen, path].values()))  # as Gradio sends it
    network = {key: value[tab.panel]["groups"][0]["sections"][-4]["about"] for key, value in shown.items()}
    assert f"{own.config.parameters:,}" in network["own", LESSON] and network[None, OURS] == network["own", OURS]
    assert f"{lesson_model().checkpoint.config.parameters:,}" in network[None, LESSON]
    # The frequent words are sent once for each model.
    assert "points" in shown["own", OURS][tab.map] and shown["own", OURS][tab.mapped] == "own"
    given = {tab.text: "the end", tab.path: OURS, tab.mapped: "own", tab.write.model: "own"}
    assert tab.show(given)[tab.map].keys() == {"typed"}


def test_the_lists_own_figures_are_those_of_the_report(lesson):
    checkpoint = random_checkpoint("notebook")
    checkpoint.corpus.update(lesson.report.as_dict())
    rows = dict(corpus_figures(tiny.suggester(checkpoint)).rows)
    assert rows["rows read"] == "9,335" and rows["headlines kept"] == "8,603"
    assert len(Vocabulary.build(lesson.headlines, "keras")) == 11_753
    assert np.array(list(rows)).tolist().index("rows read") == 0
