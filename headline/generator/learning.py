"""Learns from the headlines that a person finished.

Two things are learnt. `personal.py` counts the words. And one vector x, added to the input h of the softmax layer,
moves the language model towards the person's subjects, so that words like those that they use become more probable too:

    p(w) = softmax((E (h + x) + b) / T)(w)        x ← x + η Σ Eᵀ (1[w] − p) / T

The sum is over the words of the headline just finished: a step of gradient ascent on its log probability. Adapting a
model to what it has just read is dynamic evaluation (Mikolov et al. 2010, "Recurrent neural network based language
model"; Krause et al. 2018, "Dynamic Evaluation of Neural Sequence Models"), here of 256 numbers instead of all.
"""

from collections.abc import Sequence, Set

import numpy as np

from headline.corpus.vocabulary import END, Typed
from headline.generator.next_words import NextWords
from headline.generator.personal import MOST, Finished, Personal
from headline.generator.words.blocklist import is_blocked
from headline.generator.words.lexicon import Lexicon
from headline.model.language_model import LanguageModel

_RATE = 0.1  # η: see bench/personal.py
_LEAST = 1e-9  # probability of a word that nothing knows


class Learner:
    """Reads headlines with one language model."""

    def __init__(self, model: LanguageModel, next_words: NextWords, lexicon: Lexicon, blocked: Set[str]):
        """`blocked` words are never offered, whoever wrote them."""
        self._model, self._vocabulary = model, model.vocabulary
        self._next_words, self._lexicon, self._blocked = next_words, lexicon, blocked

    def learn(self, headlines: Sequence[str], before: Personal | None = None) -> Personal:
        """Return the model of a person who finished some headlines, in the order of time, after those of `before`."""
        finished = list(before.finished) if before else []
        shift = before.next_words.shift if before and before.next_words else None
        if shift is None:
            shift = np.zeros(self._model.network.softmax_layer[0].shape[1], dtype=np.float32)
        for headline in headlines:
            typed = self._vocabulary.split_typed(headline + " ")
            base, gradient = self._read(typed, shift)
            finished.append(Finished(typed.keys, self._new_words(typed), base))
            shift = shift + np.float32(_RATE) * gradient
        return Personal.fitted(finished[-MOST:], self._next_words.shifted(shift))

    def _new_words(self, typed: Typed) -> dict[str, str]:
        """The words of a headline that the vocabulary lacks, as they are written there, by key."""
        tokenizer = self._vocabulary.tokenizer
        forms = {tokenizer.key(word): tokenizer.spelling(word) for word in typed.words}
        return {
            key: form
            for key, form in forms.items()
            if key not in self._vocabulary.stoi and not is_blocked(key, self._blocked)
        }

    def _read(self, typed: Typed, shift: np.ndarray) -> tuple[tuple[float, ...], np.ndarray]:
        """Return the probability of each word of a headline and of its end, and the gradient of the sum of their
        logarithms: (E,)."""
        windows = [self._next_words.window(typed.context[:at]) for at in range(len(typed.keys) + 1)]
        states = [self._next_words.state(window) for window in windows]
        outputs = np.concatenate([self._model.network.output(state) for state in states]) + shift  # (words + 1, E)
        p = self._model.network_probabilities(outputs)
        ids = [self._vocabulary.stoi.get(key) for key in (*typed.keys, END)]
        gradient = self._gradient(p, ids)
        base = [
            self._probability(key, i, self._model.mixed(p[at : at + 1], state)[0])
            for at, (key, i, state) in enumerate(zip((*typed.keys, END), ids, states, strict=True))
        ]
        return tuple(max(one, _LEAST) for one in base), gradient

    def _gradient(self, p: np.ndarray, ids: Sequence[int | None]) -> np.ndarray:
        """Return the sum of Eᵀ (1[w] − p) / T over the words that the vocabulary has, from p (n, V): (E,)."""
        matrix = self._model.network.softmax_layer[0]
        known = {at: i for at, i in enumerate(ids) if i is not None}
        wanted = matrix[list(known.values())].sum(axis=0)
        return (wanted - p[list(known)].sum(axis=0) @ matrix) / np.float32(self._model.temperature)

    def _probability(self, key: str, i: int | None, p: np.ndarray) -> float:
        if i is not None:
            return float(p[i])
        unk = self._vocabulary.unk
        return 0.0 if unk is None else float(p[unk]) * self._lexicon.share(key)
