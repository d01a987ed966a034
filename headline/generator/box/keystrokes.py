"""Measures how much typing the suggestions save: a simulated person types held-out headlines.

Keystroke savings are 1 - keys pressed / letters (Trnka & McCoy 2008, "Evaluating Word Prediction: Framing Keystroke
Savings").
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from headline.corpus.language.scripts import ends_word
from headline.generator.box.shown import ROWS, shown, within_one_key
from headline.generator.box.spacing import CLOSING, JOINING, space_after
from headline.generator.personal import Personal
from headline.generator.suggester import Suggester

_LEAST_LETTERS = 2  # letters that a suggestion must add to be taken, the space after it included


@dataclass(frozen=True)
class Keystrokes:
    """Totals over headlines."""

    headlines: int
    letters: int  # spaces and signs included
    keys: int  # letters typed and suggestions taken
    taken: int

    @property
    def saved(self) -> float:
        """The share of the letters that were not typed; 0 if there are no letters."""
        return 1 - self.keys / self.letters if self.letters else 0.0


class Step(NamedTuple):
    """One key of the simulated person."""

    kind: str  # "type", "take" or "delete"
    text: str  # the character that is typed or deleted, or the whole text that a suggestion leads to


def steps(headline: str, offers: Callable[[str], Sequence[str]]) -> Iterator[Step]:
    """Yield the keys with which a headline is typed: letter by letter, and a suggestion as soon as one is right.

    `offers(text)` returns whole texts. One is right if the headline begins with it, up to the end of a word; case
    and kind of quotes do not matter. The longest one is taken with one key if it saves two letters or more.

    A space comes with it, as in the page (`spacing`): a closing mark takes its place and brings another, and where the
    page does not take it away it has to be deleted. So a mark is taken there only with what follows it: to type it
    brings as much.
    """
    target = _alike(headline)
    at = 0
    space = ""  # what a space that nobody typed came with, "word" or "mark"
    while at < len(target):
        sign = target[at]
        if space and sign == " ":
            at, space = at + 1, ""
            continue
        right, furthest = "", at
        for offer in offers(headline[:at] + (" " if space else "")):
            end = len(offer)
            if end > furthest and target.startswith(_alike(offer)) and ends_word(target, end):
                right, furthest = offer, end
        followed = target[furthest : furthest + 1] == " "
        if right and furthest + followed - at >= _LEAST_LETTERS + bool(space):
            yield Step("take", right)
            at, space = furthest, space_after(right)
            continue
        if space == "word" and sign not in CLOSING + JOINING:
            yield Step("delete", " ")
        yield Step("type", headline[at])
        at, space = at + 1, "mark" if space and sign in CLOSING else ""


def keystrokes(headlines: Iterable[str], offers: Callable[[str], Sequence[str]]) -> Keystrokes:
    """Count the keys of `steps` over some headlines."""
    count = letters = keys = taken = 0
    for headline in headlines:
        kinds = [step.kind for step in steps(headline, offers)]
        count, letters = count + 1, letters + len(headline)
        keys, taken = keys + len(kinds), taken + kinds.count("take")
    return Keystrokes(count, letters, keys, taken)


def typed_with(
    suggester: Suggester,
    headlines: Iterable[str],
    rows: int = ROWS,
    phrases: bool = True,
    personal: Personal | None = None,
    marks: bool = True,
) -> Keystrokes:
    """Type headlines with what the page shows of a suggester's answers, in `rows` rows.

    `personal` is what the person wrote before. Without `marks` the person types punctuation marks by hand, although
    they are in the list.
    """
    return keystrokes(
        headlines, lambda text: within_one_key(shown(suggester, text, rows, phrases, personal=personal), marks)
    )


def _alike(text: str) -> str:
    """Return the text in lower case with straight apostrophes, of the same length."""
    return "".join(low if len(low := c.lower()) == 1 else c for c in text).replace("’", "'")
