"""Measures training: both recipes, where the time goes, fine-tuning, memory, stopping.

    python -m bench.training ../shared/data/nyt [--only beat] [--many ../shared/data/abc]

    epoch    one epoch of each recipe: seconds, words per second, peak memory
    beat     how soon the held-out loss of the autocomplete recipe is below the notebook recipe's best
    profile  where a step's time goes, and its share of the cores' speed
    tuning   2,000 titles with the Quick preset, fine-tuning the bundled model and from scratch
    memory   peak memory on 100,000 and on 1,000,000 headlines, made from --many by changing words
    stop     seconds from the request to stop to the checkpoint on disk

Runs are processes of their own, one after the other. Where the recipes are compared, both losses are over
the same words: held-out headlines that both tokenizers split alike, from the second word on (the notebook
recipe predicts no first word), words in both vocabularies, with probabilities normalised over these words.
"""

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from headline.corpus.reader import read_headlines
from headline.corpus.segmentation import TOKENIZERS
from headline.corpus.split import split_headlines
from headline.generator.box.keystrokes import typed_with
from headline.generator.suggester import Suggester
from headline.model.checkpoint import Checkpoint
from headline.model.evaluation import evaluate
from headline.model.language_model import LanguageModel, walk
from headline.training.settings import RECIPES

HELD_OUT = ["--set", "validation=0.05", "--set", "test=0.05"]
PARTS = ("epoch", "beat", "profile", "tuning", "memory", "stop")
_TITLES = 2_000
_TYPED = 100  # headlines
_STEPS = 40  # timed
_SECONDS_BETWEEN_LOOKS = 3.0  # of training


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--many", nargs="+", type=Path, help="many headlines, for the memory part (default: FILES)")
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--epochs", type=int, default=30, help="of the lesson's recipe at most (default: %(default)s)")
    parser.add_argument("--child", choices=RECIPES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return losses_by_epoch(options.files, options.child, options.epochs)
    for part in options.only or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            began = time.monotonic()
            globals()[part](options, Path(folder))
            print(f"({part}: {time.monotonic() - began:.0f} s)\n", flush=True)


def epoch(options: argparse.Namespace, folder: Path) -> None:
    print(f"{'one epoch':<16}{'seconds':>10}{'words/s':>10}{'peak MiB':>10}{'steps':>8}")
    for recipe in RECIPES:
        run = train(options.files, folder / recipe, "--recipe", recipe, "--epochs", "1", *HELD_OUT)
        figures = f"{run['seconds']:10.1f}{run['words_per_second']:10,.0f}{run['peak']:10,.0f}{run['steps']:8}"
        print(f"{recipe:<16}{figures}", flush=True)


def beat(options: argparse.Namespace, folder: Path) -> None:
    """Train the notebook recipe until it stops improving, then the autocomplete recipe until it is better."""
    curves: dict[str, list[tuple[float, float]]] = {}
    for recipe in ("notebook", "autocomplete"):
        epochs = options.epochs if recipe == "notebook" else 3
        command = [sys.executable, "-m", "bench.training", *map(str, options.files), "--child", recipe]
        child = subprocess.Popen(
            [*command, "--epochs", str(epochs)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        lines = [json.loads(line) for line in child.stdout]
        if child.wait():
            sys.exit(f"bench: the {recipe} run failed; try: {' '.join(command)}")
        for what in dict.fromkeys(look["what"] for look in lines):
            curves[what] = [(look["seconds"], look["nats"]) for look in lines if look["what"] == what]
            points = "  ".join(f"{seconds:.0f} s {loss:.3f}" for seconds, loss in curves[what])
            print(f"{what:<34}{points}", flush=True)
    seconds, best = min(curves["notebook"], key=lambda point: point[1])
    print(f"over the same {lines[0]['words']:,} held-out words, of {lines[0]['vocabulary']:,} in both vocabularies;")
    print(
        f"the lesson's best is {best:.3f} (perplexity {np.exp(best):,.0f}), reached after {seconds:.0f} s of training"
    )
    for what, points in curves.items():
        if what != "notebook":
            sooner = next((s for s, loss in points if loss < best), None)
            when = "never" if sooner is None else f"after {sooner:.1f} s, {seconds / sooner:.0f} times sooner"
            print(f"{what:<34}is better {when}")


def losses_by_epoch(files: Sequence[Path], recipe: str, epochs: int) -> None:
    """Train in this process, and print the held-out loss in nats per word after every epoch, and for the
    autocomplete recipe every few seconds, with the seconds of training so far."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from headline.corpus.vocabulary import Vocabulary
    from headline.training import fit as training
    from headline.training.fitting.mixture import build_ngrams, ngrams_alone

    held_out = {"validation": 0.05, "test": 0.05}
    settings = RECIPES[recipe].changed(**held_out, epochs=epochs, patience=3)
    keys = []
    for each in RECIPES.values():
        headlines = read_headlines(files, keep_duplicates=each.keep_duplicates, normalise=each.normalise).headlines
        side = split_headlines(headlines, each.seed, **held_out)["train"]
        keys.append(set(Vocabulary.build(side, each.tokenizer, each.min_count, each.max_words).stoi))
    common = {key for key in keys[0] & keys[1] if not key.startswith("<")}
    corpus = read_headlines(files, keep_duplicates=settings.keep_duplicates, normalise=settings.normalise)
    sides = split_headlines(corpus.headlines, settings.seed, **held_out)
    measuring = 0.0

    def tell(what: str, checkpoint: Checkpoint, seconds: float) -> None:
        nonlocal measuring
        began = time.monotonic()
        nats = word_nats(checkpoint, sides["test"], common)
        facts = {"words": len(nats), "vocabulary": len(common), "nats": float(np.mean(list(nats.values())))}
        print(json.dumps({"what": what, "seconds": seconds} | facts), flush=True)
        measuring += time.monotonic() - began

    class Looking(training.Reporter):
        """Measures the network after every few seconds of training."""

        def on_train_begin(self, logs=None):
            super().on_train_begin(logs)
            self._looked = 0.0

        def trained_for(self) -> float:
            return time.monotonic() - self._began - measuring

        def on_train_batch_end(self, batch, logs=None):
            super().on_train_batch_end(batch, logs)
            if recipe == "autocomplete" and self.trained_for() - self._looked > _SECONDS_BETWEEN_LOOKS:
                self._looked = self.trained_for()
                self.on_epoch(self._epoch)

    reporters: list[Looking] = []

    def reporter(*arguments) -> Looking:
        reporters.append(Looking(*arguments))
        return reporters[-1]

    training.Reporter = reporter
    name = "notebook" if recipe == "notebook" else "autocomplete, its LSTM alone"
    began = time.monotonic()
    if recipe == "autocomplete":
        vocabulary = Vocabulary.build(sides["train"], settings.tokenizer, settings.min_count, settings.max_words)
        longest = max(len(vocabulary.encode(line)) for line in sides["train"])
        config = settings.model_config(len(vocabulary), longest)
        ngram = build_ngrams(sides["train"], vocabulary, settings.ngram_order, settings.max_ngrams)
        alone = ngrams_alone(Checkpoint(config, vocabulary, {}, ngram))
        tell("autocomplete, its n-grams alone", alone, time.monotonic() - began)
    training.fitting.fit(
        corpus,
        settings,
        on_epoch=lambda epoch, checkpoint: tell(name, checkpoint, reporters[-1].trained_for()),
    )


def profile(options: argparse.Namespace, folder: Path) -> None:
    """Time the parts of a training step, and a large matrix product to compare them with."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    from headline.corpus.vocabulary import Vocabulary
    from headline.training.network.accelerator import keep_freed_memory
    from headline.training.network.batches import make_batches
    from headline.training.network.keras_model import build_model, with_candidates
    from headline.training.network.objective import compile_model

    settings = RECIPES["autocomplete"]
    headlines = read_headlines(options.files).headlines
    vocabulary = Vocabulary.build(headlines, settings.tokenizer, settings.min_count, settings.max_words)
    encoded = {"train": [ids for line in headlines if (ids := vocabulary.encode(line))], "validation": []}
    config = settings.model_config(len(vocabulary), max(map(len, encoded["train"])))
    batches, _ = make_batches(settings, config, vocabulary, encoded)
    model = build_model(config)
    trained = with_candidates(model) if batches.sampler else model
    keep_freed_memory()
    compile_model(trained, settings, len(batches))
    steps = [batches[i] for i in range(min(_STEPS, len(batches)))]
    for x, y in steps:  # every width is compiled once
        trained.train_on_batch(x, y)
        trained.predict_on_batch(x)
    seconds = {
        "making the batch": timed(lambda i: batches[i], len(steps)),
        "forward": timed(lambda i: trained.predict_on_batch(steps[i][0]), len(steps)),
        "whole step": timed(lambda i: trained.train_on_batch(*steps[i]), len(steps)),
    }
    for name, per_step in seconds.items():
        print(f"{name:<20}{1000 * per_step:8.1f} ms per step")
    rows, width = np.mean([(y > 0).sum() for _, y in steps]), np.mean([y.size for _, y in steps])
    words = settings.candidates if batches.sampler else len(vocabulary)
    gates = 4 * config.units * (config.embedding_size + config.units)
    projection = config.units * config.embedding_size * config.projected
    products = gates + projection + config.embedding_size * words
    # Two operations per product; backward takes twice as many as forward (Kaplan et al. 2020, section 2.1).
    done = 6 * products * width / seconds["whole step"] / 1e9
    side = 3000
    a = keras.random.normal((side, side))
    keras.ops.convert_to_numpy(keras.ops.matmul(a, a))
    each = min(timed(lambda i: keras.ops.convert_to_numpy(keras.ops.matmul(a, a)), 1) for _ in range(5))
    ceiling = 2 * side**3 / each / 1e9
    print(
        f"{rows:.0f} words per step in {width:.0f} positions, {products * 6 / 1e6:.1f} million operations per position"
    )
    print(f"{done:.0f} GFLOP/s of the {ceiling:.0f} of a {side:,} x {side:,} product: {done / ceiling:.0%}")


def timed(work, times: int) -> float:
    began = time.perf_counter()
    for i in range(times):
        work(i)
    return (time.perf_counter() - began) / times


def tuning(options: argparse.Namespace, folder: Path) -> None:
    sides = split_headlines(read_headlines(options.files).headlines)
    titles = folder / "titles.txt"
    titles.write_text("\n".join(sides["train"][:_TITLES]), encoding="utf-8")
    runs = {}
    for name, start in (("the bundled model", ["--start-from", "bundled"]), ("nothing", [])):
        began = time.monotonic()
        run = train([titles], folder / name, "--preset", "quick", *start)
        runs[name] = (time.monotonic() - began, run["seconds"], Checkpoint.load(folder / name))
    judge = runs["nothing"][2].vocabulary
    for name, (took, training, checkpoint) in runs.items():
        measured = evaluate(checkpoint, sides["test"][:500], words=judge)
        saved = typed_with(Suggester(checkpoint), sides["test"][:_TYPED]).saved
        print(
            f"{_TITLES:,} titles, Quick, from {name:<18}{took:6.1f} s in all, {training:.1f} s of them in epochs; "
            f"perplexity {measured.perplexity:,.0f} in the same {len(judge):,} words, keystrokes saved {saved:.3f}",
            flush=True,
        )


def memory(options: argparse.Namespace, folder: Path) -> None:
    source = read_headlines(options.many or options.files).headlines
    rng = random.Random(0)
    words = [word for headline in source for word in headline.split()]
    print(f"{'headlines':<12}{'words':>10}{'vocabulary':>12}{'peak MiB':>10}{'seconds':>9}")
    for count in (100_000, 1_000_000):
        path = folder / "many.txt"
        with open(path, "w", encoding="utf-8") as file:
            for i in range(count):
                line = source[i % len(source)].split()
                line[rng.randrange(len(line))] = rng.choice(words)  # so that there are no duplicates
                file.write(" ".join([*line, str(i)]) + "\n")
        began = time.monotonic()
        run = train([path], folder / "model", "--minutes", "0.5", "--epochs", "20")
        checkpoint = Checkpoint.load(folder / "model")
        print(
            f"{count:<12,}{run['corpus']['kept'] * 7:>10,}{len(checkpoint.vocabulary):>12,}{run['peak']:>10,.0f}"
            f"{time.monotonic() - began:>9.0f}",
            flush=True,
        )


def stop(options: argparse.Namespace, folder: Path) -> None:
    for asked in ("in the second epoch", "while held-out headlines are measured"):
        run = train(
            options.files, folder / "model", "--epochs", "5", *HELD_OUT, stop_in="validation" if "held" in asked else 2
        )
        print(f"stopped {asked}: the checkpoint was there {run['stopping']:.2f} s later", flush=True)


def train(files: Sequence[Path], out: Path, *arguments: str, stop_in: int | str | None = None) -> dict:
    """Run the command line and return its figures, peak memory in MiB. `stop_in` is the epoch in which it is asked
    to stop, or "validation": after the last batches of the first epoch."""
    command = [sys.executable, "-m", "headline", "train", *map(str, files), "--out", str(out), "--json", *arguments]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    last: dict = {}
    corpus: dict = {}
    asked = ended = 0.0
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "corpus":
            corpus = event
        if event["event"] == "done":  # it is on disk by now
            ended = time.monotonic()
        if event["event"] != "progress":
            continue
        last = event
        late = event["step"] > 0.97 * event["steps"] and not event["epoch_ended"]
        due = late if stop_in == "validation" else stop_in is not None and event["epoch"] >= stop_in
        if due and not asked:
            asked = time.monotonic()
            child.send_signal(signal.SIGTERM)
    _, code, usage = os.wait4(child.pid, 0)
    if code:
        sys.exit(f"bench: a run failed; try: {' '.join(command)}")
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
    facts = {key: last[key] for key in ("seconds", "words_per_second", "steps")}
    return facts | {
        "peak": usage.ru_maxrss * unit / 2**20,
        "corpus": corpus,
        "stopping": ended - asked if asked else None,
    }


def word_nats(checkpoint: Checkpoint, headlines: Sequence[str], common: set[str]) -> dict[tuple[int, int], float]:
    """Return the nats of held-out words by (headline, position), from the second word on, where both tokenizers split
    alike, with probabilities normalised over the `common` words."""
    vocabulary = checkpoint.vocabulary
    model = LanguageModel(checkpoint)
    kept = np.array(sorted(vocabulary.stoi[key] for key in common))
    found: dict[tuple[int, int], float] = {}
    for i, headline in enumerate(headlines):
        keys = vocabulary.tokenizer.keys(headline)
        cuts = [[re.sub("’", "'", key) for key in tokenizer.keys(headline)] for tokenizer in TOKENIZERS.values()]
        if cuts[0] != cuts[1]:
            continue
        # The notebook recipe drops unknown words; known words keep their positions.
        known = [(place, vocabulary.stoi[key]) for place, key in enumerate(keys) if key in vocabulary.stoi]
        if checkpoint.config.causal:
            row = [vocabulary.start, *(vocabulary.stoi.get(key, vocabulary.unk) for key in keys)]
            places = list(range(len(keys)))
        else:
            row = [id_ for _, id_ in known]
            places = [place for place, _ in known][1:]
        for place, (target, state) in zip(places, walk(model.network, [row]), strict=False):
            if place > 0 and vocabulary.itos[target[0]] in common:
                p = model.probabilities(state)[0]
                found[i, place] = float(np.log(p[kept].sum()) - np.log(p[target[0]]))
    return found


if __name__ == "__main__":
    main()
