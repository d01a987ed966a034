"""Words that are written otherwise beside some words, in two map steps: their odd forms, then all uses of those pairs.

Most pairs of words always have the usual form. They are never counted, so that memory holds the odd ones only.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headline.corpus.segmentation import Tokenizer
from headline.corpus.shards.mapper import Mapper
from headline.corpus.shards.words import TRAIN, Job, PartWords
from headline.corpus.truecasing import LEAST_USES, Exceptions, Truecaser, may_be_exception


@dataclass(frozen=True)
class Forms:
    """A job, and how each word of the vocabulary is usually written."""

    job: Job
    written: dict[str, str]  # by key, in the order of the numbers that pairs of words have

    @property
    def pairs(self) -> int:
        """How many pairs there can be. The code of a pair is below; added to it, it stands for the first one's form."""
        return len(self.written) ** 2


class ShardTruecaser(Truecaser):
    """A truecaser that reads the pairs of words of a prepared corpus only when it is asked for exceptions."""

    def __init__(self, job: Job, parts: Sequence[int], mapper: Mapper):
        super().__init__(job.tokens, pairs=False)
        self._job, self._parts, self._mapper = job, parts, mapper

    def exceptions(self, written: dict[str, str]) -> Exceptions:
        """Return the forms that differ from `written`, as a Truecaser does that has read the titles."""
        forms = Forms(self._job, written)
        odd: dict[int, Counter[str]] = {}
        for part in self._mapper(count_odd, self._parts, forms):
            for code, form, uses in part:
                odd.setdefault(code, Counter())[form] += uses
        likeliest = {code: found.most_common(1)[0] for code, found in odd.items()}
        often = {code: text for code, (text, uses) in likeliest.items() if uses >= LEAST_USES}
        codes = np.array(sorted(often), dtype=np.int64)
        totals = np.zeros(len(codes), dtype=np.int64)
        for part_totals in self._mapper(count_pairs, self._parts, PairsWanted(forms, codes)):
            totals += part_totals
        keys, found = list(written), Exceptions({}, {})
        for code, total in zip(codes.tolist(), totals.tolist(), strict=True):
            if may_be_exception(often[code], odd[code][often[code]], total):
                of_first, pair = divmod(code, forms.pairs)
                first, second = divmod(pair, len(keys))
                (found.before if of_first else found.after)[keys[first], keys[second]] = often[code]
        return found


@dataclass(frozen=True)
class PairsWanted:
    forms: Forms
    codes: np.ndarray  # (n,) sorted


def count_odd(part: int, forms: Forms) -> list[tuple[int, str, int]]:
    """Count the forms that differ from the usual one, as (pair, form, uses), in a part's training titles."""
    words, codes, at = _pairs(part, forms)
    usual = np.array([_usual(text, forms) == text for text in words.spellings], dtype=bool)
    spelt = words.flat[at]
    odd = ~usual[spelt]
    both = np.stack([codes[odd], spelt[odd].astype(np.int64)])
    found, uses = np.unique(both, axis=1, return_counts=True)
    return [(c, words.spellings[s], n) for c, s, n in zip(*found.tolist(), uses.tolist(), strict=True)]


def count_pairs(part: int, wanted: PairsWanted) -> np.ndarray:
    """Count all uses of some pairs of words in a part's training titles: (n,)."""
    _, codes, _ = _pairs(part, wanted.forms)
    found, uses = np.unique(codes[np.isin(codes, wanted.codes)], return_counts=True)
    totals = np.zeros(len(wanted.codes), dtype=np.int64)
    totals[wanted.codes.searchsorted(found)] = uses
    return totals


def _usual(text: str, forms: Forms) -> str | None:
    return forms.written.get(forms.job.tokens.key(text))


def _pairs(part: int, forms: Forms) -> tuple[PartWords, np.ndarray, np.ndarray]:
    """A part's words, and the code and the place of each word beside another in a sentence: first of those that follow
    one, then of those that precede one and do not begin the sentence."""
    tokens = forms.job.tokens
    words = PartWords.read(forms.job.path("words", part))
    number = {key: i for i, key in enumerate(forms.written)}
    own = np.array(
        [-1 if text in tokens.marks else number.get(tokens.key(text), -1) for text in words.spellings], dtype=np.int64
    )
    ids = own[words.flat] if len(own) else np.empty(0, dtype=np.int64)
    row = np.repeat(np.arange(len(words.lengths)), words.lengths)
    counted = ((words.sides == TRAIN) & words.sentence)[row]
    follows = np.zeros(len(ids), dtype=bool)
    follows[1:] = (row[1:] == row[:-1]) & (ids[:-1] >= 0) & (ids[1:] >= 0) & counted[1:]
    at = np.flatnonzero(follows)
    codes = ids[at - 1] * len(forms.written) + ids[at]
    inner = ~_begins(words, row, tokens)[at - 1]
    return words, np.append(codes, codes[inner] + forms.pairs), np.append(at, at[inner] - 1)


def _begins(words: PartWords, row: np.ndarray, tokens: Tokenizer) -> np.ndarray:
    """Whether each word or mark is the first of its row or follows a mark, commas left out: (n,) booleans.

    `row` has the row of each."""
    is_mark = np.array([text in tokens.marks for text in words.spellings], dtype=bool)[words.flat]
    is_comma = np.array([text == "," for text in words.spellings], dtype=bool)[words.flat]
    places = np.arange(len(words.flat))
    last = np.maximum.accumulate(np.where(is_comma, -1, places))  # of the words and marks but commas, up to each
    before = np.append([-1], last)[:-1]
    first = (before < 0) | (row[before] != row)
    return first | is_mark[before]
