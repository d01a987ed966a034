"""The next word after a text: its distribution and the network's state, cached by the words that were read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np

from headline.generator.words.ranking import Recent
from headline.model.language_model import LanguageModel
from headline.model.network import State
from headline.model.top import top

V = TypeVar("V")

_STATES_KEPT = 2048  # at most; at least 8
_DISTRIBUTIONS_KEPT = 512  # of the next word, at most
BYTES_KEPT = 40 * 2**20  # of both together
_OF_STATES = 0.2  # the states' share of these bytes
_SHIFTED_BYTES_KEPT = 7 * 2**20  # of one person
_LIKELIEST_KEPT = 2048  # most probable words, after words that may be written next
REMEMBERED = 16  # most probable words of a distribution: every letter asks for them again


@dataclass(frozen=True)
class Likeliest:
    """The most probable next words. All that a phrase needs of a distribution, in a hundredth of the memory."""

    best: tuple[tuple[int, float], ...]  # (id, probability), the most probable first
    end: float  # probability that the headline ends
    marks: tuple[float, ...] = ()  # as `NextWord.marks`

    @classmethod
    def of(cls, words: np.ndarray, end: float, marks: tuple[float, ...] = ()) -> "Likeliest":
        """Keep the best of probabilities (V,)."""
        ids = top(words, REMEMBERED)
        return cls(tuple(zip(ids.tolist(), words[ids].tolist(), strict=True)), end, marks)


@dataclass(frozen=True)
class NextWord:
    """The distribution of the next word."""

    words: np.ndarray  # (V,) probabilities, given that no mark comes; 0 for ids that are never suggested
    unknown: float  # probability of a word outside the vocabulary, given the same
    end: float  # probability that the headline ends, given the same
    new: Mapping[str, float] = field(default_factory=dict)  # words outside the vocabulary that the person wrote, by key
    marks: tuple[float, ...] = ()  # probability of each of the vocabulary's marks

    @cached_property
    def likeliest(self) -> Likeliest:
        return Likeliest.of(self.words, self.end, self.marks)

    def best(self, k: int) -> list[tuple[int, float]]:
        """Return the ids and probabilities of the k most probable words, the most probable first."""
        if k <= REMEMBERED:
            return list(self.likeliest.best[:k])
        ids = top(self.words, k)
        return list(zip(ids.tolist(), self.words[ids].tolist(), strict=True))


class NextWords:
    """The distributions of next words, computed once. Safe to use from several threads."""

    def __init__(self, model: LanguageModel, suppressed_ids: np.ndarray, kept: int = BYTES_KEPT):
        """`suppressed_ids` get the probability 0: (n,). `kept` bytes of states and distributions are kept."""
        self._model, self._vocabulary, self._suppressed_ids = model, model.vocabulary, suppressed_ids
        self.suppressed = frozenset(suppressed_ids.tolist())
        self._mark_ids = np.array(self._vocabulary.marks, dtype=np.int64)
        self._start = self._model.start()
        state_bytes = sum(array.nbytes for array in (*self._start.h, *self._start.c))
        self._states: Recent[State] = Recent(max(8, min(_STATES_KEPT, int(_OF_STATES * kept) // state_bytes)))
        self._distributions: Recent[NextWord] = Recent(
            max(8, min(_DISTRIBUTIONS_KEPT, int((1 - _OF_STATES) * kept) // (4 * len(self._vocabulary))))
        )
        self._likeliest: Recent[Likeliest] = Recent(_LIKELIEST_KEPT)
        self.shift: np.ndarray | None = None

    def shifted(self, shift: np.ndarray) -> "NextWords":
        """The same with a vector added to the input of the softmax layer, (E,), or (U,) without a projection."""
        other = NextWords(self._model, self._suppressed_ids, _SHIFTED_BYTES_KEPT)
        other.shift, other._states, other._start = shift, self._states, self._start  # the states are the same
        return other

    def after(self, context: Sequence[int]) -> NextWord:
        """Return the distribution of the next word after some ids."""
        window = self.window(context)
        known = self._distributions.get(window)  # mostly: every letter of a word asks for it
        return self.after_each([window])[0] if known is None else known

    def likeliest(self, context: Sequence[int]) -> Likeliest:
        """Return the most probable next words after some ids."""
        window = self.window(context)
        known = self._likeliest.get(window)
        if known is None:
            known = self.after(context).likeliest  # the whole distribution is kept: the next word needs it
            self._likeliest.put(window, known)
        return known

    def after_each(self, contexts: Sequence[tuple[int, ...]]) -> list[NextWord]:
        """Return the distribution of the next word after each of several windows of one length, computed together.

        The probabilities of punctuation marks are kept apart, and the rest is renormalised. Those of an unknown word
        and of the end of the headline are kept separately.
        """
        return self._found(contexts, self._distributions, lambda follows: follows)

    def likeliest_after(self, contexts: Sequence[tuple[int, ...]]) -> list[Likeliest]:
        """Return the most probable next words after each of several windows of one length, computed together."""
        return self._found(contexts, self._likeliest, lambda follows: follows.likeliest)

    def _found(self, contexts: Sequence[tuple[int, ...]], cache: Recent[V], kept: Callable[[NextWord], V]) -> list[V]:
        """Return what `kept` keeps of the distribution after each window, from the cache where it is there."""
        found: dict[tuple[int, ...], V] = {}
        missing: list[tuple[int, ...]] = []
        for ids in dict.fromkeys(contexts):
            known = cache.get(ids)
            if known is None:
                missing.append(ids)
            else:
                found[ids] = known
        if missing:
            for ids, follows in zip(missing, self._compute(missing), strict=True):
                found[ids] = kept(follows)
                cache.put(ids, found[ids])
        return [found[ids] for ids in contexts]

    def _compute(self, windows: Sequence[tuple[int, ...]]) -> Iterator[NextWord]:
        p = self._model.quick_probabilities(self._states_of(windows), self.shift)
        marks = p.take(self._mark_ids, axis=1)
        if len(self._mark_ids):
            p /= np.maximum(1 - marks.sum(axis=1, keepdims=True), 1e-6)
        others = (self._vocabulary.unk, self._vocabulary.end)  # the notebook's vocabulary has neither
        unknown, end = (np.zeros(len(p)) if i is None else p[:, i].copy() for i in others)
        p[:, self._suppressed_ids] = 0
        p.setflags(write=False)
        for row in range(len(p)):
            # A copy, so that evicting it from the cache frees its memory.
            own = p[row] if len(p) == 1 else p[row].copy()
            yield NextWord(own, float(unknown[row]), float(end[row]), marks=tuple(marks[row].tolist()))

    def _states_of(self, windows: Sequence[tuple[int, ...]]) -> State:
        """Return the states after several windows of one length; the last word is read in one step."""
        if len(windows) == 1 or not windows[0]:
            return self.state(windows[0])
        before = State.together([self.state(ids[:-1]) for ids in windows])
        states = self._model.step(before, np.array([ids[-1] for ids in windows]))
        for row, ids in enumerate(windows):
            self._states.put(ids, states.take([row]))
        return states

    def state(self, ids: tuple[int, ...]) -> State:
        """Return the network's state after some ids, starting from the longest cached prefix."""
        done = len(ids)
        state = self._states.get(ids)
        while state is None and done:
            done -= 1
            state = self._states.get(ids[:done])
        state = state or self._start
        for i in range(done, len(ids)):
            state = self._model.step(state, np.array([ids[i]]))
            self._states.put(ids[: i + 1], state)
        return state

    def window(self, context: Sequence[int]) -> tuple[int, ...]:
        """Return the last ids of a text, those that the network reads.

        The notebook recipe reads one row. The other reads one to two rows, starting at a multiple of a row, so that
        the window moves, and the cached states are lost, only once per row.
        """
        size = self._model.network.config.block_size
        if not self._model.network.config.causal:
            return tuple(context[1 - size :])
        return tuple(context[max(0, len(context) // size - 1) * size :])
