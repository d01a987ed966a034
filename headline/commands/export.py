"""`headline export`: write the network as a file for other programs."""

import argparse
from pathlib import Path

from headline.commands.terminal import say
from headline.model.checkpoint import Checkpoint
from headline.paths import BUNDLED_MODEL


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "export",
        help="the network as a file for other programs",
        description="Write the network as a file for other programs: one step of it as ONNX or TensorFlow Lite, or the "
        "Keras model that was trained. The n-grams are not included.",
    )
    parser.add_argument(
        "model", nargs="?", type=Path, default=BUNDLED_MODEL, help="a checkpoint's folder (default: the bundled one)"
    )
    parser.add_argument("--format", metavar="FORMAT", help="onnx, keras or tflite (default: the file's extension)")
    parser.add_argument("--out", type=Path, required=True, help="the file to write: .onnx, .keras or .tflite")
    parser.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> None:
    from headline.share.export import export

    for path in export(Checkpoint.load(options.model), options.out, options.format):
        say(f"{path}  {path.stat().st_size / 1e6:.1f} MB")
