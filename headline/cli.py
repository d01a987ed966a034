"""The command line, `python -m headline COMMAND`: training, suggestions, and what else the package can do."""

import argparse
import os
import sys
from collections.abc import Sequence

from headline import __version__
from headline.commands.terminal import Parser, say, speak_any_encoding
from headline.errors import HeadlineError

_ANSWERING = ("suggest", "lsp", "serve")  # commands that answer keys


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 0, 2 for an error that a person can mend, 130 after Ctrl-C."""
    speak_any_encoding()
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] in _ANSWERING:
        # Before NumPy is loaded: one thread answers a key sooner than two, which wait for each other.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
        return 0
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        sys.stderr.close()
        return 0
    except (HeadlineError, OSError) as error:
        say(f"headline: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    from headline.commands import evaluate, export, generate, preview, publish, suggest, time, train
    from headline.commands.scale import prepare, work
    from headline.commands.servers import lsp, serve

    parser = Parser(prog="python -m headline", description="Headline autocompletion with an LSTM.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="command")
    for command in (prepare, train, work, time, preview, evaluate, suggest, generate, publish, export, lsp, serve):
        command.add_parser(commands)
    return parser
