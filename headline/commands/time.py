"""`headline time`: estimate how long a run would take."""

import argparse

from headline.commands.options import add_corpus_options, add_settings_options, run_options
from headline.commands.terminal import say_json
from headline.training.estimate import estimate


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "time",
        help="how long a run would take",
        description="Estimate how long a run would take on this machine, from a few steps of it. Prints a JSON object.",
    )
    add_settings_options(parser)
    add_corpus_options(parser)
    parser.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> None:
    say_json(estimate(run_options(options)).as_dict())
