"""What a keystroke costs: the suggester, against the lesson's own way of predicting, in one run.

    python -m bench.keystroke [--model assets/model] [--headlines data/sample.csv] [--count 200] [--growth]

Types headlines letter by letter, as a person would, and asks for suggestions at each letter. The
lesson's way is Keras' `predict` on the padded sequence, with a network of the lesson's sizes (its
time does not depend on what the weights are); it is asked at fewer letters, for it is slow, and in
turn with the suggester, so that both meet the same machine. NumPy is held to one core.

`--growth` measures how the cost grows with the vocabulary (made-up ones of up to a million words,
weights at random) and with the length of the text, and draws docs/keystroke.svg.
"""

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # before NumPy reads them

import argparse
import random
import time
from pathlib import Path

import numpy as np

from headline.corpus.reader import read_headlines
from headline.corpus.sequences import pad_left
from headline.corpus.vocabulary import END, PAD, START, UNK, Vocabulary
from headline.generator.suggester import Suggester
from headline.generator.words.lexicon import Lexicon
from headline.model.checkpoint import Checkpoint
from headline.model.config import ModelConfig
from headline.paths import BUNDLED_MODEL

ROOT = Path(__file__).resolve().parent.parent
LESSON = ModelConfig("notebook", vocab_size=11_753, block_size=28, embedding_size=10, units=100)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=BUNDLED_MODEL)
    parser.add_argument("--headlines", type=Path, default=ROOT / "data" / "sample.csv", help="not trained on")
    parser.add_argument("--count", type=int, default=200, help="headlines to type")
    parser.add_argument("--every", type=int, default=40, help="ask the lesson's way at each so many letters")
    parser.add_argument("--growth", action="store_true", help="with vocabulary and length instead")
    options = parser.parse_args()
    if options.growth:
        growth()
        return

    suggester = Suggester.load(options.model)
    predict = lesson_way()
    headlines = read_headlines(options.headlines).headlines[: options.count]
    words, with_phrases, theirs, between = [], [], [], []
    letters = 0
    for headline in headlines:
        for end in range(len(headline) + 1):
            typed = headline[:end]
            words.append(milliseconds(suggester.suggest, typed, 8))
            if not typed or typed[-1] == " ":
                between.append(words[-1])
            letters += 1
            if letters % options.every == 0:
                theirs.append(milliseconds(predict, typed))
    suggester = Suggester.load(options.model)  # anew, so that nothing is found that was remembered
    for headline in headlines:
        with_phrases += [milliseconds(suggester.suggest, headline[:end], 8, True) for end in range(len(headline) + 1)]
    print(f"{len(headlines)} headlines of {options.headlines.name}, {letters:,} keystrokes, model {options.model.name}")
    print(f"{'milliseconds a keystroke':<44}{'p50':>9}{'p95':>9}{'max':>9}")
    row("suggest, single words", words)
    row("  of these after a space (from the word's end)", between)
    row("suggest, with phrases", with_phrases)
    row("the lesson's way: Keras predict, argsort", theirs)
    ratio = np.median(theirs) / np.median(words)
    print(f"median of the lesson's way / median of suggest: {ratio:,.0f} times")
    slow = np.percentile(theirs, 95) / np.percentile(words, 95)
    print(f"p95 of the lesson's way / p95 of suggest: {slow:,.0f} times")


def growth() -> None:
    """Median and 95th percentile by vocabulary, and by how many words stand before."""
    from bench.pictures import draw_curves

    rng = random.Random(0)
    table: dict[int, dict[str, tuple[float, float]]] = {}
    for size in (10_000, 30_000, 100_000, 300_000, 1_000_000):
        suggester = made_up(size)
        itos = suggester.vocabulary.itos
        times: dict[str, list[float]] = {"at a word's end": [], "within a word": [], "with phrases": []}
        for _ in range(60):
            text = " ".join(itos[4 + int(size * rng.random() ** 3)] for _ in range(4))
            times["at a word's end"].append(milliseconds(suggester.suggest, text + " ", 8))
            times["within a word"] += [milliseconds(suggester.suggest, f"{text} {itos[9][:n]}", 8) for n in (1, 2, 3)]
            times["with phrases"].append(milliseconds(suggester.suggest, text + " ", 8, True))
        table[size] = {name: tuple(np.percentile(t, [50, 95])) for name, t in times.items()}
        del suggester
        told = "   ".join(f"{name} {p50:.2f} / {p95:.2f}" for name, (p50, p95) in table[size].items())
        print(f"{size:>9,} words: {told}   ms, p50 / p95", flush=True)
    sizes = list(table)
    curves = {name: (sizes, [table[n][name][0] for n in sizes]) for name in next(iter(table.values()))}
    draw_curves("Median of a keystroke by vocabulary", "words", "ms", curves, ROOT / "docs" / "keystroke.svg")

    suggester = made_up(30_000)
    itos = suggester.vocabulary.itos
    words = [itos[4 + rng.randrange(2000)] for _ in range(2000)]
    for length in (1, 10, 100, 1000):
        typed = [milliseconds(suggester.suggest, " ".join(words[:n]) + " ", 8) for n in range(length, length + 40)]
        pasted = []
        for n in range(20):
            fresh = " ".join(words[n : n + length]) + " "
            pasted.append(milliseconds(suggester.suggest, fresh, 8))
        p50 = np.median(typed), np.median(pasted)
        print(f"{length:>5} words before: typed on {p50[0]:.2f} ms, pasted anew {p50[1]:.2f} ms (medians)")


def made_up(size: int) -> Suggester:
    """A suggester of the bundled model's shape with so many random words."""
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words: dict[str, None] = {}
    while len(words) < size:
        drawn = letters[rng.integers(0, 26, (size, 7))]
        words.update(dict.fromkeys("".join(row) for row in drawn))
    written = [PAD, UNK, START, END, *list(words)[:size]]
    vocabulary = Vocabulary(written, np.arange(len(written), 0, -1), "headline")
    config = ModelConfig("autocomplete", len(vocabulary), 32, embedding_size=256, units=512)
    weights = {name: rng.normal(0, 0.05, shape).astype(np.float32) for name, shape in config.shapes().items()}
    return Suggester(Checkpoint(config, vocabulary, weights), Lexicon([], np.empty(0)), blocked=())


def lesson_way():
    """The lesson's prediction: encode, pad, `model.predict`, sort."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from headline.training.network.keras_model import build_model

    model = build_model(LESSON)
    stoi = {f"w{i}": i for i in range(LESSON.vocab_size)}

    def predict(text: str) -> np.ndarray:
        ids = [stoi.get(word, hash(word) % LESSON.vocab_size) for word in text.lower().split()]
        row = pad_left(ids, LESSON.block_size - 1)[None]
        return np.argsort(-model.predict(row, verbose=0)[0])[:8]

    predict("to warm up")
    return predict


def milliseconds(ask, *arguments) -> float:
    began = time.perf_counter()
    ask(*arguments)
    return (time.perf_counter() - began) * 1000


def row(title: str, times: list[float]) -> None:
    p50, p95 = np.percentile(times, [50, 95])
    print(f"{title:<44}{p50:9.3f}{p95:9.3f}{max(times):9.2f}")


if __name__ == "__main__":
    main()
