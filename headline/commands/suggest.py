"""`headline suggest`: suggest continuations of a text."""

import argparse
import io
import sys

from headline.commands.options import add_model_option, model_folder
from headline.commands.terminal import say, say_json
from headline.errors import SettingError


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "suggest",
        help="continuations of a text",
        description="Suggest continuations of a text, the most probable first. Without a text, answers each line of\n"
        "standard input.",
    )
    parser.add_argument("text", nargs="?", help='what was typed, such as "the gov"; end with a space for next words')
    add_model_option(parser)
    parser.add_argument("-k", type=int, default=8, help="how many (default: %(default)s)")
    parser.add_argument(
        "--phrases",
        action="store_true",
        help="say in brackets what follows, where that is likelier than not",
    )
    parser.add_argument(
        "--min-probability",
        "--least",
        type=float,
        default=0.0,
        metavar="P",
        help="lowest probability of a suggestion (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per text")
    parser.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> None:
    from headline.generator.suggester import Suggester

    if options.k < 1:
        raise SettingError(f"-k must be 1 or more; it is {options.k}.")
    if not 0 <= options.min_probability <= 1:
        raise SettingError(f"--min-probability must be from 0 to 1; it is {options.min_probability}.")
    suggester = Suggester.load(model_folder(options.model, options.from_hub))
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # a file may hold bytes that are not UTF-8
    texts = [options.text] if options.text is not None else (line.rstrip("\n") for line in sys.stdin)
    for text in texts:
        found = suggester.suggest(text, options.k, options.phrases, options.min_probability)
        if options.json:
            say_json({"text": text, "suggestions": [vars(s) for s in found]})
        else:
            for s in found:
                say(f"{s.probability:7.1%}  {s.text}" + (f" [{s.more.strip()}]" if s.more else ""))
