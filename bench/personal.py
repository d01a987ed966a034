"""What a person's own headlines save: an author types fifty headlines of one beat, with and without learning.

    python -m bench.personal FOLDER [--year 2018] [--beats 20]

FOLDER has the tables of the New York Times (columns headline, keywords, pubDate). A beat is a keyword with fifty
headlines or more in that year; its first fifty are typed in the order of time. Counted are the last 25, where the person
may take what the page shows. The constants of headline/generator/personal.py were chosen on 2017.
"""

import argparse
import ast
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from headline.generator.box.keystrokes import Keystrokes, typed_with
from headline.generator.suggester import Suggester
from headline.paths import BUNDLED_MODEL

WRITTEN, COUNTED = 50, 25  # headlines of a beat


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, default=BUNDLED_MODEL)
    parser.add_argument("--year", default="2018")
    parser.add_argument("--beats", type=int, default=20, help="the most frequent ones; 0 for all")
    options = parser.parse_args()
    suggester = Suggester.load(options.model)
    found = beats(options.folder, options.year)
    names = sorted(found, key=lambda name: (-len(found[name]), name))[: options.beats or None]
    print(f"{'beat':<44}{'without':>9}{'with':>9}{'more':>9}")
    totals: list[tuple[Keystrokes, Keystrokes]] = []
    for name in names:
        headlines = found[name][:WRITTEN]
        pair = typed(suggester, headlines, learning=False), typed(suggester, headlines, learning=True)
        totals.append(pair)
        print(row(name, [pair]), flush=True)
    print(row(f"all {len(totals)} beats", totals))


def beats(folder: Path, year: str) -> dict[str, list[str]]:
    """The headlines of a year by keyword, in the order of time, of each keyword that has enough."""
    tables = [pd.read_csv(path, usecols=["headline", "keywords", "pubDate"]) for path in sorted(folder.glob("*.csv"))]
    rows = pd.concat(tables).dropna().sort_values("pubDate", kind="stable").drop_duplicates("headline")
    rows = rows[rows.pubDate.str.startswith(year) & (rows.headline.str.strip() != "Unknown")]
    found: dict[str, list[str]] = defaultdict(list)
    for headline, keywords in zip(rows.headline, rows.keywords, strict=True):
        for keyword in dict.fromkeys(ast.literal_eval(keywords)):
            found[keyword].append(" ".join(headline.split()))
    return {keyword: headlines for keyword, headlines in found.items() if len(headlines) >= WRITTEN}


def typed(suggester: Suggester, headlines: Sequence[str], learning: bool) -> Keystrokes:
    """Type the last headlines, each after those before it were learnt from."""
    parts = []
    personal = suggester.learn(headlines[: WRITTEN - COUNTED]) if learning else None
    for headline in headlines[WRITTEN - COUNTED :]:
        parts.append(typed_with(suggester, [headline], personal=personal))
        personal = suggester.learn([headline], personal) if learning else None
    return total(parts)


def total(parts: Sequence[Keystrokes]) -> Keystrokes:
    """The sums of several counts."""
    return Keystrokes(*(sum(getattr(part, name) for part in parts) for name in Keystrokes.__dataclass_fields__))


def row(name: str, pairs: Sequence[tuple[Keystrokes, Keystrokes]]) -> str:
    without, with_ = (total([pair[side] for pair in pairs]).saved for side in (0, 1))
    return f"{name[:42]:<44}{without:>9.3f}{with_:>9.3f}{with_ - without:>+9.3f}"


if __name__ == "__main__":
    main()
