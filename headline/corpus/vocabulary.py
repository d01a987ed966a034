"""The vocabulary: words and marks to ids and back, and how each word is written."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from headline.corpus.language.scripts import is_unspaced, joins
from headline.corpus.segmentation import OPENING_MARKS, SENTENCE_ENDS, Token, join
from headline.corpus.segmentation import tokenizer as tokenizer_of
from headline.corpus.truecasing import InsideTitles, Truecaser, list_style

PAD, UNK, START, END = "<pad>", "<unk>", "<s>", "</s>"
_OPENING_SIGNS = "\"'“‘«([{¿¡"  # a word may follow one of these without a space
_FIRST_SIGNS = "#@$£€₹"  # the first sign of a word: $5, #MeToo
AFTER_ALL = chr(0x10FFFF)  # sorts after every other character


@dataclass(frozen=True)
class Typed:
    """A typed text, split into settled words and the open word."""

    context: list[int]  # ids of the settled words and marks
    keys: tuple[str, ...]  # their keys
    words: list[str]  # the settled words as they are in the text, without the marks
    word_keys: list[str]  # the keys of all these, unknown words too
    starts: list[bool]  # for each of these, whether it begins the text or follows a mark other than a comma
    mark: str  # the mark just before the open word, "" where a word or nothing is; behind ? ¡ or ? “ it is the ?
    fragment: str  # the letters of the open word, "" between words
    needs_space: bool  # whether the next word needs a space before it


class SortedKeys(NamedTuple):
    words: list[str]
    ids: np.ndarray  # (n,) of the words, in the same order


def kept_words(
    counts: Mapping[str, float], min_count: float, max_words: int | None, others: Container[str] = ()
) -> list[tuple[str, float]]:
    """Choose the words of a vocabulary: (key, count) by falling count, then by first appearance.

    Those that occur `min_count` times and are among the `max_words` most frequent, and those in `others`.
    """
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    frequent = {key for key, _ in ranked[:max_words]}
    return [(key, n) for key, n in ranked if (n >= min_count and key in frequent) or key in others]


class Vocabulary:
    """The words a model knows, by id.

    >>> vocabulary = Vocabulary.build(["NASA won’t say", "Why NASA won't land"], "headline")
    >>> vocabulary.encode("nasa WON'T dance")
    [4, 5, 1]
    >>> vocabulary.decode([4, 5])
    "NASA won't"
    """

    def __init__(
        self,
        written: Sequence[str],
        counts: Sequence[int],
        tokenizer: str,
        exceptions: Mapping[tuple[int, int], str] | None = None,
        language: str = "en",
        exceptions_before: Mapping[tuple[int, int], str] | None = None,
    ):
        """`written[i]` is how the word with id i is written, `counts[i]` how often it occurs in the corpus,
        `exceptions[before, i]` how it is written after the word `before` where that differs, and
        `exceptions_before[i, after]` how before the word `after`. `language` is a BCP 47 tag."""
        self.tokenizer = tokenizer_of(tokenizer, language)
        self.exceptions = dict(exceptions or {})
        self.exceptions_before = dict(exceptions_before or {})
        self.written = list(written)
        self.counts = np.asarray(counts, dtype=np.int64)  # (V,)
        specials = {PAD, UNK, START, END}
        self.itos = [w if w in specials else self.tokenizer.key(w) for w in self.written]
        self.stoi: dict[str, int] = {}
        for i, word in enumerate(self.itos):
            # Older programs took İstanbul and Istanbul for two words: the second keeps a key of its own.
            if word in self.stoi:
                word = self.itos[i] = self.written[i].lower()
            self.stoi.setdefault(word, i)
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
        language: str = "en",
    ) -> "Vocabulary":
        """Number the words by falling frequency, then by first appearance, as Keras' Tokenizer does.

        With the "keras" tokenizer the only other id is 0, the padding. With "headline" four special ids come first,
        and words that occur fewer than `min_count` times, or are not among the `max_words` most frequent, become
        `<unk>`.

        The words of `also` are kept too, however rare they are here: those that do not occur at all come last, in
        its order and spelling. A word of the running `text` counts `text_weight` times as much as one of a headline.
        """
        tokens = tokenizer_of(tokenizer, language)
        truecaser = Truecaser(tokens)
        counts: Counter[str] = Counter()
        for headline in headlines:
            scanned = tokens.scan(headline)
            counts.update([tokens.key(token.text) for token in scanned])
            truecaser.add_row([token._replace(text=tokens.spelling(token.text)) for token in scanned])
        in_text: Counter[str] = Counter()
        for sentence in text:
            scanned = tokens.scan(sentence)
            in_text.update([tokens.key(token.text) for token in scanned])
            truecaser.add_row([token._replace(text=tokens.spelling(token.text)) for token in scanned])
        weighted: dict[str, float] = {key: float(n) for key, n in counts.items()}
        for key, n in in_text.items():
            weighted[key] = weighted.get(key, 0.0) + text_weight * n
        return cls.of_counts(weighted, truecaser, tokenizer, min_count, max_words, also, language)

    @classmethod
    def of_counts(
        cls,
        counts: Mapping[str, float],
        truecaser: Truecaser,
        tokenizer: str,
        min_count: float,
        max_words: int | None,
        also: "Vocabulary | None",
        language: str,
    ) -> "Vocabulary":
        """Number counted words: `counts` by key, in the order of first appearance. The rest is as in `build`."""
        tokens = tokenizer_of(tokenizer, language)
        others = {tokens.key(written): written for _, _, written in also.entries()} if also else {}
        kept = kept_words(counts, min_count, max_words, others)
        special = [PAD] if tokenizer == "keras" else [PAD, UNK, START, END]
        rare = sum(counts.values()) - sum(n for _, n in kept)
        special_counts = [round(rare) if word == UNK else 0 for word in special]
        forms = {key: key if key in tokens.marks else truecaser.written(key, others.get(key)) for key, _ in kept}
        forms |= {key: form for key, form in others.items() if key not in counts}
        written_counts = [max(1, round(n)) for _, n in kept]
        written_counts += [0] * (len(forms) - len(kept))
        vocabulary = cls([*special, *forms.values()], special_counts + written_counts, tokenizer, language=language)
        found = truecaser.exceptions(forms)
        if also is not None:
            vocabulary.exceptions = vocabulary._exceptions_of(also, also.exceptions, 1)
            vocabulary.exceptions_before = vocabulary._exceptions_of(also, also.exceptions_before, 0)
        vocabulary.exceptions |= vocabulary._by_id(found.after)
        vocabulary.exceptions_before |= vocabulary._by_id(found.before)
        return vocabulary

    def _by_id(self, forms: Mapping[tuple[str, str], str]) -> dict[tuple[int, int], str]:
        return {(self.stoi[first], self.stoi[second]): form for (first, second), form in forms.items()}

    def _exceptions_of(
        self, other: "Vocabulary", exceptions: Mapping[tuple[int, int], str], place: int
    ) -> dict[tuple[int, int], str]:
        """The exceptions of another vocabulary whose words this one has, where they differ from how it writes them.

        `place` says whose forms they are, those of the first (0) or second word (1) of each pair."""
        found: dict[tuple[int, int], str] = {}
        for pair, form in exceptions.items():
            first, second = (self.stoi.get(other.itos[i]) for i in pair)
            if first is not None and second is not None and self.written[(first, second)[place]] != form:
                found[first, second] = form
        return found

    def entries(self) -> Iterator[tuple[int, str, str]]:
        """Yield (id, key, written form) of every word and mark, without the special ids."""
        marks = set(self.specials)
        return ((i, self.itos[i], self.written[i]) for i in range(len(self)) if i not in marks)

    def leave_small(self, words: "Iterable[str] | InsideTitles | None") -> None:
        """Leave these words in lower case in Title Case, or those that a list's titles do; None: those of the language.

        A language without Title Case has none.
        """
        language, usual = self.tokenizer.language, self._usual_small_words
        if usual is not None:
            small = words.small_words(usual) if isinstance(words, InsideTitles) else words
            small = usual if small is None else frozenset(small)
            self.tokenizer = replace(self.tokenizer, language=replace(language, small_words=small))

    @property
    def _usual_small_words(self) -> frozenset[str] | None:
        return tokenizer_of(self.tokenizer.name, self.tokenizer.language.tag).language.small_words

    @property
    def own_small_words(self) -> list[str] | None:
        """The small words in alphabetical order where they are not those of the language, else None."""
        small = self.tokenizer.language.small_words
        return None if small is None or small == self._usual_small_words else sorted(small)

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

    @cached_property
    def mark_keys(self) -> tuple[str, ...]:
        """The punctuation marks, in the order of `marks`."""
        return tuple(self.itos[i] for i in self.marks)

    def written_between(self, before: int | None, i: int, after: int | None = None) -> str:
        """How the word with id `i` is written between two others, of which the first decides before the second.

        `before` is None after a mark or at the start, `after` where it is not known what follows."""
        form = None if before is None else self.exceptions.get((before, i))
        if form is None and after is not None:
            form = self.exceptions_before.get((i, after))
        return self.written[i] if form is None else form

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text's words and marks. See `ids`."""
        return self.ids(self.tokenizer.tokens(text))

    def ids(self, tokens: Iterable[str]) -> list[int]:
        """Return ids of tokens. An unknown word becomes `<unk>`; without that it is skipped, as unknown marks are."""
        ids = [self._id(self.tokenizer.key(token)) for token in tokens]
        return [i for i in ids if i is not None]

    def _id(self, key: str) -> int | None:
        return self.stoi.get(key, None if key in self.tokenizer.marks else self.unk)

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
                settled, fragment = self._open_unspaced(text[last.start :])
                return self._typed([*tokens[: words[-1]], *settled], fragment, needs_space=False)
        if tokens and tokens[-1].end == len(text):  # a mark
            glued = tokens[-1].text in OPENING_MARKS or joins(text, "")
            return self._typed(tokens, "", needs_space=not glued)
        begins = len(text) == 1 or text[-2].isspace() or text[-2] in _OPENING_SIGNS
        if self.tokenizer.marks and text[-1] in _FIRST_SIGNS and begins:
            return self._typed(tokens, text[-1], needs_space=False)
        opened = text[-1] in _OPENING_SIGNS and (len(text) == 1 or text[-2].isspace())
        return self._typed(tokens, "", needs_space=not opened)

    def _open_unspaced(self, letters: str) -> tuple[list[Token], str]:
        """Separate a word of the vocabulary from what begins another behind it, where nothing begins with all of the
        letters and the script has no spaces: the splitter may cut a word that is not finished elsewhere."""
        if is_unspaced(letters) and not self._begins_a_word(letters):
            for end in range(len(letters) - 1, 0, -1):
                if self.tokenizer.key(letters[:end]) in self.stoi and self._begins_a_word(letters[end:]):
                    return [Token(letters[:end], 0, end, is_mark=False)], letters[end:]
        return [], letters

    def _begins_a_word(self, letters: str) -> bool:
        return len(self.starting_with(self.tokenizer.key(letters))) > 0

    def _typed(self, settled: Sequence[Token], fragment: str, needs_space: bool) -> Typed:
        all_keys = [self.tokenizer.key(token.text) for token in settled]
        words = [token.text for token in settled if not token.is_mark]
        word_keys = [key for key, token in zip(all_keys, settled, strict=True) if not token.is_mark]
        known = [(i, key) for key in all_keys if (i := self._id(key)) is not None]
        context, keys = [i for i, _ in known], tuple(key for _, key in known)
        mark = _mark_before(settled)
        return Typed(context, keys, words, word_keys, _starts(settled), mark, fragment, needs_space)

    def save(self, path: Path) -> None:
        """Write one line per word, in the order of the ids: written form, a tab, count.

        After another tab, in some lines, come forms that the word has after other words: "House:17,325" is its form
        after the words with the ids 17 and 325. Several forms are separated by spaces. After a third tab come those
        that it has before other words.
        """
        after: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for (before, i), form in sorted(self.exceptions.items()):
            after[i][form].append(before)
        ahead: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for (i, next_one), form in sorted(self.exceptions_before.items()):
            ahead[i][form].append(next_one)
        ends = (f"\t{_column(after.get(i))}\t{_column(ahead.get(i))}".rstrip("\t") for i in range(len(self)))
        lines = (f"{w}\t{n}{end}\n" for w, n, end in zip(self.written, self.counts, ends, strict=True))
        path.write_text("".join(lines), encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, path: Path, tokenizer: str, language: str = "en") -> "Vocabulary":
        """Read a file that `save` wrote.

        Raises:
            ValueError: the file is damaged.
        """
        written: list[str] = []
        counts: list[int] = []
        after: dict[tuple[int, int], str] = {}
        before: dict[tuple[int, int], str] = {}
        try:
            # A word of the lesson's may hold a \r.
            for i, line in enumerate(path.read_bytes().decode("utf-8").split("\n")[:-1]):
                word, count, *columns = line.split("\t")
                written.append(word)
                counts.append(int(count))
                if columns:
                    forms_after, forms_before = _columns(*columns)
                    after |= {(other, i): form for form, other in forms_after}
                    before |= {(i, other): form for form, other in forms_before}
            if not written:
                raise ValueError("it is empty")
            vocabulary = cls(written, counts, tokenizer, after, language, before)
            vocabulary._check_exceptions()
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path.name} is damaged: {error}") from error
        return vocabulary

    def _check_exceptions(self) -> None:
        beside = [*((i, before, form) for (before, i), form in self.exceptions.items())]
        beside += ((i, after, form) for (i, after), form in self.exceptions_before.items())
        for i, other, form in beside:
            if not 0 <= other < len(self) or self.tokenizer.key(form) != self.itos[i]:
                raise ValueError(f"“{self.written[i][:40]}” has a form that is not its own: {form[:40]}")

    @cached_property
    def keys(self) -> "SortedKeys":
        """All words, without special ids and punctuation marks, in alphabetical order."""
        ids = sorted(set(range(len(self))) - {*self.specials, *self.marks}, key=self.itos.__getitem__)
        return SortedKeys([self.itos[i] for i in ids], np.array(ids, dtype=np.int64))


def learn_style(vocabulary: Vocabulary, headlines: Sequence[str]) -> str:
    """Return the style of a list as `list_style` does. The vocabulary learns the small words of one in Title Case."""
    tokenizer = vocabulary.tokenizer
    style = list_style((tokenizer.words(headline) for headline in headlines), tokenizer.language)
    inside = InsideTitles()
    for headline in headlines if style == "title" else ():
        inside.add_row(tokenizer.scan(headline), tokenizer)
    vocabulary.leave_small(inside if style == "title" else None)
    return style


def _starts(tokens: Sequence[Token]) -> list[bool]:
    """For each word among some tokens, whether it is the first or follows a mark other than a comma."""
    found, start = [], True
    for token in tokens:
        if not token.is_mark:
            found.append(start)
        start = token.is_mark and (start or token.text != ",")
    return found


def _mark_before(tokens: Sequence[Token]) -> str:
    """The mark at the end of some tokens: the end of a sentence where only opening marks follow it."""
    last = ""
    for token in reversed(tokens):
        if not token.is_mark or (last and token.text not in SENTENCE_ENDS | OPENING_MARKS):
            break
        if not last or token.text in SENTENCE_ENDS:
            last = token.text
        if last not in OPENING_MARKS:
            break
    return last


def _column(forms: Mapping[str, list[int]] | None) -> str:
    return " ".join(f"{form}:{','.join(map(str, ids))}" for form, ids in (forms or {}).items())


def _columns(after: str, before: str = "") -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """The forms that a word has after others and before others, each with the id of the other word."""
    return list(_forms(after)), list(_forms(before))


def _forms(column: str) -> Iterator[tuple[str, int]]:
    for part in column.split():
        form, _, ids = part.rpartition(":")
        yield from ((form, int(other)) for other in ids.split(","))
