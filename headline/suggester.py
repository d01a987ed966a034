"""Typed text -> ranked next words and completions, at every keystroke."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from headline.casing import in_style, style_for_next
from headline.checkpoint import Checkpoint
from headline.network import Network, State, log_softmax
from headline.vocabulary import Typed, Vocabulary

_STATES_KEPT = 1024
_BYTES_KEPT = 32 * 2**20  # of next-word distributions
V = TypeVar("V")


@dataclass(frozen=True)
class Suggestion:
    """One way to go on. text == what was typed + completion."""

    text: str  # all that the box holds once this is taken
    completion: str  # the part that it adds
    probability: float  # of this word here; while a word is open, among those that begin with it


class Suggester:
    """Answers for one checkpoint. Deterministic, and safe to call from several threads.

    >>> suggester = Suggester.load("assets/model")                          # doctest: +SKIP
    >>> [s.completion for s in suggester.suggest("the gov", k=2)]           # doctest: +SKIP
    ['ernment', 'ernor']
    """

    def __init__(self, checkpoint: Checkpoint):
        self.checkpoint = checkpoint
        self.vocabulary = checkpoint.vocabulary
        self.network = Network(checkpoint.config, checkpoint.weights)
        self._start = self.network.start()
        if checkpoint.config.causal:
            self._start = self.network.step(self._start, np.array([self.vocabulary.start]))
        self._states: Recent[State] = Recent(_STATES_KEPT)
        self._distributions: Recent[np.ndarray] = Recent(max(8, _BYTES_KEPT // (4 * len(self.vocabulary))))

    @classmethod
    def load(cls, folder: str | Path) -> "Suggester":
        """From a checkpoint's folder.

        Raises:
            CheckpointError: the folder holds none, or a damaged one.
        """
        return cls(Checkpoint.load(folder))

    def suggest(self, text: str, k: int = 8) -> list[Suggestion]:
        """At most `k` ways to go on, the likeliest first.

        Between words these are next words; while a word is being typed, the words that begin with
        it; in an empty box, the starts of headlines.
        """
        typed = self.vocabulary.split_typed(text)
        p = self.next_word(typed.context)
        if typed.fragment:
            prefix = self.vocabulary.tokenizer.key(typed.fragment)
            ids = self.vocabulary.starting_with(prefix)
            mass = float(p[ids].sum())
            if len(ids) and self.vocabulary.itos[ids[0]] == prefix:
                ids = ids[1:]  # the word itself, first in the alphabet of those that begin with it, adds nothing
        else:
            ids, mass = np.arange(len(p)), 1.0
        best = ids[top(p[ids], k)]
        write = Writing(text, typed, self.vocabulary)
        found = ((write.completion(int(i)), float(p[i]) / mass) for i in best if p[i] > 0)
        return [Suggestion(text + completion, completion, probability) for completion, probability in found]

    def next_word(self, context: list[int]) -> np.ndarray:
        """The probability of every word after some words, 0 for the marks: shape (V,).

        The marks' share is not handed to the words: it is the chance that the headline ends here,
        or goes on with a word that is not known.
        """
        ids = self.window(context)
        found = self._distributions.get(ids)
        if found is None:
            found = np.exp(log_softmax(self.network.logits(self.state(ids))[0]))
            found[self.vocabulary.specials] = 0
            found.setflags(write=False)
            self._distributions.put(ids, found)
        return found

    def state(self, ids: tuple[int, ...]) -> State:
        """The network's state after some words: from the longest beginning of them that is remembered."""
        done = len(ids)
        state = self._states.get(ids)
        while state is None and done:
            done -= 1
            state = self._states.get(ids[:done])
        state = state or self._start
        for i in range(done, len(ids)):
            state = self.network.step(state, np.array([ids[i]]))
            self._states.put(ids[: i + 1], state)
        return state

    def window(self, context: list[int]) -> tuple[int, ...]:
        """The words that the network is to read. Of a long text only the end counts.

        The notebook's rows hold so many words and no more. The other network could read for ever;
        it is given one to two rows' worth, beginning at a multiple of a row, so that the window
        moves, and what is remembered is lost, only once in a row's length.
        """
        size = self.checkpoint.config.block_size
        if not self.checkpoint.config.causal:
            return tuple(context[1 - size :])
        return tuple(context[max(0, len(context) // size - 1) * size :])


class Writing:
    """How to write what is suggested, so that it goes on as the text began."""

    def __init__(self, text: str, typed: Typed, vocabulary: Vocabulary):
        self.typed, self.vocabulary = typed, vocabulary
        words = typed.words
        known = [vocabulary.stoi.get(vocabulary.tokenizer.key(word)) for word in words]
        written = [None if i is None else vocabulary.written[i] for i in known]
        self.style = style_for_next(words, written)
        self.curly = "’" in text and "'" not in text

    def completion(self, i: int) -> str:
        """What the word with id i adds to the text."""
        word = self.vocabulary.written[i]
        fragment = self.typed.fragment
        if not fragment:
            added = (" " if self.typed.needs_space else "") + in_style(word, self.style)
        else:
            added = self._rest(word, self.vocabulary.itos[i], fragment)
        return added.replace("'", "’") if self.curly else added

    def _rest(self, word: str, key: str, fragment: str) -> str:
        n = len(self.vocabulary.tokenizer.key(fragment))
        if len(word) != len(key):  # a few letters, such as İ, are of another length in lower case
            return key[n:]
        if word.startswith(self.vocabulary.tokenizer.spelling(fragment)):
            return word[n:]
        shouted = fragment.isupper() and sum(map(str.isalpha, fragment)) > 1
        if shouted or (self.style == "upper" and fragment.isupper()):
            return word[n:].upper()
        return in_style(word, "title")[n:] if self.style == "title" and fragment[0].isupper() else key[n:]


class Recent(Generic[V]):
    """The values used last, at most so many."""

    def __init__(self, size: int):
        self._size = size
        self._values: OrderedDict[Hashable, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> V | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: V) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)


def top(scores: np.ndarray, k: int) -> np.ndarray:
    """Indices of the k highest scores, highest first, equals in their order: shape (min(k, n),)."""
    k = min(k, len(scores))
    if k <= 0:
        return np.empty(0, dtype=np.int64)
    best = np.argpartition(-scores, k - 1)[:k]
    return best[np.lexsort((best, -scores[best]))]
