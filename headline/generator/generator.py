"""Seed text -> whole headlines: greedy, by sampling, or by beam search."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from headline.corpus.casing import title_case
from headline.generator.ranking import top
from headline.generator.samplers import Sampler, greedy, sample
from headline.generator.suggester import Suggester
from headline.generator.writing import Writing
from headline.model.network import State, log_softmax

LENGTH_PENALTY = 0.7  # Wu et al. 2016, equation 14: 0 favours short headlines, 1 long ones
_WORDS_WITHOUT_END = 10  # how long a headline gets where the recipe knows no end, in words


@dataclass(frozen=True)
class Generated:
    """A headline that begins with the seed."""

    text: str
    log_probability: float  # nats, of the words added, and of the end where it ended by itself
    ended: bool  # by its own end mark
    seen: bool  # word for word among the headlines that the model was trained on


class Generator:
    """Writes headlines with a suggester's network."""

    def __init__(self, suggester: Suggester):
        self.suggester = suggester
        self.model = suggester.model
        self.vocabulary = suggester.vocabulary
        self.config = suggester.checkpoint.config

    def generate(
        self,
        seed: str = "",
        words: int | None = None,
        temperature: float = 0.0,
        top_k: int = 0,
        rng: np.random.Generator | None = None,
    ) -> Generated:
        """One headline: `words` words after the seed, or as many as it takes to its end.

        With a temperature of 0 the likeliest word each time (greedy), else drawn with `rng`.
        A word that the seed leaves open is finished first. On the notebook recipe with words=5
        and greedy this is the lesson's `generate_headline`, its title case done properly.
        """
        if not 0 <= temperature < np.inf:
            raise ValueError(f"temperature must be 0 or more, and finite; it is {temperature}.")
        rng = rng or np.random.default_rng()
        pick: Sampler = greedy if temperature == 0 else lambda logits: sample(logits, rng, temperature, top_k)
        seed, first, state = self._begin(seed)
        ids: list[int] = []
        log_probability, ended = 0.0, False
        for position in range(self._budget(state, words)):
            logits = self._allowed(
                self.model.log_probabilities(state)[0], first if position == 0 else None, words is None
            )
            if not np.isfinite(logits).any():
                break
            i = pick(logits)
            log_probability += float(log_softmax(logits)[i])
            if i == self.vocabulary.end:
                ended = True
                break
            ids.append(i)
            state = self.model.step(state, np.array([i]))
        return self._generated(seed, ids, log_probability, ended)

    def several(
        self,
        seed: str,
        number: int,
        temperature: float = 0.8,
        top_k: int = 0,
        rng: np.random.Generator | None = None,
        tries: int = 4,
    ) -> Iterator[Generated]:
        """`number` different headlines by sampling, as they come; fewer if `tries` times as many draws
        hold no more."""
        rng = rng or np.random.default_rng()
        seen: set[str] = set()
        for _ in range(number * tries):
            made = self.generate(seed, temperature=temperature, top_k=top_k, rng=rng)
            key = made.text.casefold()
            if key not in seen and key.strip() != seed.strip().casefold():
                seen.add(key)
                yield made
                if len(seen) == number:
                    return

    def beam(self, seed: str = "", words: int | None = None, width: int = 5, number: int = 1) -> list[Generated]:
        """The best headlines found by beam search, the best first.

        Scores are log probabilities over length to the power of LENGTH_PENALTY, as Wu et al. 2016
        ("Google's Neural Machine Translation System") normalise them.
        """
        width = max(width, number)
        seed, first, state = self._begin(seed)
        beams: list[list[int]] = [[]]
        scores = np.zeros(1)
        finished: list[tuple[float, float, list[int], bool]] = []
        for position in range(self._budget(state, words)):
            logits = self.model.log_probabilities(state)
            log_p = np.stack(
                [log_softmax(self._allowed(row, first if position == 0 else None, words is None)) for row in logits]
            )
            totals = (scores[:, None] + log_p).ravel()
            best = top(totals, 2 * width)  # enough that `width` are left when every other one ends
            rows: list[int] = []
            picks: list[int] = []
            kept: list[float] = []
            for flat in best[np.isfinite(totals[best])]:
                row, i = divmod(int(flat), log_p.shape[1])
                if i == self.vocabulary.end:
                    finished.append((self._normalised(totals[flat], position + 1), totals[flat], beams[row], True))
                elif len(rows) < width:
                    rows.append(row)
                    picks.append(i)
                    kept.append(totals[flat])
            if not rows:
                beams = []
                break
            beams = [[*beams[row], i] for row, i in zip(rows, picks, strict=True)]
            scores = np.array(kept)
            state = self.model.step(state.take(rows), np.array(picks))
            reachable = self._normalised(scores[0], position + 1)
            if len(finished) >= number and sorted(f[0] for f in finished)[-number] > reachable:
                beams = []
                break
        if words is not None or len(finished) < number:
            finished += [
                (self._normalised(score, len(ids)), score, ids, False)
                for score, ids in zip(scores, beams, strict=False)
                if ids
            ]
        finished.sort(key=lambda f: -f[0])
        return [self._generated(seed, ids, float(score), ended) for _, score, ids, ended in finished[:number]]

    def _generated(self, seed: str, ids: list[int], log_probability: float, ended: bool) -> Generated:
        text = self._write(seed, ids)
        return Generated(text, log_probability, ended, text in self.suggester.checkpoint.seen)

    @staticmethod
    def _normalised(score: float, length: int) -> float:
        return float(score) / max(1, length) ** LENGTH_PENALTY

    def _begin(self, seed: str) -> tuple[str, np.ndarray | None, State]:
        """The seed, the ids that its open word can become (None if it is whole), and the state before them."""
        typed = self.vocabulary.split_typed(seed)
        context, first = typed.context, None
        if typed.fragment:
            key = self.vocabulary.tokenizer.key(typed.fragment)
            longer = self.vocabulary.starting_with(key)
            if key in self.vocabulary.stoi or not len(longer):
                context = context + self.vocabulary.ids([typed.fragment])
                seed += " "
            else:
                first = longer
        return seed, first, self.suggester.state(self.suggester.window(context))

    def _budget(self, state: State, words: int | None) -> int:
        """How many words may follow at most."""
        if words is not None:
            return words
        read = state.ids.shape[1] - self.config.causal
        room = self.config.block_size if self.config.causal else _WORDS_WITHOUT_END
        return max(1, room - read)

    def _allowed(self, logits: np.ndarray, first: np.ndarray | None, may_end: bool) -> np.ndarray:
        """Logits with all that must not come here at minus infinity."""
        allowed = np.full_like(logits, -np.inf)
        if first is not None:
            wanted = np.setdiff1d(first, self.suggester.never)
            allowed[wanted] = logits[wanted]
            return allowed
        allowed[:] = logits
        end = self.vocabulary.end
        allowed[[i for i in self.suggester.never if not (may_end and i == end)]] = -np.inf
        return allowed

    def _write(self, seed: str, ids: list[int]) -> str:
        """The seed as it was typed, and the words behind it in its style."""
        if not self.config.causal:
            finished = self._append(seed, ids)
            return title_case(finished.split())
        return self._append(seed, ids)

    def _append(self, seed: str, ids: list[int]) -> str:
        text = seed
        for i in ids:
            typed = self.vocabulary.split_typed(text)
            text += Writing(text, typed, self.vocabulary).completion([i])
            text += " "
        return text.rstrip()
