"""Prints what the bundled model offers after today's beginnings, and whole headlines, to be judged.

python -m bench.beginnings                    # five next words after each line of bench/beginnings.txt
python -m bench.beginnings --unasked          # after those of bench/beginnings_unasked.txt
python -m bench.beginnings --headlines 5      # that many whole headlines for each of the first 20
"""

import argparse
from pathlib import Path

import numpy as np

from headline.generator.generator import Generator
from headline.generator.suggester import Suggester
from headline.paths import BUNDLED_MODEL

BEGINNINGS = Path(__file__).with_name("beginnings.txt")
UNASKED = Path(__file__).with_name("beginnings_unasked.txt")
SHOWN = 5  # suggestions
# Of the lesson and of every section of a paper, for whole headlines.
SEEDS = (
    "today in new york,washington dc is,the school district has,crime has become,police say,scientists find,"
    "the president,how to,why the,five ways,new study,the white house,health officials,a former,this is what,"
    "senate passes,stocks,the best,india,review"
).split(",")


def beginnings(file: Path = BEGINNINGS) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line.rstrip() + " " for line in lines if line and not line.startswith("#")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=BUNDLED_MODEL)
    parser.add_argument("--headlines", type=int, default=0, metavar="N", help="N whole headlines for each seed")
    parser.add_argument("--unasked", action="store_true", help="the beginnings of which the teacher was not asked")
    options = parser.parse_args()
    suggester = Suggester.load(options.model)
    if not options.headlines:
        for text in beginnings(UNASKED if options.unasked else BEGINNINGS):
            found = suggester.suggest(text, SHOWN, phrases=True)
            print(f"{text.strip()}: {' | '.join((s.completion + s.more).strip() for s in found)}")
        return
    generator, rng = Generator(suggester), np.random.default_rng(0)
    for seed in SEEDS:
        for headline in generator.several(seed, options.headlines, 0.7, 40, rng=rng):
            print(headline.text)


if __name__ == "__main__":
    main()
