"""Options that several commands share, and what they mean."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from headline.corpus.reader import PLACEHOLDERS
from headline.errors import SettingError
from headline.model.checkpoint import Checkpoint
from headline.paths import BUNDLED_MODEL
from headline.training.options import RunOptions
from headline.training.presets import PRESETS, Preset
from headline.training.settings import KINDS, RECIPES, TrainingConfig


def add_corpus_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, help="files or folders of headlines")
    parser.add_argument(
        "--column",
        help="the column that holds the headlines: its name, a path in JSON such as headline.main, or its number "
        "from 1 (default: found by its name and by what its cells look like)",
    )
    parser.add_argument(
        "--header",
        action=argparse.BooleanOptionalAction,
        help="whether the first row has the names of the columns (default: found out)",
    )
    parser.add_argument("--encoding", metavar="NAME", help="of text files, such as cp949 (default: found out)")
    parser.add_argument(
        "--table",
        "--sheet",
        metavar="NAME",
        help="the table of an SQLite file, or the sheet of an Excel file: its name, or its number from 1 (default: the "
        "one with the most likely column)",
    )
    parser.add_argument(
        "--placeholder",
        action="append",
        help="a word that means a missing headline, may be given several times (default: Unknown)",
    )


def add_settings_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--recipe", choices=list(RECIPES), default="autocomplete", help="default: %(default)s")
    group.add_argument("--preset", choices=list(PRESETS), help="a group of settings, the same as on the page")
    parser.add_argument(
        "--start-from",
        metavar="MODEL",
        help='a model to fine-tune: a checkpoint\'s folder, "bundled", or hub:owner/name; better than '
        "training from scratch where the list is short",
    )
    add_language_option(parser)
    parser.add_argument("--epochs", type=int, help="passes over the headlines (default: the recipe's)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="any other setting")
    parser.add_argument(
        "--rows", type=int, default=0, metavar="N", help="use at most N headlines, taken evenly from the whole list"
    )


def add_language_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--language", metavar="TAG", help="the titles' language, such as de or pt-BR (default: found out from them)"
    )


def add_model_option(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--model", type=Path, default=BUNDLED_MODEL, help="a checkpoint's folder (default: the bundled one)"
    )
    group.add_argument("--from-hub", metavar="owner/name", help="a checkpoint from the Hugging Face Hub")


def run_options(options: argparse.Namespace, settings: TrainingConfig | None = None, **others: Any) -> RunOptions:
    """Return what the parsed options ask for: files, and settings where they are not given.

    Raises:
        SettingError: a setting is not allowed.
        CheckpointError: the model to start from cannot be loaded.
        HubError: it cannot be downloaded.
    """
    start_from = None
    if settings is None:
        start_from = _start_folder(options.start_from) if options.start_from else None
        base = Checkpoint.load(start_from).config if start_from else None
        preset = PRESETS[options.preset] if options.preset else Preset("", "", options.recipe)
        settings = preset.settings(base).changed(
            **({"epochs": options.epochs, "language": options.language} | parse_settings(options.set))
        )
    return RunOptions(
        files=tuple(map(str, options.files)),
        settings=settings,
        column=options.column,
        header=options.header,
        encoding=options.encoding,
        table=options.table,
        placeholders=tuple(options.placeholder or PLACEHOLDERS),
        start_from=str(start_from) if start_from else None,
        rows=getattr(options, "rows", 0),
        **others,
    )


def _start_folder(model: str) -> Path:
    if model.startswith("hub:"):
        return model_folder(BUNDLED_MODEL, model.removeprefix("hub:"))
    return BUNDLED_MODEL if model == "bundled" else Path(model)


def model_folder(model: Path, from_hub: str | None) -> Path:
    """Return the folder of a checkpoint, after downloading it if it is on the Hub.

    Raises:
        HubError: it cannot be downloaded.
    """
    if from_hub is None:
        return model
    from headline.share.hub import fetch_checkpoint

    return fetch_checkpoint(from_hub)


def parse_settings(pairs: Sequence[str]) -> dict[str, Any]:
    """Turn NAME=VALUE texts into settings with the types of TrainingConfig.

    Raises:
        SettingError: there is no such setting, or the value has another type.
    """
    types: dict[str, Any] = {f.name: f.type for f in fields(TrainingConfig)}
    settings: dict[str, Any] = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        if name not in types:
            raise SettingError(f"There is no setting {name}; there are {', '.join(sorted(types))}.")
        settings[name] = text.strip('"') if types[name] is str else _parse_value(name, text, types[name])
    return settings


def _parse_value(name: str, text: str, kind: type) -> Any:
    refusal = SettingError(f"{name} must be {KINDS[kind]}; it is “{text}”.")
    try:
        value = json.loads(text.lower() if kind is bool else text)
    except ValueError as error:  # no JSON, or a number of more than 4,300 digits
        raise refusal from error
    if kind is float and type(value) is int:
        try:
            value = float(value)
        except OverflowError as error:
            raise refusal from error
    if type(value) is not kind:
        raise refusal
    return value
