"""The LSTM's forward step in NumPy: one word per step, without Keras.

The cell is that of Keras (Hochreiter & Schmidhuber 1997, with a forget gate; gates in the order i, f, c, o):

    z = x W + h U + b;  i, f, o = sigmoid(z_i, z_f, z_o);  c' = f c + i tanh(z_c);  h' = o tanh(c')

In a network with Mogrifier gates, x and h first scale each other by turns, n = 0, 1, …, mogrifier - 1:

    x becomes 2 sigmoid(h Q_n + b_n) x for even n,  h becomes 2 sigmoid(x Q_n + b_n) h for odd n

Melis, Kočiský & Blunsom 2020, "Mogrifier LSTM", section 2; with a bias, which they do without.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from headline.corpus.sequences import PAD_ID
from headline.model.config import ModelConfig

_FEW_ROWS = 8  # that are multiplied by a matrix one by one


@dataclass(frozen=True)
class State:
    """The network's state after rows of ids. It is never changed in place: a step returns a new one."""

    ids: np.ndarray  # (B, n) ids read
    h: tuple[np.ndarray, ...]  # one array per layer: (B, R, U); R is Network.lanes
    c: tuple[np.ndarray, ...]  # one array per layer: (B, R, U)

    def take(self, rows: np.ndarray | list[int]) -> "State":
        """Return the states of some rows in a new order, for beam search."""
        return State(self.ids[rows], tuple(h[rows] for h in self.h), tuple(c[rows] for c in self.c))

    @classmethod
    def together(cls, states: Sequence["State"]) -> "State":
        """Join the rows of several states that have read the same number of words."""
        layers = range(len(states[0].h))
        return cls(
            np.concatenate([s.ids for s in states]),
            tuple(np.concatenate([s.h[i] for s in states]) for i in layers),
            tuple(np.concatenate([s.c[i] for s in states]) for i in layers),
        )


@dataclass(frozen=True)
class Cell:
    """What one layer's cell computes for one more word: six arrays of shape (B, R, U), and what it reads."""

    x: np.ndarray  # (B, 1, E), in later layers (B, R, U): its input, after the Mogrifier's rounds
    input: np.ndarray  # i, from 0 to 1: how much of the candidate is let in
    forget: np.ndarray  # f, from 0 to 1: how much of the old c is kept
    candidate: np.ndarray  # tanh(z_c), from -1 to 1
    output: np.ndarray  # o, from 0 to 1: how much of tanh(c) is shown
    c: np.ndarray
    h: np.ndarray  # from -1 to 1


class Network:
    """Weights -> logits, one word at a time.

    A causal (autocomplete) network has one lane per row. The notebook's network reads rows padded on the left to a
    fixed length, so each new word would change the padding and the whole row would have to be read again. Instead
    there is a lane for each number of padding ids, from 0 to block_size - 1, and all lanes step together: after n
    words the result is in the lane that began with block_size - 1 - n padding ids.
    """

    def __init__(self, config: ModelConfig, weights: dict[str, np.ndarray]):
        self.config = config
        w = {name: np.ascontiguousarray(weights[name], dtype=np.float32) for name in config.shapes()}
        self._embedding = w["embedding"]  # (V, E)
        self._lstm = [
            (w[f"lstm_{i}.kernel"], w[f"lstm_{i}.recurrent_kernel"], w[f"lstm_{i}.bias"]) for i in range(config.layers)
        ]
        self._mogrifier = [
            [(w[f"lstm_{i}.mogrifier_{n}.kernel"], w[f"lstm_{i}.mogrifier_{n}.bias"]) for n in range(config.mogrifier)]
            for i in range(config.layers)
        ]
        self._projection = (w["projection.kernel"], w["projection.bias"]) if config.projected else None
        self._softmax = self._embedding.T if config.causal else w["softmax.kernel"]  # (E or U, V)
        self._bias = w["softmax.bias"]  # (V,)
        self.lanes = 1 if config.causal else config.block_size

    def start(self) -> State:
        """Return the state before any word: B = 1. A causal network has not read `<s>` yet."""
        units = self.config.units
        zero = np.zeros((1, 1, units), dtype=np.float32)
        state = State(np.empty((1, 0), dtype=np.int64), (zero,) * self.config.layers, (zero,) * self.config.layers)
        if self.config.causal:
            return state
        lanes = [state]
        for _ in range(self.lanes - 1):
            lanes.append(self._advance(lanes[-1], np.array([PAD_ID])))
        return State(
            state.ids,
            tuple(np.concatenate([lane.h[i] for lane in lanes], axis=1) for i in range(self.config.layers)),
            tuple(np.concatenate([lane.c[i] for lane in lanes], axis=1) for i in range(self.config.layers)),
        )

    def step(self, state: State, ids: np.ndarray) -> State:
        """Return the state after one more word in each row: ids of shape (B,)."""
        if not self.config.causal and state.ids.shape[1] >= self.lanes - 1:
            # The row is full: its first word drops out, so the rest has to be read again.
            rows = np.concatenate([state.ids, ids[:, None]], axis=1)
            return self.read(rows[:, 1 - self.lanes :])
        return self._advance(state, ids)

    def read(self, rows: np.ndarray) -> State:
        """Return the state after whole rows of ids: (B, n)."""
        state = self.start().take([0] * len(rows))
        for column in rows.T:
            state = self.step(state, column)
        return state

    def output(self, state: State) -> np.ndarray:
        """Return the input of the softmax layer: (B, E), or (B, U) without a projection."""
        lane = 0 if self.config.causal else self.lanes - 1 - state.ids.shape[1]
        x = state.h[-1][:, lane]  # (B, U)
        if self._projection:
            x = product(x, self._projection[0]) + self._projection[1]
        return x

    def logits(self, state: State) -> np.ndarray:
        """Return the logits of the next word: (B, V)."""
        return self.output(state) @ self._softmax + self._bias

    @property
    def softmax_layer(self) -> tuple[np.ndarray, np.ndarray]:
        """The softmax layer's matrix, (V, E) or (V, U), and its bias, (V,)."""
        return self._softmax.T, self._bias

    def _advance(self, state: State, ids: np.ndarray) -> State:
        cells = list(self.cells(state, ids))
        read = np.concatenate([state.ids, ids[:, None]], axis=1)
        return State(read, tuple(cell.h for cell in cells), tuple(cell.c for cell in cells))

    def cells(self, state: State, ids: np.ndarray) -> Iterator["Cell"]:
        """Yield what each layer's cell computes as it reads one more word in each row: ids of shape (B,)."""
        x = self._embedding[ids][:, None, :]  # (B, 1, E): the same word in all lanes
        for (kernel, recurrent, bias), gates, h, c in zip(self._lstm, self._mogrifier, state.h, state.c, strict=True):
            x, h = _gated(x, h, gates)
            b, r, u = h.shape
            z = product(h.reshape(b * r, u), recurrent).reshape(b, r, 4 * u)
            z += product(x.reshape(-1, x.shape[-1]), kernel).reshape(b, x.shape[1], 4 * u) + bias
            candidate = np.tanh(z[..., 2 * u : 3 * u])
            first, output = _sigmoid(z[..., : 2 * u]), _sigmoid(z[..., 3 * u :])
            c = first[..., u:] * c + first[..., :u] * candidate
            h = output * np.tanh(c)
            yield Cell(x, first[..., :u], first[..., u:], candidate, output, c, h)
            x = h


def _gated(
    x: np.ndarray, h: np.ndarray, gates: Sequence[tuple[np.ndarray, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the input x (B, 1, E) and the state h (B, 1, U) after the Mogrifier's rounds: `gates` are Q_n and b_n."""
    for n, (kernel, bias) in enumerate(gates):
        if n % 2:
            h = 2 * _sigmoid(product(x[:, 0], kernel) + bias)[:, None] * h
        else:
            x = 2 * _sigmoid(product(h[:, 0], kernel) + bias)[:, None] * x
    return x, h


def product(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return (B, N) times (N, M): (B, M).

    Few rows are multiplied one by one: BLAS would first copy the matrix into another order, which takes longer.
    """
    return (rows[:, None] @ matrix)[:, 0] if len(rows) <= _FEW_ROWS else rows @ matrix


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Return log probabilities along the last axis, in the same shape."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 0.5 * np.tanh(0.5 * z) + 0.5  # equal to 1 / (1 + exp(-z)), without overflow
