"""A checkpoint's network as a file for other programs: ONNX, Keras, TensorFlow Lite.

onnx, tflite    one step, as headline.network takes it: `ids` (B,) int64 and the state of each LSTM layer, `h_0`, `c_0`,
                … (B, U), all zeros at the start -> `logits` (B, V) of the next word, `probabilities` (B, V), and the
                state after it, `next_h_0`, `next_c_0`, … Every number is float32.
keras           the model that was trained: whole rows of ids in, as headline.model.build_model says

The n-grams are in none of them. `probabilities` are the softmax of logits / temperature, so what the LSTM alone gives.
"""

import json
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from headline import __version__
from headline.checkpoint import Checkpoint
from headline.recipes import ModelConfig

_LARGEST = 2**31  # bytes: what a protocol buffer or a flat buffer can hold
_OPSET, _IR = 17, 8  # of 2022: recent enough to have all that a step needs, old enough to be read everywhere


class ExportError(ValueError):
    """One sentence: what keeps a model from being exported so."""


def export(checkpoint: Checkpoint, out: Path, kind: str | None = None) -> list[Path]:
    """Write a checkpoint's network in a format of FORMATS, by default the one that the file's name ends in.

    Returns the files written. What an ONNX file tells of itself in its metadata (the words, what ids mean, the
    licence) stands beside the others, as `out` with `.json` behind.

    Raises:
        ExportError: no such format, a name with another ending, a package that is missing, a model that is too large.
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
    out.parent.mkdir(parents=True, exist_ok=True)
    # Written beside its place and renamed, so that a crash leaves an older one whole.
    fresh = out.with_name(f".{out.stem}.{uuid.uuid4().hex[:8]}{out.suffix}")
    try:
        FORMATS[kind](checkpoint, fresh)
        os.replace(fresh, out)
    except ModuleNotFoundError as error:
        package = (error.name or "").split(".")[0]
        raise ExportError(f"To write {kind} files the package {package} is needed: pip install {package}.") from error
    finally:
        fresh.unlink(missing_ok=True)
    if kind == "onnx":
        return [out]
    card = out.with_name(out.name + ".json")
    card.write_text(json.dumps(about(checkpoint, kind), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return [out, card]


def about(checkpoint: Checkpoint, kind: str) -> dict:
    """What a user of the file has to know."""
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
    """How a text becomes ids, and how the network is to be given them."""
    config, vocabulary = checkpoint.config, checkpoint.vocabulary
    longest = config.block_size - 1
    told = "The id of a word is its place in the vocabulary, from 0; lower and upper case are one. "
    if config.causal:
        told += f"{vocabulary.start} begins a headline, {vocabulary.end} ends it, {vocabulary.unk} is any other word. "
        rows = "Rows (B, T) may be padded with 0 on the right; logits are not divided by the temperature yet."
        steps = f"Begin with states of zeros, give {vocabulary.start}, then the words one by one."
    else:
        told += "0 is padding; words that the vocabulary lacks are left out. "
        rows = f"Rows (B, {longest}) are padded with 0 on the left."
        steps = (
            f"Begin with states of zeros and give {longest} ids in all, the last words of the text with as many 0 "
            "before them as it takes: the answer after the last one is the network's, and a longer text begins anew."
        )
    return told + (rows if kind == "keras" else steps)


def state_names(config: ModelConfig) -> list[str]:
    """The inputs that carry the state, layer by layer. What comes out of them has `next_` before its name."""
    return [f"{part}_{i}" for i in range(config.layers) for part in ("h", "c")]


def _write_onnx(checkpoint: Checkpoint, path: Path) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    config = checkpoint.config
    states = state_names(config)

    def array(name: str, width: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", width])

    inputs = [helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch"])]
    inputs += [array(name, config.units) for name in states]
    outputs = [array(name, config.vocab_size) for name in ("logits", "probabilities")]
    outputs += [array(f"next_{name}", config.units) for name in states]
    weights = [numpy_helper.from_array(tensor, name) for name, tensor in _tensors(checkpoint).items()]
    nodes = [
        helper.make_node(kind, goes_in, comes_out, comes_out[0], **settings)
        for kind, goes_in, comes_out, settings in _nodes(config)
    ]
    model = helper.make_model(
        helper.make_graph(nodes, "step", inputs, outputs, weights),
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR,
        producer_name="headline",
        producer_version=__version__,
    )
    told = about(checkpoint, "onnx")
    told["vocabulary"] = "\n".join(told["vocabulary"])  # a word a line
    texts = {name: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for name, v in told.items()}
    helper.set_model_props(model, texts)
    onnx.checker.check_model(model, full_check=True)
    onnx.save_model(model, path)


def _nodes(config: ModelConfig) -> Iterator[tuple[str, list[str], list[str], dict]]:
    """The operations of a step: ONNX's name for each, what goes in, what comes out, settings."""
    yield "Gather", ["embedding", "ids"], ["x"], {}  # (B, E)
    x = "x"
    for n in range(config.layers):
        z, i, f, g, o, kept, new, seen = (f"{name}_{n}" for name in ("z", "i", "f", "g", "o", "kept", "new", "seen"))
        yield "Gemm", [x, f"lstm_{n}.kernel", f"lstm_{n}.bias"], [f"{z}.x"], {}  # (B, 4U)
        yield "Gemm", [f"h_{n}", f"lstm_{n}.recurrent_kernel", f"{z}.x"], [z], {}
        yield "Split", [z], [f"{gate}.z" for gate in (i, f, g, o)], {"axis": 1}
        for gate, function in ((i, "Sigmoid"), (f, "Sigmoid"), (g, "Tanh"), (o, "Sigmoid")):
            yield function, [f"{gate}.z"], [gate], {}  # (B, U)
        yield "Mul", [f, f"c_{n}"], [kept], {}
        yield "Mul", [i, g], [new], {}
        yield "Add", [kept, new], [f"next_c_{n}"], {}
        yield "Tanh", [f"next_c_{n}"], [seen], {}
        yield "Mul", [o, seen], [f"next_h_{n}"], {}
        x = f"next_h_{n}"
    if config.projected:
        yield "Gemm", [x, "projection.kernel", "projection.bias"], ["projected"], {}
        x = "projected"
    # The autocomplete recipe's softmax is its embedding (V, E), which is stored once and read turned.
    kernel, turned = ("embedding", 1) if config.causal else ("softmax.kernel", 0)
    yield "Gemm", [x, kernel, "softmax.bias"], ["logits"], {"transB": turned}  # (B, V)
    yield "Div", ["logits", "temperature"], ["scaled"], {}
    yield "Softmax", ["scaled"], ["probabilities"], {"axis": -1}


def _write_keras(checkpoint: Checkpoint, path: Path) -> None:
    from headline.model import build_model, set_model_weights

    model = build_model(checkpoint.config)
    set_model_weights(model, checkpoint.config, checkpoint.weights)
    model.save(path)


def _write_tflite(checkpoint: Checkpoint, path: Path) -> None:
    import tensorflow as tf

    config = checkpoint.config
    arrays = _tensors(checkpoint)

    @tf.function(autograph=False)
    def step(ids, **states):
        w = {name: tf.constant(tensor) for name, tensor in arrays.items()}
        nexts: dict[str, Any] = {}
        x = tf.gather(w["embedding"], ids)  # (B, E)
        for n in range(config.layers):
            kernel, recurrent = w[f"lstm_{n}.kernel"], w[f"lstm_{n}.recurrent_kernel"]
            z = tf.matmul(x, kernel) + tf.matmul(states[f"h_{n}"], recurrent) + w[f"lstm_{n}.bias"]  # (B, 4U)
            i, f, g, o = tf.split(z, 4, axis=1)
            c = tf.sigmoid(f) * states[f"c_{n}"] + tf.sigmoid(i) * tf.tanh(g)
            x = tf.sigmoid(o) * tf.tanh(c)
            nexts |= {f"next_h_{n}": x, f"next_c_{n}": c}
        if config.projected:
            x = tf.matmul(x, w["projection.kernel"]) + w["projection.bias"]
        kernel = w["embedding"] if config.causal else w["softmax.kernel"]
        logits = tf.matmul(x, kernel, transpose_b=config.causal) + w["softmax.bias"]  # (B, V)
        return {"logits": logits, "probabilities": tf.nn.softmax(logits / w["temperature"])} | nexts

    module = tf.Module()
    module.step = step
    concrete = step.get_concrete_function(
        ids=tf.TensorSpec([None], tf.int64, "ids"),
        **{name: tf.TensorSpec([None, config.units], tf.float32, name) for name in state_names(config)},
    )
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], module)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    path.write_bytes(converter.convert())


def _tensors(checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """The checkpoint's tensors, and the temperature as one more."""
    tensors = {name: np.ascontiguousarray(checkpoint.weights[name], np.float32) for name in checkpoint.config.shapes()}
    return tensors | {"temperature": np.array(checkpoint.temperature, np.float32)}


FORMATS: dict[str, Callable[[Checkpoint, Path], None]] = {
    "onnx": _write_onnx,
    "keras": _write_keras,
    "tflite": _write_tflite,
}
