"""What the list holds at a word's end, before the space is typed.

    python -m bench.word_ends ../shared/data/nyt data/sample.csv

Prints the share of lists with a next word among six, and the number of empty lists.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from headline.corpus.reader import read_headlines
from headline.corpus.vocabulary import Vocabulary
from headline.generator.box.shown import shown
from headline.generator.suggester import Suggester
from headline.paths import BUNDLED_MODEL


def word_ends(headline: str, vocabulary: Vocabulary) -> Iterator[str]:
    """The beginnings of a headline that end where a word does and a space follows."""
    for token in vocabulary.tokenizer.scan(headline):
        if not token.is_mark and headline[token.end : token.end + 1] == " ":
            yield headline[: token.end]


def measure(suggester: Suggester, headlines: Sequence[str]) -> Counter[str]:
    """Counts over all word ends of some headlines."""
    counts: Counter[str] = Counter()
    for headline in headlines:
        for text in word_ends(headline, suggester.vocabulary):
            found = shown(suggester, text).suggestions
            counts["ends"] += 1
            counts["next"] += any(s.completion[0].isspace() for s in found)
            counts["empty"] += not found
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lists", type=Path, nargs="+")
    parser.add_argument("--count", type=int, default=40, help="headlines of each list")
    parser.add_argument("--model", type=Path, default=BUNDLED_MODEL)
    options = parser.parse_args()
    suggester = Suggester.load(options.model)
    for path in options.lists:
        rows = read_headlines(path).headlines
        counts = measure(suggester, rows[:: max(1, len(rows) // options.count)][: options.count])
        print(
            f"{path}: {counts['ends']} word ends, a next word in {counts['next'] / counts['ends']:.1%} of the lists, "
            f"{counts['empty']} empty",
            flush=True,
        )


if __name__ == "__main__":
    main()
