"""Map steps that count: the side of each title, the words of each part, and how words are written.

What a part gives is merged in the order of the parts; so the result is that of the whole list, first appearances too.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from headline.corpus.casing import style_of
from headline.corpus.segmentation import Token, Tokenizer, tokenizer
from headline.corpus.shards.folder import Shards, read_arrow, write_arrow
from headline.corpus.split import SPLITS, split_of
from headline.corpus.truecasing import LEAST_WORDS, InsideTitles, Truecaser

TRAIN, TEST = SPLITS.index("train"), SPLITS.index("test")
_SENTENCE = 1  # a row of ordinary writing, in the column "sentence"


@dataclass(frozen=True)
class Job:
    """What the map steps over a prepared corpus share."""

    shards: Shards
    work: Path  # a folder for what they write
    seed: int
    validation: float
    test: float
    tokenizer: str = "headline"
    language: str = "en"

    @property
    def tokens(self) -> Tokenizer:
        return tokenizer(self.tokenizer, self.language)

    def path(self, kind: str, part: int) -> Path:
        return self.work / f"{kind}-{part:05}.arrow"

    def sides(self, part: int) -> np.ndarray:
        """The side of each title of a part, as its place in SPLITS: (n,) uint8. `write_sides` wrote it."""
        return read_arrow(self.path("sides", part))["side"].to_numpy()


def write_sides(part: int, job: Job) -> np.ndarray:
    """Write the side of each title of a part, and return how many are on each: (3,)."""
    found = [SPLITS.index(split_of(t, job.seed, job.validation, job.test)) for t in job.shards.titles(part)]
    sides = np.array(found, dtype=np.uint8)
    write_arrow(job.path("sides", part), {"side": sides})
    return np.bincount(sides, minlength=len(SPLITS))


@dataclass
class WordCounts:
    """The words of the training titles of a part, or of several that were merged."""

    counts: Counter[str]  # by key, in the order of first appearance
    styles: Counter[str]  # of titles that are long enough to say something about the list's style
    inside: InsideTitles = field(default_factory=InsideTitles)

    def merge(self, later: "WordCounts") -> None:
        """Add the counts of titles that come after these."""
        self.counts.update(later.counts)
        self.styles.update(later.styles)
        self.inside.merge(later.inside)


def count_words(part: int, job: Job) -> WordCounts:
    """Write the words and marks of a part's titles, those of the test side left out, and count the training side's."""
    tokens = job.tokens
    place: dict[str, int] = {}
    flat: list[int] = []
    lengths: list[int] = []
    sentence: list[bool] = []
    styles: Counter[str] = Counter()
    inside = InsideTitles()
    sides = job.sides(part)
    scanned_sides = sides[sides != TEST]
    titles = (title for title, side in zip(job.shards.titles(part), sides, strict=True) if side != TEST)
    for title, side in zip(titles, scanned_sides, strict=True):
        scanned = tokens.scan(title)
        spelt = [tokens.spelling(token.text) for token in scanned]
        flat += [place.setdefault(text, len(place)) for text in spelt]
        lengths.append(len(spelt))
        words = [token.text for token in scanned if not token.is_mark]
        own = [text for text in spelt if text not in tokens.marks]
        sentence.append(style_of(own, tokens.language) == "sentence")
        if side == TRAIN:
            inside.add_row(scanned, tokens)
        if side == TRAIN and len(words) >= LEAST_WORDS:
            styles[style_of(words, tokens.language)] += 1
    _write_words(job.path("words", part), list(place), flat, lengths, scanned_sides, sentence)
    training = np.array(flat, dtype=np.int64)[np.repeat(scanned_sides == TRAIN, lengths)]
    ids, first, uses = np.unique(training, return_index=True, return_counts=True)
    counts: Counter[str] = Counter()
    spellings = list(place)
    for i in np.argsort(first):
        counts[tokens.key(spellings[ids[i]])] += int(uses[i])
    return WordCounts(counts, styles, inside)


def _write_words(
    path: Path, spellings: list[str], flat: list[int], lengths: list[int], sides: np.ndarray, sentence: list[bool]
) -> None:
    import pyarrow as pa

    dictionary = pa.array(spellings, pa.string())
    words = pa.DictionaryArray.from_arrays(pa.array(flat, pa.int32()), dictionary)
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    columns = {
        "words": pa.ListArray.from_arrays(offsets, words),
        "side": sides,
        "sentence": np.array(sentence, np.uint8),
    }
    write_arrow(path, columns)


@dataclass(frozen=True)
class PartWords:
    """The words of a part as `count_words` wrote them."""

    spellings: list[str]
    flat: np.ndarray  # (n,) places among the spellings
    lengths: np.ndarray  # (rows,) words and marks of each title
    sides: np.ndarray  # (rows,) places in SPLITS
    sentence: np.ndarray  # (rows,) whether the title is ordinary writing

    @classmethod
    def read(cls, path: Path) -> "PartWords":
        columns = read_arrow(path)
        words: Any = columns["words"]
        offsets = words.offsets.to_numpy()
        values = words.values
        return cls(
            values.dictionary.to_pylist(),
            values.indices.to_numpy(),
            np.diff(offsets),
            columns["side"].to_numpy(),
            columns["sentence"].to_numpy() == _SENTENCE,
        )


@dataclass(frozen=True)
class Wanted:
    """A job, and the keys of the words that will be in the vocabulary."""

    job: Job
    keys: frozenset[str]


def count_forms(part: int, wanted: Wanted) -> tuple[dict[str, Counter[str]], ...]:
    """Count how the wanted words are written in a part's training titles: see `Truecaser.add_counts`."""
    tokens = wanted.job.tokens
    words = PartWords.read(wanted.job.path("words", part))
    known = [Token(text, 0, 0, is_mark=text in tokens.marks) for text in words.spellings]
    truecaser = Truecaser(tokens, wanted.keys, pairs=False)
    ends = np.cumsum(words.lengths)
    for row in np.flatnonzero(words.sides == TRAIN).tolist():
        ids = words.flat[ends[row] - words.lengths[row] : ends[row]].tolist()
        truecaser.add_row([known[i] for i in ids])
    return truecaser.counts()
