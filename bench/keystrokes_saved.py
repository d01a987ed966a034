"""Keystrokes that the page's list saves on lists of headlines, without and with what carries its rows on.

    python -m bench.keystrokes_saved ../shared/data/nyt data/sample.csv --count 1000

The simulated person of `headline.generator.box.keystrokes` may take what the page shows and nothing else. *Marks
typed*: rows with punctuation marks are in the list, and the person takes none of them, so that the figure says what
they cost.
"""

import argparse
from pathlib import Path

from headline.corpus.reader import read_headlines
from headline.generator.box.keystrokes import typed_with
from headline.generator.box.shown import ROWS
from headline.generator.suggester import Suggester
from headline.paths import BUNDLED_MODEL


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lists", type=Path, nargs="+")
    parser.add_argument("--count", type=int, default=1000, help="headlines of each list")
    parser.add_argument("--rows", type=int, default=ROWS, help="of the list (default: %(default)s, as the page comes)")
    parser.add_argument("--model", type=Path, default=BUNDLED_MODEL)
    options = parser.parse_args()
    suggester = Suggester.load(options.model)
    for path in options.lists:
        rows = read_headlines(path).headlines
        rows = rows[:: max(1, len(rows) // options.count)][: options.count]
        ways = (
            ("single words, marks typed", False, False),
            ("with what carries on, marks typed", True, False),
            ("with what carries on, marks taken too", True, True),
        )
        for name, phrases, marks in ways:
            typed = typed_with(suggester, rows, options.rows, phrases, marks=marks)
            print(f"{path.name}, {len(rows)} headlines, {options.rows} rows, {name}: {typed.saved:.4f}", flush=True)


if __name__ == "__main__":
    main()
