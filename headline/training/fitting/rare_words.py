"""Words that a short list has too rarely to train on: the n-grams know them, and the network as part of `<unk>`.

Somebody who brings 300 recipes wants `Spaghetti ` to go on with `Carbonara`, though one recipe alone has it. As a word
of the vocabulary it would spoil the network: its training titles would have no unknown word left, and `<unk>` would
become improbable (2,000 titles of the New York Times, min_count=1 instead of 2: perplexity 253 instead of 232). So the
network is trained without these words. Afterwards they take a share of its `<unk>`, and the n-grams are counted anew.
"""

from dataclasses import replace

import numpy as np

from headline.corpus.vocabulary import Vocabulary
from headline.model.checkpoint import Checkpoint

SHARE = 0.1  # of the unknown words: about as many of those in held-out titles are among the list's rare words


def with_rare_words(checkpoint: Checkpoint, wider: Vocabulary) -> Checkpoint:
    """Return a network of the autocomplete recipe for a vocabulary that has more words, all others unchanged.

    A word that is new has the vector of `<unk>`, and all of them together `SHARE` of its probability:

        p(w) = SHARE / n · p(<unk>)    for each of n new words,    p(<unk>) becomes (1 − SHARE) · p(<unk>)

    The n-grams and the mixture are left out: they are counted and fitted anew.
    """
    narrow = checkpoint.vocabulary
    unk = narrow.unk
    assert unk is not None, "the recipe's vocabulary has an unknown word"
    old = np.array([narrow.stoi.get(key, unk) for key in wider.itos])
    new = np.array([key not in narrow.stoi for key in wider.itos])
    bias = checkpoint.weights["softmax.bias"][old]
    bias[wider.unk] += np.log1p(-SHARE)
    bias[new] += np.log(SHARE / new.sum())
    weights = checkpoint.weights | {"embedding": checkpoint.weights["embedding"][old], "softmax.bias": bias}
    config = replace(checkpoint.config, vocab_size=len(wider))
    return replace(checkpoint, config=config, vocabulary=wider, weights=weights, ngram=None)
