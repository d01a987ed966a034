"""Exports a checkpoint's network for other programs: ONNX, Keras, TensorFlow Lite.

onnx, tflite    one step, as in model/network.py: `ids` (B,) int64 and the state of each LSTM layer, `h_0`, `c_0`,
                … (B, U), all zeros at the start -> `logits` (B, V) of the next word, `probabilities` (B, V), and the
                state after it, `next_h_0`, `next_c_0`, … Every number is float32.
keras           the model that was trained, which reads whole rows of ids: see headline.training.network.keras_model

No format has the n-grams: `probabilities` are those of the LSTM alone, the softmax of logits / temperature.
"""

import json
from collections.abc import Callable
from pathlib import Path

from headline import __version__
from headline.errors import ExportError
from headline.model.checkpoint import Checkpoint
from headline.model.storage.atomic import replacing_file
from headline.training.loading import load_keras

_LARGEST = 2**31  # bytes: the limit of protocol buffers and flat buffers


def export(checkpoint: Checkpoint, out: Path, kind: str | None = None) -> list[Path]:
    """Write a checkpoint's network in a format of FORMATS, by default that of the file name's ending.

    Returns the files written. An ONNX file has the words, the meaning of the ids and the licence in its metadata;
    the other formats have them in a second file, `out` with `.json` appended.

    Raises:
        ExportError: unknown format, wrong file ending, missing package, or too large a model.
    """
    kind = kind or out.suffix.removeprefix(".")
    if kind not in FORMATS:
        raise ExportError(f"The format must be one of {', '.join(FORMATS)}, by name or by the end of {out.name}.")
    if out.suffix != f".{kind}":
        raise ExportError(f"A file in the format {kind} must end in .{kind}; {out.name} does not.")
    if out.is_dir():
        raise ExportError(f"{out} is a folder: name a file.")
    if kind != "keras" and 4 * checkpoint.config.parameters >= _LARGEST:
        raise ExportError(f"This model is too large for {kind}, whose files end at 2 GB: export it as keras.")
    checkpoint.verify()
    try:
        with replacing_file(out) as fresh:
            FORMATS[kind](checkpoint, fresh)
    except ModuleNotFoundError as error:
        package = (error.name or "").split(".")[0]
        raise ExportError(f"To write {kind} files the package {package} is needed: pip install {package}.") from error
    if kind == "onnx":
        return [out]
    card = out.with_name(out.name + ".json")
    card.write_text(json.dumps(about(checkpoint, kind), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return [out, card]


def about(checkpoint: Checkpoint, kind: str) -> dict:
    """Return what a user of the file needs to know."""
    return {
        "name": checkpoint.provenance.get("name") or "A headline model",
        "licence": checkpoint.licence.get("weights") or "not stated",
        "source": {
            "program": f"headline {__version__}",
            "trained": checkpoint.provenance,
            "on": checkpoint.licence.get("data") or checkpoint.corpus.get("files", []),
        },
        "recipe": checkpoint.config.recipe,
        "ids": _meaning(checkpoint, kind),
        "temperature": checkpoint.temperature,
        "vocabulary": checkpoint.vocabulary.written,
    }


def _meaning(checkpoint: Checkpoint, kind: str) -> str:
    """Explain how a text becomes ids, and how to feed them to the network."""
    config, vocabulary = checkpoint.config, checkpoint.vocabulary
    longest = config.block_size - 1
    text = "The id of a word is its place in the vocabulary, from 0; lower and upper case are one. "
    if config.causal:
        text += f"{vocabulary.start} begins a headline, {vocabulary.end} ends it, {vocabulary.unk} is any other word. "
        rows = "Rows (B, T) may be padded with 0 on the right; logits are not divided by the temperature yet."
        steps = f"Begin with states of zeros, give {vocabulary.start}, then the words one by one."
    else:
        text += "0 is padding; words that the vocabulary lacks are left out. "
        rows = f"Rows (B, {longest}) are padded with 0 on the left."
        steps = (
            f"Begin with states of zeros and give {longest} ids in all, the last words of the text with as many 0 "
            "before them as it takes: the answer after the last one is the network's, and a longer text begins anew."
        )
    return text + (rows if kind == "keras" else steps)


def _write_onnx(checkpoint: Checkpoint, path: Path) -> None:
    from headline.share.onnx_export import write_onnx

    write_onnx(checkpoint, about(checkpoint, "onnx"), path)


def _write_keras(checkpoint: Checkpoint, path: Path) -> None:
    load_keras()
    from headline.training.network.keras_export import write_keras

    write_keras(checkpoint, path)


def _write_tflite(checkpoint: Checkpoint, path: Path) -> None:
    load_keras()
    from headline.training.network.keras_export import write_tflite

    write_tflite(checkpoint, path)


# Imported on use: these packages take seconds to import, or may be missing.
FORMATS: dict[str, Callable[[Checkpoint, Path], None]] = {
    "onnx": _write_onnx,
    "keras": _write_keras,
    "tflite": _write_tflite,
}
