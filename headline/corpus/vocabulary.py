"""The vocabulary: words and marks to ids and back, and how each word is written."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from headline.corpus.casing import capitalise, is_distinctive, style_of
from headline.corpus.segmentation import OPENING_MARKS, TOKENIZERS, Token, join

PAD, UNK, START, END = "<pad>", "<unk>", "<s>", "</s>"
_OPENING_SIGNS = "\"'“‘«([{¿¡#@$£€₹"  # a word may follow one of these without a space
AFTER_ALL = chr(0x10FFFF)  # sorts after every other character


@dataclass(frozen=True)
class Typed:
    """A typed text, split into settled words and the open word."""

    context: list[int]  # ids of the settled words and marks
    words: list[str]  # the settled words as they are in the text, without the marks
    fragment: str  # the letters of the open word, "" between words
    needs_space: bool  # whether the next word needs a space before it


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
        """`written[i]` is how the word with id i is written, `counts[i]` how often it occurs in the corpus."""
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
        min_count: float = 1,
        max_words: int | None = None,
        also: "Vocabulary | None" = None,
        text: Iterable[str] = (),
        text_weight: float = 0.2,
    ) -> "Vocabulary":
        """Number the words by falling frequency, then by first appearance, as Keras' Tokenizer does.

        With the "keras" tokenizer the only other id is 0, the padding. With "headline" four special ids come first,
        and words that occur fewer than `min_count` times, or are not among the `max_words` most frequent, become
        `<unk>`.

        The words of `also` are kept too, however rare they are here: those that do not occur at all come last, in
        its order and spelling. A word of the running `text` counts `text_weight` times as much as one of a headline.
        """
        tokens = TOKENIZERS[tokenizer]
        spelling = _Spelling()
        counts: Counter[str] = Counter()
        for headline in headlines:
            scanned = tokens.scan(headline)
            counts.update([tokens.key(token.text) for token in scanned])
            spelling.add_row([token._replace(text=tokens.spelling(token.text)) for token in scanned])
        in_text: Counter[str] = Counter()
        for sentence in text:
            scanned = tokens.scan(sentence)
            in_text.update([tokens.key(token.text) for token in scanned])
            spelling.add_row([token._replace(text=tokens.spelling(token.text)) for token in scanned])
        weighted: dict[str, float] = {key: float(n) for key, n in counts.items()}
        for key, n in in_text.items():
            weighted[key] = weighted.get(key, 0.0) + text_weight * n
        others = {key: written for _, key, written in also.entries()} if also else {}
        ranked = sorted(weighted.items(), key=lambda item: -item[1])
        frequent = {key for key, _ in ranked[:max_words]}
        kept = [(key, n) for key, n in ranked if (n >= min_count and key in frequent) or key in others]
        special = [PAD] if tokenizer == "keras" else [PAD, UNK, START, END]
        rare = sum(weighted.values()) - sum(n for _, n in kept)
        special_counts = [round(rare) if word == UNK else 0 for word in special]
        written = [key if key in tokens.marks else spelling.of(key) for key, _ in kept]
        unseen = [form for key, form in others.items() if key not in weighted]
        kept_counts = [max(1, round(n)) for _, n in kept]
        return cls(special + written + unseen, special_counts + kept_counts + [0] * len(unseen), tokenizer)

    def entries(self) -> Iterator[tuple[int, str, str]]:
        """Yield (id, key, written form) of every word and mark, without the special ids."""
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

    @cached_property
    def marks(self) -> list[int]:
        """The ids of the punctuation marks in this vocabulary."""
        return [i for i, word in enumerate(self.itos) if word in self.tokenizer.marks]

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text's words and marks. See `ids`."""
        return self.ids(self.tokenizer.tokens(text))

    def ids(self, tokens: Iterable[str]) -> list[int]:
        """Return ids of tokens. An unknown word becomes `<unk>`; without that it is skipped, as unknown marks are."""
        ids = [
            self.stoi.get(self.tokenizer.key(token), None if token in self.tokenizer.marks else self.unk)
            for token in tokens
        ]
        return [i for i in ids if i is not None]

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of some ids, without the special ones."""
        return join(self.written[i] for i in ids if i not in self.specials)

    def starting_with(self, prefix: str) -> np.ndarray:
        """Return the ids of the words whose key begins with `prefix`, in alphabetical order: shape (n,)."""
        words, ids = self.keys
        first = bisect_left(words, prefix)
        if first == len(words) or not words[first].startswith(prefix):
            return ids[:0]  # most prefixes that are asked for begin no word
        return ids[first : bisect_left(words, prefix + AFTER_ALL, first)]

    def split_typed(self, text: str) -> Typed:
        """Separate the settled words of a text from the one that is still being typed.

        A word is open until a space or a mark follows it; a sign that may be inside a word
        (the hyphen of `15-year-`) leaves it open while some word of the vocabulary continues so.
        """
        tokens = self.tokenizer.scan(text)
        if not text or text[-1].isspace():
            return self._typed(tokens, "", needs_space=False)
        words = [i for i, token in enumerate(tokens) if not token.is_mark]
        if words:
            # "U.S" and "amazon.c" are two words until their last letters make one of them.
            last = tokens[words[-1]]
            between = text[tokens[words[-2]].end : last.start] if len(words) > 1 else " "
            if last.end == len(text) and len(between) < 2 and not between.isspace():
                joined = text[tokens[words[-2]].start :]
                if self._begins_a_word(joined):
                    return self._typed(tokens[: words[-2]], joined, needs_space=False)
            tail = text[last.end :]
            if not tail or (tail in self.tokenizer.joiners and self._begins_a_word(text[last.start :])):
                return self._typed(tokens[: words[-1]], text[last.start :], needs_space=False)
        if tokens and tokens[-1].end == len(text):  # a mark
            return self._typed(tokens, "", needs_space=tokens[-1].text not in OPENING_MARKS)
        opened = text[-1] in _OPENING_SIGNS and (len(text) == 1 or text[-2].isspace())
        return self._typed(tokens, "", needs_space=not opened)

    def _begins_a_word(self, letters: str) -> bool:
        return len(self.starting_with(self.tokenizer.key(letters))) > 0

    def _typed(self, settled: Sequence[Token], fragment: str, needs_space: bool) -> Typed:
        words = [token.text for token in settled if not token.is_mark]
        return Typed(self.ids(token.text for token in settled), words, fragment, needs_space)

    def save(self, path: Path) -> None:
        """Write one line per word, in the order of the ids: written form, a tab, count."""
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
        """All words, without special ids and punctuation marks, in alphabetical order."""
        ids = sorted(set(range(len(self))) - {*self.specials, *self.marks}, key=self.itos.__getitem__)
        return SortedKeys([self.itos[i] for i in ids], np.array(ids, dtype=np.int64))


class _Spelling:
    """Learns from a corpus how each word is written: NASA, iPhone, London, house.

    Rows in lower or upper case say nothing about it. Title Case rows only distinguish NASA from Nasa. Sentences
    distinguish London from house, except in their first word.
    """

    def __init__(self) -> None:
        self.distinctive: dict[str, Counter[str]] = defaultdict(Counter)
        self.plain: Counter[str] = Counter()  # times without capitals of its own
        self.lower: Counter[str] = Counter()  # times in lower case
        self.capital: Counter[str] = Counter()  # times with a capital that only a name has
        self.styles: Counter[str] = Counter()

    def add_row(self, tokens: Sequence[Token]) -> None:
        """Count the words of one row. A word after a mark other than a comma counts as a first word."""
        if not tokens:  # such as a headline that is only a web address
            return
        words = [token.text for token in tokens if not token.is_mark]
        after_mark = [True] + [token.is_mark and token.text != "," for token in tokens[:-1]]
        first = [after for after, token in zip(after_mark, tokens, strict=True) if not token.is_mark]
        self.add(words, first)

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
            return small if small in forms and is_distinctive(small) else word  # EBay was a first word: eBay
        if self.capital[key] == self.lower[key] == 0:
            # No row says anything about its case: capitalised if the corpus is mostly in Title Case.
            is_name = self.plain[key] > 0 and self.styles["title"] > self.styles.total() / 2
        else:
            is_name = self.capital[key] > self.lower[key]
        word = capitalise(key) if is_name else key
        return word if word.lower() == key else key  # ß and the ligature ﬁ become two letters in upper case
