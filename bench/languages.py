"""Small lists in twelve languages: words, unknown share, and keystrokes saved by the 4-gram model and by ours.

    python -m bench.languages [--language de]

The lists are ours, in tests/languages. Each is cut into four parts, and each part is typed with a model of the other
three, so that every title is typed once by a model that has not read it. A letter counts as one
key: also a Korean syllable, which takes two or three.
"""

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

from headline.corpus.language.detect import detect
from headline.corpus.report import Corpus
from headline.corpus.segmentation import tokenizer
from headline.generator.box.keystrokes import Keystrokes, typed_with
from headline.generator.suggester import Suggester
from headline.generator.words.lexicon import Lexicon
from headline.model.checkpoint import Checkpoint
from headline.training.fitting.mixture import ngrams_alone
from headline.training.settings import RECIPES
from headline.training.train import train

LISTS = Path(__file__).resolve().parent.parent / "tests" / "languages"
PARTS = 4
SETTINGS = RECIPES["autocomplete"].changed(
    min_count=1,
    embedding_size=64,
    units=64,
    batch_size=8,
    candidates=0,
    epochs=8,
    validation=0.2,
    test=0.0,
    patience=3,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", action="append", help="the tag of a list; all of them if not given")
    wanted = parser.parse_args().language
    print("| language | titles | words | different | unknown | 4-gram | with word list and phrases | ours |")
    print("|---|---|---|---|---|---|---|---|")
    for path in sorted(LISTS.glob("*.txt")):
        if not wanted or path.stem in wanted:
            print(row(path.read_text(encoding="utf-8").splitlines()), flush=True)


def row(titles: list[str]) -> str:
    """One line of the table."""
    language = detect(titles)
    words = Counter(key for title in titles for key in tokenizer("headline", language.tag).keys(title))
    unknown = read = 0
    ways: dict[str, list[Keystrokes]] = {"4-gram": [], "with word list and phrases": [], "ours": []}
    none = Lexicon([], np.empty(0))
    for part in range(PARTS):
        typed = titles[part::PARTS]
        model = train(Corpus([title for i, title in enumerate(titles) if i % PARTS != part]), SETTINGS)
        unknown += sum(unknown_words(model, title) for title in typed)
        read += sum(len(model.vocabulary.tokenizer.words(title)) for title in typed)
        ngrams = ngrams_alone(model)
        ways["4-gram"].append(typed_with(Suggester(ngrams, none), typed, phrases=False))
        ways["with word list and phrases"].append(typed_with(Suggester(ngrams), typed))
        ways["ours"].append(typed_with(Suggester(model), typed))
    figures = [f"{unknown / read:.0%}", *(f"{saved(parts):.3f}" for parts in ways.values())]
    return f"| {language.name} | {len(titles)} | {words.total()} | {len(words)} | {' | '.join(figures)} |"


def unknown_words(model: Checkpoint, title: str) -> int:
    return sum(key not in model.vocabulary.stoi for key in model.vocabulary.tokenizer.keys(title))


def saved(parts: list[Keystrokes]) -> float:
    """The share of the letters of all parts that were not typed."""
    return 1 - sum(part.keys for part in parts) / sum(part.letters for part in parts)


if __name__ == "__main__":
    main()
