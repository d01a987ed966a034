"""Both recipes on the same headlines in one run: time and memory of an epoch, and the loss after the same time.

    python -m bench.training ../shared/data/nyt [--seconds 120]

Each run is a process of its own, started as anyone would start it, one after the other. The losses
are over the same words: of the headlines that neither run saw, those whose words both tokenizers
cut alike, from the second word on (the lesson's recipe predicts no first word), words that both
vocabularies know. The autocomplete recipe's probabilities are not rescaled for that, though it
keeps some for unknown words and for the end, which the other does not.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from headline.checkpoint import Checkpoint
from headline.corpus import read_headlines, split_headlines
from headline.language_model import LanguageModel, walk
from headline.vocabulary import TOKENIZERS

RECIPES = ("notebook", "autocomplete")
HELD_OUT = ["--set", "validation=0.05", "--set", "test=0.05"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=120, help="training time of each in the second part")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        epoch = {}
        print(f"{'one epoch':<16}{'seconds':>10}{'words/s':>10}{'peak MiB':>10}{'steps':>8}")
        for recipe in RECIPES:
            run = train(options.files, Path(folder) / recipe, recipe, epochs=1)
            epoch[recipe] = run["seconds"]
            print(
                f"{recipe:<16}{run['seconds']:10.1f}{run['words_per_second']:10,.0f}{run['peak']:10,.0f}{run['steps']:8}"
            )
        headlines = read_headlines(options.files, keep_duplicates=True).headlines
        test = split_headlines(headlines)["test"]
        nats = {}
        for recipe in RECIPES:
            # The learning rate of the one recipe falls to its end with the epochs, so that they must fit.
            epochs = max(1, int(options.seconds / epoch[recipe]) + (recipe == "notebook"))
            run = train(options.files, Path(folder) / recipe, recipe, epochs, options.seconds)
            nats[recipe] = word_nats(Checkpoint.load(Path(folder) / recipe), test)
            print(f"{recipe:<16}{run['seconds']:10.1f} s, {run['epochs']} epochs, best weights by validation loss")
    common = sorted(set(nats["notebook"]) & set(nats["autocomplete"]))
    print(f"held-out loss over the same {len(common):,} words of {len(test):,} headlines:")
    for recipe in RECIPES:
        loss = np.mean([nats[recipe][where] for where in common])
        print(f"{recipe:<16}{loss:10.3f} nats a word, perplexity {np.exp(loss):,.0f}")


def train(files: Sequence[Path], out: Path, recipe: str, epochs: int, seconds: float | None = None) -> dict:
    """Run the command line; stop it after so many seconds of training. Peak memory in MiB."""
    command = [sys.executable, "-m", "headline", "train", *map(str, files), "--recipe", recipe, "--out", str(out)]
    command += ["--epochs", str(epochs), "--json", *HELD_OUT]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    last: dict = {}
    ended = 0
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "progress":
            last = event
            ended += event["epoch_ended"]
            if seconds and event["seconds"] > seconds:
                child.send_signal(signal.SIGTERM)
    _, code, usage = os.wait4(child.pid, 0)
    if code:
        sys.exit(f"bench: the {recipe} run failed; try: {' '.join(command)}")
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
    facts = {key: last[key] for key in ("seconds", "words_per_second", "steps")}
    return facts | {"peak": usage.ru_maxrss * unit / 2**20, "epochs": ended}


def word_nats(checkpoint: Checkpoint, headlines: Sequence[str]) -> dict[tuple[int, int], float]:
    """Nats of each known word by (headline, place), from the second word on, where both tokenizers cut alike."""
    vocabulary = checkpoint.vocabulary
    model = LanguageModel(checkpoint)
    found: dict[tuple[int, int], float] = {}
    for i, headline in enumerate(headlines):
        keys = vocabulary.tokenizer.keys(headline)
        cuts = [[key.replace("’", "'") for key in tokenizer.keys(headline)] for tokenizer in TOKENIZERS.values()]
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
    began = time.monotonic()
    main()
    print(f"({time.monotonic() - began:.0f} s in all)")
