"""Probabilities of the next word: the LSTM mixed with the n-grams.

    p(w) = a softmax(z / T)(w) + (1 - a) p_ngram(w)

This is linear interpolation (Jelinek & Mercer 1980). The LSTM generalises, the n-grams remember set phrases. T
(temperature scaling, Guo et al. 2017) and a are fitted on held-out headlines at the end of a run and stored in the
checkpoint.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from headline.model.checkpoint import Checkpoint
from headline.model.network import Network, State, log_softmax
from headline.model.svd_softmax import SvdSoftmax

_MIN_SVD_WORDS = 4096  # smallest vocabulary for which the SVD-softmax is faster
_AT_ONCE = 2**23  # probabilities, of which a few arrays are alive together


class LanguageModel:
    """A checkpoint's network and n-grams as one model. Its states are those of the network."""

    def __init__(self, checkpoint: Checkpoint):
        self.network = Network(checkpoint.config, checkpoint.weights)
        self.ngram = checkpoint.ngram
        self.lstm_weight = checkpoint.lstm_weight if self.ngram is not None else 1.0
        self.temperature = checkpoint.temperature
        self.vocabulary = checkpoint.vocabulary
        self._causal = checkpoint.config.causal
        self._first = np.array([checkpoint.vocabulary.start]) if self._causal else None
        quick = self._causal and self.lstm_weight > 0 and checkpoint.config.vocab_size >= _MIN_SVD_WORDS
        self._svd_softmax = SvdSoftmax(*self.network.softmax_layer) if quick else None

    def row(self, headline: str) -> list[int]:
        """Return the ids of a whole headline, with start and end tokens if the recipe has them."""
        ids = self.vocabulary.encode(headline)
        if not self._causal:
            return ids
        start, end = self.vocabulary.start, self.vocabulary.end
        assert start is not None and end is not None, "the vocabulary of a causal network has both tokens"
        return [start, *ids, end]

    def start(self) -> State:
        """Return the state before the first word of a headline: B = 1."""
        state = self.network.start()
        return state if self._first is None else self.network.step(state, self._first)

    def step(self, state: State, ids: np.ndarray) -> State:
        """Return the state after one more word in each row: ids of shape (B,)."""
        return self.network.step(state, ids)

    def probabilities(self, state: State) -> np.ndarray:
        """Return the exact probability of each next id, special tokens included: (B, V); each row sums to 1."""
        if not self.lstm_weight:
            return self._ngram_probabilities(state)
        return self.mixed(self.network_probabilities(self.network.output(state)), state)

    def network_probabilities(self, output: np.ndarray) -> np.ndarray:
        """Return the network's exact probabilities, (B, V), from the input of its softmax layer, (B, E) or (B, U)."""
        matrix, bias = self.network.softmax_layer
        return np.exp(log_softmax((output @ matrix.T + bias) / np.float32(self.temperature)))

    def quick_probabilities(self, state: State, shift: np.ndarray | None = None) -> np.ndarray:
        """Return approximate probabilities by SVD-softmax: (B, V).

        The likeliest words are almost always in the right order; the sum over all others is an estimate. `shift`, (E,)
        or (U,) without a projection, is added to the input of the softmax layer.
        """
        if self._svd_softmax is None and shift is None:
            return self.probabilities(state)
        if not self.lstm_weight:
            return self._ngram_probabilities(state)
        output = self.network.output(state)
        if shift is not None:
            output = output + shift
        if self._svd_softmax is None:
            p = self.network_probabilities(output)
        else:
            p = self._svd_softmax.softmax(output, self.temperature)
        return self.mixed(p, state)

    def log_probabilities(self, state: State) -> np.ndarray:
        """Return the logarithms of `probabilities`: (B, V)."""
        if self.ngram is None:
            return log_softmax(self.network.logits(state) / np.float32(self.temperature))
        with np.errstate(divide="ignore"):  # a probability of 0 becomes minus infinity
            return np.log(self.probabilities(state))

    def mixed(self, p: np.ndarray, state: State) -> np.ndarray:
        """Mix the network's probabilities, (B, V), with those of the n-grams, in place."""
        if self.ngram is None:
            return p
        p *= np.float32(self.lstm_weight)
        others = self._ngram_probabilities(state)
        others *= np.float32(1 - self.lstm_weight)
        p += others
        return p

    def _ngram_probabilities(self, state: State) -> np.ndarray:
        assert self.ngram is not None
        found = [self.ngram.next_word(row) for row in state.ids[:, 1 - self.ngram.order :].tolist()]
        return found[0][None] if len(found) == 1 else np.stack(found)


def rows_at_once(vocab_size: int, most: int) -> int:
    """Return how many rows to compute the probabilities of together: `most`, or fewer for a large vocabulary."""
    return max(1, min(most, _AT_ONCE // vocab_size))


def walk(network: Network, rows: Sequence[Sequence[int]]) -> Iterator[tuple[np.ndarray, State]]:
    """Yield, for each position of rows of ids, the next ids, (n,), and the state before them.

    Rows that have ended are left out. The first id of a row is not predicted.
    """
    longest = max(map(len, rows), default=0)
    lengths = np.array([len(row) for row in rows])
    table = np.zeros((len(rows), longest), dtype=np.int64)
    for i, row in enumerate(rows):
        table[i, : len(row)] = row
    alive = np.arange(len(rows))
    state = network.start().take([0] * len(rows))
    for position in range(longest - 1):
        going = lengths[alive] > position + 1
        alive, state = alive[going], state.take(np.flatnonzero(going))
        state = network.step(state, table[alive, position])
        yield table[alive, position + 1], state
