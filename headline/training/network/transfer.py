"""Copies a model's weights into the network of another vocabulary, for fine-tuning."""

import numpy as np

from headline.corpus.vocabulary import Vocabulary
from headline.errors import SettingError
from headline.model.checkpoint import Checkpoint


def transfer_weights(model: Checkpoint, vocabulary: Vocabulary, fresh: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return weights for a vocabulary: words of the model keep their weights, new words keep those of `fresh`.

    Raises:
        SettingError: the fresh network has another shape than the model's.
    """
    ids = {key: i for i, key in enumerate(model.vocabulary.itos)}
    shared = [(i, ids[key]) for i, key in enumerate(vocabulary.itos) if key in ids]
    new, old = (list(column) for column in zip(*shared, strict=True))
    weights = {}
    for name, ours in fresh.items():
        theirs = model.weights.get(name)
        if theirs is None or theirs.shape[1:] != ours.shape[1:]:
            raise SettingError(f"To start from this model, {name} must have the same shape as in the model.")
        if name in ("embedding", "softmax.bias"):
            ours = ours.copy()
            if name == "softmax.bias":
                ours[:] = theirs.min()  # a word that the model never saw is at least as rare as its rarest
            ours[new] = theirs[old]
        else:
            ours = theirs
        weights[name] = ours
    return weights
