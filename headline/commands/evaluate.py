"""`headline evaluate`: measure a model on headlines."""

import argparse

from headline.commands.options import add_corpus_options, add_model_option, model_folder, run_options
from headline.commands.terminal import say, say_json
from headline.corpus.split import SPLITS, split_headlines
from headline.errors import CorpusError
from headline.model.checkpoint import Checkpoint
from headline.training.measuring import measure
from headline.training.settings import RECIPES


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "evaluate",
        help="measure a model on headlines",
        description="Measure a model on headlines that its own split holds out from these files.",
    )
    add_model_option(parser)
    add_corpus_options(parser)
    parser.add_argument(
        "--split",
        choices=[*SPLITS, "all"],
        default="test",
        help="which headlines: the test side (default), another side, or all (for files that it was not trained on)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> None:
    checkpoint = Checkpoint.load(model_folder(options.model, options.from_hub))
    settings = RECIPES[checkpoint.config.recipe].changed(**checkpoint.training.get("settings", {}))
    headlines = run_options(options, settings).read_corpus().headlines
    if options.split != "all":
        # A recipe that holds nothing out is measured on the sides of the autocomplete recipe.
        held_out = settings if settings.test or settings.validation else RECIPES["autocomplete"]
        headlines = split_headlines(headlines, settings.seed, held_out.validation, held_out.test)[options.split]
    if not headlines:
        raise CorpusError(f"No headline of these files is on the {options.split} side: use all with --split all.")
    metrics = measure(checkpoint, headlines)
    if options.json:
        say_json(metrics)
        return
    for name, value in metrics.items():
        text = "–" if value is None else f"{value:,.4f}" if isinstance(value, float) else f"{value:,}"
        say(f"{name.replace('_', ' '):>20}  {text}")
