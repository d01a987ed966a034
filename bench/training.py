"""Training, measured: both recipes side by side, where the time goes, fine-tuning, memory, stopping.

    python -m bench.training ../shared/data/nyt [--only beat] [--many ../shared/data/abc]

    epoch    one epoch of each recipe: seconds, words a second, peak memory
    beat     how long until the autocomplete recipe is better on held-out headlines than the lesson's ever gets
    profile  where a step's time goes, and how near it comes to what the cores can multiply
    tuning   2,000 titles with the Quick preset, from the bundled model and from nothing
    memory   peak memory on 100,000 and on 1,000,000 headlines, made from --many by changing words
    stop     seconds from asking a run to stop to its checkpoint on disk

Each run is a process of its own, one after the other. Where the two recipes are compared, the losses
are over the same words: of the headlines that neither run saw, those whose words both tokenizers
cut alike, from the second word on (the lesson's recipe predicts no first word), words that both
vocabularies know. The autocomplete recipe's probabilities are not rescaled for that, though it
keeps some for unknown words and for the end, which the other does not; its n-grams take no part.
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
from dataclasses import replace
from pathlib import Path

import numpy as np

from headline.checkpoint import Checkpoint
from headline.corpus import read_headlines, split_headlines
from headline.evaluation import evaluate
from headline.language_model import LanguageModel, walk
from headline.recipes import RECIPES
from headline.vocabulary import TOKENIZERS

HELD_OUT = ["--set", "validation=0.05", "--set", "test=0.05"]
PARTS = ("epoch", "beat", "profile", "tuning", "memory", "stop")
_TITLES = 2_000
_STEPS = 40  # timed


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
    """The lesson's recipe until it gets no better, then ours until it is better than that."""
    told = {}
    for recipe in RECIPES:
        epochs = options.epochs if recipe == "notebook" else RECIPES[recipe].epochs
        command = [sys.executable, "-m", "bench.training", *map(str, options.files), "--child", recipe]
        child = subprocess.Popen(
            [*command, "--epochs", str(epochs)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        told[recipe] = [json.loads(line) for line in child.stdout]
        if child.wait():
            sys.exit(f"bench: the {recipe} run failed; try: {' '.join(command)}")
    common = set.intersection(*({tuple(where) for where, _ in told[recipe][0]["nats"]} for recipe in RECIPES))
    print(f"held-out loss over the same {len(common):,} words, after so many seconds of training")
    curves = {}
    for recipe in RECIPES:
        curves[recipe] = [
            (run["seconds"], float(np.mean([nats for where, nats in run["nats"] if tuple(where) in common])))
            for run in told[recipe]
        ]
        points = "  ".join(f"{seconds:.0f} s {loss:.3f}" for seconds, loss in curves[recipe])
        print(f"{recipe:<16}{points}")
    seconds, best = min(curves["notebook"], key=lambda point: point[1])
    sooner = next((s for s, loss in curves["autocomplete"] if loss < best), None)
    print(f"the lesson's best is {best:.3f} (perplexity {np.exp(best):,.0f}), reached after {seconds:.0f} s")
    if sooner is None:
        print("autocomplete never got there")
    else:
        print(f"autocomplete is better after {sooner:.0f} s: {seconds / sooner:.1f} times sooner")


def losses_by_epoch(files: Sequence[Path], recipe: str, epochs: int) -> None:
    """Train in this process; after every epoch print the nats of each held-out word, and the seconds so far
    without what the measuring took."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from headline.training import train as run

    settings = RECIPES[recipe].changed(validation=0.05, test=0.05, epochs=epochs, patience=3)
    corpus = read_headlines(files, keep_duplicates=settings.keep_duplicates, normalise=settings.normalise)
    test = split_headlines(corpus.headlines, settings.seed, 0.05, 0.05)["test"]
    began: list[float] = []  # when the first batch was done
    measuring = 0.0

    def ended(epoch: int, checkpoint: Checkpoint) -> None:
        nonlocal measuring
        now = time.monotonic()
        nats = word_nats(checkpoint, test)
        seconds = now - began[0] - measuring
        print(json.dumps({"epoch": epoch, "seconds": seconds, "nats": [(k, v) for k, v in nats.items()]}), flush=True)
        measuring += time.monotonic() - now

    def progress(at) -> None:
        if not began:
            began.append(time.monotonic() - at.seconds)

    run(corpus, settings, on_progress=progress, on_epoch=ended)


def profile(options: argparse.Namespace, folder: Path) -> None:
    """One step of the autocomplete recipe taken apart, and what the cores can do in a large matrix product."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    from headline import training
    from headline.batches import make_batches
    from headline.model import build_model, with_candidates
    from headline.vocabulary import Vocabulary

    settings = RECIPES["autocomplete"]
    headlines = read_headlines(options.files).headlines
    vocabulary = Vocabulary.build(headlines, settings.tokenizer, settings.min_count, settings.max_words)
    encoded = {"train": [ids for line in headlines if (ids := vocabulary.encode(line))], "validation": []}
    config = settings.model_config(len(vocabulary), max(map(len, encoded["train"])))
    batches, _ = make_batches(settings, config, vocabulary, encoded)
    model = build_model(config)
    trained = with_candidates(model) if batches.sampler else model
    training._keep_freed_memory()
    training.compile_model(trained, settings, len(batches))
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
        print(f"{name:<20}{1000 * per_step:8.1f} ms a step")
    rows, width = np.mean([(y > 0).sum() for _, y in steps]), np.mean([y.size for _, y in steps])
    words = settings.candidates if batches.sampler else len(vocabulary)
    gates = 4 * config.units * (config.embedding_size + config.units)
    projection = config.units * config.embedding_size * config.projected
    products = gates + projection + config.embedding_size * words
    # Two operations a product; backward takes twice as many as forward (Kaplan et al. 2020, section 2.1).
    done = 6 * products * width / seconds["whole step"] / 1e9
    side = 3000
    a = keras.random.normal((side, side))
    keras.ops.convert_to_numpy(keras.ops.matmul(a, a))
    each = min(timed(lambda i: keras.ops.convert_to_numpy(keras.ops.matmul(a, a)), 1) for _ in range(5))
    ceiling = 2 * side**3 / each / 1e9
    print(f"{rows:.0f} words a step in {width:.0f} places, {products * 6 / 1e6:.1f} million operations a place")
    print(f"{done:.0f} GFLOP/s of the {ceiling:.0f} that a {side:,} x {side:,} product reaches: {done / ceiling:.0%}")


def timed(work, times: int) -> float:
    began = time.perf_counter()
    for i in range(times):
        work(i)
    return (time.perf_counter() - began) / times


def tuning(options: argparse.Namespace, folder: Path) -> None:
    headlines = read_headlines(options.files).headlines
    sides = split_headlines(headlines)
    titles = folder / "titles.txt"
    titles.write_text("\n".join(sides["train"][:_TITLES]), encoding="utf-8")
    test = sides["test"]
    for name, start in (("bundled model", ["--start-from", "bundled"]), ("nothing", [])):
        began = time.monotonic()
        run = train([titles], folder / name, "--preset", "quick", *start)
        took = time.monotonic() - began
        checkpoint = Checkpoint.load(folder / name)
        measured = evaluate(checkpoint, test[:500])
        print(
            f"{_TITLES:,} titles, Quick, from {name:<14} {took:6.1f} s in all, {run['seconds']:.1f} of them in epochs; "
            f"on {500} other titles {measured.loss:.3f} nats a word with {measured.unknown_rate:.1%} unknown, top-5 {measured.top5:.1%}",
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
                line[rng.randrange(len(line))] = rng.choice(words)  # so that none is a duplicate
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
    """Run the command line to its end. Peak memory in MiB. `stop_in` is the epoch in which it is asked to stop, or
    "validation" for behind the last batch of the first."""
    command = [sys.executable, "-m", "headline", "train", *map(str, files), "--out", str(out), "--json", *arguments]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    last: dict = {}
    corpus: dict = {}
    asked = 0.0
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "corpus":
            corpus = event
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
        "stopping": time.monotonic() - asked if asked else None,
    }


def word_nats(checkpoint: Checkpoint, headlines: Sequence[str]) -> dict[tuple[int, int], float]:
    """Nats of each known word by (headline, place), from the second word on, where both tokenizers cut alike."""
    vocabulary = checkpoint.vocabulary
    model = LanguageModel(replace(checkpoint, ngram=None))
    found: dict[tuple[int, int], float] = {}
    for i, headline in enumerate(headlines):
        keys = vocabulary.tokenizer.keys(headline)
        cuts = [[re.sub("’", "'", key) for key in tokenizer.keys(headline)] for tokenizer in TOKENIZERS.values()]
        if cuts[0] != cuts[1]:
            continue
        # The lesson's recipe leaves unknown words out; which place a known one had is kept.
        known = [(place, vocabulary.stoi[key]) for place, key in enumerate(keys) if key in vocabulary.stoi]
        if checkpoint.config.causal:
            row = [vocabulary.start, *(vocabulary.stoi.get(key, vocabulary.unk) for key in keys)]
            places = list(range(len(keys)))
        else:
            row = [id_ for _, id_ in known]
            places = [place for place, _ in known][1:]
        for place, (target, state) in zip(places, walk(model.network, [row]), strict=False):
            if place > 0 and target[0] not in vocabulary.specials:
                found[i, place] = -float(model.log_probabilities(state)[0, target[0]])
    return found


if __name__ == "__main__":
    main()
