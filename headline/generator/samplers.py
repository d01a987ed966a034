"""Samplers: the logits of all words -> the id of the next word."""

from collections.abc import Callable

import numpy as np

from headline.generator.ranking import top

# Picks the next word's id from the logits of all words, (V,).
Sampler = Callable[[np.ndarray], int]


def greedy(logits: np.ndarray) -> int:
    """The likeliest word."""
    return int(logits.argmax())


def sample(logits: np.ndarray, rng: np.random.Generator, temperature: float = 1.0, top_k: int = 0) -> int:
    """A word drawn by its probability.

    A temperature below 1 sharpens the distribution and above 1 flattens it; `top_k` draws from
    that many likeliest words only (Fan et al. 2018), 0 from all.
    """
    # The highest becomes 0, so that no temperature, however low or high, makes a number too large.
    scaled = (logits - logits.max()).astype(np.float64) / temperature
    if top_k:
        kept = top(scaled, top_k)
        masked = np.full_like(scaled, -np.inf)
        masked[kept] = scaled[kept]
        scaled = masked
    # Adding Gumbel noise and taking the highest draws from the softmax exactly.
    return int((scaled + rng.gumbel(size=scaled.shape)).argmax())
