"""`headline train`: learn from files of headlines and save a checkpoint."""

import argparse
from dataclasses import fields
from pathlib import Path

from headline.commands.options import add_corpus_options, add_settings_options, run_options
from headline.commands.progress_bar import ProgressBar
from headline.commands.terminal import say_json
from headline.errors import HeadlineError
from headline.runs.stop_signal import StopSignal
from headline.training.progress import EventLog
from headline.training.run import run
from headline.training.settings import TrainingConfig


def add_parser(commands: argparse._SubParsersAction) -> None:
    settings = [f"  {f'{f.name}={f.default}':<26}{f.metadata['about']}" for f in fields(TrainingConfig)[1:]]
    parser = commands.add_parser(
        "train",
        help="learn from files of headlines",
        description="Learn from files of headlines (CSV, TXT, JSON, Parquet, Excel, RSS, SQLite, zipped or\n"
        "not, or a folder of them; docs/reading.md)\n"
        "and save a checkpoint. Ctrl-C once ends the run and keeps the best weights so far.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(["settings for --set, with the values of the autocomplete recipe:", *settings]),
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoint")
    add_settings_options(parser)
    add_corpus_options(parser)
    parser.add_argument(
        "--text",
        action="append",
        default=[],
        metavar="FILE",
        help="a file of running text, a sentence a row, to train on before the headlines; may be given several times",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the same command after it was interrupted, from the last epoch",
    )
    parser.add_argument("--name", default="", help="name of the model")
    parser.add_argument(
        "--minutes", type=float, default=0.0, metavar="N", help="end after N minutes and keep the best weights so far"
    )
    parser.add_argument(
        "--sample", action="append", default=[], metavar="TEXT", help="a text to continue after every epoch"
    )
    parser.add_argument(
        "--compare", action="store_true", help="measure keystrokes saved at the end, beside the bundled model's"
    )
    parser.add_argument("--json", action="store_true", help="print the progress as JSON lines instead of a bar")
    parser.add_argument("--progress", type=Path, help="write the progress as JSON lines to this file too")
    parser.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> None:
    stop = StopSignal()  # before anything slow, so that a run that is stopped while it starts ends properly
    log = EventLog(options.progress) if options.progress else None
    bar = None if options.json else ProgressBar()

    def emit(event: dict) -> None:
        if log:
            log.write(event)
        if bar:
            bar.show(event)
        else:
            say_json(event)

    try:
        try:
            asked = run_options(
                options,
                name=options.name,
                minutes=options.minutes,
                samples=tuple(options.sample),
                compare=options.compare,
                text=tuple(options.text),
                resume=options.resume,
            )
        except (HeadlineError, OSError) as error:
            emit({"event": "error", "message": str(error)})
            raise
        run(asked, options.out, emit, lambda: stop.asked)
    finally:
        if bar:
            bar.close()
        if log:
            log.close()
