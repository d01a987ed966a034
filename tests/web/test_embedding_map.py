"""The map of the embedding: places from the two principal axes, neighbours from all dimensions."""

import json

import numpy as np
import pytest

from headline.web.tabs.inside_parts.embedding_map import EmbeddingMap, principal_axes
from tests import tiny
from tests.tiny import random_checkpoint

WORDS = ["the", "of", "zinc", "copper", "harbour", "ferry", "senator", "NASA", "meadow"]


def test_the_axes_are_those_of_most_variance_with_one_sign():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(50, 6)) * [1, 9, 2, 5, 0.5, 1] + 3
    mean, axes, share = principal_axes(vectors)
    values, directions = np.linalg.eigh(np.cov(vectors.T))
    for axis, direction in zip(axes, directions.T[::-1], strict=False):
        assert abs(axis @ direction) == pytest.approx(1) and axis[np.abs(axis).argmax()] > 0
    assert share == pytest.approx(values[-2:].sum() / values.sum())
    assert mean == pytest.approx(vectors.mean(axis=0))
    assert principal_axes(vectors[::-1])[1] == pytest.approx(axes)  # whatever the order


def test_each_word_has_its_place_and_its_nearest_ones():
    checkpoint = random_checkpoint(words=WORDS)
    vectors, known = checkpoint.weights["embedding"], checkpoint.vocabulary.stoi
    vectors[known["copper"]] = 3 * vectors[known["zinc"]]
    made = EmbeddingMap(tiny.suggester(checkpoint))
    points = {point["word"]: point for point in made.points()}
    assert {"zinc", "harbour", "NASA"} <= points.keys() and not {"the", "of"} & points.keys()
    assert max(abs(point[axis]) for point in points.values() for axis in "xy") == pytest.approx(1, abs=1e-4)
    assert points["zinc"]["near"][0] == ["copper", 1.0]
    for word, point in points.items():
        cosines = [cosine for _, cosine in point["near"]]
        assert cosines == sorted(cosines, reverse=True) and word not in dict(point["near"])
    typed = made.typed(["the", "zebra", "NASA", "nasa"])  # each known word once, also one that is not on the map
    assert [point["word"] for point in typed] == ["the", "NASA"] and typed[1] == points["NASA"]
    assert json.dumps(made.points()) == json.dumps(EmbeddingMap(tiny.suggester(checkpoint)).points())


@pytest.mark.parametrize("words", [["the"], ["the", "zinc"], ["12", "%"]])
def test_a_small_vocabulary_has_a_map_too(words):
    for recipe in ("autocomplete", "notebook"):
        made = EmbeddingMap(tiny.suggester(random_checkpoint(recipe, words)))
        assert len(made.points()) <= len(words) and made.typed(words)
