"""One step of a network as an ONNX file."""

import json
from collections.abc import Iterator
from pathlib import Path

import onnx
from onnx import TensorProto, helper, numpy_helper

from headline import __version__
from headline.model.checkpoint import Checkpoint
from headline.model.config import ModelConfig

_OPSET, _IR = 17, 8  # of 2022: recent enough for every operation here, old enough to be read everywhere


def write_onnx(checkpoint: Checkpoint, about: dict, path: Path) -> None:
    """Write one step of the network; `about` goes into the file's metadata."""
    config = checkpoint.config
    states = config.state_names

    def array(name: str, width: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", width])

    inputs = [helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch"])]
    inputs += [array(name, config.units) for name in states]
    outputs = [array(name, config.vocab_size) for name in ("logits", "probabilities")]
    outputs += [array(f"next_{name}", config.units) for name in states]
    weights = [numpy_helper.from_array(tensor, name) for name, tensor in checkpoint.step_tensors().items()]
    nodes = [
        helper.make_node(kind, before, after, after[0], **settings) for kind, before, after, settings in _nodes(config)
    ]
    model = helper.make_model(
        helper.make_graph(nodes, "step", inputs, outputs, weights),
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR,
        producer_name="headline",
        producer_version=__version__,
    )
    about = about | {"vocabulary": "\n".join(about["vocabulary"])}  # a word a line
    texts = {name: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for name, v in about.items()}
    helper.set_model_props(model, texts)
    onnx.checker.check_model(model, full_check=True)
    onnx.save_model(model, path)


def _nodes(config: ModelConfig) -> Iterator[tuple[str, list[str], list[str], dict]]:
    """The operations of a step: ONNX's name for each, what goes in, what comes out, settings."""
    yield "Gather", ["embedding", "ids"], ["x"], {}  # (B, E)
    x = "x"
    for n in range(config.layers):
        z, i, f, g, o, kept, new, seen = (f"{name}_{n}" for name in ("z", "i", "f", "g", "o", "kept", "new", "seen"))
        h = f"h_{n}"
        for k in range(config.mogrifier):
            gate, reads, scaled = f"mogrifier_{n}_{k}", *((x, h) if k % 2 else (h, x))
            tensors = [f"lstm_{n}.mogrifier_{k}.{part}" for part in ("kernel", "bias")]
            yield "Gemm", [reads, *tensors], [f"{gate}.z"], {}
            yield "Sigmoid", [f"{gate}.z"], [f"{gate}.half"], {}
            yield "Add", [f"{gate}.half", f"{gate}.half"], [gate], {}  # from 0 to 2
            yield "Mul", [gate, scaled], [f"{gate}.scaled"], {}
            x, h = (x, f"{gate}.scaled") if k % 2 else (f"{gate}.scaled", h)
        yield "Gemm", [x, f"lstm_{n}.kernel", f"lstm_{n}.bias"], [f"{z}.x"], {}  # (B, 4U)
        yield "Gemm", [h, f"lstm_{n}.recurrent_kernel", f"{z}.x"], [z], {}
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
