"""`headline time`: estimate how long a run would take."""

import argparse
import json

from headline.commands.options import add_corpus_options, add_settings_options, run_options
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
    print(json.dumps(estimate(run_options(options)).as_dict()))
