"""What units of the LSTM seem to follow: properties of the text that their states go with, over sample headlines."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from headline.corpus.reader import read_headlines
from headline.corpus.reading.cleaning import tidied
from headline.corpus.sequences import PAD_ID
from headline.generator.suggester import Suggester
from headline.paths import SAMPLE_CORPUS

_HEADLINES = 100  # of the sample, at even distances
_LEAST = 0.4  # correlation, without its sign, from which something is said
_FEWEST = 20  # words with a property, and without it
_PREPOSITIONS = frozenset("of in to for on with at by from over as about after into under against between".split())
_MARKS = frozenset("“”\"‘’'")

# (what it is, whether the word at a place of a headline has it)
_PROPERTIES: tuple[tuple[str, Callable[[Sequence[str], int], float]], ...] = (
    ("later in the headline", lambda words, at: at),
    ("at the first word", lambda words, at: at == 0),
    ("at a word with a capital letter", lambda words, at: words[at][0].isupper()),
    ("at a number", lambda words, at: words[at][0].isdigit()),
    ("at a preposition", lambda words, at: words[at].lower() in _PREPOSITIONS),
    ("just after a preposition", lambda words, at: at > 0 and words[at - 1].lower() in _PREPOSITIONS),
    ("just after a number", lambda words, at: at > 0 and words[at - 1][0].isdigit()),
    ("at a word that ends in s", lambda words, at: len(words[at]) > 2 and words[at].lower().endswith("s")),
    ("at a punctuation mark", lambda words, at: not any(map(str.isalnum, words[at]))),
    ("inside quotation marks", lambda words, at: sum(word in _MARKS for word in words[:at]) % 2),
)


@lru_cache(maxsize=3)
def unit_hints(suggester: Suggester) -> dict[int, str]:
    """What each unit of the top layer seems to follow, such as {12: "higher at a number (r = 0.45)"}.

    `r` is Pearson's correlation of the unit's h with the property over the words of sample headlines. Units without a
    strong one are left out. Only for models that read each word once, and for English, the sample's language.
    """
    if not suggester.checkpoint.config.causal or suggester.vocabulary.tokenizer.language.base != "en":
        return {}
    headlines = read_headlines(SAMPLE_CORPUS).headlines
    step = max(1, len(headlines) // _HEADLINES)
    split = suggester.vocabulary.tokenizer.words
    texts = [words for text in headlines[::step][:_HEADLINES] if (words := split(tidied(text)))]
    return strongest(states(suggester, texts), properties(texts))


def states(suggester: Suggester, texts: Sequence[Sequence[str]]) -> np.ndarray:
    """The hidden states h of the top layer at each word of some texts, one text after another, (words, units)."""
    network, vocabulary = suggester.model.network, suggester.vocabulary
    rows = [vocabulary.ids(list(words)) for words in texts]
    state = network.start().take([0] * len(rows))
    seen = []
    for at in range(max(map(len, rows), default=0)):
        state = network.step(state, np.array([row[at] if at < len(row) else PAD_ID for row in rows]))
        seen.append(state.h[-1][:, 0])  # (texts, units)
    return np.array([seen[at][i] for i, row in enumerate(rows) for at in range(len(row))])


def properties(texts: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
    """Each property at each word, (words,), in the order of `states`."""
    return {
        name: np.array([float(of(words, at)) for words in texts for at in range(len(words))])
        for name, of in _PROPERTIES
    }


def strongest(h: np.ndarray, known: dict[str, np.ndarray]) -> dict[int, str]:
    """What the columns of h, (words, units), go with, where the correlation is strong enough."""
    named = {
        name: values
        for name, values in known.items()
        if min((values != 0).sum(), (values != values.max(initial=0)).sum()) >= _FEWEST
    }
    if not named:
        return {}
    p = np.stack(list(named.values()))  # (properties, words)
    p, h = p - p.mean(axis=1, keepdims=True), h - h.mean(axis=0)
    lengths = np.outer(np.linalg.norm(p, axis=1), np.linalg.norm(h, axis=0))
    r = (p @ h) / np.maximum(lengths, 1e-9)  # (properties, units)
    found = {}
    for unit, best in enumerate(np.abs(r).argmax(axis=0)):
        value = float(r[best, unit])
        if abs(value) >= _LEAST:
            said = f"{value:.2f}".replace("-", "−")
            found[unit] = f"{'higher' if value > 0 else 'lower'} {list(named)[best]} (r = {said})"
    return found
