"""`headline export`: write the network as a file for other programs, or all of it as a folder of web pages."""

import argparse
from pathlib import Path

from headline.commands.terminal import say
from headline.errors import SettingError
from headline.model.checkpoint import Checkpoint
from headline.paths import BUNDLED_MODEL

_MEASURED = 60  # headlines of the sample that a light variant types, to show what it loses


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "export",
        help="the network as a file for other programs, or all of it as a folder of web pages",
        description="Write the network as a file for other programs: one step of it as ONNX or TensorFlow Lite, or the "
        "Keras model that was trained. The n-grams are not included. Or, with --to web, write a folder for any file "
        "host: the search box with the whole model, which answers in the page and offline, and a module that puts it "
        "into the text fields of other pages.",
    )
    parser.add_argument(
        "model", nargs="?", type=Path, default=None, help="a checkpoint's folder (default: the bundled one)"
    )
    parser.add_argument("--model", dest="chosen", metavar="FOLDER", type=Path, help="the same")
    parser.add_argument("--format", metavar="FORMAT", help="onnx, keras or tflite (default: the file's extension)")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, help="the file to write: .onnx, .keras or .tflite")
    where.add_argument("--to", nargs=2, metavar=("web", "FOLDER"), help="the folder of web pages to write")
    parser.add_argument(
        "--light", action="store_true", help="a smaller variant of the model for phones, and what it loses"
    )
    parser.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> None:
    if options.model and options.chosen:
        raise SettingError("Name the model once: by --model, or without it.")
    model = options.chosen or options.model or BUNDLED_MODEL
    if options.to:
        kind, folder = options.to
        return _write_web(model, kind, folder, options.light)
    if options.light:
        raise SettingError("--light is for --to web.")
    from headline.share.export import export

    for path in export(Checkpoint.load(model), options.out, options.format):
        say(f"{path}  {path.stat().st_size / 1e6:.1f} MB")


def _write_web(model: Path, kind: str, folder: str, lighter: bool) -> None:
    from headline.share.web_folder import first_visit_bytes, web_content, write_web_folder

    if kind != "web":
        raise SettingError(f"--to takes “web” and a folder, not “{kind}”.")
    content = web_content(model, lighter)
    write_web_folder(content, Path(folder))
    size, first = sum(map(len, content.values())) / 1e6, first_visit_bytes(content) / 1e6
    say(f"{folder}: {len(content)} files, {size:.1f} MB; a first visit fetches {first:.1f} MB")
    if lighter:
        say(_loss(model))
    say(f"Try it: python -m http.server --directory {folder}   then open http://localhost:8000/")


def _loss(model: Path) -> str:
    """What the light variant of a model loses in keystrokes saved, in one sentence."""
    from headline.corpus.reader import read_headlines
    from headline.generator.box.keystrokes import typed_with
    from headline.generator.suggester import Suggester
    from headline.model.light import PRECISION, light
    from headline.paths import SAMPLE_CORPUS

    whole = Checkpoint.load(model)
    smaller = light(whole).stored_as(PRECISION)
    rows = read_headlines(SAMPLE_CORPUS).headlines[:_MEASURED]
    full = typed_with(Suggester(whole), rows).saved
    less = typed_with(Suggester(smaller), rows).saved
    return (
        f"Of the letters of {len(rows)} sample headlines, the light model saves {less:.1%}, the whole one {full:.1%}: "
        f"{1 - less / full if full else 0:.1%} fewer."
    )
