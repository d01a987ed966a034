"""Several n-gram models as one, by linear interpolation (Jelinek & Mercer 1980).

Headlines and running text are counted apart, because pooled counts spoil each other's discounts; and a fine-tuned
model keeps the n-grams of the model that it started from.
"""

from collections.abc import Sequence

import numpy as np

from headline.model.ngrams.ngram import NGram

WEIGHTS = "weights"
MAX_PARTS = 8


class InterpolatedNGram:
    """p(w | context) is the weighted mean of the probabilities of the parts.

    Raises:
        ValueError: the parts have different vocabularies, or the weights are not shares of 1.
    """

    def __init__(self, parts: Sequence[NGram], weights: Sequence[float]):
        """`parts` share one vocabulary; `weights` sum to 1, in the same order."""
        self.parts, self.weights = list(parts), [float(w) for w in weights]
        if not 1 <= len(self.parts) == len(self.weights) <= MAX_PARTS:
            raise ValueError("n-gram models and their weights do not agree in number")
        if not all(0 <= w <= 1 for w in self.weights) or abs(sum(self.weights) - 1) > 1e-3:
            raise ValueError("the weights of the n-gram models do not sum to 1")
        if len({part.vocab_size for part in self.parts}) > 1:
            raise ValueError("the n-gram models belong to different vocabularies")
        self.order = max(part.order for part in self.parts)
        self.vocab_size = self.parts[0].vocab_size

    def __len__(self) -> int:
        """The number of n-grams of two words or more."""
        return sum(map(len, self.parts))

    def next_word(self, context: Sequence[int]) -> np.ndarray:
        """The probability of every word after some ids, special tokens included: (V,), float32, sums to 1."""
        p = self.parts[0].next_word(context)
        if self.weights[0] != 1:
            p *= np.float32(self.weights[0])
        for part, weight in zip(self.parts[1:], self.weights[1:], strict=True):
            p += part.next_word(context) * np.float32(weight)
        return p

    def strongest(self) -> np.ndarray:
        """The discounted probability of the word that most often follows each word in any part: (V,)."""
        return np.max([part.strongest() for part in self.parts], axis=0)

    def renumbered(self, ids: np.ndarray, vocab_size: int) -> "InterpolatedNGram":
        """The same model for another vocabulary. See `NGram.renumbered`."""
        return InterpolatedNGram([part.renumbered(ids, vocab_size) for part in self.parts], self.weights)

    def tensors(self) -> dict[str, np.ndarray]:
        """The tensors to store: those of each part, after the first one with its number before the name."""
        stored = dict(self.parts[0].tensors())
        for i, part in enumerate(self.parts[1:], start=1):
            stored |= {part_name(i, name): tensor for name, tensor in part.tensors().items()}
        if len(self.parts) > 1:
            stored[WEIGHTS] = np.array(self.weights, dtype=np.float32)
        return stored

    @classmethod
    def from_tensors(cls, stored: dict[str, np.ndarray]) -> "InterpolatedNGram":
        """The model from stored tensors.

        Raises:
            KeyError: a tensor is missing.
            ValueError: the tensors do not agree.
        """
        weights = stored.get(WEIGHTS, np.ones(1, dtype=np.float32))
        if weights.ndim != 1 or not 1 <= len(weights) <= MAX_PARTS:
            raise ValueError("the weights of the n-gram models are not a short list")
        parts: list[dict[str, np.ndarray]] = [{} for _ in weights]
        for name, tensor in stored.items():
            if name != WEIGHTS:
                i, own_name = part_of(name)
                if i >= len(parts):
                    raise ValueError(f"{name} belongs to no part")
                parts[i][own_name] = tensor
        return cls([NGram.from_tensors(part) for part in parts], weights.tolist())


NGrams = NGram | InterpolatedNGram


def interpolated(models: Sequence[NGrams], weights: Sequence[float]) -> InterpolatedNGram:
    """Interpolate models that may be interpolated themselves.

    The weights are scaled to sum to 1. Of more parts than are allowed, those of the highest weights are kept.
    """
    parts: list[tuple[NGram, float]] = []
    for model, weight in zip(models, weights, strict=True):
        inner = model if isinstance(model, InterpolatedNGram) else InterpolatedNGram([model], [1.0])
        parts += [(part, weight * own) for part, own in zip(inner.parts, inner.weights, strict=True)]
    parts = sorted(parts, key=lambda part: -part[1])[:MAX_PARTS]
    total = sum(weight for _, weight in parts)
    return InterpolatedNGram([part for part, _ in parts], [weight / total for _, weight in parts])


def part_name(i: int, name: str) -> str:
    """The stored name of a tensor of the part with number `i`."""
    return f"{i}:{name}" if i else name


def part_of(name: str) -> tuple[int, str]:
    """The part that a stored tensor belongs to, and its name there."""
    number, colon, own_name = name.partition(":")
    return (int(number), own_name) if colon and number.isdecimal() and len(number) == 1 else (0, name)
