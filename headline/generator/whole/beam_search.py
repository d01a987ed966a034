"""Beam search for the best sequences of words."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from headline.model.network import State, log_softmax
from headline.model.top import top

LENGTH_PENALTY = 0.7  # alpha of Wu et al. 2016, equation 14: 0 favours short headlines, 1 long ones


@dataclass(frozen=True)
class Beam:
    """One sequence of words and how likely it is."""

    ids: list[int]
    log_probability: float  # nats, the end included where it ended
    ended: bool
    score: float


def normalised(log_probability: float, length: int) -> float:
    """A log probability over the length penalty ((5 + length) / 6) ** alpha.

    Wu et al. 2016, "Google's Neural Machine Translation System", equation 14.

    >>> round(normalised(-6.0, 7), 4)
    -3.6934
    """
    return float(log_probability) / ((5 + length) / 6) ** LENGTH_PENALTY


def beam_search(
    state: State,
    next_logits: Callable[[State, int], np.ndarray],
    step: Callable[[State, np.ndarray], State],
    end: int | None,
    longest: int,
    width: int,
    number: int,
    must_end: bool,
) -> list[Beam]:
    """The `number` best sequences of up to `longest` words, the best first.

    Args:
        state: the network's state before the first word, B = 1.
        next_logits: (a state, how many words were added) -> logits of the next word, (B, V).
        step: reads one more word in every row of a state.
        end: the id that ends a sequence, None where there is none.
        width: how many sequences are continued at each length.
        must_end: prefer sequences that ended; others only fill up the number.
    """
    beams: list[list[int]] = [[]]
    totals = np.zeros(1)
    finished: list[Beam] = []
    for position in range(longest):
        log_p = np.stack([log_softmax(row) for row in next_logits(state, position)])
        candidates = (totals[:, None] + log_p).ravel()
        best = top(candidates, 2 * width)  # enough that `width` are left when every other one ends
        rows: list[int] = []
        words: list[int] = []
        kept: list[float] = []
        for flat in best[np.isfinite(candidates[best])]:
            row, i = divmod(int(flat), log_p.shape[1])
            total = float(candidates[flat])
            if i == end:
                finished.append(Beam(beams[row], total, True, normalised(total, position + 1)))
            elif len(rows) < width:
                rows.append(row)
                words.append(i)
                kept.append(total)
        beams = [[*beams[row], i] for row, i in zip(rows, words, strict=True)]
        totals = np.array(kept)
        if not beams:
            break
        state = step(state.take(rows), np.array(words))
        # A sequence can only lose probability; at the full length it is penalised least.
        reachable = normalised(totals[0], longest)
        if len(finished) >= number and sorted(beam.score for beam in finished)[-number] > reachable:
            return _best(finished, number)
    if not must_end or len(finished) < number:
        finished += [
            Beam(ids, float(total), False, normalised(total, len(ids)))
            for ids, total in zip(beams, totals, strict=True)
            if ids
        ]
    return _best(finished, number)


def _best(finished: list[Beam], number: int) -> list[Beam]:
    return sorted(finished, key=lambda beam: -beam.score)[:number]
