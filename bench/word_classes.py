"""Sorts the words of wordfreq's English list into classes of words that are used alike: assets/word_classes.txt.gz.

    python -m bench.word_classes glove.txt

GloVe's vectors (bench/bundled_vectors.py) are brought into the space of the bundled model's embedding by a linear map, as
`rare_words_drawn` does, made equally long, and grouped by k-means (Lloyd 1982), seeded. A line of the file is a class.
"""

import argparse
import gzip
from pathlib import Path

import numpy as np

from headline.generator.words.lexicon import listed
from headline.generator.words.word_classes import CLASSES, WORD_CLASSES
from headline.model.checkpoint import Checkpoint
from headline.paths import BUNDLED_MODEL
from headline.training.network.word_vectors import FREQUENT, read_vectors

AMONG = 24_000  # words by which the classes are found: the most frequent in the vocabulary and outside, by halves
ROUNDS, RIDGE, COUNTED = 20, 0.005, 500
MOST = 55_000  # words that are written: the most frequent ones, because the page downloads the class of each


def k_means(vectors: np.ndarray, number: int, rounds: int = ROUNDS) -> np.ndarray:
    """Return the centres of groups of vectors (N, D): (number, D)."""
    centres = vectors[np.random.default_rng(0).choice(len(vectors), number, replace=False)]
    for _ in range(rounds):
        nearest = nearest_to(vectors, centres)
        for group in range(number):
            if (nearest == group).any():
                centres[group] = vectors[nearest == group].mean(axis=0)
    return centres


def nearest_to(vectors: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return the number of the nearest centre (K, D) of each vector (N, D): (N,)."""
    return ((centres**2).sum(axis=1) - 2 * vectors @ centres.T).argmin(axis=1)


def grouped(glove: Path) -> list[list[str]]:
    """Return the listed words that have a vector, by their class."""
    checkpoint, words = Checkpoint.load(BUNDLED_MODEL), listed("en")
    vocabulary, counts = checkpoint.vocabulary, np.asarray(checkpoint.vocabulary.counts)
    vectors = read_vectors(glove, {key.replace("’", "'") for key in (*words.keys, *vocabulary.itos)})
    keys = [key for key in words.keys if key.replace("’", "'") in vectors]
    x = np.array([vectors[key.replace("’", "'")] for key in keys], dtype=np.float64)
    x -= x.mean(axis=0)
    ids = np.array([vocabulary.stoi.get(key, -1) for key in keys])
    times = np.where(ids >= 0, counts[ids], 0)
    frequent = times >= FREQUENT
    weight = np.minimum(times[frequent], COUNTED)[:, None]
    normal = (x[frequent] * weight).T @ x[frequent] + RIDGE * weight.sum() * np.eye(x.shape[1])
    embedding = checkpoint.weights["embedding"][ids[frequent]]
    mapped = x @ np.linalg.solve(normal, (x[frequent] * weight).T @ embedding)
    mapped /= np.linalg.norm(mapped, axis=1, keepdims=True)
    shares = dict(zip(words.keys, words.shares.tolist(), strict=True))
    outside = np.where(ids < 0, [shares[key] for key in keys], 0.0)
    among = np.concatenate([np.argsort(-times)[: AMONG // 2], np.argsort(-outside)[: AMONG // 2]])
    classes = nearest_to(mapped, k_means(mapped[among], CLASSES))
    kept = set(sorted(keys, key=lambda key: -shares[key])[:MOST])
    return [
        [key for key, own in zip(keys, classes, strict=True) if own == group and key in kept]
        for group in range(CLASSES)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("glove", type=Path)
    options = parser.parse_args()
    lines = "".join(" ".join(words) + "\n" for words in grouped(options.glove))
    WORD_CLASSES.write_bytes(gzip.compress(lines.encode(), mtime=0))


if __name__ == "__main__":
    main()
