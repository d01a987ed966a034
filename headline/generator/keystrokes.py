"""How much typing the suggestions save: a simulated person writes headlines that nobody trained on.

Keystroke savings, as word prediction is judged for people who type with effort (Trnka & McCoy 2008,
"Evaluating Word Prediction: Framing Keystroke Savings"): 1 - keys pressed / letters.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from headline.generator.suggester import Suggester

SHOWN = 5
_LEAST_LETTERS = 2  # what a taken suggestion must save, its own key and the space behind it counted in


@dataclass(frozen=True)
class Keystrokes:
    """Totals over headlines."""

    headlines: int
    letters: int  # spaces and signs among them
    keys: int  # letters typed and suggestions taken
    taken: int

    @property
    def saved(self) -> float:
        """The share of the letters that nobody had to type; 0 where there were none."""
        return 1 - self.keys / self.letters if self.letters else 0.0


def keystrokes(headlines: Iterable[str], offers: Callable[[str], Sequence[str]]) -> Keystrokes:
    """Type headlines letter by letter and take a suggestion as soon as it is wanted.

    `offers(text)` gives whole texts, of which those count that the headline begins with, case and
    kind of quotes apart, up to the end of a word. The one that goes furthest is taken, with one key,
    if it saves two letters or more; the space that follows it in the headline comes with it.
    """
    count = letters = keys = taken = 0
    for headline in headlines:
        target = _alike(headline)
        at = 0
        while at < len(target):
            furthest = at
            for offer in offers(headline[:at]):
                end = len(offer)
                if end > furthest and target.startswith(_alike(offer)) and not target[end : end + 1].isalnum():
                    furthest = end
            furthest += target[furthest : furthest + 1] == " " and furthest > at
            if furthest - at >= _LEAST_LETTERS:
                at = furthest
                taken += 1
            else:
                at += 1
            keys += 1
        count += 1
        letters += len(target)
    return Keystrokes(count, letters, keys, taken)


def typed_with(suggester: Suggester, headlines: Iterable[str], shown: int = SHOWN, phrases: bool = True) -> Keystrokes:
    """The same with a suggester's own `shown` first suggestions."""
    return keystrokes(headlines, lambda text: [s.text for s in suggester.suggest(text, shown, phrases)])


def _alike(text: str) -> str:
    """The text with what may differ made equal, letter for letter."""
    return "".join(low if len(low := c.lower()) == 1 else c for c in text).replace("’", "'")
