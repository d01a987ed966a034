"""How each word is written, learnt from a corpus.

Truecasing: Lita et al. 2003, "tRuEcasIng". A word is written as most of its cased uses have it: "house", "NASA",
"iPhone". Beside some words it is written otherwise: "House" after "White", and "White" before "House".
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

from headline.corpus.casing import ENGLISH, capitalise, is_distinctive, style_of
from headline.corpus.language.languages import Language
from headline.corpus.segmentation import TOKENIZERS, Token, Tokenizer

LEAST_USES = 3  # of a pair of words, for a form of its own
_MAJORITY = 0.75  # of them
_SAME_STYLE = 0.8  # share of rows in lower or upper case from which on a whole list is
LEAST_WORDS = 3  # shorter rows say little about a list's style
_LEAST_IN_TITLES = 5  # uses of a word inside titles, to say whether a list capitalises it
_MOST_SMALL_WORDS = 1000  # of a list


class Exceptions(NamedTuple):
    """How words are written beside certain others, where it is not as usual: forms by the keys of both words."""

    after: dict[tuple[str, str], str]  # of the second one
    before: dict[tuple[str, str], str]  # of the first one


class Truecaser:
    """Counts how words are written.

    Rows in lower or upper case say nothing about it. Title Case rows only distinguish NASA from Nasa. Sentences
    distinguish London from house, except in their first word and after a colon or another mark.
    """

    def __init__(
        self, tokenizer: Tokenizer = TOKENIZERS["headline"], only: Container[str] | None = None, pairs: bool = True
    ) -> None:
        """`tokenizer` says which words are the same, and what their lower case is. `only` are the keys to count, all if
        it is None; without `pairs` nothing is counted that depends on the words beside."""
        self._only, self._counts_pairs = only, pairs
        self._tokenizer = tokenizer
        self._lower: dict[str, Counter[str]] = defaultdict(Counter)  # lower case by key, where that is not the key
        self._in_sentences: dict[str, Counter[str]] = defaultdict(Counter)
        self._in_titles: dict[str, Counter[str]] = defaultdict(Counter)
        self._at_starts: dict[str, Counter[str]] = defaultdict(Counter)
        # Words that follow each other in a sentence, as they are written there; those that begin one are apart.
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._first_pairs: Counter[tuple[str, str]] = Counter()
        self._styles: Counter[str] = Counter()

    def add_row(self, tokens: Sequence[Token]) -> None:
        """Count the words of one row. A word after a mark other than a comma counts as a first word."""
        words = [token.text for token in tokens if not token.is_mark]
        for word in words:
            key, lower = self._tokenizer.key(word), self._tokenizer.lower(word)
            if lower != key and self._counted(key):  # by its keys in Korean, without its points in Hebrew
                self._lower[key][lower] += 1
        style = style_of(words, self._tokenizer.language)
        self._styles[style] += 1
        if style in ("lower", "upper"):
            return
        pairs = self._first_pairs  # those to which the next pair of words belongs
        starts, before = True, ""
        for token in tokens:
            if token.is_mark:
                starts, before = starts or token.text != ",", ""
                continue
            self._add(token.text, style, starts)
            if before and style == "sentence" and self._counts_pairs:
                pairs[before, token.text] += 1
            pairs = self._first_pairs if starts else self._pairs
            starts, before = False, token.text

    def _add(self, word: str, style: str, starts: bool) -> None:
        key = self._tokenizer.key(word)
        if not self._counted(key):
            return
        if starts:
            self._at_starts[key][word] += 1
        elif style == "title":
            self._in_titles[key][word] += 1
        else:
            self._in_sentences[key][word] += 1

    def _counted(self, key: str) -> bool:
        return self._only is None or key in self._only

    def counts(self) -> tuple[dict[str, Counter[str]], ...]:
        """Return what was counted of single words, for `add_counts` of another one: four tables, and the styles."""
        tables = (self._lower, self._in_sentences, self._in_titles, self._at_starts)
        return (*map(dict, tables), {"": self._styles})

    def add_counts(self, counts: tuple[dict[str, Counter[str]], ...]) -> None:
        """Add what another one counted of rows that come after these."""
        own = (self._lower, self._in_sentences, self._in_titles, self._at_starts, {"": self._styles})
        for table, other in zip(own, counts, strict=True):
            for key, forms in other.items():
                table[key].update(forms)

    def written(self, key: str, usual: str | None = None) -> str:
        """How the word with this key is written; `usual` is taken where no sentence here says it."""
        sentences = self._in_sentences.get(key, Counter())
        cased = sentences + self._in_titles.get(key, Counter())
        if not cased:
            cased = self._at_starts.get(key, Counter())
        distinctive = Counter({form: n for form, n in cased.items() if is_distinctive(form)})
        if distinctive.total() > cased.total() / 2:
            return distinctive.most_common(1)[0][0]
        lower = self._lower[key].most_common(1)[0][0] if key in self._lower else key
        capitals = sum(n for form, n in sentences.items() if form != lower and not is_distinctive(form))
        if capitals == sentences[lower] == 0:
            if usual is not None:
                return usual
            # No row says anything about its case: capitalised if the corpus is mostly in Title Case and it is there.
            is_name = 2 * cased[lower] < cased.total() and self._styles["title"] > self._styles.total() / 2
        else:
            is_name = capitals > sentences[lower]
        word = capitalise(lower, self._tokenizer.language) if is_name else lower
        # ß and the ligature ﬁ become two letters in upper case.
        return word if self._tokenizer.key(word) == key else lower

    def exceptions(self, written: dict[str, str]) -> Exceptions:
        """Return the forms that differ from `written`, the usual forms by key.

        The first word of a sentence says how the second one is written, but not how it is written itself.
        """
        return Exceptions(
            self._odd_forms(written, 1, (self._first_pairs, self._pairs)), self._odd_forms(written, 0, (self._pairs,))
        )

    def _odd_forms(
        self, written: dict[str, str], place: int, tables: Sequence[Counter[tuple[str, str]]]
    ) -> dict[tuple[str, str], str]:
        """The exceptions among the first (0) or second words (1) of pairs, by the keys of both."""
        keys = {word: self._tokenizer.key(word) for pairs in tables for pair in pairs for word in pair}
        odd: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for pairs in tables:
            for pair, uses in pairs.items():
                first, second = keys[pair[0]], keys[pair[1]]
                if first in written and second in written and written[keys[pair[place]]] != pair[place]:
                    odd[first, second][pair[place]] += uses
        totals: Counter[tuple[str, str]] = Counter()
        for pairs in tables:
            for (a, b), uses in pairs.items():
                if (keys[a], keys[b]) in odd:
                    totals[keys[a], keys[b]] += uses
        likeliest = {pair: forms.most_common(1)[0] for pair, forms in odd.items()}
        return {pair: form for pair, (form, uses) in likeliest.items() if may_be_exception(form, uses, totals[pair])}


def may_be_exception(form: str, uses: int, total: int) -> bool:
    """Whether a form with so many of all uses beside one word is how the word is written there."""
    return total >= LEAST_USES and ":" not in form and uses >= _MAJORITY * total


def list_style(rows: Iterable[Sequence[str]], language: Language = ENGLISH) -> str:
    """The style of a list of headlines, each a row of words: "sentence", "title", "lower" or "upper".

    >>> list_style([["Rain", "Falls", "on", "Spain"], ["Snow", "Falls", "Again"], ["Sun", "shines", "again"]])
    'title'
    """
    return style_of_list(Counter(style_of(words, language) for words in rows if len(words) >= LEAST_WORDS))


def style_of_list(styles: Counter[str]) -> str:
    """The style of a list whose rows of LEAST_WORDS words or more have these styles."""
    for style in ("lower", "upper"):
        if styles[style] > _SAME_STYLE * styles.total():
            return style
    return "title" if styles["title"] > styles["sentence"] else "sentence"


class InsideTitles:
    """Counts how words are written inside of titles: neither as the first nor as the last word, nor after a mark."""

    def __init__(self) -> None:
        self._uses: Counter[str] = Counter()  # by lower case
        self._in_lower: Counter[str] = Counter()

    def add_row(self, tokens: Sequence[Token], tokenizer: Tokenizer) -> None:
        """Count the words of one row, if it is in Title Case."""
        words = [token.text for token in tokens if not token.is_mark]
        if len(words) < LEAST_WORDS or style_of(words, tokenizer.language) != "title":
            return
        for before, token, _ in zip(tokens, tokens[1:], tokens[2:], strict=False):
            if not token.is_mark and not before.is_mark and token.text.isalpha():
                lower = tokenizer.lower(token.text)
                self._uses[lower] += 1
                self._in_lower[lower] += tokenizer.spelling(token.text) == lower

    def merge(self, later: "InsideTitles") -> None:
        """Add the counts of rows that come after these."""
        self._uses.update(later._uses)
        self._in_lower.update(later._in_lower)

    def small_words(self, usual: frozenset[str]) -> frozenset[str]:
        """The words that the titles leave in lower case, where `usual` are those of the language.

        Stylebooks differ: some capitalise every word, some "Out" and "Up", some leave "with" small. A word is small
        where most of its uses are. Words that are too rare to tell follow the other small words of the language.
        """
        small = [w for w, n in self._uses.most_common() if n >= _LEAST_IN_TITLES and self._in_lower[w] > n / 2]
        if 2 * sum(self._in_lower[word] for word in usual) >= sum(self._uses[word] for word in usual):
            small = sorted(word for word in usual if self._uses[word] < _LEAST_IN_TITLES) + small
        return frozenset(small[:_MOST_SMALL_WORDS])
