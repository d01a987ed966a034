"""Samplers choose the id of the next word from the logits of all words."""

from collections.abc import Callable

import numpy as np

from headline.model.top import top

# Logits (V,) -> the id of the next word.
Sampler = Callable[[np.ndarray], int]


def greedy(logits: np.ndarray) -> int:
    """Return the most probable id."""
    return int(logits.argmax())


def sample(logits: np.ndarray, rng: np.random.Generator, temperature: float = 1.0, top_k: int = 0) -> int:
    """Draw an id by its probability.

    A temperature below 1 sharpens the distribution, above 1 it flattens it. `top_k` keeps the most probable ids only
    (Fan et al. 2018); 0 keeps all.
    """
    # The highest logit becomes 0, so that no temperature overflows.
    scaled = (logits - logits.max()).astype(np.float64) / temperature
    kept = top(scaled, top_k) if top_k else np.arange(len(scaled))
    # The maximum after adding Gumbel noise is an exact draw from the softmax (Gumbel 1954).
    return int(kept[(scaled[kept] + rng.gumbel(size=len(kept))).argmax()])
