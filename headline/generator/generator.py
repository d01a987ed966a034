"""Writes whole headlines that begin with a text: greedy, by sampling, or by beam search."""

from dataclasses import dataclass, field
from functools import partial

import numpy as np

from headline.corpus.casing import title_case
from headline.errors import SettingError
from headline.generator.continuation import allowed_ids
from headline.generator.suggester import Suggester
from headline.generator.whole.beam_search import beam_search
from headline.generator.whole.samplers import Sampler, greedy, sample
from headline.generator.whole.score import HeadlineScorer
from headline.generator.writing import append_words, closed, typeset
from headline.model.network import State, log_softmax

_WORDS_WITHOUT_END = 10  # length of a headline where the recipe has no end mark
_DRAWS_PER_HEADLINE = 10  # samples drawn for each headline asked for
_MOST_DRAWS = 100
_SHORTEST_REST = 2  # words and marks that a headline should add to its seed


@dataclass(frozen=True)
class Generated:
    """A headline that begins with the seed."""

    text: str
    log_probability: float  # nats, of the words added, and of the end where it ended by itself
    ended: bool  # by its own end mark
    seen: bool  # word for word among the headlines that the model was trained on
    length: int = 1  # words and marks added, and the end where it ended by itself
    score: float = 0.0  # by which several are ranked: see HeadlineScorer
    repeats: int = 0  # words that it says twice

    @property
    def mean_log_probability(self) -> float:
        """Nats per word, mark or end added."""
        return self.log_probability / max(1, self.length)


@dataclass
class _Draft:
    """A headline that is being written."""

    ids: list[int] = field(default_factory=list)
    log_probability: float = 0.0
    ended: bool = False

    def add(self, logits: np.ndarray, sampler: Sampler, end: int | None) -> int | None:
        """Choose the next id by its logits (V,), and return it; None where the headline ends."""
        if not np.isfinite(logits).any():
            return None
        i = sampler(logits)
        self.log_probability += float(log_softmax(logits)[i])
        if i == end:
            self.ended = True
            return None
        self.ids.append(i)
        return i


class Generator:
    """Writes headlines with a suggester's model."""

    def __init__(self, suggester: Suggester):
        self.suggester = suggester
        self.model = suggester.model
        self.vocabulary = suggester.vocabulary
        self.config = suggester.checkpoint.config
        self._scorer = HeadlineScorer(self.vocabulary)

    def generate(
        self,
        seed: str = "",
        words: int | None = None,
        temperature: float = 0.0,
        top_k: int = 0,
        rng: np.random.Generator | None = None,
    ) -> Generated:
        """Write one headline: `words` words after the seed, or as many as it takes to its end.

        At a temperature of 0 it takes the likeliest word each time (greedy); above, it draws with `rng`
        among the `top_k` likeliest words (0: all). An open word at the end of the seed is completed first. On the
        notebook recipe with words=5 and greedy this is the lesson's `generate_headline`.

        Raises:
            SettingError: the temperature is negative or not finite.
        """
        return self.samples(seed, 1, words, temperature, top_k, rng)[0]

    def samples(
        self,
        seed: str = "",
        number: int = 1,
        words: int | None = None,
        temperature: float = 0.0,
        top_k: int = 0,
        rng: np.random.Generator | None = None,
    ) -> list[Generated]:
        """Write `number` headlines as `generate` does, all at once, which is much faster than one after the other.

        Raises:
            SettingError: the temperature is negative or not finite.
        """
        if not 0 <= temperature < np.inf:
            raise SettingError(f"temperature must be 0 or more, and finite; it is {temperature}.")
        rng = rng or np.random.default_rng()
        sampler: Sampler = (
            greedy if temperature == 0 else partial(sample, rng=rng, temperature=temperature, top_k=top_k)
        )
        first, state = self._begin(seed)
        drafts = [_Draft() for _ in range(number)]
        going = drafts  # in the order of the state's rows
        state = state.take([0] * number)
        for position in range(self._budget(state, words)):
            logits = self._next_logits(state, first if position == 0 else None, words is None)
            chosen = [draft.add(row, sampler, self.vocabulary.end) for draft, row in zip(going, logits, strict=True)]
            rows = [row for row, i in enumerate(chosen) if i is not None]
            if not rows:
                break
            going = [going[row] for row in rows]
            state = self.model.step(state.take(rows), np.array([chosen[row] for row in rows]))
        opens = first is not None
        return [self._generated(seed, opens, d.ids, d.log_probability, d.ended) for d in drafts]

    def several(
        self,
        seed: str = "",
        number: int = 5,
        temperature: float = 0.8,
        top_k: int = 0,
        words: int | None = None,
        rng: np.random.Generator | None = None,
    ) -> list[Generated]:
        """Write up to `number` different headlines, the best first.

        They are the best of the likeliest one, found by beam search, and of ten times as many samples as were asked
        for, 100 at most (Adiwardana et al. 2020, "Towards a Human-like Open-Domain Chatbot", sample and rank). They
        are ranked by their scores; those that hardly go on from their seed or say a word twice come last. There are
        fewer where so many draws give no more; at a temperature of 0 there are two at most.
        """
        rng = rng or np.random.default_rng()
        draws = min(_DRAWS_PER_HEADLINE * number, _MOST_DRAWS) if temperature else 1
        drafts = [*self.beam(seed, words), *self.samples(seed, draws, words, temperature, top_k, rng)]
        distinct: dict[str, Generated] = {}
        for draft in drafts:
            distinct.setdefault(draft.text.strip().casefold(), draft)
        distinct.pop(seed.strip().casefold(), None)
        return sorted(distinct.values(), key=_rank)[:number]

    def beam(self, seed: str = "", words: int | None = None, width: int = 5, number: int = 1) -> list[Generated]:
        """Search for the `number` best headlines, the best first. See `beam_search` for how they are ranked."""
        first, state = self._begin(seed)
        found = beam_search(
            state,
            next_logits=lambda state, position: self._next_logits(
                state, first if position == 0 else None, words is None
            ),
            step=self.model.step,
            end=self.vocabulary.end,
            longest=self._budget(state, words),
            width=max(width, number),
            number=number,
            must_end=words is None,
        )
        opens = first is not None
        return [self._generated(seed, opens, beam.ids, beam.log_probability, beam.ended) for beam in found]

    def _generated(self, seed: str, opens: bool, ids: list[int], log_probability: float, ended: bool) -> Generated:
        prior = self.suggester.checkpoint.style
        text = closed(append_words(seed, ids, self.vocabulary, prior=prior, opens=opens)) if ids else seed.rstrip()
        if text.startswith(seed):
            text = seed + typeset(text[len(seed) :], self.vocabulary.tokenizer.language)
        if not self.config.causal:  # the lesson writes in Title Case
            text = title_case(text.split(), self.vocabulary.tokenizer.language)
        length, seen = len(ids) + ended, text in self.suggester.checkpoint.seen
        score = self._scorer.score(ids, log_probability / max(1, length))
        repeats = self._scorer.repeats([*self.vocabulary.encode(seed), *ids]) if self.config.causal else 0
        return Generated(text, log_probability, ended, seen, length, score, repeats)

    def _begin(self, seed: str) -> tuple[np.ndarray | None, State]:
        """The ids that the seed's open word can become (None if it is complete), and the state before them."""
        typed = self.vocabulary.split_typed(seed)
        context, first = typed.context, None
        if typed.fragment:
            key = self.vocabulary.tokenizer.key(typed.fragment)
            longer = self.vocabulary.starting_with(key)
            if key in self.vocabulary.stoi or not len(longer):
                context = context + self.vocabulary.ids([typed.fragment])
            else:
                first = np.setdiff1d(longer, self.suggester.blocked_ids)
        return first, self.suggester.next_words.state(self.suggester.next_words.window(context))

    def _budget(self, state: State, words: int | None) -> int:
        """The largest number of words to add."""
        if words is not None:
            return words
        read = state.ids.shape[1] - self.config.causal
        room = self.config.block_size if self.config.causal else _WORDS_WITHOUT_END
        return max(1, room - read)

    def _next_logits(self, state: State, first: np.ndarray | None, may_end: bool) -> np.ndarray:
        """Log probabilities of the next word after each row of a state, those not allowed at minus infinity: (B, V)."""
        logits = self.model.log_probabilities(state)
        allowed = np.full_like(logits, -np.inf)
        for row, read in enumerate(state.ids):
            ids = allowed_ids(self.suggester, read.tolist(), may_end) if first is None else first
            allowed[row, ids] = logits[row, ids]
        return allowed


def _rank(headline: Generated) -> tuple[bool, int, float]:
    """Headlines that hardly go on from their seed come last, then those that say a word twice, then low scores."""
    return headline.length - headline.ended < _SHORTEST_REST, headline.repeats, -headline.score
