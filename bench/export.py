"""What a step costs in each format that a model can be exported to, against the NumPy network, in one run.

    python -m bench.export [--model assets/model] [--steps 400]

A step reads one more word of a headline and gives the probability of every next one, batch 1, through each runtime's
Python interface, each on one core. The formats take turns, word by word, so that all meet the same machine and none
finds its weights in the processor's cache. A Keras model has no state to go on from: it reads the whole row each time,
here of as many places as the text has words. With a notebook model, so do the step formats, for its rows begin with
padding. Needs requirements-bench.txt.
"""

import os

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
for name in (*THREADS, "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(name, "1")  # before NumPy and TensorFlow read them
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import argparse
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from headline.corpus.sequences import pad_left
from headline.model.checkpoint import WEIGHTS, Checkpoint
from headline.model.network import Network, log_softmax
from headline.paths import BUNDLED_MODEL
from headline.share.export import FORMATS, export

WORDS = 8  # of a text, after which the next one begins from nothing
Way = Callable[[list[int]], np.ndarray]  # the ids so far, one more than the time before -> (V,) probabilities


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=BUNDLED_MODEL)
    parser.add_argument("--steps", type=int, default=400, help="of each format, after a text to warm up")
    options = parser.parse_args()
    checkpoint = Checkpoint.load(options.model)
    config = checkpoint.config
    with tempfile.TemporaryDirectory() as folder:
        paths = {kind: Path(folder) / f"model.{kind}" for kind in FORMATS}
        for path in paths.values():
            export(checkpoint, path)
        megabytes = {kind: path.stat().st_size / 1e6 for kind, path in paths.items()}
        ways = {
            "NumPy, headline.model.network": (numpy_way(checkpoint), (options.model / WEIGHTS).stat().st_size / 1e6),
            "onnx, ONNX Runtime": (onnx_way(paths["onnx"], checkpoint), megabytes["onnx"]),
            "tflite, tf.lite.Interpreter": (tflite_way(paths["tflite"], checkpoint), megabytes["tflite"]),
            "keras, a tf.function of the row": (keras_way(paths["keras"], checkpoint, True), megabytes["keras"]),
            "keras, model.predict on the row": (keras_way(paths["keras"], checkpoint, False), megabytes["keras"]),
        }
        times, furthest = measure({title: way for title, (way, _) in ways.items()}, config.vocab_size, options.steps)
    print(f"model {options.model.name}: {config.recipe}, {config.parameters:,} parameters, {options.steps} steps")
    print(f"{'batch 1, one core':<36}{'median ms':>10}{'p95 ms':>9}{'MB':>7}  furthest from NumPy")
    for title, (_, size) in ways.items():
        p50, p95 = np.percentile(times[title], [50, 95])
        print(f"{title:<36}{p50:10.3f}{p95:9.3f}{size:7.1f}  {furthest[title]:.0e}")
    print(f"The NumPy network's file is {WEIGHTS} as it is stored; the others hold float32.")


def measure(ways: dict[str, Way], vocab_size: int, steps: int) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Milliseconds of each step by way, and the largest difference of a probability from the first way's."""
    rng = np.random.default_rng(0)
    times: dict[str, list[float]] = {title: [] for title in ways}
    furthest = dict.fromkeys(ways, 0.0)
    ids: list[int] = []
    for n in range(-WORDS, steps):
        ids = [int(rng.integers(1, vocab_size))] if n % WORDS == 0 else [*ids, int(rng.integers(1, vocab_size))]
        expected = None
        for title, way in ways.items():
            began = time.perf_counter()
            p = way(ids)
            took = 1000 * (time.perf_counter() - began)
            expected = p if expected is None else expected
            furthest[title] = max(furthest[title], float(np.abs(p - expected).max()))
            if n >= 0:
                times[title].append(took)
    return times, furthest


def numpy_way(checkpoint: Checkpoint) -> Way:
    network = Network(checkpoint.config, checkpoint.weights)
    start = state = network.start()
    temperature = np.float32(checkpoint.temperature)

    def way(ids: list[int]) -> np.ndarray:
        nonlocal state
        state = network.step(start if len(ids) == 1 else state, np.array(ids[-1:]))
        return np.exp(log_softmax(network.logits(state)[0] / temperature))

    return way


def onnx_way(path: Path, checkpoint: Checkpoint) -> Way:
    import onnxruntime

    one_core = onnxruntime.SessionOptions()
    one_core.intra_op_num_threads = one_core.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, one_core, providers=["CPUExecutionProvider"])
    names = ["probabilities", *(f"next_{name}" for name in checkpoint.config.state_names)]
    return stepping(
        checkpoint, lambda ids, states: dict(zip(names, session.run(names, {"ids": ids} | states), strict=True))
    )


def tflite_way(path: Path, checkpoint: Checkpoint) -> Way:
    import tensorflow as tf

    warnings.filterwarnings("ignore", ".*tf.lite.Interpreter is deprecated")
    run = tf.lite.Interpreter(str(path), num_threads=1).get_signature_runner()
    return stepping(checkpoint, lambda ids, states: run(ids=ids, **states))


def stepping(checkpoint: Checkpoint, step: Callable[[np.ndarray, dict], dict]) -> Way:
    """A step format with its state carried on; a notebook's padded row is read from its beginning each time."""
    config = checkpoint.config
    states: dict[str, np.ndarray] = {}

    def way(ids: list[int]) -> np.ndarray:
        nonlocal states
        if len(ids) == 1 or not config.causal:
            states = {name: np.zeros((1, config.units), np.float32) for name in config.state_names}
        for i in ids[-1:] if config.causal else pad_left(ids, config.block_size - 1):
            outputs = step(np.array([i], np.int64), states)
            states = {name: outputs[f"next_{name}"] for name in states}
        return outputs["probabilities"][0]

    return way


def keras_way(path: Path, checkpoint: Checkpoint, compiled: bool) -> Way:
    import keras
    import tensorflow as tf

    import headline.model  # noqa: F401  (registers the layers that are ours)

    model = keras.saving.load_model(path)
    config = checkpoint.config
    ask = tf.function(model) if compiled else lambda row: model.predict(row, verbose=0)

    def way(ids: list[int]) -> np.ndarray:
        # One shape for all, as a program that cares for its speed would have it: WORDS, or the notebook's own.
        row = np.array([[*ids, *[0] * (WORDS - len(ids))]], np.int32)
        if not config.causal:
            row = pad_left(ids, config.block_size - 1)[None]
        given = np.asarray(ask(tf.constant(row) if compiled else row))[0]
        logits = given[len(ids) - 1] if config.causal else np.log(np.maximum(given, 1e-30))
        return np.exp(log_softmax(logits / np.float32(checkpoint.temperature)))

    return way


if __name__ == "__main__":
    main()
