"""The word vectors that the bundled model begins with: what is put together, and how it is written."""

from pathlib import Path

import numpy as np
import pytest

from bench.bundled_word_states import COMPONENTS, as_text, components, joined
from headline.training.network.word_vectors import vectors_for
from tests.tiny import vocabulary

WORDS = [f"word{n}" for n in range(300)]


def test_components_are_the_directions_in_which_frequent_words_differ_most():
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(400, 2)) * (5.0, 3.0)
    states = hidden @ rng.normal(size=(2, 40)) * 100 + 7 + rng.normal(size=(400, 40))
    frequent = np.arange(400) < 300
    found = components(states, frequent, 3)
    assert found.shape == (400, 3) and np.mean(found**2) == pytest.approx(1)
    size = np.mean(found**2, axis=0)
    assert size[0] > size[1] > 100 * size[2]  # two directions hold nearly all
    fitted = np.hstack([found[:, :2], np.ones((400, 1))])
    left = hidden - fitted @ np.linalg.lstsq(fitted, hidden, rcond=None)[0]
    assert np.mean(left**2) < 0.01 * np.mean(hidden**2)


def test_the_first_component_is_not_that_of_rare_words():
    rng = np.random.default_rng(0)
    states = rng.normal(size=(400, 6)) * (1, 3, 1, 1, 1, 1)
    states[300:, 0] *= 50  # dimensions are scaled by all words, so this one is small among the first 300
    found = components(states, np.arange(400) < 300, 1)[:300, 0]
    assert abs(np.corrcoef(found, states[:300, 0])[0, 1]) < 0.3


def glove_file(folder: Path) -> Path:
    rng = np.random.default_rng(1)
    rows = (f"{word} {' '.join(f'{x:.3f}' for x in rng.normal(size=5))}\n" for word in WORDS[::2])
    (folder / "glove.txt").write_text("".join(rows), encoding="utf-8")
    return folder / "glove.txt"


def test_what_is_written_is_read_again_as_vectors_of_the_words(tmp_path):
    known = vocabulary("autocomplete", WORDS)
    states = np.random.default_rng(2).normal(size=(len(known), 200))
    vectors = joined(known, glove_file(tmp_path), states)
    assert vectors.shape == (len(known), 5 + COMPONENTS)
    lacking = [known.stoi[word] for word in WORDS[1::2]]
    assert not vectors[lacking, :5].any() and vectors[lacking, 5:].all()
    (tmp_path / "vectors.txt").write_text(as_text(known, vectors), encoding="utf-8")
    ids, read = vectors_for(known, tmp_path / "vectors.txt")
    assert ids.tolist() == [known.stoi[word] for word in WORDS]
    wanted = vectors[ids] - vectors[ids].mean(axis=0)
    assert read == pytest.approx(wanted / np.sqrt(np.mean(wanted**2)), abs=1e-2)


def test_words_are_written_as_glove_writes_them():
    known = vocabulary("autocomplete", ["won’t", "NASA"])
    lines = as_text(known, np.arange(len(known))[:, None] / 8).splitlines()
    assert lines == ["won't 0.5", "nasa 0.625"]
