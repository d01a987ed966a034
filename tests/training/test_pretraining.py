"""Running text as a first course, and runs that go on after an interruption."""

from pathlib import Path

import numpy as np
import pytest

from headline.corpus.report import Corpus
from headline.errors import CorpusError, SettingError
from headline.model.checkpoint import Checkpoint
from headline.training.fitting.pretraining import pretrain, shared_vocabulary, text_ngrams
from headline.training.options import RunOptions
from headline.training.run import run
from headline.training.settings import RECIPES
from headline.training.train import train
from tests.tiny import headlines

TINY = RECIPES["autocomplete"].changed(
    min_count=1, embedding_size=4, units=4, batch_size=32, candidates=0, epochs=3, validation=0.1, test=0.1, patience=0
)
SENTENCES = [f"The {line} sentence says so." for line in headlines(80)]


class Interrupted(Exception):
    pass


def interrupt_after(epochs: int):
    def emit(event: dict) -> None:
        # The backup is written when the epoch has ended: the next epoch's first event is the first safe moment.
        if event["event"] == "progress" and event["epoch"] > epochs:
            raise Interrupted

    return emit


@pytest.fixture
def text(tmp_path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("\n".join(SENTENCES) + "\n", encoding="utf-8")
    return path


def test_words_of_both_courses_are_in_the_vocabulary_and_headline_words_win():
    settings = TINY.changed(min_count=2, validation=0.0, test=0.0)
    vocabulary = shared_vocabulary(["a rare word", "a headline word"], ["a sentence says"] * 12, settings)
    assert {"a", "word", "sentence", "says"} <= set(vocabulary.itos)
    assert not {"rare", "headline"} & set(vocabulary.itos)
    few = shared_vocabulary(["a headline word"] * 2, ["a sentence says"] * 6, settings.changed(max_words=3))
    assert few.itos[4:] == ["a", "headline", "word"]


def test_the_headlines_start_from_the_text(corpus, text, tmp_path):
    options = RunOptions(files=(str(corpus),), settings=TINY, text=(str(text),))
    trained = run(options, tmp_path / "model")
    assert "sentence" in trained.vocabulary.stoi and trained.ngram is not None
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == []
    alone = train(options.read_corpus(), TINY, vocabulary=trained.vocabulary)
    assert any(not np.allclose(alone.weights[name], weights) for name, weights in trained.weights.items())


def test_the_ngrams_of_the_text_are_a_model_of_their_own(corpus, text, tmp_path):
    trained = run(RunOptions(files=(str(corpus),), settings=TINY, text=(str(text),)), tmp_path / "model")
    assert len(trained.ngram.parts) == 2
    bare = TINY.changed(text_ngrams=0.0)
    assert text_ngrams(SENTENCES, bare, trained.vocabulary) == text_ngrams([], TINY, trained.vocabulary) == []
    few = TINY.changed(max_ngrams=400)
    (kept,) = text_ngrams(SENTENCES, few, trained.vocabulary)
    assert 0 < len(kept) <= 100 < len(text_ngrams(SENTENCES, TINY, trained.vocabulary)[0])


def test_too_little_text_and_the_lesson_are_refused(corpus):
    vocabulary = shared_vocabulary(headlines(30), ["one"], TINY)
    with pytest.raises(CorpusError, match="running text"):
        pretrain(["one sentence"], TINY, vocabulary)
    with pytest.raises(SettingError, match="autocomplete recipe"):
        train(Corpus(headlines(30)), RECIPES["notebook"].changed(epochs=1), text=SENTENCES)


def test_an_interrupted_run_goes_on_after_its_last_epoch(corpus, tmp_path):
    options = RunOptions(files=(str(corpus),), settings=TINY)
    whole = run(options, tmp_path / "whole")
    with pytest.raises(Interrupted):
        run(options, tmp_path / "model", interrupt_after(2))
    assert (tmp_path / ".model.backup").is_dir() and not (tmp_path / "model").exists()
    resumed = run(RunOptions(**vars(options) | {"resume": True}), tmp_path / "model")
    assert [row["epoch"] for row in resumed.training["history"]] == [3]
    last, expected = resumed.training["history"][-1], whole.training["history"][-1]
    assert last["loss"] == pytest.approx(expected["loss"], rel=0.02)
    assert last["validation_loss"] == pytest.approx(expected["validation_loss"], rel=0.02)
    assert not (tmp_path / ".model.backup").exists()


def test_a_share_of_the_text_is_read_again_with_the_headlines(corpus, text, tmp_path):
    words: dict[float, dict[str, float]] = {}
    for share in (0.0, 0.5):
        options = RunOptions(files=(str(corpus),), settings=TINY.changed(text_again=share), text=(str(text),))
        words[share] = {}

        def emit(event: dict, found: dict[str, float] = words[share]) -> None:
            if event["event"] == "progress" and event["epoch_ended"] and event["epoch"] == 1:
                found["headlines" if found else "text"] = event["words_done"]

        model = run(options, tmp_path / f"model{share}", emit)
        assert model.training["settings"]["text_again"] == share
    assert words[0.5]["text"] == words[0.0]["text"]
    more = words[0.5]["headlines"] - words[0.0]["headlines"]
    assert 0.2 < more / words[0.0]["text"] < 0.5  # the ends of sentences longer than the longest headline are cut off


def test_without_resume_a_run_begins_anew(corpus, tmp_path):
    options = RunOptions(files=(str(corpus),), settings=TINY)
    with pytest.raises(Interrupted):
        run(options, tmp_path / "model", interrupt_after(1))
    assert [row["epoch"] for row in run(options, tmp_path / "model").training["history"]] == [1, 2, 3]


def test_a_finished_first_course_is_not_trained_twice(corpus, text, tmp_path):
    options = RunOptions(files=(str(corpus),), settings=TINY.changed(text_epochs=1), text=(str(text),), resume=True)
    epochs: list[int] = []

    def emit(event: dict) -> None:
        if event["event"] == "progress" and event["epoch_ended"]:
            epochs.append(event["epochs"])
            if len(epochs) == 2:
                raise Interrupted

    with pytest.raises(Interrupted):
        run(options, tmp_path / "model", emit)
    assert epochs == [1, 3] and isinstance(Checkpoint.load(tmp_path / ".model.backup" / "text"), Checkpoint)
    run(options, tmp_path / "model", emit)
    assert 1 not in epochs[2:]
