"""`headline preview`: show what files of headlines hold."""

import argparse

from headline.commands.options import add_corpus_options, add_language_option, run_options
from headline.commands.terminal import say, say_json
from headline.training.settings import RECIPES


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "preview",
        help="what files of headlines hold",
        description="Show what was read and dropped, how long the headlines are and which words they use.",
    )
    add_corpus_options(parser)
    add_language_option(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> None:
    from headline.corpus.preview import preview

    settings = RECIPES["autocomplete"].changed(language=options.language)
    seen = preview(run_options(options, settings).read_corpus(), settings.language)
    if options.json:
        say_json(seen.as_dict())
        return
    say(f"{seen.summary}. {seen.said}")
    for sentence in (*seen.notes, *seen.warnings):
        say(sentence)
    for reason, rows in seen.dropped:
        say(f"Dropped as {reason}, such as {'; '.join(rows)}")
    say(f"{seen.words:,} words, {seen.distinct:,} different ones, {seen.rare:.0%} of these occur only once")
    say("Words per headline: " + ", ".join(f"{words}: {n:,}" for words, n in seen.lengths if n))
    say("Most frequent: " + ", ".join(f"{word} {n:,}" for word, n in seen.frequent))
    for row in seen.rows:
        say(f"  {row}")
