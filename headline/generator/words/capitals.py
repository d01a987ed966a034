"""What the capitals of the open word say of it: who types UK within a sentence does not mean Ukraine.

A noisy channel, as for slips (Kernighan, Church & Gale 1990): the probability of a word is multiplied by the chance
that it is written with these capitals. For NATO that is 1.
"""

from collections.abc import Sequence

from headline.corpus.casing import shouted
from headline.corpus.language.languages import Language

# Shares of the words that are usually not in capitals and are so in a headline that is not: of first words, of others.
FIRST, INNER = 0.02, 0.003
INITIALS = 4  # letters that a word of the general list has at most, if it may be initials


def chance_of_capitals(
    fragment: str, words: Sequence[str], usual: Sequence[str | None], style: str, prior: str, language: Language
) -> float:
    """Return the chance that an ordinary word is written with the capitals of the open word.

    It is 1 where they say nothing: where there are not two of them, or there are other letters; where the text is in
    upper case, or has a word in capitals that is usually not; where a list in lower or upper case, the `prior` style,
    does not say which words have capitals. `style` is what `style_for_next` returned, the rest are its arguments.

    >>> from headline.corpus.casing import ENGLISH
    >>> [chance_of_capitals(f, ["The"], ["the"], "written", "sentence", ENGLISH) for f in ("UK", "Uk", "U")]
    [0.003, 1.0, 1.0]
    """
    if not in_capitals(fragment) or "upper" in (style, prior) or prior == "lower" or shouted(words, usual, language):
        return 1.0
    return INNER if words else FIRST


def in_capitals(word: str) -> bool:
    """Whether a word has two letters or more, and all that can be are in capitals."""
    return word.isupper() and sum(map(str.isalpha, word)) > 1
