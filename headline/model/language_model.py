"""Probabilities of the next word, as a checkpoint gives them: the LSTM and what it is mixed with.

    p(w) = a softmax(z / T)(w) + (1 - a) p_ngram(w)

Linear interpolation as of Jelinek & Mercer 1980. The LSTM knows what goes with what, the n-gram
remembers set phrases word for word. T (temperature scaling, Guo et al. 2017) and a are fitted on
held-out headlines when a run ends, and stored with the weights.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from headline.model.checkpoint import Checkpoint
from headline.model.network import Network, State, log_softmax
from headline.model.svd_softmax import SvdSoftmax

_WORTH_IT = 4096  # words in a vocabulary before this saves time


class LanguageModel:
    """A checkpoint's network, n-grams and mixture as one. States are the network's own."""

    def __init__(self, checkpoint: Checkpoint):
        self.network = Network(checkpoint.config, checkpoint.weights)
        self.ngram = checkpoint.ngram
        self.lstm_weight = checkpoint.lstm_weight if self.ngram is not None else 1.0
        self.temperature = checkpoint.temperature
        self.vocabulary = checkpoint.vocabulary
        self._causal = checkpoint.config.causal
        self._first = np.array([checkpoint.vocabulary.start]) if self._causal else None
        quick = self._causal and self.lstm_weight > 0 and checkpoint.config.vocab_size >= _WORTH_IT
        self._svd_softmax = SvdSoftmax(*self.network.softmax_layer) if quick else None

    def row(self, headline: str) -> list[int]:
        """Ids of a whole headline, between its start and end marks where the recipe has them."""
        ids = self.vocabulary.encode(headline)
        if not self._causal:
            return ids
        start, end = self.vocabulary.start, self.vocabulary.end
        assert start is not None and end is not None, "the vocabulary of a causal network has both marks"
        return [start, *ids, end]

    def start(self) -> State:
        """The state before the first word of a headline: B = 1."""
        state = self.network.start()
        return state if self._first is None else self.network.step(state, self._first)

    def step(self, state: State, ids: np.ndarray) -> State:
        """Read one more word in every row: ids of shape (B,)."""
        return self.network.step(state, ids)

    def probabilities(self, state: State) -> np.ndarray:
        """Of every next word, the marks among them, exactly: (B, V), each row summing to 1."""
        if not self.lstm_weight:
            return self._recalled(state)
        p = np.exp(log_softmax(self.network.logits(state) / np.float32(self.temperature)))
        return self._mixed(p, state)

    def quick_probabilities(self, state: State) -> np.ndarray:
        """The same, with the unlikeliest words scored by a preview of their vectors only: (B, V).

        The likeliest words come in the right order, but for rare exceptions; what all others have
        together is an estimate.
        """
        if self._svd_softmax is None:
            return self.probabilities(state)
        return self._mixed(self._svd_softmax.softmax(self.network.output(state), self.temperature), state)

    def log_probabilities(self, state: State) -> np.ndarray:
        """Natural logarithms of `probabilities`: (B, V)."""
        if self.ngram is None:
            return log_softmax(self.network.logits(state) / np.float32(self.temperature))
        with np.errstate(divide="ignore"):  # what cannot come at all is minus infinity
            return np.log(self.probabilities(state))

    def _mixed(self, p: np.ndarray, state: State) -> np.ndarray:
        if self.ngram is None:
            return p
        p *= np.float32(self.lstm_weight)
        p += np.float32(1 - self.lstm_weight) * self._recalled(state)
        return p

    def _recalled(self, state: State) -> np.ndarray:
        assert self.ngram is not None
        return np.stack([self.ngram.next_word(row) for row in state.ids[:, 1 - self.ngram.order :].tolist()])


def walk(network: Network, rows: Sequence[Sequence[int]]) -> Iterator[tuple[np.ndarray, State]]:
    """For each position of rows of ids: the ids that follow, (n,), and the state before them.

    A row takes part while it has a next id; what a row's first id is, nobody predicts.
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
