"""Ranks next words, punctuation marks, completions, phrases and corrections for a typed text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from headline.corpus.vocabulary import Typed
from headline.generator.after_text import AfterText
from headline.generator.learning import Learner
from headline.generator.next_words import BYTES_KEPT, REMEMBERED, NextWord, NextWords
from headline.generator.personal import Personal
from headline.generator.phrases import LIKELIER_THAN_NOT, carried_on, openings
from headline.generator.words.blocklist import blocked_words, delicate_words, is_blocked
from headline.generator.words.choice import Choice, likeliest_first, worth_most
from headline.generator.words.completions import MAY_END, Completions
from headline.generator.words.content import content_words
from headline.generator.words.lexicon import Lexicon
from headline.generator.writing import Writing
from headline.model.checkpoint import Checkpoint
from headline.model.language_model import LanguageModel

_DELICATE_IN_WORD, _DELICATE_NEXT = 0.25, 0.02  # probabilities from which a delicate word is suggested
_SPARE = 2  # suggestions that are found beside those asked for, in case some are left out
WORTH_SHOWING = 0.004  # probability below which a suggestion is noise
_SET_PHRASE = 0.3  # share of the word that most often follows another, from which on the words after it are looked up
_CONTENT = 2  # times as much is the row of a word worth that says something
MARK_WORTH = 0.05  # probability from which a punctuation mark is suggested


@dataclass(frozen=True)
class Suggestion:
    """One suggestion. `text` is what was typed + `completion`, without the letters that it replaces: the open word of a
    correction, the space before a mark, and a Korean syllable that goes on."""

    text: str  # the whole text after this suggestion is taken
    completion: str  # the part that is added
    probability: float  # of these words here; for an open word, among everything that it can become
    kind: str = "word"  # or "mark", or "correction"
    more: str = ""  # words that follow `text`, likelier than not; in an empty box, those of a usual opening
    replaces: int = 0  # letters at the end of what was typed that `completion` replaces


@dataclass(frozen=True)
class Answer:
    """Suggestions for a text, and what is known of its open word."""

    suggestions: list[Suggestion]
    complete: float  # the probability that the open word is complete as it stands; 0 where none is open


class Suggester:
    """Suggests with one checkpoint. Deterministic, and safe to call from several threads.

    >>> suggester = Suggester.load("assets/model")                          # doctest: +SKIP
    >>> [s.completion for s in suggester.suggest("the gov", k=2)]           # doctest: +SKIP
    ['ernment', 't']
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        lexicon: Lexicon | None = None,
        blocked: Iterable[str] | None = None,
        kept: int = BYTES_KEPT,
    ):
        """`lexicon` has words outside the vocabulary (by default English ones); `blocked` words are never
        suggested (by default those of `blocklist`); `kept` bytes of what was computed are kept for later texts."""
        self.checkpoint = checkpoint
        self.vocabulary = checkpoint.vocabulary
        self.model = LanguageModel(checkpoint)
        self.lexicon = Lexicon.beyond(self.vocabulary) if lexicon is None else lexicon
        self._blocked = frozenset(blocked_words() if blocked is None else blocked)
        blocked_words_ids = [i for i, key, _ in self.vocabulary.entries() if is_blocked(key, self._blocked)]
        # Ids that are never written: special ids and blocked words; and those that are ranked apart: marks.
        self.blocked_ids = np.array([*self.vocabulary.specials, *blocked_words_ids], dtype=np.int64)
        self._marks = frozenset(self.vocabulary.marks)
        self._content = content_words(self.vocabulary)
        self.suppressed_ids = np.append(self.blocked_ids, np.array(self.vocabulary.marks, dtype=np.int64))
        self.next_words = NextWords(self.model, self.suppressed_ids, kept)
        self._completions = Completions(self.vocabulary, self.lexicon, self._blocked)
        self._learner = Learner(self.model, self.next_words, self.lexicon, self._blocked)

    @classmethod
    def load(cls, folder: str | Path, kept: int = BYTES_KEPT) -> "Suggester":
        """Load a checkpoint's folder. `kept` as above.

        Raises:
            CheckpointError: the folder has no checkpoint, or a damaged one.
        """
        return cls(Checkpoint.load(folder), kept=kept)

    def suggest(
        self,
        text: str,
        k: int = 8,
        phrases: bool = False,
        min_probability: float = 0.0,
        style: str = "auto",
        personal: Personal | None = None,
    ) -> list[Suggestion]:
        """Return at most `k` suggestions, the most probable first, none less probable than `min_probability`.

        Between words these are next words and marks; inside a word, completions; in an empty box, first words. Where
        the open word may well be complete, they are completions and what comes after it, ranked together. Of next words
        after a text those are chosen that save most keys and say something, so that fewer suggestions need not be the
        first of more.

        Args:
            phrases: whether suggestions say what follows them: where that is likelier than not, and in an empty box.
            style: the case to write in: "auto" (as the text begins), "sentence", "title", "lower" or "upper".
            personal: what the same person wrote before, as `learn` returns it.
        """
        return self.answer(text, k, phrases, min_probability, style, personal).suggestions

    def answer(
        self,
        text: str,
        k: int = 8,
        phrases: bool = False,
        min_probability: float = 0.0,
        style: str = "auto",
        personal: Personal | None = None,
    ) -> Answer:
        """Return what `suggest` does, and the probability that the open word is complete."""
        typed = self.vocabulary.split_typed(text)
        writing = Writing(text, typed, self.vocabulary, style, self.checkpoint.style)
        ahead = AfterText(typed, self.vocabulary, self.next_words, personal)
        some = k + _SPARE
        if typed.fragment:
            choices, complete = self._completions.of(typed, ahead.after(), writing, some, personal)
            choices = likeliest_first([*choices, *self._after_open_word(typed, ahead, complete, some, personal)])
        else:
            choices, complete = self._next(ahead, (), (), typed.context[-1:], some, personal), 0.0
        innocent = (c for c in choices if not self._is_out_of_place(c, bool(typed.fragment)))
        choices = [c for c in innocent if c.probability >= min_probability]
        if text.strip():
            choices = worth_most(choices, k, [self._worth(c, bool(typed.fragment)) for c in choices])
        choices = choices[:k]
        if phrases and text.strip():
            choices = self._carried_on(choices, ahead, everywhere=personal is not None)
        elif phrases:
            choices = [c._replace(more=self._openings.get(c.ids[0], ()) if c.ids else ()) for c in choices]
        written = [self._written(c, text, typed, writing) for c in choices]
        first = {s.text: s for s in reversed(written)}  # straßen and strassen are one word in capitals
        return Answer([s for s in written if first[s.text] is s], complete)

    def learn(self, headlines: Sequence[str], before: Personal | None = None) -> Personal:
        """Return what the headlines that a person finished teach, in the order of time, after those of `before`.

        It is for this suggester's `suggest` alone.
        """
        return self._learner.learn(headlines, before)

    def _worth(self, choice: Choice, in_word: bool) -> int:
        """What a next word is worth to whom it comes right: its letters and its space, twice if it says something. 0
        for any other choice."""
        if choice.corrects or (in_word and not choice.after) or (choice.ids and choice.ids[0] in self._marks):
            return 0
        says = not choice.ids or self._content[choice.ids[0]]
        return (len(choice.key(self.vocabulary)) + 1) * (_CONTENT if says else 1)

    def _is_out_of_place(self, choice: Choice, in_word: bool) -> bool:
        """Whether a delicate word would be offered where it is not likely: to letters that may begin another word, or
        in a context that hardly speaks of it."""
        least = _DELICATE_IN_WORD if in_word and not choice.after else _DELICATE_NEXT
        if choice.probability >= least:
            return False
        if choice.ids:
            return choice.ids[0] in self._delicate
        return is_blocked(choice.key(self.vocabulary), delicate_words())

    def _next(
        self,
        ahead: AfterText,
        ids: tuple[int, ...],
        keys: tuple[str, ...],
        last: Sequence[int],
        k: int,
        personal: Personal | None,
    ) -> list[Choice]:
        """Return the most probable next words and marks after the text and more words, without the last one again."""
        best, follows = ahead.best(max(k + 1, REMEMBERED), ids, keys)
        no_mark, marks = ahead.marks(follows, keys)
        choices = [Choice(p * no_mark, (i,)) for i, p in best if p > 0 and i not in last]
        choices += [Choice(p, (i,)) for i, p in marks if p >= MARK_WORTH]
        if personal is not None and isinstance(follows, NextWord):
            choices += [Choice(p * no_mark, word=personal.forms[key]) for key, p in follows.new.items()]
        return likeliest_first(choices)

    def _after_open_word(
        self, typed: Typed, ahead: AfterText, complete: float, k: int, personal: Personal | None
    ) -> list[Choice]:
        """Return what may follow the open word: the probability that it is complete, times that of each after it.

        None where it is hardly complete.
        """
        key = self.vocabulary.tokenizer.key(typed.fragment)
        own = self.vocabulary.stoi.get(key, self.vocabulary.unk)
        if complete < MAY_END or own is None:
            return []
        follows = self._next(ahead, (own,), (key,), (own,), k, personal)
        return [Choice(complete * c.probability, c.ids, c.word, after=(own,)) for c in follows]

    @cached_property
    def _delicate(self) -> frozenset[int]:
        """The ids of the delicate words."""
        return frozenset(i for i, key, _ in self.vocabulary.entries() if is_blocked(key, delicate_words()))

    @cached_property
    def _openings(self) -> dict[int, tuple[int, ...]]:
        """What makes an opening of a first word, by its id: the same for every empty box."""
        return openings(self.next_words)

    @cached_property
    def _begins_phrases(self) -> np.ndarray:
        """Whether one word often follows each word: (V,) booleans; all are true without n-grams."""
        if self.model.ngram is None:
            return np.ones(len(self.vocabulary), dtype=bool)
        return self.model.ngram.strongest() >= _SET_PHRASE

    def _carried_on(self, choices: list[Choice], ahead: AfterText, everywhere: bool) -> list[Choice]:
        """Say what follows each choice where that is likelier than not.

        To save time nothing is looked up after words that many others follow in the n-grams, unless the choice is
        likelier than not itself, or `everywhere`.
        """
        rows: dict[int, tuple[int, ...]] = {}  # words after the text, by the number of the choice
        for n, c in enumerate(choices):
            likely = everywhere or c.probability > LIKELIER_THAN_NOT
            if c.ids and not c.corrects and (likely or self._begins_phrases[c.ids[-1]]):
                rows[n] = c.after + c.ids
        more: dict[int, tuple[int, ...]] = {}
        for length in set(map(len, rows.values())):
            alike = [n for n, row in rows.items() if len(row) == length]
            more |= zip(alike, carried_on([rows[n] for n in alike], ahead.likeliest_after), strict=True)
        return [c._replace(more=more[n]) if more.get(n) else c for n, c in enumerate(choices)]

    def _written(self, choice: Choice, text: str, typed: Typed, writing: Writing) -> Suggestion:
        kind, more, replaces = "correction" if choice.corrects else "word", "", 0
        word = choice.word or writing.usual(choice.ids[0])
        if choice.ids and choice.ids[0] in self._marks:
            kind, completion, replaces = "mark", writing.mark(choice.ids), writing.spaces(choice.ids[0])
            if choice.more:
                more = writing.mark(choice.ids + choice.more)[len(completion) :]
        elif choice.corrects:
            completion, replaces = writing.corrected([word]), len(typed.fragment)
        elif choice.word:
            completion = writing.unlisted(word, after_open_word=bool(choice.after))
        else:
            completion = self._written_ids(choice, choice.ids, writing, *choice.more[:1])
            if choice.more:
                more = self._written_ids(choice, choice.ids + choice.more, writing)[len(completion) :]
        if kind == "word" and not choice.after:
            replaces = writing.changed(word)
        kept = text[: len(text) - replaces]
        return Suggestion(kept + completion, completion, choice.probability, kind, more, replaces)

    def _written_ids(self, choice: Choice, ids: tuple[int, ...], writing: Writing, then: int | None = None) -> str:
        return writing.following(choice.after[0], ids, then) if choice.after else writing.completion(ids, then)
