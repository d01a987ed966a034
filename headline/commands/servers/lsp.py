"""`headline lsp`: suggestions in an editor."""

import argparse
import contextlib
import sys

from headline.commands.options import add_model_option, model_folder
from headline.commands.terminal import say


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "lsp",
        help="suggestions in an editor",
        description="Suggest words in the titles of Markdown and in plain text, as a language server. An editor starts "
        "this command and speaks with it over standard input and output; docs/editors.md has the lines for it.",
    )
    add_model_option(parser)
    parser.add_argument(
        "--stdio", action="store_true", help="accepted, because some editors pass it: there is no other way"
    )
    parser.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> None:
    from headline.share.lsp.server import HeadlineServer

    if sys.stdin.isatty():
        say("An editor starts this command; docs/editors.md has the lines for it. Ctrl-C ends it.", file=sys.stderr)

    def load():
        from headline.generator.suggester import Suggester

        return Suggester.load(model_folder(options.model, options.from_hub))

    out = sys.stdout.buffer
    with contextlib.redirect_stdout(sys.stderr):  # or what a library prints would break the protocol
        HeadlineServer(load).start_io(sys.stdin.buffer, out)
