"""Ranks next words, punctuation marks, completions, phrases and corrections for a typed text."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from headline.corpus.vocabulary import Typed
from headline.generator.after_text import AfterText
from headline.generator.learning import Learner
from headline.generator.next_words import BYTES_KEPT, NextWord, NextWords
from headline.generator.personal import Personal
from headline.generator.phrases import LIKELIER_THAN_NOT, carried_on, openings
from headline.generator.words.blocklist import blocked_words, delicate_words, is_blocked
from headline.generator.words.capitals import INITIALS
from headline.generator.words.lexicon import Lexicon
from headline.generator.words.spelling import TWO_SLIPS, one_slip, two_slips
from headline.generator.writing import Writing
from headline.model.checkpoint import Checkpoint
from headline.model.language_model import LanguageModel
from headline.model.top import top

_SURPRISING = 2e-5  # a beginning less probable than this here may be a slip
_HARDLY = 1e-8  # the general list is searched too if no correction in the vocabulary is more probable than this
_SHORTEST_SLIP, _LONGEST_SLIP = 3, 24  # letters
_CORRECTIONS = 8  # ranked at most
_WORTH_CORRECTING = 0.01  # less probable corrections are mostly misspelt words of the list
_DELICATE_IN_WORD, _DELICATE_NEXT = 0.25, 0.02  # probabilities from which a delicate word is suggested
_SPARE = 2  # suggestions that are found beside those asked for, in case some are left out
_UNKNOWN_PRIOR = 1.0  # strength of the prior on the share of unknown words, in words
WORTH_SHOWING = 0.004  # probability below which a suggestion is noise
_MUCH_LESS = 0.5  # of the probability of the open word's end, below which initials of the general list are left out
MAY_END = 0.05  # probability that the open word is complete, from which on words that follow it are suggested
_SET_PHRASE = 0.3  # share of the word that most often follows another, from which on the words after it are looked up
_USED_BEFORE = 0.3  # share of the unknown words that this text used before
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


@dataclass(frozen=True)
class _Choice:
    """A suggestion before it is written: words and marks by id, or one word outside the vocabulary."""

    probability: float
    ids: tuple[int, ...] = ()
    word: str = ""
    corrects: bool = False
    after: tuple[int, ...] = ()  # the open word, by id, where it is complete and these words follow it
    more: tuple[int, ...] = ()  # words that follow these, likelier than not


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
        self.suppressed_ids = np.append(self.blocked_ids, np.array(self.vocabulary.marks, dtype=np.int64))
        counts, unk = self.vocabulary.counts, self.vocabulary.unk
        self._unknown_rate = float(counts[unk] / max(1, counts.sum())) if unk is not None else 0.0
        self.next_words = NextWords(self.model, self.suppressed_ids, kept)
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
        the open word may well be complete, they are completions and what comes after it, ranked together.

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
            choices, complete = self._completions(typed, ahead.after(), writing, some, personal)
            choices = sorted(
                [*choices, *self._after_open_word(typed, ahead, complete, some, personal)], key=lambda c: -c.probability
            )
        else:
            choices, complete = self._next(ahead, (), (), typed.context[-1:], some, personal), 0.0
        innocent = [c for c in choices if not self._is_out_of_place(c, bool(typed.fragment))]
        choices = [c for c in innocent[:k] if c.probability >= min_probability]
        if phrases and text.strip():
            choices = self._carried_on(choices, ahead, everywhere=personal is not None)
        elif phrases:
            choices = [replace(c, more=self._openings.get(c.ids[0], ()) if c.ids else ()) for c in choices]
        written = [self._written(c, text, typed, writing) for c in choices]
        first = {s.text: s for s in reversed(written)}  # straßen and strassen are one word in capitals
        return Answer([s for s in written if first[s.text] is s], complete)

    def learn(self, headlines: Sequence[str], before: Personal | None = None) -> Personal:
        """Return what the headlines that a person finished teach, in the order of time, after those of `before`.

        It is for this suggester's `suggest` alone.
        """
        return self._learner.learn(headlines, before)

    def _is_out_of_place(self, choice: _Choice, in_word: bool) -> bool:
        """Whether a delicate word would be offered where it is not likely: to letters that may begin another word, or
        in a context that hardly speaks of it."""
        least = _DELICATE_IN_WORD if in_word and not choice.after else _DELICATE_NEXT
        return choice.probability < least and is_blocked(self._key(choice), delicate_words())

    def _next(
        self,
        ahead: AfterText,
        ids: tuple[int, ...],
        keys: tuple[str, ...],
        last: Sequence[int],
        k: int,
        personal: Personal | None,
    ) -> list[_Choice]:
        """Return the most probable next words and marks after the text and more words, without the last one again."""
        follows = ahead.after(ids, keys)
        no_mark, marks = ahead.marks(follows, keys)
        choices = [_Choice(p * no_mark, (i,)) for i, p in follows.best(k + 1) if p > 0 and i not in last]
        choices += [_Choice(p, (i,)) for i, p in marks if p >= MARK_WORTH]
        if personal is not None:
            choices += [_Choice(p * no_mark, word=personal.forms[key]) for key, p in follows.new.items()]
        return sorted(choices, key=lambda c: -c.probability)[: k + 1]

    def _completions(
        self, typed: Typed, follows: NextWord, writing: Writing, k: int, personal: Personal | None
    ) -> tuple[list[_Choice], float]:
        """Return what the open word can become, and the probability that it is complete as it stands."""
        key = self.vocabulary.tokenizer.key(typed.fragment)
        ids = self.vocabulary.starting_with(key)
        p = follows.words[ids]
        letters = float(p.sum())  # the probability of the letters, whatever their case; `mass`: as they are typed
        if writing.telling:
            p = p * writing.chances(ids)
        mass = float(p.sum())
        choices = [_Choice(float(p[i]), (int(ids[i]),)) for i in top(p, k + 2) if p[i] > 0]
        unlisted, share, fitting = self._unlisted(key, k + 2, typed.words, writing)
        unknown = follows.unknown * self._unknown_so_far(typed)
        letters += unknown * share
        mass += unknown * fitting
        choices += [_Choice(unknown * s, word=word) for word, s in unlisted.items() if unknown]
        new = {} if personal is None else {word: p for word, p in follows.new.items() if word.startswith(key)}
        letters += sum(new.values())
        for word, p_new in new.items():
            form = personal.forms[word]  # type: ignore[union-attr]
            mass += p_new * writing.chance(form)
            choices.append(_Choice(p_new * writing.chance(form) + unknown * unlisted.get(word, 0.0), word=form))
        may_be_slip = bool(self.vocabulary.tokenizer.language.letters) and _is_letters(key)
        if letters < _SURPRISING and _SHORTEST_SLIP <= len(key) <= _LONGEST_SLIP and may_be_slip:
            corrections = self._corrections(key, follows, writing, hopeless=not choices)
            mass += sum(c.probability for c in corrections)
            choices += corrections
        own = self.vocabulary.stoi.get(key)
        ends = float(follows.words[own]) if own is not None else unknown * self.lexicon.share(key)
        complete = ends / mass if mass else 0.0
        wrote = {*new, *map(self.vocabulary.tokenizer.key, typed.words)}
        last = tuple(typed.context[-1:])
        ranked: dict[str, _Choice] = {}
        for c in sorted(choices, key=lambda c: -c.probability):
            word, share = self._key(c), c.probability / mass
            again = c.ids == last if c.ids and not c.corrects else False
            if c.corrects:
                worth = share >= _WORTH_CORRECTING
            else:
                worth = bool(c.ids) or word in wrote or not self._is_scrap(c.word, share, complete, writing)
            if word != key and word not in ranked and not again and worth:
                ranked[word] = _Choice(share, c.ids, c.word, c.corrects)
                if len(ranked) == k:
                    break
        return list(ranked.values())[:k], complete

    def _is_scrap(self, word: str, share: float, complete: float, writing: Writing) -> bool:
        """Whether a word of the general list says little where the open word may well be complete: it is as short as
        initials, or that word is in capitals, and its end is much more probable."""
        initials = len(word) <= INITIALS and word.upper() != word  # but not in a script without capitals
        return (initials or writing.telling) and complete >= MAY_END and share < _MUCH_LESS * complete

    def _after_open_word(
        self, typed: Typed, ahead: AfterText, complete: float, k: int, personal: Personal | None
    ) -> list[_Choice]:
        """Return what may follow the open word: the probability that it is complete, times that of each after it.

        None where it is hardly complete.
        """
        key = self.vocabulary.tokenizer.key(typed.fragment)
        own = self.vocabulary.stoi.get(key, self.vocabulary.unk)
        if complete < MAY_END or own is None:
            return []
        follows = self._next(ahead, (own,), (key,), (own,), k, personal)
        return [_Choice(complete * c.probability, c.ids, c.word, after=(own,)) for c in follows]

    def _unknown_so_far(self, typed: Typed) -> float:
        """Return the factor by which unknown words are more frequent in this text than the model expects.

        It is the posterior mean of a gamma distribution with a prior mean of 1 (Gelman et al. 2013, section 2.6).
        """
        unknown = sum(self.vocabulary.tokenizer.key(word) not in self.vocabulary.stoi for word in typed.words)
        expected = self._unknown_rate * len(typed.words)
        return (_UNKNOWN_PRIOR + unknown) / (_UNKNOWN_PRIOR + expected)

    def _unlisted(
        self, key: str, k: int, used: Sequence[str], writing: Writing
    ) -> tuple[dict[str, float], float, float]:
        """Return words outside the vocabulary with this prefix and their shares of the unknown word's probability,
        and the share of all such words, without and with the chance that they have the capitals of the open word. They
        come from the general list and from words used before."""
        tokenizer = self.vocabulary.tokenizer
        forms = {tokenizer.key(word): tokenizer.lower(word) for word in used}
        again = [form for k, form in forms.items() if k.startswith(key) and k not in self.vocabulary.stoi]
        listed, mass = self.lexicon.starting_with(key, k)
        rest = 1 - _USED_BEFORE if again else 1.0
        shares = {word: rest * share for word, share in listed}
        for word in again:
            shares[word] = shares.get(word, 0.0) + _USED_BEFORE / len(again)
        before = [_USED_BEFORE / len(again) * writing.chance_of_listed(word) for word in again]
        fitting = rest * self._fitting(key, mass, writing) + sum(before)
        mass = rest * mass + (_USED_BEFORE if again else 0.0)
        kept = {word: s for word, s in shares.items() if not is_blocked(word, self._blocked)}
        return {word: s * writing.chance_of_listed(word) for word, s in kept.items()}, mass, fitting

    def _fitting(self, key: str, mass: float, writing: Writing) -> float:
        """The share of the general list's words with a prefix, as the open word's capitals let expect them."""
        if not writing.telling:
            return mass
        certain = self.lexicon.brief(key) + (self.lexicon.share(key) if len(key) > INITIALS else 0.0)
        return certain + writing.of_capitals * (mass - certain)

    def _corrections(self, key: str, follows: NextWord, writing: Writing, hopeless: bool) -> list[_Choice]:
        """Return corrections of the open word, with the probability of the slip included.

        The general list is searched only if no word has this prefix, because that takes as long as the rest.
        """
        best: dict[int, float] = {}
        for meant, slip in one_slip(key, self.vocabulary.tokenizer.language):
            ids = self.vocabulary.starting_with(meant)
            if len(ids):
                p = follows.words[ids] * writing.chances(ids) if writing.telling else follows.words[ids]
                for at in {0, int(p.argmax())}:  # the first in the alphabet may be the word itself
                    best[ids[at]] = max(best.get(ids[at], 0.0), slip * float(p[at]))
        likeliest = sorted(best, key=best.__getitem__, reverse=True)[:_CORRECTIONS]
        found = [_Choice(best[i], (int(i),), corrects=True) for i in likeliest if best[i] > 0]
        if hopeless and len(key) > _SHORTEST_SLIP and max(best.values(), default=0.0) < _HARDLY:
            for meant, slip in one_slip(key, self.vocabulary.tokenizer.language):
                listed = self.lexicon.best(meant)
                if listed and not is_blocked(listed[0], self._blocked):
                    found.append(_Choice(slip * follows.unknown * listed[1], word=listed[0], corrects=True))
            found = sorted(found, key=lambda c: -c.probability)[:_CORRECTIONS]
        if not found and len(key) > 5:
            places = [self.vocabulary.keys.ids[i] for i in two_slips(key, self.vocabulary.keys.words)]
            p = TWO_SLIPS * follows.words[places] * writing.chances(places)
            found = [_Choice(float(own), (int(i),), corrects=True) for i, own in zip(places, p, strict=True)]
        return [c for c in found if c.probability > 0]

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

    def _carried_on(self, choices: list[_Choice], ahead: AfterText, everywhere: bool) -> list[_Choice]:
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
        return [replace(c, more=more.get(n, ())) for n, c in enumerate(choices)]

    def _written(self, choice: _Choice, text: str, typed: Typed, writing: Writing) -> Suggestion:
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

    def _written_ids(self, choice: _Choice, ids: tuple[int, ...], writing: Writing, then: int | None = None) -> str:
        return writing.following(choice.after[0], ids, then) if choice.after else writing.completion(ids, then)

    def _key(self, choice: _Choice) -> str:
        return self.vocabulary.itos[choice.ids[0]] if choice.ids else self.vocabulary.tokenizer.key(choice.word)


def _is_letters(key: str) -> bool:
    """Whether there are only letters and their marks, which no number or code has."""
    return all(unicodedata.category(character)[0] in "LM" for character in key)
