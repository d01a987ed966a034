"""How good the suggestions are, on headlines that no model here has seen: every figure of docs/quality.md.

    python -m bench.quality [--data ../shared/data] [--models runs/quality] [--only perplexity|keystrokes|tuning|typing]

Trains what is not yet in the folder of models (two hours on two cores; each model is kept), measures
all systems on the same rows in one run, and writes the tables and the pictures into docs/.
"""

import argparse
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from headline.corpus.language.languages import LANGUAGES
from headline.corpus.reader import read_headlines
from headline.corpus.report import Corpus
from headline.corpus.split import split_headlines
from headline.corpus.vocabulary import Vocabulary
from headline.generator.box.keystrokes import typed_with
from headline.generator.generator import Generator
from headline.generator.suggester import Suggester
from headline.generator.words.lexicon import Lexicon
from headline.generator.words.spelling import neighbours
from headline.model.checkpoint import Checkpoint
from headline.model.evaluation import evaluate
from headline.paths import BUNDLED_MODEL
from headline.training.fitting.mixture import build_ngrams, ngrams_alone
from headline.training.settings import RECIPES

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
SIZES = (500, 2000, 8000)
_ABC_ROWS = 3000  # of ABC's 6,087 test headlines, drawn at random, for time
SIZE = ["--set", "embedding_size=256", "--set", "units=512", "--set", "embedding_dropout=0.25", "--set", "dropout=0.35"]
HELD_OUT = ["--set", "validation=0.05", "--set", "test=0.05"]
LESSON = ["--recipe", "notebook", "--set", "tokenizer=headline", "--set", "normalise=true", *HELD_OUT]
LESSON += ["--set", "keep_duplicates=false"]
# What `python -m headline train` is told for each model, but for --out.
RUNS = {
    "abc": ["abc", "--epochs", "8", "--set", "min_count=3", *SIZE],
    "abc-notebook": ["abc", *LESSON, "--set", "min_count=3", "--epochs", "1", "--set", "batch_size=128"],
    "nyt": ["nyt", "--set", "dropout=0.4"],
    "nyt-notebook": ["nyt", *LESSON, "--set", "min_count=2", "--set", "patience=2"],
}


@dataclass(frozen=True)
class Source:
    """Headlines to be typed, and what they are called."""

    name: str
    headlines: list[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--models", type=Path, default=ROOT / "runs" / "quality")
    parser.add_argument("--only", choices=list(PARTS), action="append", help="measure this part alone")
    parser.add_argument("--count", type=int, default=300, help="headlines typed of each source")
    options = parser.parse_args()
    try:
        from bench.pictures import draw_quality
    except ModuleNotFoundError as error:
        parser.exit(2, f"{error}: pip install -r requirements-bench.txt\n")
    bench = Bench(options.data, options.models, options.count)
    for name in options.only or PARTS:
        text = PARTS[name](bench)
        print(f"\n{text}\n", flush=True)
        write_part(DOCS / "quality.md", name, text)
    draw_quality(bench.results, DOCS / "quality.svg")


TUNED_LSTM, TUNED_BOTH = "LSTM from the bundled model", "LSTM from the bundled model, with 4-gram"
BUNDLED_LSTM, BUNDLED_BOTH = "LSTM trained on all corpora", "LSTM trained on all corpora, with 4-gram (bundled)"


class Bench:
    """The corpora, the models, and what was measured so far."""

    def __init__(self, data: Path, models: Path, count: int):
        self.data, self.models, self.count = data, models, count
        models.mkdir(parents=True, exist_ok=True)
        self._results = models / "results.json"
        self.results: dict = json.loads(self._results.read_text()) if self._results.is_file() else {}

    def keep(self, part: str, results: dict) -> None:
        if self._results.is_file():  # another part may have been measured meanwhile
            self.results = json.loads(self._results.read_text())
        self.results[part] = results
        self._results.write_text(json.dumps(self.results, indent=1))

    @cache  # noqa: B019 - one bench lives as long as its process
    def sides(self, corpus: str) -> dict[str, list[str]]:
        headlines = read_headlines(self.data / corpus).headlines
        return split_headlines(headlines)

    @cache  # noqa: B019
    def model(self, name: str) -> Checkpoint:
        """A model of RUNS, trained if need be."""
        folder = self.models / name
        if not folder.is_dir():
            corpus, *settings = RUNS[name]
            command = [sys.executable, "-m", "headline", "train", str(self.data / corpus), "--out", str(folder)]
            subprocess.run([*command, "--name", name, *settings], cwd=ROOT, check=True)
        return Checkpoint.load(folder)

    def bundled(self) -> Checkpoint:
        return Checkpoint.load(BUNDLED_MODEL)

    def tuned(self, size: int, start: Checkpoint | None) -> Checkpoint:
        """A model of so many NYT headlines that are not on the test side, its words those of all of them."""
        folder = self.models / f"nyt-{size}-{'tuned' if start else 'alone'}"
        if not folder.is_dir():
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
            from headline.training.train import train

            settings = RECIPES["autocomplete"].changed(dropout=0.4)
            if start:
                settings = RECIPES["autocomplete"].fine_tuning(start.config)
            train(
                Corpus(self.own_titles(size)), settings, start_from=start, vocabulary=self.nyt_words(), name=folder.name
            ).save(folder)
        return Checkpoint.load(folder)

    def tuned_on_abc(self) -> Checkpoint:
        """The bundled model after one more epoch on ABC alone, with ABC's own words."""
        folder = self.models / "abc-tuned"
        if not folder.is_dir():
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
            from headline.training.train import train

            start = self.bundled()
            settings = RECIPES["autocomplete"].fine_tuning(start.config).changed(epochs=1, learning_rate=5e-4)
            corpus = read_headlines(self.data / "abc")
            train(corpus, settings, start_from=start, vocabulary=self.model("abc").vocabulary, name="abc-tuned").save(
                folder
            )
        return Checkpoint.load(folder)

    def own_titles(self, size: int) -> list[str]:
        sides = self.sides("nyt")
        rest = sides["train"] + sides["validation"]
        random.Random(0).shuffle(rest)
        return rest[:size]

    def nyt_words(self) -> Vocabulary:
        return Vocabulary.build(self.sides("nyt")["train"], "headline", min_count=2)


def ngram_only(checkpoint: Checkpoint, headlines: Sequence[str], order: int = 4) -> Checkpoint:
    """A Kneser-Ney model of all n-grams of some headlines, with a checkpoint's vocabulary and no network."""
    ngram = build_ngrams(headlines, checkpoint.vocabulary, order, max_ngrams=sys.maxsize)
    return ngrams_alone(replace(checkpoint, ngram=ngram))


def perplexity(bench: Bench) -> str:
    """Every system on the test sides of ABC and NYT, and trained on ABC but tested on NYT."""
    abc, nyt = bench.sides("abc"), bench.sides("nyt")
    on_abc, on_nyt = bench.model("abc"), bench.model("nyt")
    abc_test = sample(abc["test"], _ABC_ROWS)
    own_words = bench.nyt_words()
    tuned, on_abc_again = bench.tuned(8000, bench.bundled()), bench.tuned_on_abc()
    bundled = bench.bundled()
    cases = {
        "ABC": (
            abc_test,
            systems(on_abc, abc["train"], bench.model("abc-notebook"))
            | {BUNDLED_LSTM: alone(bundled), BUNDLED_BOTH: bundled}
            | {TUNED_LSTM: alone(on_abc_again), TUNED_BOTH: on_abc_again},
        ),
        "NYT": (
            nyt["test"],
            systems(on_nyt, nyt["train"], bench.model("nyt-notebook")) | {TUNED_LSTM: alone(tuned), TUNED_BOTH: tuned},
        ),
        "NYT, trained on ABC": (nyt["test"], systems(on_abc, abc["train"], None)),
    }
    assert own_words.itos == tuned.vocabulary.itos == on_nyt.vocabulary.itos
    results: dict = {}
    for case, (rows, models) in cases.items():
        for name, checkpoint in models.items():
            words = on_abc.vocabulary if checkpoint.vocabulary is bundled.vocabulary else None
            results.setdefault(case, {})[name] = evaluate(checkpoint, rows, words=words).as_dict()
            print(case, name, results[case][name], flush=True)
    bench.keep("perplexity", results)
    heads = ["perplexity", "known words", "after the first word", "unknown", "top 1", "top 3", "top 5", "MRR"]
    heads += ["exact 1", "exact 2", "exact 3", "calibration error"]
    parts = []
    for case, found in results.items():
        lines = [f"**{case}**, {len(cases[case][0]):,} headlines", "", table_head(["", *heads])]
        for name, f in found.items():
            causal = "notebook" not in name
            cells = [f"{f['perplexity']:.1f}", f"{f['perplexity_known']:.1f}"] if causal else ["–", "–"]
            cells += [f"{f['perplexity_after_first']:.1f}", f"{f['unknown'] / f['words']:.1%}"]
            cells += [f"{f[key]:.1%}" for key in ("top1", "top3", "top5")] + [f"{f['mean_reciprocal_rank']:.3f}"]
            cells += [f"{f[f'exact{n}']:.0%}" for n in (1, 2, 3)] + [f"{f['calibration_error']:.3f}"]
            lines.append(row([name, *cells]))
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def systems(checkpoint: Checkpoint, headlines: Sequence[str], notebook: Checkpoint | None) -> dict[str, Checkpoint]:
    found = {
        "most frequent words": ngram_only(checkpoint, headlines, order=1),
        "Kneser-Ney 4-gram": ngram_only(checkpoint, headlines),
    }
    if notebook:
        found["notebook recipe"] = notebook
    return found | {"LSTM": alone(checkpoint), "LSTM with 4-gram": checkpoint}


def alone(checkpoint: Checkpoint) -> Checkpoint:
    return replace(checkpoint, lstm_weight=1.0)


def keystrokes(bench: Bench) -> str:
    """Keystrokes saved, on the models' own kind of headlines and on those of papers they never saw."""
    abc = bench.sides("abc")
    bundled = bench.bundled()
    both = [h for folder in ("abc", "more") for h in bench.sides(folder)["train"]]
    groups = {
        "trained on ABC": (
            bench.model("abc"),
            abc["train"],
            [
                Source("ABC, test side", abc["test"]),
                Source("NYT", bench.sides("nyt")["test"]),
                *(Source(name, bench.sides(f"more/{file}_headlines.csv")["test"]) for name, file in OTHERS.items()),
            ],
        ),
        "bundled model": (
            bundled,
            both,
            [
                Source("ABC, test side", abc["test"]),
                Source("NYT", bench.sides("nyt")["test"]),
                *(Source(f"{n}, test side", bench.sides(f"more/{f}_headlines.csv")["test"]) for n, f in OTHERS.items()),
                Source("our own sample", read_headlines(ROOT / "data" / "sample.csv").headlines),
            ],
        ),
    }
    results: dict = {}
    parts = []
    for group, (checkpoint, trained_on, sources) in groups.items():
        none = Lexicon([], np.empty(0))
        baseline = ngram_only(checkpoint, trained_on)
        ways: dict[str, tuple[Suggester, bool]] = {
            "most frequent words": (Suggester(ngram_only(checkpoint, trained_on, 1), none), False),
            "4-gram": (Suggester(baseline, none), False),
            "LSTM": (Suggester(alone(checkpoint), none), False),
            "LSTM with 4-gram": (Suggester(checkpoint, none), False),
            "and word list": (Suggester(checkpoint), False),
            "and phrases (ours)": (Suggester(checkpoint), True),
        }
        lines = [f"**{group}**", "", table_head(["", *ways, "ours / 4-gram"])]
        for source in sources:
            typed = sample(source.headlines, bench.count)
            saved = {name: typed_with(s, typed, phrases=phrases).saved for name, (s, phrases) in ways.items()}
            results.setdefault(group, {})[source.name] = saved
            ratio = saved["and phrases (ours)"] / saved["4-gram"]
            lines.append(row([f"{source.name} ({len(typed)})", *(f"{x:.3f}" for x in saved.values()), f"{ratio:.2f}"]))
        parts.append("\n".join(lines))
    bench.keep("keystrokes", results)
    return "\n\n".join(parts)


OTHERS = {"India": "india", "UCI": "uci", "Upworthy": "upworthy"}


def tuning(bench: Bench) -> str:
    """From the bundled model and from nothing, on 500, 2,000 and all NYT headlines."""
    test, words = bench.sides("nyt")["test"], bench.nyt_words()
    typed = sample(test, bench.count)
    results: dict = {}
    base = bench.bundled()
    none = Lexicon([], np.empty(0))
    for size in SIZES:
        titles = bench.own_titles(size)
        models = {
            "4-gram": ngram_only(replace(base, vocabulary=words), titles),
            "from nothing": bench.tuned(size, None),
            "from the bundled model": bench.tuned(size, base),
        }
        for name, checkpoint in models.items():
            suggester = Suggester(checkpoint, none) if name == "4-gram" else Suggester(checkpoint)
            results.setdefault(name, {})[str(len(titles))] = {
                "lstm": evaluate(alone(checkpoint), test).perplexity if name != "4-gram" else None,
                "perplexity": evaluate(checkpoint, test).perplexity,
                "saved": typed_with(suggester, typed, phrases=name != "4-gram").saved,
                "seconds": checkpoint.provenance.get("seconds"),
            }
    bench.keep("tuning", results)
    sizes = list(results["from nothing"])
    lines = [table_head(["titles", *(f"{int(n):,}" for n in sizes)])]
    for name, found in results.items():
        if name != "4-gram":
            lines.append(row([f"{name}: LSTM", *(f"{found[n]['lstm']:.1f}" for n in sizes)]))
        title = "4-gram" if name == "4-gram" else f"{name}: with 4-gram"
        lines.append(row([title, *(f"{found[n]['perplexity']:.1f}" for n in sizes)]))
    for name, found in results.items():
        lines.append(row([f"{name}: keystrokes saved", *(f"{found[n]['saved']:.3f}" for n in sizes)]))
    for name, found in results.items():
        if name != "4-gram":
            lines.append(row([f"{name}: seconds of training", *(f"{found[n]['seconds']:.0f}" for n in sizes)]))
    return "\n".join(lines)


def typing(bench: Bench) -> str:
    """Corrections of slips made at random, and how new whole headlines are, with the bundled model."""
    suggester = Suggester(bench.bundled())
    rng = random.Random(0)
    lines = [table_head(["slip in a held-out word", "right word among 5", "first"])]
    results: dict = {}
    for name, slip in SLIPS.items():
        hits, first, tried = 0, 0, 0
        for headline in sample(bench.sides("nyt")["test"] + bench.sides("abc")["test"], 2 * bench.count):
            words = headline.split()
            places = [i for i, w in enumerate(words) if len(w) >= 5 and w.isalpha()]
            if not places:
                continue
            at = rng.choice(places)
            wrong = slip(words[at], rng)
            if wrong == words[at]:
                continue
            found = suggester.suggest(" ".join([*words[:at], wrong]), 5)
            right = [s.text.split()[-1].lower() == words[at].lower() for s in found]
            tried, hits, first = tried + 1, hits + any(right), first + right[:1].count(True)
        results[name] = {"tried": tried, "among5": hits / tried, "first": first / tried}
        lines.append(row([f"{name} ({tried})", f"{hits / tried:.1%}", f"{first / tried:.1%}"]))
    total = sum(r["tried"] for r in results.values())
    among5, best = (sum(r[key] * r["tried"] for r in results.values()) / total for key in ("among5", "first"))
    lines.append(row([f"all ({total})", f"{among5:.1%}", f"{best:.1%}"]))
    generator = Generator(suggester)
    made = [
        m
        for seed in ("", "the", "new", "why", "police", "how to")
        for m in generator.several(seed, 50, 1.0, rng=np.random.default_rng(0))
    ]
    new = sum(not m.seen for m in made) / len(made)
    bench.keep("typing", results | {"new": new, "made": len(made)})
    return "\n".join([*lines, "", f"Of {len(made)} headlines sampled at temperature 1, {new:.1%} are new."])


def exchanged(word: str, rng: random.Random) -> str:
    i = rng.randrange(len(word) - 1)
    return word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def missing(word: str, rng: random.Random) -> str:
    i = rng.randrange(1, len(word))
    return word[:i] + word[i + 1 :]


def doubled(word: str, rng: random.Random) -> str:
    i = rng.randrange(len(word))
    return word[:i] + word[i] + word[i:]


def neighbour(word: str, rng: random.Random) -> str:
    i = rng.randrange(len(word))
    near = neighbours(LANGUAGES["en"]).get(word[i].lower())
    return word[:i] + rng.choice(near) + word[i + 1 :] if near else word


SLIPS: dict[str, Callable[[str, random.Random], str]] = {
    "two letters exchanged": exchanged,
    "a letter missing": missing,
    "a letter doubled": doubled,
    "a neighbouring key": neighbour,
}
PARTS = {"perplexity": perplexity, "keystrokes": keystrokes, "tuning": tuning, "typing": typing}


def sample(headlines: Sequence[str], count: int) -> list[str]:
    headlines = list(headlines)
    random.Random(0).shuffle(headlines)
    return headlines[:count]


def table_head(cells: Sequence[str]) -> str:
    return row(cells) + "\n" + row(["---", *["---:"] * (len(cells) - 1)])


def row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def write_part(path: Path, name: str, text: str) -> None:
    """Put a table between the two marks of its part."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _, rest = path.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(end)[2]
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
