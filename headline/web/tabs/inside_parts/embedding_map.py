"""A map of the embedding: frequent words and the typed ones, projected on the two directions in which they differ most.

The projection is a principal component analysis (Pearson 1901) of the frequent words' vectors. Neighbours come from all
dimensions, not from the map.
"""

from collections.abc import Iterable
from functools import cache
from itertools import islice

import gradio as gr
import numpy as np

from headline.corpus.sequences import PAD_ID
from headline.generator.suggester import Suggester
from headline.model.top import top
from headline.web.engine.one_script import one_script

_WORDS = 200  # frequent words on the map
_PASSED_OVER = 300  # the most frequent words of a language say how it works and not what a title is about
_SHORTEST = 4  # letters of a word on the map, unless most words of the list are shorter
_NEAREST = 6
_TYPED = 24  # words of the text, the first ones


def embedding_map_of(elem_id: str) -> gr.HTML:
    """The map. `EmbeddingMap` makes its value."""
    return gr.HTML(
        value={"typed": []},
        html_template='<div class="map"></div>',
        js_on_load=one_script("embedding_map.js"),
        elem_id=elem_id,
        apply_default_css=False,
    )


class EmbeddingMap:
    """The map of one model's embedding."""

    def __init__(self, suggester: Suggester):
        self.suggester = suggester
        vectors = suggester.checkpoint.weights["embedding"]
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        self._directions = vectors / np.maximum(lengths, 1e-9)  # (V, E), so that a product is a cosine
        self.ids = frequent_words(suggester)
        self.mean, self.axes, self.share = principal_axes(vectors[self.ids])
        self._vectors = vectors
        self._scale = float(np.abs(self._project(self.ids)).max(initial=0)) or 1.0

    def points(self) -> list[dict]:
        """The frequent words: {"word", "x", "y", "near"} of each, x and y from -1 to 1."""
        return self._points(self.ids)

    def typed(self, words: Iterable[str]) -> list[dict]:
        """The known ones of some words, each once. They may lie beyond the frequent ones."""
        vocabulary = self.suggester.vocabulary
        found = (vocabulary.stoi.get(vocabulary.tokenizer.key(word)) for word in words)
        return self._points([i for i in dict.fromkeys(found) if i is not None and i != PAD_ID][:_TYPED])

    def _project(self, ids: list[int]) -> np.ndarray:
        return (self._vectors[ids] - self.mean) @ self.axes.T  # (n, 2)

    def _points(self, ids: list[int]) -> list[dict]:
        if not ids:
            return []
        written = self.suggester.vocabulary.written
        places = self._project(ids) / self._scale
        cosines = self._directions[ids] @ self._directions.T  # (n, V)
        cosines[:, [PAD_ID, *self.suggester.suppressed_ids]] = -np.inf
        cosines[np.arange(len(ids)), ids] = -np.inf
        made = []
        for i, (x, y), row in zip(ids, places.tolist(), cosines, strict=True):
            near = [[written[j], round(float(row[j]), 2)] for j in top(row, _NEAREST) if np.isfinite(row[j])]
            made.append({"word": written[i], "x": round(x, 4), "y": round(y, 4), "near": near})
        return made


def frequent_words(suggester: Suggester) -> list[int]:
    """The ids of frequent words that say what a title is about: ids are in the order of frequency."""
    vocabulary, suppressed = suggester.vocabulary, set(suggester.suppressed_ids)
    passed_over = _most_frequent(vocabulary.tokenizer.language.base)
    ids = [
        i
        for i, word in enumerate(vocabulary.itos)
        if word.isalpha() and i != PAD_ID and i not in suppressed and word.lower() not in passed_over
    ]
    long = [i for i in ids if len(vocabulary.itos[i]) >= _SHORTEST]
    return (long if len(long) > len(ids) / 2 else ids)[:_WORDS]


@cache
def _most_frequent(language: str) -> frozenset[str]:
    """The most frequent words of a language; none where no list of them is known."""
    from wordfreq import get_frequency_dict, get_frequency_list  # loaded when needed

    try:
        found = frozenset(islice(get_frequency_dict(language, "small"), _PASSED_OVER))
    except LookupError:
        return frozenset()
    for cached in (get_frequency_dict, get_frequency_list):
        cached.cache_clear()  # the whole lists take much memory
    return found


def principal_axes(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """The mean of vectors, (n, E), their two principal axes, (2, E), and the share of the variance along both.

    The largest component of each axis is positive, so that the same vectors always give the same map.
    """
    size = vectors.shape[1]
    mean = vectors.mean(axis=0) if len(vectors) else np.zeros(size, np.float32)
    axes = np.zeros((2, size))
    if len(vectors) < 2:
        return mean, axes, 0.0
    _, strengths, directions = np.linalg.svd((vectors - mean).astype(np.float64), full_matrices=False)
    for axis, direction in zip(axes, directions, strict=False):
        axis[:] = direction * np.sign(direction[np.abs(direction).argmax()])
    total = float((strengths**2).sum())
    return mean, axes, float((strengths[:2] ** 2).sum()) / total if total else 0.0
