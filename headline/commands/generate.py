"""`headline generate`: write whole headlines."""

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from headline.commands.options import add_model_option, model_folder
from headline.commands.terminal import say, say_json
from headline.errors import SettingError

if TYPE_CHECKING:
    from headline.generator.generator import Generated


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "generate",
        help="whole headlines from their first words",
        description="Write whole headlines that begin with a text, by sampling, or with --temperature 0 by always\n"
        "choosing the most probable word.",
    )
    parser.add_argument("seed", nargs="?", default="", help='how they begin, such as "today in new york"')
    add_model_option(parser)
    parser.add_argument("--words", type=int, help="how many words to add (default: until the headline ends)")
    parser.add_argument(
        "--temperature", type=float, default=0.8, help="0: the most probable word; 1: as learnt (default: %(default)s)"
    )
    parser.add_argument(
        "--top-k", type=int, default=0, help="sample from this many most probable words (default: from all)"
    )
    parser.add_argument("--beam", type=int, metavar="WIDTH", help="find the most probable headlines by beam search")
    parser.add_argument("--number", type=int, default=1, help="how many headlines (default: %(default)s)")
    parser.add_argument("--random-seed", type=int, default=0, help="seed of the sampling (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object per headline")
    parser.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> None:
    import numpy as np

    from headline.generator.generator import Generator
    from headline.generator.suggester import Suggester

    _check(options)
    generator = Generator(Suggester.load(model_folder(options.model, options.from_hub)))
    rng = np.random.default_rng(options.random_seed)
    made: Iterable[Generated]
    if options.beam:
        made = generator.beam(options.seed, options.words, options.beam, options.number)
    elif options.number == 1:
        made = [generator.generate(options.seed, options.words, options.temperature, options.top_k, rng)]
    else:
        made = generator.several(options.seed, options.number, options.temperature, options.top_k, options.words, rng)
    for headline in made:
        if options.json:
            say_json(vars(headline))
        else:
            say(headline.text)


def _check(options: argparse.Namespace) -> None:
    if not 0 <= options.temperature < float("inf"):
        raise SettingError(f"--temperature must be 0 or more, and finite; it is {options.temperature}.")
    for name, least in (("words", 0), ("top_k", 0), ("beam", 1), ("number", 1), ("random_seed", 0)):
        value = getattr(options, name)
        if value is not None and value < least:
            raise SettingError(f"--{name.replace('_', '-')} must be {least} or more; it is {value}.")
