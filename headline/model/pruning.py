"""Keeping the n-grams that matter most, and those of fewer words.

An n-gram says something where its word is likelier than the shorter context has it. What is lost by leaving one out is
judged by its weighted difference (Seymore & Rosenfeld 1996, "Scalable Backoff Language Models"),

    p(h w) (log p(w | h) - log p'(w | h)),    p' without the n-gram h w,

with the model's own probabilities, so that no counts are needed.
"""

from collections.abc import Sequence

import numpy as np

from headline.model.ngrams.interpolated_ngram import InterpolatedNGram, NGrams
from headline.model.ngrams.ngram import NGram

_TINY = 1e-30


def pruned(model: NGrams, most: int) -> NGrams:
    """Return a model of at most `most` n-grams of two words or more: those with which the most would be lost.

    Their probability goes to the shorter context, so that all still sums to 1. Of several parts each gives up the same
    share of its n-grams.
    """
    if len(model) <= most:
        return model
    if isinstance(model, InterpolatedNGram):
        return InterpolatedNGram([_pruned(part, most * len(part) // len(model)) for part in model.parts], model.weights)
    return _pruned(model, most)


def of_fewer_words(model: NGrams, ids: np.ndarray, unk: int) -> NGrams:
    """Return the model for a vocabulary that lacks some words: the word i gets the id `ids[i]`, -1 where it is dropped.

    A dropped word is unknown where it follows (`unk` is the new id of the unknown word), and nothing is kept of what
    follows it. Kept words keep their order.
    """
    if isinstance(model, InterpolatedNGram):
        return InterpolatedNGram([_of_fewer_words(part, ids, unk) for part in model.parts], model.weights)
    return _of_fewer_words(model, ids, unk)


def _pruned(model: NGram, most: int) -> NGram:
    orders = _rows(model)
    losses = [_loss(model, rows) for rows in orders]
    kept = np.concatenate(losses) if losses else np.empty(0)
    least = np.partition(kept, len(kept) - most)[len(kept) - most] if most else np.inf
    chosen = [loss >= least for loss in losses]
    for k in range(len(chosen) - 1, 0, -1):  # an n-gram needs the shorter one that it begins with
        chosen[k - 1][_parents(model, k)[chosen[k]]] = True
    return _with(model, [rows[keep] for rows, keep in zip(orders, chosen, strict=True)], chosen)


def _rows(model: NGram) -> list[np.ndarray]:
    """The ids of all n-grams: (n, 2), (n, 3), …"""
    rows, found = np.arange(model.vocab_size)[:, None], []
    for k in range(model.order - 1):
        rows = np.column_stack([np.repeat(rows, model.children[k].astype(np.int64), axis=0), model.words[k]])
        found.append(rows)
    return found


def _parents(model: NGram, k: int) -> np.ndarray:
    """The index of the context of each n-gram of k + 2 words, in its own order: (n,)."""
    children = model.children[k].astype(np.int64)
    return np.repeat(np.arange(len(children)), children)


def _loss(model: NGram, rows: np.ndarray) -> np.ndarray:
    """What is lost by leaving n-grams out, each by itself: (n, length) ids -> (n,)."""
    n = rows.shape[1]
    joint = _probability(model, rows[:, :1])
    # Nothing leads to the start mark: it occurs as often as the end mark, which each headline has too.
    joint[joint == 0] = model.unigrams.max()
    for length in range(2, n + 1):
        joint = joint * _probability(model, rows[:, :length])
    with_it, shorter = _probability(model, rows), _probability(model, rows[:, 1:])
    contexts, places = _find(model, rows[:, :-1]), _find(model, rows)
    share, left = model.shares[n - 2][places], model.left[n - 2][contexts]
    without = np.minimum(left + share, 1) * shorter
    return joint * np.maximum(0, np.log(np.maximum(with_it, _TINY)) - np.log(np.maximum(without, _TINY)))


def _probability(model: NGram, rows: np.ndarray) -> np.ndarray:
    """The probability of the last of each row of ids after the others: (n, length) -> (n,)."""
    n = rows.shape[1]
    p = model.unigrams[rows[:, -1]].astype(np.float64)
    for length in range(1, n):
        contexts, places = _find(model, rows[:, n - 1 - length : n - 1]), _find(model, rows[:, n - 1 - length :])
        k = length - 1
        has = (contexts >= 0) & (model.children[k][contexts] > 0)
        share = np.where(places >= 0, model.shares[k][places], 0) if len(model.shares[k]) else np.zeros(len(rows))
        p = np.where(has, share + model.left[k][contexts] * p, p)
    return p


def _find(model: NGram, rows: np.ndarray) -> np.ndarray:
    """The index of each row of ids among the n-grams of its length, -1 where it is not there: (n, length) -> (n,)."""
    places = rows[:, 0].astype(np.int64)
    for k in range(rows.shape[1] - 1):
        codes = _parents(model, k) * model.vocab_size + model.words[k]
        wanted = np.where(places >= 0, places, 0) * model.vocab_size + rows[:, k + 1]
        at = np.minimum(np.searchsorted(codes, wanted), max(0, len(codes) - 1))
        found = (places >= 0) & (codes[at] == wanted) if len(codes) else np.zeros(len(rows), dtype=bool)
        places = np.where(found, at, -1)
    return places


def _with(model: NGram, orders: Sequence[np.ndarray], chosen: Sequence[np.ndarray]) -> NGram:
    """The model with some of its n-grams: `orders[k]` their ids, `chosen[k]` which of all they are."""
    words, shares, children, left = [], [], [], []
    contexts = np.ones(model.vocab_size, dtype=bool)
    for k, (rows, keep) in enumerate(zip(orders, chosen, strict=True)):
        parents = _parents(model, k)
        lost = np.bincount(parents[~keep], weights=model.shares[k][~keep], minlength=len(model.left[k]))
        number = np.bincount(parents[keep], minlength=len(model.left[k]))
        words.append(rows[:, -1].astype(model.words[k].dtype))
        shares.append(model.shares[k][keep])
        children.append(number[contexts].astype(np.min_scalar_type(int(number.max(initial=0)))))
        left.append(np.minimum(1, model.left[k] + lost)[contexts])
        contexts = keep
    return NGram(model.unigrams, words, shares, children, left)


def _of_fewer_words(model: NGram, ids: np.ndarray, unk: int) -> NGram:
    unigrams = np.zeros(int(ids.max()) + 1)
    np.add.at(unigrams, np.where(ids >= 0, ids, unk), model.unigrams)
    words, shares, children, left = [], [], [], []
    places = ids.astype(np.int64)  # of each old context: its new index, -1 where it is dropped
    contexts = np.flatnonzero(ids >= 0)  # of each new context: its old index, -1 where only dropped words led to it
    for k in range(model.order - 1):
        parents, last = places[_parents(model, k)], ids[model.words[k]]
        kept = np.flatnonzero(parents >= 0)
        codes = parents[kept] * len(unigrams) + np.where(last[kept] >= 0, last[kept], unk)
        new, place = np.unique(codes, return_inverse=True)  # the words that become unknown are one n-gram
        number = np.bincount(new // len(unigrams), minlength=len(contexts))
        words.append((new % len(unigrams)).astype(np.min_scalar_type(len(unigrams) - 1)))
        shares.append(np.minimum(1, np.bincount(place, weights=model.shares[k][kept], minlength=len(new))))
        children.append(number.astype(np.min_scalar_type(int(number.max(initial=0)))))
        left.append(np.where(contexts >= 0, model.left[k][contexts], 1))
        same = last[kept] >= 0
        places = np.full(len(model.words[k]), -1, dtype=np.int64)
        places[kept[same]] = place[same]
        contexts = np.full(len(new), -1, dtype=np.int64)
        contexts[place[same]] = kept[same]
    return NGram(unigrams, words, shares, children, left)
