"""The lesson, step by step, on one text: what each part of the pipeline makes of it, as plain values to be shown.

Everything is computed by the parts that train and answer; nothing is drawn up for the occasion.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from headline.corpus.reader import tidied
from headline.corpus.sequences import PAD_ID, prefix_rows, shifted_row
from headline.corpus.vocabulary import Vocabulary
from headline.generator.ranking import top
from headline.generator.suggester import Suggester
from headline.model.config import ModelConfig

_ROWS = 12  # prefixes shown
_WIDTH = 12  # places of a padded row shown
_NEAREST, _BARS = 8, 10


@dataclass(frozen=True)
class Section:
    """One step: what it is called, what it does, and what it made: words, a table, or bars."""

    title: str
    about: str
    words: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    bars: tuple[tuple[str, float], ...] = ()  # a name and a share


def notebook_steps(text: str, vocabulary: Vocabulary, block_size: int) -> list[Section]:
    """What the lesson does with a headline: clean, tokenise, number, cut into prefixes, pad, split off the label.

    `vocabulary` is one of Keras' tokenizer; words it lacks are left out, as Keras leaves them out.
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
        Section("Cleaned", "White space and HTML characters tidied.", words=(tidy,)),
        Section("Words", "Keras’ Tokenizer: small letters, signs fall away.", words=tuple(words)),
        Section(
            "Ids",
            f"Its place by how often the list has it, from 1; 0 is padding. {len(vocabulary):,} ids in all.",
            head=("word", "id"),
            rows=tuple((w, str(vocabulary.stoi.get(w, "left out: not in the list"))) for w in words),
        ),
        Section(
            "Prefix rows",
            "Every beginning of two words or more is an example.",
            head=("row",),
            rows=tuple((" ".join(map(str, row)),) for row in prefixes),
        ),
        Section(
            "Padded, then cut into predictors and label",
            f"Zeros in front up to the longest headline ({block_size} ids); the last id is what is to be guessed."
            + (f" The last {_WIDTH} predictors are shown." if block_size - 1 > _WIDTH else ""),
            head=("predictors", "label", "the word"),
            rows=tuple(
                (" ".join(map(str, row[-_WIDTH:])), str(label), vocabulary.itos[label])
                for row, label in zip(x[shown].tolist(), y[shown].tolist(), strict=True)
            ),
        ),
    ]


def autocomplete_steps(text: str, vocabulary: Vocabulary, block_size: int) -> list[Section]:
    """What the other recipe does: one row a headline, every position guesses its next."""
    words = vocabulary.tokenizer.words(tidied(text))
    ids = vocabulary.ids(words)
    assert vocabulary.start is not None and vocabulary.end is not None
    row = shifted_row(ids, vocabulary.start, vocabulary.end, block_size)
    return [
        Section("Words", "Hyphens, apostrophes and points of abbreviations stay.", words=tuple(words)),
        Section(
            "The shifted row",
            "One row for the whole headline: each position reads its word and all before it, and guesses the next. "
            "A word that is not in the list is <unk>.",
            head=("reads", "id", "is to guess", "id"),
            rows=tuple((vocabulary.itos[a], str(a), vocabulary.itos[b], str(b)) for a, b in pairwise(row))[: 2 * _ROWS],
        ),
    ]


def model_summary(config: ModelConfig) -> Section:
    """Every tensor of a network with its shape, and its parameters worked out."""
    rows = []
    for name, shape in config.shapes().items():
        product = " × ".join(f"{n:,}" for n in shape)
        rows.append((name, product, f"{int(np.prod(shape)):,}"))
    return Section(
        "The network",
        f"{config.recipe}: {config.parameters:,} parameters. An LSTM has four gates, so 4 × {config.units:,} = "
        f"{4 * config.units:,} columns.",
        head=("tensor", "shape", "parameters"),
        rows=(*rows, ("together", "", f"{config.parameters:,}")),
    )


def next_word_bars(suggester: Suggester, text: str) -> Section:
    """The softmax over the next word: the likeliest ones, the unknown word and the end apart."""
    vocabulary = suggester.vocabulary
    ended = text if not text or text[-1].isspace() else text + " "
    follows = suggester.next_word(vocabulary.split_typed(ended).context)
    best = [(vocabulary.written[i], float(follows.words[i])) for i in top(follows.words, _BARS) if follows.words[i] > 0]
    marks = [("an unknown word", follows.unknown), ("the end", follows.end)]
    return Section(
        "The next word",
        "What the model, mixed as its checkpoint says, gives to the likeliest words.",
        bars=(*best, *((name, share) for name, share in marks if share > 0)),
    )


def nearest_words(suggester: Suggester, words: Sequence[str]) -> Section:
    """For each known word, those whose vectors point the same way: cosine of the angle between them."""
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
        f"Each word is {vectors.shape[1]} numbers; words used alike come to lie alike.",
        head=("word", "nearest, with the cosine"),
        rows=tuple(rows),
    )
