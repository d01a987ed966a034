"""Figures of a corpus before training: lengths of headlines, frequent words, share of rare words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from headline.corpus.language.detect import check_splittable, detect
from headline.corpus.language.languages import Language
from headline.corpus.language.languages import language as language_of
from headline.corpus.language.scripts import scripts_of
from headline.corpus.report import Corpus
from headline.corpus.segmentation import tokenizer as tokenizer_of
from headline.errors import CorpusError

MIN_HEADLINES = 20  # to train on
_ROWS, _WORDS = 20, 20
_COLUMNS = 200  # names that are offered
_BEGUN, _LEAST_WORDS = 2, 3  # words of a beginning, and of a headline that gives one: something must be left to write
_LONGEST = 20  # words; longer headlines are counted in the last bar


@dataclass(frozen=True)
class Preview:
    """Figures of a corpus; words are those of the headline tokenizer."""

    summary: str  # one line on what was read and what was dropped
    language: str  # of the headlines, by its English name: as somebody said, or as it was found
    found: str  # the language that they look like
    headlines: int
    words: int  # in all
    distinct: int
    rare: float  # share of the distinct words that occur once; to the network they are unknown
    rows: tuple[str, ...]  # headlines at even distances in the list
    lengths: tuple[tuple[str, int], ...]  # (number of words, number of headlines)
    frequent: tuple[tuple[str, int], ...]  # (word, count) for words of four letters or more
    longest: int  # words of the longest headline
    warnings: tuple[str, ...]  # one sentence each
    notes: tuple[str, ...] = ()  # how the files were read, one sentence each
    dropped: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (reason, up to three rows)
    column: str = ""  # that was read, if it is the same one in all files
    columns: tuple[str, ...] = ()  # all there are, the one that was read first
    header: bool | None = None  # whether the first row has the names of the columns; None: there are no columns
    encoding: str = ""  # that was guessed
    tables: tuple[str, ...] = ()  # sheets or tables of a single file that has several, the one that was read first

    @property
    def said(self) -> str:
        """A sentence on the language."""
        if self.language == self.found:
            return f"Language: {self.language}."
        return f"Language: {self.language}, as you say; the titles look like {self.found}."

    def as_dict(self) -> dict:
        return asdict(self)


def preview(corpus: Corpus, tag: str = "auto") -> Preview:
    """Compute the figures in one pass over the headlines.

    `tag` is that of their language (BCP 47) where somebody says it; "auto": it is found out.
    """
    found = detect(corpus.headlines)
    language = found if tag == "auto" else language_of(tag)
    tokenizer = tokenizer_of("headline", language.tag)
    counts: Counter[str] = Counter()
    lengths: Counter[int] = Counter()
    longest = 0
    for headline in corpus.headlines:
        words = [tokenizer.lower(word) for word in tokenizer.words(headline)]
        counts.update(words)
        longest = max(longest, len(words))
        lengths[min(len(words), _LONGEST)] += 1
    report = corpus.report
    step = max(1, len(corpus.headlines) // _ROWS)
    once = sum(n == 1 for n in counts.values())
    frequent = [(word, n) for word, n in counts.most_common(400) if len(word) > (1 if _is_dense(word) else 3)][:_WORDS]
    return Preview(
        summary=corpus.report.summary(),
        language=language.name,
        found=found.name,
        headlines=len(corpus.headlines),
        words=counts.total(),
        distinct=len(counts),
        rare=once / len(counts) if counts else 0.0,
        rows=tuple(corpus.headlines[::step][:_ROWS]),
        lengths=tuple((f"{n}{'+' * (n == _LONGEST)}", lengths[n]) for n in range(max(lengths, default=0) + 1)),
        frequent=tuple(frequent),
        longest=longest,
        warnings=tuple(_warnings(corpus, counts, lengths, language)),
        notes=report.notes,
        dropped=tuple(report.examples.items()),
        column=report.columns[0] if len(set(report.columns)) == 1 else "",
        columns=tuple(dict.fromkeys((*report.columns[:1], *report.other_columns)))[:_COLUMNS],
        header=all(report.headers) if report.headers else None,
        encoding=report.encodings[0] if report.encodings else "",
        tables=report.tables[:_COLUMNS],
    )


def _is_dense(word: str) -> bool:
    """Whether a character of the word says as much as two or three letters."""
    return not scripts_of([word]).keys().isdisjoint(("Han", "Kana", "Hangul"))


def too_few(headlines: int) -> str:
    """Why so many headlines cannot be trained on; "" if they can."""
    if headlines >= MIN_HEADLINES:
        return ""
    are = "headline is" if headlines == 1 else "headlines are"
    return f"{headlines} {are} too few to train on: give at least {MIN_HEADLINES}, better 1,000."


def _warnings(corpus: Corpus, counts: Counter[str], lengths: Counter[int], language: Language) -> list[str]:
    """Return problems that people should know of before training."""
    warnings = []
    try:
        check_splittable(corpus.headlines)
    except CorpusError as error:
        warnings.append(str(error))
    n = len(corpus.headlines)
    if n and (sentence := too_few(n)):
        warnings.append(sentence)
    elif n < 500:
        warnings.append(f"{n:,} headlines are few: start from the bundled model, and bring 1,000 or more if you can.")
    if n and counts.total() / n > 25:
        warnings.append("The headlines are long: is this the right column?")
    if n and lengths[0] + lengths[1] > n / 2:
        warnings.append("Most headlines have at most one word: is this the right column?")
    if counts and language.base != "en":
        warnings.append(f"The titles are in {language.name}: the bundled model is English, so train from nothing.")
    return warnings


def beginnings(headlines: Iterable[str], count: int = 4) -> tuple[str, ...]:
    """The first two words of up to `count` headlines, each different.

    >>> beginnings(["Lemon Drizzle Cake", "Hummus", "lemon drizzle tart", "Fish and Chips"])
    ('Lemon Drizzle', 'Fish and')
    """
    found: dict[str, str] = {}  # by lower case
    for headline in headlines:
        words = headline.split()
        if len(words) >= _LEAST_WORDS:
            begun = " ".join(words[:_BEGUN])
            found.setdefault(begun.lower(), begun)
        if len(found) == count:
            break
    return tuple(found.values())
