"""`headline train`: learn from files of headlines and save a checkpoint."""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import NoReturn

from headline.commands.options import add_corpus_options, add_settings_options, run_options
from headline.commands.progress_bar import ProgressBar
from headline.commands.scale.guard import stay_behind
from headline.commands.scale.prepare import add_dask_option
from headline.commands.terminal import say, say_json
from headline.errors import ClusterError, HeadlineError, SettingError
from headline.runs.stop_signal import StopSignal
from headline.training.distribute.environment import process_of_many
from headline.training.options import RunOptions
from headline.training.progress import EventLog
from headline.training.run import run
from headline.training.settings import TrainingConfig


def add_parser(commands: argparse._SubParsersAction) -> None:
    settings = [f"  {f'{f.name}={f.default}':<26}{f.metadata['about']}" for f in fields(TrainingConfig)[1:]]
    parser = commands.add_parser(
        "train",
        help="learn from files of headlines",
        description="Learn from files of headlines (CSV, TXT, JSON, Parquet, Excel, RSS, SQLite, zipped or\n"
        "not, or a folder of them; docs/reading.md; or a folder of `headline prepare`)\n"
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
        "--vectors",
        metavar="FILE",
        help="word vectors to begin with, as GloVe, word2vec and fastText have them in text (docs/training.md)",
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
    add_dask_option(parser)
    parser.add_argument(
        "--distribute",
        action="store_true",
        help="train on all devices of this machine with Keras on JAX, or as one of several processes, which "
        "KERAS_DISTRIBUTION_JOB_ADDRESSES and its like name (docs/scale.md)",
    )
    parser.add_argument(
        "--on",
        choices=["hf-jobs"],
        help="train on a machine of Hugging Face, which costs money: the lists go there as a private data set, and the "
        "model comes back; needs a token, in HF_TOKEN or stored by `hf auth login` (docs/scale.md)",
    )
    parser.add_argument("--flavor", metavar="NAME", help="the hardware of --on hf-jobs (default: t4-small)")
    parser.add_argument("--json", action="store_true", help="print the progress as JSON lines instead of a bar")
    parser.add_argument("--progress", type=Path, help="write the progress as JSON lines to this file too")
    parser.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> None:
    if options.distribute and process_of_many()[1] > 1:
        stay_behind(lambda error: _tell(options, error))
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
                vectors=options.vectors,
                resume=options.resume,
                dask=options.dask or "",
                distribute=options.distribute,
            )
        except (HeadlineError, OSError) as error:
            emit({"event": "error", "message": str(error)})
            raise
        try:
            _train(asked, options, emit, lambda: stop.asked)
        except ClusterError as error:
            if options.distribute:
                _leave(error)
            raise
    finally:
        if bar:
            bar.close()
        if log:
            log.close()


def _train(
    asked: RunOptions, options: argparse.Namespace, emit: Callable[[dict], None], should_stop: Callable[[], bool]
) -> None:
    """Train here, or where `--on` says."""
    if options.on is None:
        if options.flavor:
            raise SettingError("--flavor is for --on hf-jobs.")
        run(asked, options.out, emit, should_stop)
        return
    from headline.share.jobs import FLAVOR, train_on_jobs

    train_on_jobs(asked, options.out, emit, should_stop, options.flavor or FLAVOR)


def _tell(options: argparse.Namespace, error: ClusterError) -> None:
    """Say an error of the child process that could not say it itself."""
    event = {"event": "error", "message": str(error)}
    if options.json:
        say_json(event)
    if options.progress:
        EventLog(options.progress).write(event)
    say(f"headline: {error}", file=sys.stderr)


def _leave(error: ClusterError) -> NoReturn:
    """Say an error and end at once: JAX would wait for the other processes at the end of this one, in vain."""
    say(f"headline: {error}", file=sys.stderr)
    os._exit(2)
