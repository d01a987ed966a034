"""What a large vocabulary costs: a training step, a keystroke, and what the approximate softmax loses.

    python -m bench.large_vocabulary steps      # seconds and memory of a training step
    python -m bench.large_vocabulary serving    # milliseconds at a word's start, and the loss in the best five

Words are made up. For `steps` their frequencies follow Zipf's law (a word's frequency is one over its rank), and each
vocabulary trains in a process of its own, a few steps of each in turn, so that all meet the same machine. For
`serving` each word of the bundled model becomes several, with vectors that differ by noise and with a Zipf share of the
word's probability each: a network of that size that was trained was not at hand. NumPy is held to one core there.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # before NumPy reads them; TensorFlow has threads of its own

import argparse
import multiprocessing
import resource
import tempfile
import time
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from headline.corpus.reader import read_headlines
from headline.corpus.vocabulary import END, PAD, START, UNK, Vocabulary
from headline.generator.memory import loaded_bytes
from headline.generator.suggester import Suggester
from headline.model.checkpoint import Checkpoint
from headline.model.language_model import LanguageModel
from headline.model.top import top
from headline.paths import BUNDLED_MODEL, SAMPLE_CORPUS

SIZES = (25_000, 100_000, 1_000_000)
MEBIBYTE = 2**20
_COMPARED = 40  # headlines of `serving` on which the exact softmax, which takes long, is computed too
_TITLES, _WORDS = 20_000, 8  # of the made-up list
_ROUNDS, _STEPS = 5, 12  # steps in a row, of which the first two are not counted


def steps(sizes: list[int], settings: list[str], rounds: int) -> None:
    """Print the milliseconds of a step by vocabulary, by the clock and of processor, and how many times the first one's."""
    context = multiprocessing.get_context("spawn")
    trained = {}
    for size in sizes:
        ours, theirs = context.Pipe()
        process = context.Process(target=_train, args=(size, settings, theirs), daemon=True)
        process.start()
        trained[size] = ours
        ours.recv()  # it is ready
    took: dict[int, list[tuple[float, float]]] = {size: [] for size in sizes}
    for _ in range(rounds):
        for size, process in trained.items():
            process.send(True)
            took[size] += process.recv()
    peaks = {}
    for size, process in trained.items():
        process.send(False)
        peaks[size] = process.recv()
    first = np.median(took[sizes[0]], axis=0)
    print(
        f"{'words':>10}{'ms a step':>12}{'times':>8}{'ms of processor':>18}{'times':>8}{'peak memory, MiB':>19}   medians"
    )
    for size in sizes:
        clock, processor = 1000 * np.median(took[size], axis=0)
        times = np.median(took[size], axis=0) / first
        print(f"{size:>10,}{clock:>12.1f}{times[0]:>8.2f}{processor:>18.1f}{times[1]:>8.2f}{peaks[size]:>19,.0f}")


def _train(size: int, changes: list[str], asked: Connection) -> None:
    """Train on made-up rows, some steps whenever asked to."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from headline.commands.options import parse_settings
    from headline.training.loading import load_keras

    load_keras()
    import keras

    from headline.training.network.accelerator import compute_policy, computing_in, keep_freed_memory
    from headline.training.network.batches import CausalBatches, sample_candidates
    from headline.training.network.keras_model import build_model, with_candidates
    from headline.training.network.objective import compile_model
    from headline.training.settings import RECIPES

    keep_freed_memory()
    settings = RECIPES["autocomplete"].changed(**parse_settings(changes))
    rng = np.random.default_rng(0)
    chance = 1 / np.arange(1, size - 3)
    counts = np.concatenate([[0, 1, 1, 1], np.maximum(1, np.round(1e8 * chance / chance.sum()))]).astype(np.int64)
    vocabulary = Vocabulary([PAD, UNK, START, END, *(f"w{i}" for i in range(size - 4))], counts, "headline")
    drawn = 4 + rng.choice(size - 4, (_TITLES, _WORDS), p=chance / chance.sum())
    batches = CausalBatches([[2, *row, 3] for row in drawn.tolist()], settings.rows_per_batch(10**6), settings.seed)
    held_out = CausalBatches([[2, 3]], 1)
    sample_candidates(settings, vocabulary, batches, held_out)
    with computing_in(compute_policy(settings)):
        model = build_model(settings.model_config(size, _WORDS))
        model = with_candidates(model)
    compile_model(model, settings, 10_000)

    class Clock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
            self.took: list[tuple[float, float]] = []
            self.began = time.perf_counter(), time.process_time()

        def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
            now = time.perf_counter(), time.process_time()  # with the time that the batch took to be made
            self.took.append((now[0] - self.began[0], now[1] - self.began[1]))
            self.began = now

    clock, done = Clock(), 0

    def run() -> list[tuple[float, float]]:
        nonlocal done
        part: Any = _Part(batches, done % (len(batches) - _STEPS))
        model.fit(part, epochs=1, callbacks=[clock], shuffle=False, verbose=0)
        done += _STEPS
        return clock.took[2:]

    class _Part(keras.utils.PyDataset):
        def __init__(self, whole: CausalBatches, first: int):
            super().__init__()
            self.whole, self.first = whole, first

        def __len__(self) -> int:
            return _STEPS

        def __getitem__(self, index: int) -> Any:
            return self.whole[self.first + index]

    run()
    asked.send("ready")
    while asked.recv():
        asked.send(run())
    asked.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def serving(sizes: list[int], count: int) -> None:
    """Print the milliseconds at a word's start by vocabulary, and what the approximate softmax loses there."""
    titles = read_headlines(SAMPLE_CORPUS).headlines[:count]
    bundled = Checkpoint.load(BUNDLED_MODEL)
    context = multiprocessing.get_context("spawn")
    print(f"{count} headlines of {SAMPLE_CORPUS.name}, at the start of each word but the first")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            split_words(bundled, size).save(Path(folder), "int8")
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(Path(folder), titles, theirs))
            process.start()
            found = ours.recv()
            process.join()
            foreseen = loaded_bytes(Path(folder)) / MEBIBYTE
        (clock, processor), (clock95, processor95) = np.percentile(found["ms"], [50, 95], axis=0)
        share = {name: np.mean([getattr(a, name) for a in found["answers"]]) for name in Best.__annotations__}
        print(f"{size:,} words: median {clock:.2f} ms, p95 {clock95:.2f} ms, over {len(found['ms']):,} places")
        print(f"  of processor: median {processor:.2f} ms, p95 {processor95:.2f} ms")
        print(f"  loaded in {found['seconds']:.0f} s, {found['memory']:,.0f} MiB, foreseen were {foreseen:,.0f}")
        print(
            f"  of the network's exact best five words {share['kept']:.2%} are among the approximate best five; all five"
        )
        print(
            f"  at {share['same']:.2%} of {len(found['answers']):,} places, and the same word first at {share['first']:.2%}"
        )
        print(
            f"  the word that followed is in the best five: exact {share['exact']:.2%}, approximate {share['quick']:.2%}"
        )
        print(flush=True)


@dataclass(frozen=True)
class Best:
    """The best five words at one place, by the exact and the approximate softmax."""

    same: bool  # the same five
    kept: float  # share of the exact five that are among the approximate ones
    first: bool  # the same first word
    exact: bool  # whether the word that followed is among the exact five
    quick: bool  # and among the approximate five

    @classmethod
    def of(cls, exact: np.ndarray, quick: np.ndarray, target: int) -> "Best":
        """Compare probabilities (V,)."""
        five, found = top(exact, 5), top(quick, 5)
        kept = len(set(five.tolist()) & set(found.tolist())) / 5
        return cls(kept == 1, kept, bool(five[0] == found[0]), target in five, target in found)


def _serve(folder: Path, titles: list[str], told: Connection) -> None:
    """Load a model, type titles, and compare the exact and the approximate softmax."""
    before, began = _resident(), time.perf_counter()
    suggester = Suggester.load(folder)
    seconds, times, answers = time.perf_counter() - began, [], []
    vocabulary = suggester.vocabulary
    suggester.suggest("the ")  # what is computed once
    for title in titles:
        words = title.split()
        for n in range(1, len(words)):
            text = " ".join(words[:n]) + " "
            began = time.perf_counter(), time.thread_time()
            suggester.suggest(text, 8)
            times.append((1000 * (time.perf_counter() - began[0]), 1000 * (time.thread_time() - began[1])))
    memory = _resident() - before
    # The n-grams are exact, and would hide what is lost.
    network = LanguageModel(replace(suggester.checkpoint, ngram=None))
    for title in titles[:_COMPARED]:
        state = network.start()
        for i in vocabulary.encode(title):
            exact, quick = network.probabilities(state)[0], network.quick_probabilities(state)[0]
            answers.append(Best.of(exact, quick, i))
            state = network.step(state, np.array([i]))
    told.send({"ms": times, "answers": answers, "memory": memory, "seconds": seconds})


def split_words(checkpoint: Checkpoint, size: int, noise: float = 0.5, seed: int = 0) -> Checkpoint:
    """Return a model of `size` words: each word of a model becomes several, the k-th with 1 / k of its probability.

    The first is written as the word is, the others are made up. Their vectors differ from the word's by noise of `noise`
    times its length. The n-grams know the first of each only.
    """
    rng, old, config = np.random.default_rng(seed), checkpoint.vocabulary, checkpoint.config
    special = len(old.specials)
    if size <= len(old):
        return checkpoint
    each = -(-2 * size // len(old))
    share = 1 / np.arange(1, each + 1)
    share /= share.sum()
    counts = np.outer(np.maximum(old.counts[special:], 1), share)  # (words, each)
    order = np.argsort(-counts, axis=None, kind="stable")
    order = order[np.isin(order % each, 0) | (np.arange(len(order)) < size)]
    firsts = order % each == 0
    missing = size - special - firsts.sum()
    order = order[firsts | (np.cumsum(~firsts) <= missing)]
    word, k = order // each + special, order % each
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    drawn = ["".join(row) for row in letters[rng.integers(0, 26, (len(order), 9))]]
    written = old.written[:special] + [
        old.written[w] if first else made_up for w, first, made_up in zip(word, k == 0, drawn, strict=True)
    ]
    frequency = np.concatenate([old.counts[:special], np.maximum(1, counts.ravel()[order]).astype(np.int64)])
    vectors = checkpoint.weights["embedding"][np.concatenate([np.arange(special), word])].astype(np.float32)
    length = np.linalg.norm(vectors, axis=1, keepdims=True) / np.sqrt(vectors.shape[1])
    others = np.concatenate([np.zeros(special, bool), k > 0])
    vectors[others] += noise * length[others] * rng.standard_normal((others.sum(), vectors.shape[1]), dtype=np.float32)
    bias = checkpoint.weights["softmax.bias"][np.concatenate([np.arange(special), word])].astype(np.float32)
    bias[special:] += np.log(share[k]).astype(np.float32)
    ids = np.concatenate([np.arange(special), special + np.flatnonzero(k == 0)[np.argsort(word[k == 0])]])
    return replace(
        checkpoint,
        config=replace(config, vocab_size=len(written)),
        vocabulary=Vocabulary(written, frequency.tolist(), old.tokenizer.name),
        weights={**checkpoint.weights, "embedding": vectors, "softmax.bias": bias},
        ngram=checkpoint.ngram.renumbered(ids, len(written)) if checkpoint.ngram is not None else None,
    )


def _resident() -> float:
    """Mebibytes of memory that this process has."""
    return int(open("/proc/self/statm", encoding="ascii").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MEBIBYTE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("steps", "serving"))
    parser.add_argument("--words", type=int, nargs="+", default=list(SIZES), help="(default: %(default)s)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of `steps`")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="of `steps` (default: %(default)s)")
    parser.add_argument("--count", type=int, default=150, help="headlines of `serving` (default: %(default)s)")
    options = parser.parse_args()
    if options.what == "steps":
        steps(options.words, options.set, options.rounds)
    else:
        serving(options.words, options.count)


if __name__ == "__main__":
    main()
