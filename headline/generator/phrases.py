"""Several words at once: what carries on after a word, and the openings of headlines."""

from collections.abc import Callable, Sequence

import numpy as np

from headline.generator.next_words import Likeliest, NextWords

LIKELIER_THAN_NOT = 0.5  # probability above which words carry on a suggestion
_WORDS = 3  # that carry on, at most
_SECOND_WORDS = 4  # that are tried for an opening
OPENINGS = 12  # at most

Ids = tuple[int, ...]
Look = Callable[[Sequence[Ids]], Sequence[Likeliest]]


def carried_on(begun: Sequence[Ids], look: Look, words: int = _WORDS) -> list[Ids]:
    """Return, for each of some beginnings, the words that follow it while they are likelier than not.

    The probability of all words that are added, given the beginning, is above one half: so no other continuation is
    as likely, and the headline does not more probably end. `look` returns the most probable words after rows of ids.
    """
    added: list[Ids] = [() for _ in begun]
    probability = [1.0] * len(begun)
    open_rows = list(range(len(begun)))
    for _ in range(words):
        if not open_rows:
            break
        rows = [begun[n] + added[n] for n in open_rows]
        longer = []
        for n, row, follows in zip(open_rows, rows, look(rows), strict=True):
            i, p = follows.best[0]
            if probability[n] * p > LIKELIER_THAN_NOT and i not in row[-1:]:
                added[n] += (i,)
                probability[n] *= p
                longer.append(n)
        open_rows = longer
    return added


def openings(next_words: NextWords, number: int = OPENINGS) -> dict[int, Ids]:
    """Return words that make an opening of each of the most probable first words, by its id.

    Of a word's most probable second words, the one with the largest product of its probability and the entropy of the
    word after it is taken: it is frequent, and it leaves open what the headline is about. There is none where a
    headline more probably ends.
    """
    found: dict[int, Ids] = {}
    for first, p in next_words.after(()).best(number):
        follows = next_words.after((first,)).likeliest
        seconds = [(i, q) for i, q in follows.best[:_SECOND_WORDS] if q > follows.end and i != first]
        if p > 0 and seconds:
            found[first] = (max(seconds, key=lambda s: s[1] * _entropy(next_words.after((first, s[0])).words))[0],)
    return found


def _entropy(p: np.ndarray) -> float:
    """The entropy of probabilities (V,) that are made to sum to 1, in nats."""
    p = p[p > 0]
    p = p / p.sum()
    return float(-(p * np.log(p)).sum())
