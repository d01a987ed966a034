"""Headline <-> words <-> ids, and how each word is written for display."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from headline.corpus.casing import capitalise, is_distinctive, style_of
from headline.corpus.segmentation import TOKENIZERS

PAD, UNK, START, END = "<pad>", "<unk>", "<s>", "</s>"
OPENING_MARKS = "\"'“‘«([{¿¡#@$£€₹"  # a word may follow these without a space
AFTER_ALL = chr(0x10FFFF)  # sorts after every other character


@dataclass(frozen=True)
class Typed:
    """A text as the suggester sees it: what is settled, and the word that is still being typed."""

    context: list[int]  # ids of the settled words
    words: list[str]  # the settled words as they stand in the text
    fragment: str  # the letters of the open word as typed, "" between words
    needs_space: bool  # whether a space is wanted before a next word


class SortedKeys(NamedTuple):
    words: list[str]
    ids: np.ndarray  # (n,) of the words, in the same order


class Vocabulary:
    """The words a model knows, by id.

    >>> vocabulary = Vocabulary.build(["NASA won’t say", "Why NASA won't land"], "headline")
    >>> vocabulary.encode("nasa WON'T dance")
    [4, 5, 1]
    >>> vocabulary.decode([4, 5])
    "NASA won't"
    """

    def __init__(self, written: Sequence[str], counts: Sequence[int], tokenizer: str):
        """`written[i]` is how the word with id i is written, `counts[i]` how often the corpus has it."""
        self.tokenizer = TOKENIZERS[tokenizer]
        self.written = list(written)
        self.counts = np.asarray(counts, dtype=np.int64)  # (V,)
        specials = {PAD, UNK, START, END}
        self.itos = [w if w in specials else self.tokenizer.key(w) for w in self.written]
        self.stoi = {word: i for i, word in enumerate(self.itos)}
        self.specials = [i for i, word in enumerate(self.written) if word in specials]
        if len(self.stoi) != len(self.itos):
            raise ValueError("the vocabulary holds a word twice")

    def __len__(self) -> int:
        return len(self.itos)

    @classmethod
    def build(
        cls,
        headlines: Iterable[str],
        tokenizer: str = "headline",
        min_count: int = 1,
        max_words: int | None = None,
        also: "Vocabulary | None" = None,
    ) -> "Vocabulary":
        """Ids by falling frequency, then by first appearance, as Keras' Tokenizer gives them.

        With the "keras" tokenizer the only other id is 0, the padding, and nothing is rare; with
        "headline" there are four marks first, and words seen fewer than `min_count` times, or
        beyond the `max_words` most frequent, are left to `<unk>`.

        The words of `also` are kept too, however rare they are in these headlines: those that are
        not in them at all come last, in its order and written as it writes them.
        """
        tokens = TOKENIZERS[tokenizer]
        spelling = _Spelling()
        counts: Counter[str] = Counter()
        for headline in headlines:
            spans = [match.span() for match in tokens.pattern.finditer(headline)]
            words = [tokens.spelling(headline[a:b]) for a, b in spans]
            counts.update(word.lower() for word in words)
            # A word behind a colon or an opening quote has a capital as if it stood first.
            gaps = [headline[a:b] for (_, a), (b, _) in pairwise(spans)]
            spelling.add(words, [True] + [not gap.isspace() and gap != ", " for gap in gaps])
        others = {key: written for i, key, written in also.entries()} if also else {}
        frequent = dict(counts.most_common(max_words))
        kept = [(key, n) for key, n in counts.most_common() if (n >= min_count and key in frequent) or key in others]
        marks = [PAD] if tokenizer == "keras" else [PAD, UNK, START, END]
        rare = counts.total() - sum(n for _, n in kept)
        mark_counts = [rare if mark == UNK else 0 for mark in marks]
        written = [spelling.of(key) for key, _ in kept]
        unseen = [form for key, form in others.items() if not counts[key]]
        return cls(marks + written + unseen, mark_counts + [n for _, n in kept] + [0] * len(unseen), tokenizer)

    def entries(self) -> Iterator[tuple[int, str, str]]:
        """(id, key, as it is written) of every word, the marks left out."""
        marks = set(self.specials)
        return ((i, self.itos[i], self.written[i]) for i in range(len(self)) if i not in marks)

    @property
    def unk(self) -> int | None:
        return self.stoi.get(UNK)

    @property
    def start(self) -> int | None:
        return self.stoi.get(START)

    @property
    def end(self) -> int | None:
        return self.stoi.get(END)

    def encode(self, text: str) -> list[int]:
        """Ids of a text's words. A word that is not known is `<unk>`, or left out where there is none."""
        return self.ids(self.tokenizer.words(text))

    def ids(self, words: Iterable[str]) -> list[int]:
        ids = [self.stoi.get(self.tokenizer.key(word), self.unk) for word in words]
        return [i for i in ids if i is not None]

    def decode(self, ids: Iterable[int]) -> str:
        """Words as they are written, with single spaces; marks are left out."""
        return " ".join(self.written[i] for i in ids if i not in self.specials)

    def starting_with(self, prefix: str) -> np.ndarray:
        """Ids of the words whose key begins with `prefix`, in alphabetical order: shape (n,)."""
        words, ids = self.keys
        first = bisect_left(words, prefix)
        if first == len(words) or not words[first].startswith(prefix):
            return ids[:0]  # most prefixes that are asked for begin nothing, and one look tells
        return ids[first : bisect_left(words, prefix + AFTER_ALL, first)]

    def split_typed(self, text: str) -> Typed:
        """Tell the settled words of a text from the one that is still being typed.

        A word is open until a space or a mark follows it; a mark that may stand inside a word
        (the hyphen of `15-year-`) leaves it open while some word of the vocabulary goes on so.
        """
        spans = [m.span() for m in self.tokenizer.pattern.finditer(text)]
        words = [text[a:b] for a, b in spans]
        if not spans or text[-1].isspace():
            bare = not text or text[-1].isspace() or text[-1] in OPENING_MARKS
            return Typed(self.ids(words), words, "", needs_space=not bare)
        # "U.S" and "amazon.c" are two words until their last letters make one of them.
        joined = text[spans[-2][0] :] if len(spans) > 1 else ""
        if joined and len(self.starting_with(self.tokenizer.key(joined))):
            return Typed(self.ids(words[:-2]), words[:-2], joined, needs_space=False)
        start, end = spans[-1]
        tail = text[end:]
        if tail and tail in self.tokenizer.joiners:
            longer = self.tokenizer.key(text[start:])
            if len(self.starting_with(longer)):
                tail = ""
        if not tail:
            return Typed(self.ids(words[:-1]), words[:-1], text[start:], needs_space=False)
        opened = text[-1] in OPENING_MARKS and text[-2:-1].isspace()
        return Typed(self.ids(words), words, "", needs_space=not opened)

    def save(self, path: Path) -> None:
        """A line a word, in the order of the ids: as it is written, a tab, how often the corpus has it."""
        lines = (f"{word}\t{count}\n" for word, count in zip(self.written, self.counts, strict=True))
        path.write_text("".join(lines), encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, path: Path, tokenizer: str) -> "Vocabulary":
        try:
            lines = path.read_bytes().decode("utf-8").split("\n")[:-1]  # a word of the lesson's may hold a \r
            written, counts = zip(*(line.rsplit("\t", 1) for line in lines), strict=True)
            return cls(written, [int(n) for n in counts], tokenizer)
        except ValueError as error:
            raise ValueError(f"{path.name} is damaged: {error}") from error

    @cached_property
    def keys(self) -> "SortedKeys":
        """All words, the marks left out, in alphabetical order."""
        ids = sorted(set(range(len(self))) - set(self.specials), key=self.itos.__getitem__)
        return SortedKeys([self.itos[i] for i in ids], np.array(ids, dtype=np.int64))


class _Spelling:
    """Learns from a corpus how each word is written: NASA, iPhone, London, house.

    A headline's own style is taken off first: what is all lower or all upper case tells nothing,
    Title Case tells only NASA from Nasa, and ordinary sentences tell London from house, but for
    words that stand first.
    """

    def __init__(self) -> None:
        self.distinctive: dict[str, Counter[str]] = defaultdict(Counter)
        self.plain: Counter[str] = Counter()  # times seen without capitals of its own
        self.lower: Counter[str] = Counter()  # times seen small
        self.capital: Counter[str] = Counter()  # times seen with a capital that only a name has
        self.styles: Counter[str] = Counter()

    def add(self, words: Sequence[str], stands_first: Sequence[bool]) -> None:
        style = style_of(words)
        self.styles[style] += 1
        if style in ("lower", "upper"):
            return
        for word, first in zip(words, stands_first, strict=False):
            key = word.lower()
            if is_distinctive(word):
                self.distinctive[key][word] += 1
                continue
            self.plain[key] += 1
            if word == key:
                self.lower[key] += 1
            elif style == "sentence" and not first:
                self.capital[key] += 1

    def of(self, key: str) -> str:
        forms = self.distinctive.get(key)
        if forms and forms.total() > self.plain[key]:
            word = forms.most_common(1)[0][0]
            small = word[:1].lower() + word[1:]
            return small if small in forms and is_distinctive(small) else word  # EBay stood first: eBay
        if self.capital[key] == self.lower[key] == 0:
            # Never seen where case tells: as the corpus writes, if that is mostly Title Case.
            is_name = self.plain[key] > 0 and self.styles["title"] > self.styles.total() / 2
        else:
            is_name = self.capital[key] > self.lower[key]
        word = capitalise(key) if is_name else key
        return word if word.lower() == key else key  # ß and the ligature ﬁ are two letters as capitals
