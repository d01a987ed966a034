"""Writes word vectors for the bundled model to begin with: GloVe's, and what a language model makes of each word.

    pip install -r bench/requirements-teacher.txt
    python -m bench.bundled_word_states runs/bundled/corpus teacher.gguf glove.txt vectors.txt

GloVe's texts end in 2014, and its vectors know no Zelensky. The teacher of bench/bundled_teacher.py has read of him: what
its layers make of a word tells persons from places and firms, and which of them are alike. A line has the word, its 100
numbers of glove.txt (bench/bundled_vectors.py), or of its parts (zeros where there are none), and then the first 150
principal components of the state after 18 of the teacher's 28 layers, at the word's last token behind a few words that
call it one of the news. Ten to twenty minutes on two cores.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.bundled import SETTINGS
from headline.corpus.reader import read_headlines
from headline.corpus.vocabulary import Vocabulary
from headline.training.fitting.pretraining import shared_vocabulary
from headline.training.network.word_vectors import FREQUENT, vectors_for

PROMPT = "The word that is in the news today is"
DEPTH, COMPONENTS = 18, 150
BATCH = 512  # words


def components(states: np.ndarray, frequent: np.ndarray, number: int) -> np.ndarray:
    """Return the first principal components of states (V, D), which are scaled to variance 1 first: (V, number).

    The components are those of the `frequent` words, (V,) booleans; the result has a mean square of 1.
    """
    scaled = (states - states.mean(axis=0)) / (states.std(axis=0) + 1e-6)
    _, axes = np.linalg.eigh(scaled[frequent].T @ scaled[frequent])  # in ascending order
    found = scaled @ axes[:, : -number - 1 : -1]
    return found / np.sqrt(np.mean(found**2))


def states(teacher_file: Path, words: Sequence[str]) -> np.ndarray:
    """Return the teacher's state at the last token of each word: (V, D)."""
    from bench.bundled_teacher import Teacher  # PyTorch, which nothing else needs

    teacher = Teacher(teacher_file)
    order = sorted(range(len(words)), key=lambda i: len(teacher.ids(f" {words[i]}")))  # words of one length together
    found = np.empty((len(words), teacher.size), dtype=np.float32)
    for first in range(0, len(order), BATCH):
        batch = order[first : first + BATCH]
        found[batch] = teacher.states(PROMPT, [f" {words[i]}" for i in batch], DEPTH).numpy()
        print(f"{first + len(batch):,} of {len(words):,} words", flush=True)
    return found


def joined(vocabulary: Vocabulary, glove: Path, found: np.ndarray) -> np.ndarray:
    """Return GloVe's vectors (zeros for words that it lacks) and the components of the states found: (V, D)."""
    ids, known = vectors_for(vocabulary, glove)
    vectors = np.zeros((len(vocabulary), known.shape[1]))
    vectors[ids] = known
    return np.hstack([vectors, components(found, np.asarray(vocabulary.counts) >= FREQUENT, COMPONENTS)])


def as_text(vocabulary: Vocabulary, vectors: np.ndarray) -> str:
    """Return a line for each word and mark of the vocabulary with its vector (V, D), as GloVe's files write words."""
    rows = ((key.replace("’", "'").lower(), vectors[i]) for i, key, _ in vocabulary.entries())
    return "".join(f"{word} {' '.join(f'{x:.4g}' for x in vector)}\n" for word, vector in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="what bench.bundled_corpus wrote")
    parser.add_argument("teacher", type=Path)
    parser.add_argument("glove", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    rows = [read_headlines(options.corpus / name).headlines for name in ("headlines.txt", "text.txt")]
    vocabulary = shared_vocabulary(*rows, SETTINGS)
    found = states(options.teacher, vocabulary.written)
    options.out.write_text(as_text(vocabulary, joined(vocabulary, options.glove, found)), encoding="utf-8")


if __name__ == "__main__":
    main()
