"""A lighter model of the same kind: fewer words, fewer n-grams, and no hashes of the headlines that it read."""

from dataclasses import replace

import numpy as np

from headline.corpus.split import SeenHeadlines
from headline.corpus.vocabulary import Vocabulary
from headline.errors import CheckpointError
from headline.model.checkpoint import Checkpoint
from headline.model.pruning import of_fewer_words, pruned

PRECISION = "int4"  # in which a light model is stored
WORDS = 13_000
NGRAMS = 100_000


def light(checkpoint: Checkpoint, words: int = WORDS, ngrams: int = NGRAMS) -> Checkpoint:
    """Return a checkpoint with the `words` first words of the vocabulary, marks included, and the `ngrams` most useful
    n-grams. The other words become the unknown word, which is as much more probable.

    Raises:
        CheckpointError: the model has no unknown word, as those of the lesson's recipe.
    """
    vocabulary = checkpoint.vocabulary
    if vocabulary.unk is None or not checkpoint.config.causal:
        raise CheckpointError("Only a model of the autocomplete recipe can be made light.")
    if words < len(vocabulary):
        checkpoint = _of_first_words(checkpoint, max(words, len(vocabulary.specials) + 1))
    ngram = pruned(checkpoint.ngram, ngrams) if checkpoint.ngram is not None else None
    return replace(checkpoint, ngram=ngram, seen=SeenHeadlines())


def _of_first_words(checkpoint: Checkpoint, words: int) -> Checkpoint:
    vocabulary, unk = checkpoint.vocabulary, checkpoint.vocabulary.unk
    assert unk is not None
    first = dict.fromkeys([*vocabulary.specials, *vocabulary.marks, *range(len(vocabulary))])
    kept = np.sort(np.array(list(first)[:words]))
    ids = np.full(len(vocabulary), -1, dtype=np.int64)
    ids[kept] = np.arange(len(kept))
    counts = vocabulary.counts[kept].copy()
    counts[ids[unk]] += vocabulary.counts[ids < 0].sum()
    weights = dict(checkpoint.weights)
    weights["embedding"] = weights["embedding"][kept]
    bias = weights["softmax.bias"][kept].copy()
    bias[ids[unk]] += np.log(max(1, counts[ids[unk]]) / max(1, vocabulary.counts[unk]))
    weights["softmax.bias"] = bias
    ngram = of_fewer_words(checkpoint.ngram, ids, int(ids[unk])) if checkpoint.ngram is not None else None
    return replace(
        checkpoint,
        config=replace(checkpoint.config, vocab_size=len(kept)),
        vocabulary=_fewer(vocabulary, kept, ids, counts),
        weights=weights,
        ngram=ngram,
    )


def _fewer(vocabulary: Vocabulary, kept: np.ndarray, ids: np.ndarray, counts: np.ndarray) -> Vocabulary:
    after, before = (
        {
            (int(ids[first]), int(ids[second])): form
            for (first, second), form in exceptions.items()
            if ids[first] >= 0 and ids[second] >= 0
        }
        for exceptions in (vocabulary.exceptions, vocabulary.exceptions_before)
    )
    written = [vocabulary.written[i] for i in kept]
    tokenizer = vocabulary.tokenizer
    fewer = Vocabulary(written, counts.tolist(), tokenizer.name, after, tokenizer.language.tag, before)
    fewer.leave_small(vocabulary.own_small_words)
    return fewer
