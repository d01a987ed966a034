"""`headline time`: estimate how long a run would take."""

import argparse

from headline.commands.options import add_corpus_options, add_settings_options, run_options
from headline.commands.terminal import say, say_json
from headline.model.checkpoint import Checkpoint
from headline.training.duration.estimate import estimate, list_size
from headline.training.duration.speed import known_factor, measure_factor


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "time",
        help="how long a run would take",
        description="Estimate how long a run would take on this machine. The first time, a few training steps are "
        "timed; the result is kept, and every run corrects it.",
    )
    add_settings_options(parser)
    add_corpus_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> None:
    asked = run_options(options)
    size = list_size(asked.read_corpus())
    known = len(Checkpoint.load(asked.start_from).vocabulary) if asked.start_from and asked.settings.keep_words else 0
    found = estimate(asked.settings, size, known_factor() or measure_factor(), known)
    if options.json:
        say_json(found.as_dict())
    else:
        say(found)
