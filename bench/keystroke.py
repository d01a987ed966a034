"""What a keystroke costs: the suggester, against the lesson's own way of predicting, in one run.

    python -m bench.keystroke [--model assets/model] [--headlines data/sample.csv] [--count 200]

Types headlines letter by letter, as a person would, and asks for suggestions at each letter. The
lesson's way is Keras' `predict` on the padded sequence, with a network of the lesson's sizes (its
time does not depend on what the weights are); it is asked at fewer letters, for it is slow, and in
turn with the suggester, so that both meet the same machine.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np

from headline.cli import BUNDLED
from headline.corpus import read_headlines
from headline.recipes import ModelConfig
from headline.sequences import pad_left
from headline.suggester import Suggester

ROOT = Path(__file__).resolve().parent.parent
LESSON = ModelConfig("notebook", vocab_size=11_753, block_size=28, embedding_size=10, units=100)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=BUNDLED)
    parser.add_argument("--headlines", type=Path, default=ROOT / "data" / "sample.csv", help="not trained on")
    parser.add_argument("--count", type=int, default=200, help="headlines to type")
    parser.add_argument("--every", type=int, default=40, help="ask the lesson's way at each so many letters")
    options = parser.parse_args()

    suggester = Suggester.load(options.model)
    predict = lesson_way()
    headlines = read_headlines(options.headlines).headlines[: options.count]
    ours, theirs, between = [], [], []
    letters = 0
    for headline in headlines:
        for end in range(len(headline) + 1):
            typed = headline[:end]
            took = milliseconds(suggester.suggest, typed, 8)
            ours.append(took)
            if not typed or typed[-1] == " ":
                between.append(took)
            letters += 1
            if letters % options.every == 0:
                theirs.append(milliseconds(predict, typed))
    print(f"{len(headlines)} headlines of {options.headlines.name}, {letters:,} keystrokes, model {options.model.name}")
    print(f"{'milliseconds a keystroke':<44}{'p50':>9}{'p95':>9}{'max':>9}")
    row("suggest", ours)
    row("  of these between words (a step, a softmax)", between)
    row("the lesson's way: Keras predict, argsort", theirs)
    ratio = np.median(theirs) / np.median(ours)
    print(f"median of the lesson's way / median of suggest: {ratio:,.0f} times")
    print(f"p95 of the lesson's way / p95 of suggest: {np.percentile(theirs, 95) / np.percentile(ours, 95):,.0f} times")


def lesson_way():
    """The lesson's prediction: encode, pad, `model.predict`, sort."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from headline.model import build_model

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
