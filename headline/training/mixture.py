"""What a model keeps of its corpus besides weights: n-grams, and which headlines it has seen.

Made when a run ends, from the headlines trained on; how much the n-grams count, and the network's
temperature, are fitted on the headlines held out to choose the best epoch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from headline.corpus.sequences import PAD_ID
from headline.corpus.split import SeenHeadlines
from headline.model.checkpoint import Checkpoint
from headline.model.language_model import LanguageModel, walk
from headline.model.network import log_softmax
from headline.model.ngram import NGram

# How often n-grams of 1, 2, 3 and 4 words must have been seen to be kept: the first of these that
# leaves few enough of them. Long ones that were seen once go first, for they say the least.
_LEAST = ((), (1, 1, 1, 2), (1, 1, 2, 2), (1, 1, 2, 3), (1, 2, 2, 2), (1, 2, 3, 3), (1, 3, 4, 5))
_TEMPERATURES = np.round(np.arange(0.7, 1.31, 0.05), 2)
_TEMPERATURE_ROWS, _WEIGHT_ROWS, _BATCH = 400, 2000, 50


def with_memory(
    checkpoint: Checkpoint,
    headlines: Sequence[str],
    held_out: Sequence[str],
    order: int = 4,
    max_ngrams: int = 1_000_000,
    ngram: NGram | None = None,
) -> Checkpoint:
    """The checkpoint with n-grams up to `order` words of the headlines trained on, and the mixture fitted.

    An order of 0, or the notebook recipe, keeps no n-grams. `ngram` is used where they were made before.
    """
    if ngram is None and order and checkpoint.config.causal:
        ngram = limited_ngram(_rows(checkpoint, headlines), checkpoint, order, max_ngrams)
    checkpoint = replace(checkpoint, ngram=ngram, seen=SeenHeadlines.of(headlines))
    weight, temperature = fitted_mixture(checkpoint, _rows(checkpoint, held_out[:_WEIGHT_ROWS]))
    return replace(checkpoint, lstm_weight=weight, temperature=temperature)


def limited_ngram(rows: Sequence[Sequence[int]], checkpoint: Checkpoint, order: int, most: int) -> NGram:
    """The n-grams of rows of ids, the rarest dropped until no more than `most` are left, if that can be."""
    never = [i for i in (PAD_ID, checkpoint.vocabulary.start) if i is not None]
    for least in _LEAST:
        ngram = NGram.build(rows, len(checkpoint.vocabulary), never, order, least)
        if len(ngram) <= most:
            break
    return ngram


def fitted_mixture(checkpoint: Checkpoint, rows: Sequence[Sequence[int]]) -> tuple[float, float]:
    """The LSTM's weight and its temperature that make held-out rows of ids likeliest.

    First the temperature by itself, to the nearest 0.05; then the weight, by expectation
    maximisation. Without any row the mixture stays as it is.
    """
    if not any(len(row) > 1 for row in rows):
        return checkpoint.lstm_weight, checkpoint.temperature
    temperature = _fitted_temperature(checkpoint, rows[:_TEMPERATURE_ROWS])
    if checkpoint.ngram is None:
        return 1.0, temperature
    parts = [LanguageModel(replace(checkpoint, lstm_weight=weight, temperature=temperature)) for weight in (1.0, 0.0)]
    lstm, ngram = (np.concatenate(list(_of_targets(part, rows))).astype(np.float64) for part in parts)
    weight = 0.5
    for _ in range(100):
        mixed = np.maximum(weight * lstm + (1 - weight) * ngram, 1e-30)
        weight = float(np.mean(weight * lstm / mixed))
    return round(weight, 4), temperature


def _fitted_temperature(checkpoint: Checkpoint, rows: Sequence[Sequence[int]]) -> float:
    network = LanguageModel(checkpoint).network
    nats = np.zeros(len(_TEMPERATURES))
    for batch in _batches(rows):
        for targets, state in walk(network, batch):
            logits, at = network.logits(state), np.arange(len(targets))
            for i, temperature in enumerate(_TEMPERATURES):
                nats[i] -= log_softmax(logits / np.float32(temperature))[at, targets].sum(dtype=np.float64)
    return float(_TEMPERATURES[nats.argmin()])


def _of_targets(model: LanguageModel, rows: Sequence[Sequence[int]]) -> Iterator[np.ndarray]:
    for batch in _batches(rows):
        for targets, state in walk(model.network, batch):
            yield model.probabilities(state)[np.arange(len(targets)), targets]


def _batches(rows: Sequence[Sequence[int]]) -> Iterator[Sequence[Sequence[int]]]:
    rows = sorted(rows, key=len)
    return (rows[i : i + _BATCH] for i in range(0, len(rows), _BATCH))


def _rows(checkpoint: Checkpoint, headlines: Sequence[str]) -> list[list[int]]:
    model = LanguageModel(replace(checkpoint, lstm_weight=0.0))
    return [model.row(headline) for headline in headlines]
