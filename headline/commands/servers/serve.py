"""`headline serve`: suggestions over HTTP, without the page."""

import argparse

from headline.commands.options import add_model_option, model_folder
from headline.commands.terminal import say


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "serve",
        help="suggestions over HTTP, without the page",
        description="Answer /gradio_api/suggest, /healthz and /metrics with one model, without the page. Several "
        "processes share the model's memory; docs/operating.md says how many keys they answer.",
    )
    add_model_option(parser)
    parser.add_argument("--workers", type=int, default=1, help="processes (default: %(default)s)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=7861, help="0 means any free one (default: %(default)s)")
    parser.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> None:
    from headline.web.serve.start import serve_suggestions

    model = model_folder(options.model, options.from_hub)
    serve_suggestions(model, options.host, options.port, options.workers, say)
