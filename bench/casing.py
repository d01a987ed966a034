"""Truecasing: the share of words that would be written exactly as a headline has them.

    python -m bench.casing ../shared/data/nyt data/sample.csv

For each known word of a headline but the first, the text before it is given and the word is written as a suggestion
would be. *auto*: as the bundled model does, whose list is in sentences; *list's style*: as a model would that was
trained on that list's other headlines, whose style and small words it learnt; *in a phrase*: the same where the word
behind is written with it, as in a row that carries on or in a whole headline. Headlines in lower or upper case are left
out.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from headline.corpus.casing import style_of
from headline.corpus.reader import read_headlines
from headline.corpus.vocabulary import Vocabulary, learn_style
from headline.generator.writing import Writing
from headline.model.checkpoint import Checkpoint
from headline.paths import BUNDLED_MODEL


def written(headline: str, vocabulary: Vocabulary, prior: str, phrase: bool) -> Iterator[tuple[str, str]]:
    """(word as the headline has it, word as it would be written) of the known words but the first.

    `phrase`: whether the word behind it, if no mark is between, is written with it."""
    tokens = vocabulary.tokenizer.scan(headline)
    ids = [None if token.is_mark else vocabulary.stoi.get(vocabulary.tokenizer.key(token.text)) for token in tokens]
    first = next((n for n, token in enumerate(tokens) if not token.is_mark), len(tokens))
    for n, (token, i) in enumerate(zip(tokens, ids, strict=True)):
        if i is not None and n > first:
            text = headline[: token.start]
            writing = Writing(text, vocabulary.split_typed(text), vocabulary, prior=prior)
            then = ids[n + 1] if phrase and n + 1 < len(ids) else None
            yield (
                vocabulary.tokenizer.spelling(token.text),
                vocabulary.tokenizer.spelling(writing.completion([i], then).strip()),
            )


def share_right(headlines: Sequence[str], vocabulary: Vocabulary, prior: str, phrase: bool = False) -> float:
    """The share of these words that are written as the headlines have them."""
    pairs = [pair for headline in headlines for pair in written(headline, vocabulary, prior, phrase)]
    return sum(a == b for a, b in pairs) / max(1, len(pairs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lists", type=Path, nargs="+")
    parser.add_argument("--count", type=int, default=1000, help="headlines of each list")
    parser.add_argument("--model", type=Path, default=BUNDLED_MODEL)
    options = parser.parse_args()
    vocabulary = Checkpoint.load(options.model).vocabulary
    for path in options.lists:
        rows = read_headlines(path).headlines
        cased = [h for h in rows if style_of(vocabulary.tokenizer.words(h)) in ("sentence", "title")]
        some = cased[:: -(-len(cased) // options.count)]
        measured = set(some)
        auto = share_right(some, vocabulary, "sentence")
        others = [headline for headline in cased if headline not in measured] or cased
        style = learn_style(vocabulary, others)
        known, phrase = (share_right(some, vocabulary, style, phrase) for phrase in (False, True))
        learn_style(vocabulary, [])  # forget it
        print(
            f"{path}: {len(some):,} headlines, style {style}: auto {auto:.2%}, list's style {known:.2%}, "
            f"in a phrase {phrase:.2%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
