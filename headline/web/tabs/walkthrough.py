"""The steps of the lesson on one text: the result of each part of the pipeline, as plain values to show.

Everything is computed by the same functions that train and answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from headline.corpus.reading.cleaning import tidied
from headline.corpus.sequences import PAD_ID, prefix_rows, shifted_row
from headline.corpus.vocabulary import Vocabulary
from headline.generator.suggester import Suggester
from headline.model.config import ModelConfig
from headline.model.top import top

_ROWS = 12  # prefixes shown at most
_WIDTH = 12  # columns of a padded row shown at most
_NEAREST, _BARS = 8, 10


@dataclass(frozen=True)
class Section:
    """One step: its title, what it does, and its result: words, a table, or bars."""

    title: str
    about: str
    words: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    bars: tuple[tuple[str, float], ...] = ()  # a name and a probability


def notebook_steps(text: str, vocabulary: Vocabulary, block_size: int) -> list[Section]:
    """The lesson's steps: clean, tokenise, convert to ids, make prefix rows, pad, split off the label.

    `vocabulary` uses Keras' tokenizer, and as in Keras words outside it are left out.
    """
    tidy = tidied(text)
    words = vocabulary.tokenizer.keys(tidy)
    known = [word for word in words if word in vocabulary.stoi]
    ids = [vocabulary.stoi[word] for word in known]
    x, y = prefix_rows([ids], block_size)
    shown = slice(0, _ROWS)
    prefixes = [ids[: n + 2] for n in range(max(0, len(ids) - 1))][shown]
    return [
        Section("Raw", "What was typed.", words=(text,)),
        Section("Cleaned", "White space is collapsed and HTML entities are decoded.", words=(tidy,)),
        Section("Words", "Keras’ Tokenizer: lower case, without punctuation.", words=tuple(words)),
        Section(
            "Ids",
            f"A word’s rank by frequency, from 1; 0 is padding. {len(vocabulary):,} ids in all.",
            head=("word", "id"),
            rows=tuple((w, str(vocabulary.stoi.get(w, "left out: not in the vocabulary"))) for w in words),
        ),
        Section(
            "Prefix rows",
            "Every beginning of two words or more is a training example.",
            head=("row",),
            rows=tuple((" ".join(map(str, row)),) for row in prefixes),
        ),
        Section(
            "Padded, then cut into predictors and label",
            f"Padded with zeros in front to the longest headline ({block_size} ids); the last id is the label."
            + (f" The last {_WIDTH} predictors are shown." if block_size - 1 > _WIDTH else ""),
            head=("predictors", "label", "word"),
            rows=tuple(
                (" ".join(map(str, row[-_WIDTH:])), str(label), vocabulary.itos[label])
                for row, label in zip(x[shown].tolist(), y[shown].tolist(), strict=True)
            ),
        ),
    ]


def autocomplete_steps(text: str, vocabulary: Vocabulary, block_size: int) -> list[Section]:
    """The autocomplete recipe's steps: one row per headline, in which every position predicts the next word."""
    words = vocabulary.tokenizer.words(tidied(text))
    ids = vocabulary.ids(words)
    assert vocabulary.start is not None and vocabulary.end is not None
    row = shifted_row(ids, vocabulary.start, vocabulary.end, block_size)
    return [
        Section("Words", "Hyphens, apostrophes and the points of abbreviations stay.", words=tuple(words)),
        Section(
            "The shifted row",
            "One row for the whole headline: each position reads its word and all before it, and predicts the next. "
            "A word outside the vocabulary is <unk>.",
            head=("reads", "id", "predicts", "id"),
            rows=tuple((vocabulary.itos[a], str(a), vocabulary.itos[b], str(b)) for a, b in pairwise(row))[: 2 * _ROWS],
        ),
    ]


def model_summary(config: ModelConfig) -> Section:
    """Every tensor of a network with its shape and number of parameters."""
    rows = []
    for name, shape in config.shapes().items():
        product = " × ".join(f"{n:,}" for n in shape)
        rows.append((name, product, f"{int(np.prod(shape)):,}"))
    return Section(
        "The network",
        f"{config.recipe}: {config.parameters:,} parameters. An LSTM has four gates, so 4 × {config.units:,} = "
        f"{4 * config.units:,} columns.",
        head=("tensor", "shape", "parameters"),
        rows=(*rows, ("total", "", f"{config.parameters:,}")),
    )


def next_word_bars(suggester: Suggester, text: str) -> Section:
    """Probabilities of the next word: the likeliest words, the unknown word, and the end of the headline."""
    vocabulary = suggester.vocabulary
    ended = text if not text or text[-1].isspace() else text + " "
    follows = suggester.next_words.after(vocabulary.split_typed(ended).context)
    best = [(vocabulary.written[i], float(follows.words[i])) for i in top(follows.words, _BARS) if follows.words[i] > 0]
    marks = [("an unknown word", follows.unknown), ("the end of the headline", follows.end)]
    return Section(
        "The next word",
        "The likeliest next words, by the network"
        + (" and the n-grams together." if suggester.model.ngram else " alone."),
        bars=(*best, *((name, share) for name, share in marks if share > 0)),
    )


def nearest_words(suggester: Suggester, words: Sequence[str]) -> Section:
    """For each known word, the words whose embeddings have the highest cosine similarity."""
    vocabulary = suggester.vocabulary
    vectors = suggester.checkpoint.weights["embedding"]
    lengths = np.maximum(np.linalg.norm(vectors, axis=1), 1e-9)
    rows = []
    known = (vocabulary.stoi.get(vocabulary.tokenizer.key(word)) for word in words)
    for i in dict.fromkeys(known):
        if i is None or i == PAD_ID:
            continue
        likeness = vectors @ vectors[i] / (lengths * lengths[i])
        likeness[[i, *suggester.suppressed_ids]] = -np.inf
        near = top(likeness, _NEAREST)
        rows.append((vocabulary.written[i], ", ".join(f"{vocabulary.written[j]} {likeness[j]:.2f}" for j in near)))
    return Section(
        "Nearest words in the embedding",
        f"{vectors.shape[1]} embedding dimensions; words that are used alike get similar embeddings.",
        head=("word", "nearest, with cosine similarity"),
        rows=tuple(rows),
    )
