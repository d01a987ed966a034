"""Word vectors that others trained, such as GloVe's, as a network's first embedding.

A word that the list has twice learns little from it; where a vector is known beforehand, it begins near words that are
used alike (Qi et al. 2018, "When and Why are Pre-trained Word Embeddings Useful for Neural Machine Translation?").
"""

import gzip
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO

import numpy as np

from headline.corpus.reading.source import Source
from headline.corpus.vocabulary import Vocabulary
from headline.errors import CorpusError, SettingError

MOST_DIMENSIONS = 4_096
_LONGEST_LINE = 2**16  # bytes
_SIZE = 0.1  # root mean square of a first vector; those of a trained network have about as much
FREQUENT = 20  # occurrences of a word from which on its vector is trusted: see rare_words_drawn
_COUNTED, _RIDGE = 2_000, 0.005  # most occurrences that count; and the ridge, as a share of all that count
_BETWEEN = re.compile(r"(?:'s|n't|[^\w\s])+")  # what stands between the words of a compound
_MOST_BAD = 100  # lines that may be no vector, such as words with spaces in them, before the file is refused


def read_vectors(path: Path, wanted: Collection[str]) -> dict[str, np.ndarray]:
    """Return the vectors of the `wanted` words (lower case), each (D,), from a text file.

    The file is GloVe's or word2vec's text format, gzipped or not: a word and D numbers a line, spaces between them; a
    first line of two whole numbers is skipped. Of a word that occurs several times, or in several cases, the first one
    counts. Lines of other words are not parsed.

    Raises:
        CorpusError: the file cannot be read, or is no such file.
    """
    found: dict[str, np.ndarray] = {}
    size, bad = 0, 0
    with path.open("rb") as plain:
        beginning = plain.read(4)
    if beginning.startswith(b"PK"):
        raise CorpusError(f"{path.name} is a zip: unpack it, and give one of its files.")
    opened: Callable = partial(gzip.open, path) if beginning.startswith(b"\x1f\x8b") else partial(path.open, "rb")
    with Source(path.name, "txt", opened).open() as file:
        for number, line in enumerate(_lines(file, path.name), start=1):
            word, *numbers = line.rstrip().split(b" ")
            if number == 1 and len(numbers) == 1:
                continue
            size = size or len(numbers)
            if not 1 < size <= MOST_DIMENSIONS:
                raise CorpusError(f"{path.name} is not a file of word vectors: its first line has {size} numbers.")
            if len(numbers) != size:
                bad += 1
                if bad > _MOST_BAD:
                    raise CorpusError(f"{path.name}, line {number:,} has not {size} numbers, as the first line has.")
                continue
            key = word.decode("utf-8", "replace").lower()
            if key not in wanted or key in found:
                continue
            try:
                vector = np.array(numbers, dtype=np.float32)
            except ValueError as error:
                raise CorpusError(f"{path.name}, line {number:,} has something that is not a number.") from error
            if not np.isfinite(vector).all():
                raise CorpusError(f"{path.name}, line {number:,} has a number that is not finite.")
            found[key] = vector
    return found


def _lines(file: IO[bytes], name: str) -> Iterator[bytes]:
    for number, line in enumerate(iter(lambda: file.readline(_LONGEST_LINE), b""), start=1):
        if len(line) >= _LONGEST_LINE:
            raise CorpusError(f"{name}, line {number:,} is too long for a word and its vector.")
        if line.strip():
            yield line


def vectors_for(vocabulary: Vocabulary, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the ids (N,) of the words with a known vector, and their vectors (N, D), centred, of mean square 1.

    A word that the file lacks has the mean of its parts' vectors: `covid-era`, `mayor’s`.

    Raises:
        SettingError: the file cannot be read, or has a vector for fewer than a hundredth of the words.
    """
    keys = [key.replace("’", "'").lower() for key in vocabulary.itos]
    parts = [[key] if i in vocabulary.specials else _parts(key) for i, key in enumerate(keys)]
    try:
        known = read_vectors(path, {word for key, words in zip(keys, parts, strict=True) for word in (key, *words)})
    except CorpusError as error:
        raise SettingError(f"The word vectors: {error}") from error
    rows = {i: vector for i in range(len(keys)) if (vector := _vector(keys[i], parts[i], known)) is not None}
    if len(rows) < max(2, len(keys) // 100):
        raise SettingError(
            f"The word vectors: {path.name} has only {len(rows):,} of the {len(keys):,} words. Is it of their language?"
        )
    vectors = np.array(list(rows.values()))
    vectors -= vectors.mean(axis=0)
    return np.array(list(rows)), vectors / max(1e-9, float(np.sqrt(np.mean(vectors**2))))


def _parts(key: str) -> list[str]:
    return [part for part in _BETWEEN.split(key) if part]


def _vector(key: str, parts: Sequence[str], known: dict[str, np.ndarray]) -> np.ndarray | None:
    if key in known:
        return known[key]
    found = [known[part] for part in parts if part in known]
    return np.mean(found, axis=0) if found else None


def first_embedding(fresh: np.ndarray, ids: np.ndarray, vectors: np.ndarray, seed: int) -> np.ndarray:
    """Return the embedding (V, E) in which words `ids` (N,) begin with their vectors (N, D), and others as in `fresh`.

    The vectors are turned into the E dimensions at random, which keeps the angles between them (Johnson & Lindenstrauss
    1984; exactly where D <= E).
    """
    size, dimensions = fresh.shape[1], vectors.shape[1]
    normal = np.random.default_rng(seed).standard_normal((max(size, dimensions), min(size, dimensions)))
    columns = np.linalg.qr(normal)[0]
    placed = vectors @ (columns.T if dimensions <= size else columns)
    embedding = fresh.copy()
    embedding[ids] = _SIZE * placed / max(1e-9, float(np.sqrt(np.mean(placed**2))))
    return embedding


def rare_words_drawn(
    embedding: np.ndarray,
    counts: np.ndarray,
    ids: np.ndarray,
    vectors: np.ndarray,
    strength: float,
    stretch: float = 1.0,
) -> np.ndarray:
    """Return a trained embedding (V, E) in which rare words are drawn to where their known vectors would put them.

    A linear map from the vectors (N, D) of words `ids` (N,) to the embedding is fitted on the words with `FREQUENT`
    occurrences or more, by ridge regression in which a word counts as often as it occurs, up to 2,000 times. A word
    that occurs n times, by `counts` (V,), keeps n / (n + strength) of its own vector: what is left is the map's
    (as Mikolov et al. 2013 map between languages, "Exploiting Similarities among Languages for Machine Translation").
    The map's vectors are shorter than those that it was fitted on, as a regression's are; they are made `stretch` times
    as long.
    """
    x = np.hstack([vectors, np.ones((len(ids), 1))])  # (N, D + 1)
    frequent = counts[ids] >= FREQUENT
    weight = np.minimum(counts[ids][frequent], _COUNTED)[:, None]
    normal = (x[frequent] * weight).T @ x[frequent] + _RIDGE * weight.sum() * np.eye(x.shape[1])
    fitted = np.linalg.solve(normal, (x[frequent] * weight).T @ embedding[ids][frequent])
    mapped = stretch * (x @ fitted)  # (N, E)
    own = (counts[ids] / (counts[ids] + strength))[:, None]
    drawn = embedding.copy()
    drawn[ids] = own * embedding[ids] + (1 - own) * mapped
    return drawn
