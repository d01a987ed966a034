"""Builds a model's n-grams, and fits how they are mixed with the network.

The n-grams come from the training headlines, from running text, and from a model that is fine-tuned, each a model of
its own. Their weights in the mixture, and the network's temperature, are fitted on the validation headlines when
training ends.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from headline.corpus.sequences import PAD_ID
from headline.corpus.split import SeenHeadlines
from headline.corpus.vocabulary import Vocabulary
from headline.model.checkpoint import Checkpoint
from headline.model.language_model import LanguageModel, rows_at_once, walk
from headline.model.network import log_softmax
from headline.model.ngrams.interpolated_ngram import NGrams, interpolated
from headline.model.ngrams.ngram import NGram
from headline.model.ngrams.ngram_counts import Windows, WindowsInMemory, WindowTables, estimate_ngrams

# How often n-grams of 1, 2, 3 and 4 words must occur to be kept. The first row that leaves few enough is used.
# Long n-grams that occur once are dropped first, because they say the least.
_MIN_COUNTS = (
    *((), (1, 1, 1, 2), (1, 1, 2, 2), (1, 1, 2, 3), (1, 2, 2, 2), (1, 2, 3, 3), (1, 3, 4, 5)),
    *((1, 4, 6, 8), (1, 6, 9, 12), (1, 10, 15, 20), (1, 20, 30, 40)),
)
_TEMPERATURES = np.round(np.arange(0.7, 1.31, 0.05), 2)
_TEMPERATURE_ROWS, WEIGHT_ROWS, _BATCH = 400, 2000, 50  # headlines
_COUNTED = 100_000  # headlines whose n-grams are counted together


def fit_mixture(
    checkpoint: Checkpoint,
    headlines: Sequence[str],
    held_out: Sequence[str],
    order: int = 4,
    max_ngrams: int = 1_000_000,
    ngram: NGram | None = None,
    others: Sequence[NGrams] = (),
) -> Checkpoint:
    """Return the checkpoint with the n-grams of its training headlines and a mixture fitted on held-out ones.

    `ngram` are the headlines' n-grams if they were counted before. `others` are mixed too: those of running text, and
    of a model that was fine-tuned. An order of 0, or the notebook recipe, keeps no n-grams.
    """
    if ngram is None and order and checkpoint.config.causal:
        ngram = build_ngrams(headlines, checkpoint.vocabulary, order, max_ngrams)
    return mixed(checkpoint, SeenHeadlines.of(headlines), ngram, held_out, others)


def mixed(
    checkpoint: Checkpoint,
    seen: SeenHeadlines,
    ngram: NGram | None,
    held_out: Sequence[str],
    others: Sequence[NGrams] = (),
) -> Checkpoint:
    """Return the checkpoint with n-grams that were counted before: see `fit_mixture`."""
    parts = [ngram, *others] if ngram is not None else []
    return fitted_mixture(replace(checkpoint, seen=seen), parts, _rows(checkpoint, held_out[:WEIGHT_ROWS]))


def build_ngrams(headlines: Sequence[str], vocabulary: Vocabulary, order: int, max_ngrams: int) -> NGram:
    """Count the n-grams of headlines, and drop the rarest until at most `max_ngrams` are left, where possible."""
    start, end = vocabulary.start, vocabulary.end
    assert start is not None and end is not None, "n-grams need the start and end marks"
    tables = WindowsInMemory()
    for first in range(0, max(1, len(headlines)), _COUNTED):
        rows = [[start, *vocabulary.encode(headline), end] for headline in headlines[first : first + _COUNTED]]
        flat = np.array([i for row in rows for i in row], dtype=np.int32)
        tables.add(Windows.of(flat, np.array([len(row) for row in rows], dtype=np.int64), order))
    return kept_ngrams(tables, vocabulary, max_ngrams)


def kept_ngrams(windows: WindowTables, vocabulary: Vocabulary, max_ngrams: int) -> NGram:
    """Return the n-grams of counted windows, the rarest dropped until at most `max_ngrams` are left, where possible."""
    start = vocabulary.start
    assert start is not None, "n-grams need the start mark"
    return estimate_ngrams(windows, len(vocabulary), [PAD_ID, start], start, _MIN_COUNTS, max_ngrams)


def ngrams_alone(checkpoint: Checkpoint) -> Checkpoint:
    """Return a checkpoint that predicts by n-grams only: its network has one unit, zero weights and no say."""
    config = replace(checkpoint.config, embedding_size=1, units=1, layers=1, mogrifier=0)
    weights = {name: np.zeros(shape, dtype=np.float32) for name, shape in config.shapes().items()}
    return replace(checkpoint, config=config, weights=weights, lstm_weight=0.0)


def fitted_mixture(checkpoint: Checkpoint, ngrams: Sequence[NGrams], rows: Sequence[Sequence[int]]) -> Checkpoint:
    """Return the checkpoint with these n-gram models, mixed for the highest likelihood of held-out rows of ids.

    The temperature is fitted first, to the nearest 0.05, then all weights by expectation maximisation. Without rows
    the network's weight and temperature stay as they are, and the n-gram models weigh the same.
    """
    weights = np.full(1 + len(ngrams), (1 - checkpoint.lstm_weight) / max(1, len(ngrams)))
    weights[0] = checkpoint.lstm_weight
    if any(len(row) > 1 for row in rows):
        checkpoint = replace(checkpoint, temperature=_fitted_temperature(checkpoint, rows[:_TEMPERATURE_ROWS]))
        weights = _fitted_weights(checkpoint, ngrams, rows)
    if not ngrams:
        return replace(checkpoint, ngram=None, lstm_weight=1.0)
    shares = weights[1:] if weights[1:].sum() > 0 else np.ones(len(ngrams))
    return replace(checkpoint, ngram=interpolated(ngrams, shares.tolist()), lstm_weight=round(float(weights[0]), 4))


def _fitted_weights(checkpoint: Checkpoint, ngrams: Sequence[NGrams], rows: Sequence[Sequence[int]]) -> np.ndarray:
    """The weights of the network and of each n-gram model by expectation maximisation: (1 + len(ngrams),)."""
    models = [replace(checkpoint, ngram=None), *(ngrams_alone(replace(checkpoint, ngram=n)) for n in ngrams)]
    p = np.stack([_target_probabilities(LanguageModel(model), rows) for model in models])  # (models, words)
    weights = np.full(len(models), 1 / len(models))
    for _ in range(100):
        posterior = weights[:, None] * p
        posterior /= np.maximum(posterior.sum(axis=0), 1e-30)
        weights = posterior.mean(axis=1)
    return weights / weights.sum()


def _fitted_temperature(checkpoint: Checkpoint, rows: Sequence[Sequence[int]]) -> float:
    network = LanguageModel(checkpoint).network
    nats = np.zeros(len(_TEMPERATURES))
    for batch in _batches(rows, len(checkpoint.vocabulary)):
        for targets, state in walk(network, batch):
            logits, at = network.logits(state), np.arange(len(targets))
            for i, temperature in enumerate(_TEMPERATURES):
                nats[i] -= log_softmax(logits / np.float32(temperature))[at, targets].sum(dtype=np.float64)
    return float(_TEMPERATURES[nats.argmin()])


def _target_probabilities(model: LanguageModel, rows: Sequence[Sequence[int]]) -> np.ndarray:
    """The probability of every id after the first of its row, in the order of `_batches`: (n,) float64."""
    probabilities = [
        model.probabilities(state)[np.arange(len(targets)), targets]
        for batch in _batches(rows, len(model.vocabulary))
        for targets, state in walk(model.network, batch)
    ]
    return np.concatenate(probabilities).astype(np.float64)


def _batches(rows: Sequence[Sequence[int]], vocab_size: int) -> Iterator[Sequence[Sequence[int]]]:
    rows, size = sorted(rows, key=len), rows_at_once(vocab_size, _BATCH)
    return (rows[i : i + size] for i in range(0, len(rows), size))


def _rows(checkpoint: Checkpoint, headlines: Sequence[str]) -> list[list[int]]:
    model = LanguageModel(ngrams_alone(checkpoint))
    return [model.row(headline) for headline in headlines]
