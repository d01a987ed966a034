"""`headline prepare`: clean files of any size into a folder of parts, which `headline train` then learns from."""

import argparse
from pathlib import Path

from headline.commands.options import add_corpus_options
from headline.commands.terminal import say, say_json
from headline.corpus.reader import PLACEHOLDERS
from headline.corpus.shards.folder import ROWS
from headline.corpus.shards.mapper import DaskMapper, map_here
from headline.corpus.shards.prepare import prepare
from headline.errors import SettingError
from headline.model.storage.atomic import replacing_folder


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "prepare",
        help="clean files of any size, for train",
        description="Clean files of headlines and write them to a folder in parts, for lists that do not fit into\n"
        "memory: `headline train FOLDER` then reads a part at a time (docs/scale.md).",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the parts")
    add_corpus_options(parser)
    parser.add_argument("--keep-duplicates", action="store_true", help="keep headlines that occur more than once")
    parser.add_argument(
        "--part", type=int, default=ROWS, metavar="N", help="rows in a part, which memory holds (default: %(default)s)"
    )
    add_dask_option(parser)
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")
    parser.set_defaults(run=run_command)


def add_dask_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="of a Dask scheduler, such as tcp://10.0.0.1:8786, whose workers do the cleaning and counting; they reach "
        "the same folders by the same paths",
    )


def run_command(options: argparse.Namespace) -> None:
    if options.part < 1:
        raise SettingError(f"part must be 1 or more; it is {options.part}.")
    mapper = DaskMapper.connect(options.dask) if options.dask else map_here
    with replacing_folder(options.out.resolve()) as fresh:
        shards = prepare(
            options.files,
            fresh,
            options.column,
            placeholders=tuple(options.placeholder or PLACEHOLDERS),
            keep_duplicates=options.keep_duplicates,
            header=options.header,
            encoding=options.encoding,
            table=options.table,
            mapper=mapper,
            rows=options.part,
        )
    if options.json:
        say_json(shards.report.as_dict() | {"parts": len(shards.sizes)})
        return
    for line in (shards.report.summary(), *shards.report.notes, f"{len(shards.sizes):,} parts in {options.out}"):
        say(line)
