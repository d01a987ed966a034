"""A prepared corpus as training sees it: split, counted and encoded, whatever its size, with the results of a list."""

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from headline.corpus.report import CorpusReport
from headline.corpus.shards.folder import Shards
from headline.corpus.shards.mapper import Mapper, map_here
from headline.corpus.shards.pairs import ShardTruecaser
from headline.corpus.shards.words import TRAIN, Job, Wanted, WordCounts, count_forms, count_words, write_sides
from headline.corpus.split import SPLITS, SeenHeadlines
from headline.corpus.truecasing import style_of_list
from headline.corpus.vocabulary import Vocabulary, kept_words


@dataclass(frozen=True)
class ShardedCorpus:
    """The titles of a prepared corpus, and a folder for what is counted and encoded while a run lasts."""

    shards: Shards
    work: Path
    mapper: Mapper = map_here
    _split: dict[tuple, "SplitCorpus"] = field(default_factory=dict)  # the last one, by what it was asked for

    @property
    def report(self) -> CorpusReport:
        return self.shards.report

    def split(self, seed: int, validation: float, test: float) -> "SplitCorpus":
        """Write the side of each title. The arguments are those of `split_headlines`."""
        if (seed, validation, test) in self._split:
            return self._split[seed, validation, test]
        self._split.clear()  # its files are about to be written over
        self.work.mkdir(parents=True, exist_ok=True)
        job = Job(self.shards, self.work, seed, validation, test)
        parts = range(len(self.shards.sizes))
        sizes = np.sum(list(self.mapper(write_sides, parts, job)), axis=0)
        split = SplitCorpus(job, parts, self.mapper, dict(zip(SPLITS, sizes.tolist(), strict=True)))
        self._split[seed, validation, test] = split
        return split


@dataclass(frozen=True)
class SplitCorpus:
    """A corpus whose titles each have a side."""

    job: Job
    parts: range
    mapper: Mapper
    sizes: dict[str, int]  # titles by side

    def titles(self, side: str, step: int = 1, most: int | None = None) -> list[str]:
        """Return every `step`-th title of a side, and `most` at most, as slices of the list of its titles would."""
        wanted = SPLITS.index(side)
        found: list[str] = []
        before = 0
        for part in self.parts:
            if most is not None and len(found) >= most:
                break
            places = np.flatnonzero(self.job.sides(part) == wanted)
            chosen = places[-before % step :: step].tolist()
            before += len(places)
            if chosen:
                titles = self.job.shards.titles(part)
                found += [titles[i] for i in chosen]
        return found[:most]

    def seen(self) -> SeenHeadlines:
        """Return the hashes of the training titles: four bytes each."""
        return SeenHeadlines(np.concatenate([self.job.shards.seen(i)[self.job.sides(i) == TRAIN] for i in self.parts]))

    def count_words(self, tokenizer: str, language: str) -> "CountedCorpus":
        """Write the words of the titles, and count those of the training side."""
        job = replace(self.job, tokenizer=tokenizer, language=language)
        words = WordCounts(Counter(), Counter())
        for part in self.mapper(count_words, self.parts, job):
            words.merge(part)
        return CountedCorpus(replace(self, job=job), words)


@dataclass(frozen=True)
class CountedCorpus:
    """A corpus whose words have been counted."""

    split: SplitCorpus
    words: WordCounts

    @property
    def style(self) -> str:
        """The style of the training titles: see `list_style`."""
        return style_of_list(self.words.styles)

    def vocabulary(self, min_count: float, max_words: int | None, also: Vocabulary | None = None) -> Vocabulary:
        """Build the vocabulary of the training titles. The arguments are those of `Vocabulary.build`."""
        split, job = self.split, self.split.job
        others = {job.tokens.key(written) for _, _, written in also.entries()} if also else set()
        kept = frozenset(key for key, _ in kept_words(self.words.counts, min_count, max_words, others))
        truecaser = ShardTruecaser(job, split.parts, split.mapper)
        for forms in split.mapper(count_forms, split.parts, Wanted(job, kept)):
            truecaser.add_counts(forms)
        counts = {key: float(n) for key, n in self.words.counts.items()}
        return Vocabulary.of_counts(counts, truecaser, job.tokenizer, min_count, max_words, also, job.language)
