"""A look at headlines before training on them: how long they are, which words they use, how many are rare."""

from collections import Counter
from dataclasses import asdict, dataclass

from headline.corpus.report import Corpus
from headline.corpus.segmentation import TOKENIZERS

_ROWS, _WORDS = 20, 20
_LONGEST = 20  # words; longer headlines share the last bar


@dataclass(frozen=True)
class Preview:
    """Figures of a corpus, by the headline tokenizer."""

    summary: str  # what was read and what was dropped, in a line
    headlines: int
    words: int  # in all
    distinct: int
    rare: float  # share of the distinct words that come once only, which a model calls unknown
    rows: tuple[str, ...]  # headlines from all over the list
    lengths: tuple[tuple[str, int], ...]  # words in a headline, and how many headlines have so many
    frequent: tuple[tuple[str, int], ...]  # words of four letters or more, with their counts
    warnings: tuple[str, ...]  # a sentence each

    def as_dict(self) -> dict:
        return asdict(self)


def preview(corpus: Corpus) -> Preview:
    """Count a corpus through once."""
    tokenizer = TOKENIZERS["headline"]
    counts: Counter[str] = Counter()
    lengths: Counter[int] = Counter()
    for headline in corpus.headlines:
        keys = tokenizer.keys(headline)
        counts.update(keys)
        lengths[min(len(keys), _LONGEST)] += 1
    step = max(1, len(corpus.headlines) // _ROWS)
    once = sum(n == 1 for n in counts.values())
    frequent = [(word, n) for word, n in counts.most_common(400) if len(word) > 3][:_WORDS]
    return Preview(
        summary=corpus.report.summary(),
        headlines=len(corpus.headlines),
        words=counts.total(),
        distinct=len(counts),
        rare=once / len(counts) if counts else 0.0,
        rows=tuple(corpus.headlines[::step][:_ROWS]),
        lengths=tuple((f"{n}{'+' * (n == _LONGEST)}", lengths[n]) for n in range(max(lengths, default=0) + 1)),
        frequent=tuple(frequent),
        warnings=tuple(_warnings(corpus, counts, lengths)),
    )


def _warnings(corpus: Corpus, counts: Counter[str], lengths: Counter[int]) -> list[str]:
    """What a person should know before training on this."""
    told = []
    n = len(corpus.headlines)
    if n < 500:
        told.append(f"{n:,} headlines are few: begin with what the bundled model knows, and bring 1,000 if you can.")
    if n and counts.total() / n > 25:
        told.append("These are long for headlines: is this the right column?")
    if n and lengths[0] + lengths[1] > n / 2:
        told.append("Most of these are one word or none: is this the right column?")
    if counts and sum(c for word, c in counts.items() if word.isascii()) < counts.total() / 2:
        told.append("Most words are not in Latin letters: the bundled model, which is English, cannot help with them.")
    if corpus.report.latin1_files:
        told.append(f"Read as Latin-1, for it is no UTF-8: {', '.join(corpus.report.latin1_files)}.")
    return told
