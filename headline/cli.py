"""The command line: python -m headline preview | time | train | evaluate | suggest | generate | export | publish."""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from headline import __version__
from headline.corpus.reader import PLACEHOLDERS, read_headlines
from headline.corpus.report import Corpus
from headline.corpus.split import SPLITS, split_headlines
from headline.errors import CheckpointError, CorpusError, SettingError
from headline.model.checkpoint import Checkpoint
from headline.paths import BUNDLED
from headline.training.presets import PRESETS, Preset
from headline.training.progress import Announcer
from headline.training.settings import RECIPES, TrainingConfig

_MEASURED = 10_000  # headlines of the test side at most, from all over it
_TYPED = 150  # headlines of the test side that are typed at the end of a run


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        sys.stderr.close()
        return 0
    except (CorpusError, CheckpointError, SettingError, ValueError, OSError) as error:
        print(f"headline: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m headline", description="Headline autocompletion with an LSTM.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="command")

    train = commands.add_parser(
        "train",
        help="learn from files of headlines",
        description="Learn from files of headlines (CSV, TXT, JSONL, Parquet; a folder is read whole)\n"
        "and save a checkpoint. Ctrl-C once ends the run and keeps the best so far.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(
            ["settings for --set, with the values of the autocomplete recipe:"]
            + [f"  {f'{f.name}={f.default}':<26}{f.metadata['about']}" for f in fields(TrainingConfig)[1:]]
        ),
    )
    train.add_argument("--out", type=Path, required=True, help="folder for the checkpoint")
    _settings_options(train)
    _corpus_options(train)
    train.add_argument("--name", default="", help="what to call the model")
    train.add_argument("--minutes", type=float, metavar="N", help="end after so many, keeping the best so far")
    train.add_argument(
        "--sample", action="append", default=[], metavar="TEXT", help="a beginning to be finished after every epoch"
    )
    train.add_argument(
        "--compare", action="store_true", help="measure keystrokes saved at the end, beside the bundled model's"
    )
    train.add_argument("--json", action="store_true", help="tell the progress as JSON lines instead of a bar")
    train.add_argument("--progress", type=Path, help="write the progress as JSON lines to this file as well")
    train.set_defaults(run=_train)

    speed = commands.add_parser(
        "time",
        help="how long a run would take",
        description="How long a run would take on this machine, from a few real steps of it. Prints a JSON object.",
    )
    _settings_options(speed)
    _corpus_options(speed)
    speed.set_defaults(run=_time)

    look = commands.add_parser(
        "preview",
        help="what files of headlines hold",
        description="What was read and dropped, how long the headlines are, which words they use.",
    )
    _corpus_options(look)
    look.add_argument("--json", action="store_true", help="print one JSON object")
    look.set_defaults(run=_preview)

    evaluate = commands.add_parser(
        "evaluate",
        help="measure a model on headlines",
        description="Measure a model on the headlines of files that its own split holds out.",
    )
    _model_option(evaluate)
    _corpus_options(evaluate)
    evaluate.add_argument(
        "--split",
        choices=[*SPLITS, "all"],
        default="test",
        help="which headlines: those held out as test (default), another side, or all (files not trained on)",
    )
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")
    evaluate.set_defaults(run=_evaluate)

    suggest = commands.add_parser(
        "suggest",
        help="ways to go on from a text",
        description="Ways to go on from a text, the likeliest first. Without a text, answers each line that comes in.",
    )
    suggest.add_argument("text", nargs="?", help='what was typed, such as "the gov"; end with a space for next words')
    _model_option(suggest)
    suggest.add_argument("-k", type=int, default=8, help="how many (default: %(default)s)")
    suggest.add_argument("--phrases", action="store_true", help="likely continuations of several words among them")
    suggest.add_argument(
        "--min-probability",
        "--least",
        type=float,
        default=0.0,
        metavar="P",
        help="none less likely than this (default: %(default)s)",
    )
    suggest.add_argument("--json", action="store_true", help="print a JSON object a text")
    suggest.set_defaults(run=_suggest)

    generate = commands.add_parser(
        "generate",
        help="whole headlines from a beginning",
        description="Whole headlines that begin with a text: by sampling, or with --temperature 0 the likeliest words.",
    )
    generate.add_argument("seed", nargs="?", default="", help='how they begin, such as "today in new york"')
    _model_option(generate)
    generate.add_argument("--words", type=int, help="how many words to add (default: until the headline ends)")
    generate.add_argument(
        "--temperature", type=float, default=0.8, help="0: the likeliest word; 1: as learnt (default: %(default)s)"
    )
    generate.add_argument("--top-k", type=int, default=0, help="draw from so many likeliest words (default: from all)")
    generate.add_argument("--beam", type=int, metavar="WIDTH", help="search for the likeliest headlines instead")
    generate.add_argument("--number", type=int, default=1, help="how many headlines (default: %(default)s)")
    generate.add_argument("--random-seed", type=int, default=0, help="of the random numbers (default: %(default)s)")
    generate.add_argument("--json", action="store_true", help="print a JSON object a headline")
    generate.set_defaults(run=_generate)

    share = commands.add_parser(
        "publish",
        help="share the app or a model on the Hugging Face Hub",
        description="Put this app on the Hugging Face Hub as a Space, or with --model a checkpoint as a model. Needs\n"
        "a token that may write: in HF_TOKEN, or kept by `hf auth login`.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    share.add_argument("name", metavar="owner/name", help="what it is to be called there")
    share.add_argument("--model", type=Path, metavar="FOLDER", help="a checkpoint to share instead of the app")
    share.add_argument("--gpu", action="store_true", help="a Space that trains on a GPU (t4-small), which costs money")
    share.add_argument("--hardware", help="other hardware for the Space, such as l4x1 (default: what it has)")
    share.add_argument("--private", action="store_true", help="where it is new: only its owner sees it")
    share.add_argument("--dry-run", action="store_true", help="list what would be uploaded, reaching no network")
    share.set_defaults(run=_publish)

    export = commands.add_parser(
        "export",
        help="the network as a file for other programs",
        description="The network as a file for other programs: one step of it as ONNX or TensorFlow Lite, or the "
        "Keras model that was trained. The n-grams are not in it.",
    )
    export.add_argument(
        "model", nargs="?", type=Path, default=BUNDLED, help="a checkpoint's folder (default: the bundled one)"
    )
    export.add_argument(
        "--format", metavar="FORMAT", help="onnx, keras or tflite (default: what the file's name ends in)"
    )
    export.add_argument("--out", type=Path, required=True, help="the file to write: .onnx, .keras or .tflite")
    export.set_defaults(run=_export)
    return parser


def _settings_options(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--recipe", choices=list(RECIPES), default="autocomplete", help="default: %(default)s")
    what.add_argument("--preset", choices=list(PRESETS), help="settings that belong together, as the page has them")
    parser.add_argument(
        "--start-from",
        type=Path,
        metavar="MODEL",
        help='a checkpoint\'s folder to go on from, "bundled", or hub:owner/name: better than from nothing for a list '
        "of one's own",
    )
    parser.add_argument("--epochs", type=int, help="times that the whole corpus is read (default: as the recipe)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="any other setting")
    parser.add_argument("--rows", type=int, metavar="N", help="take at most so many headlines, from all over the list")


def _settings(options: argparse.Namespace) -> tuple[TrainingConfig, Checkpoint | None]:
    """What a run was told, and the model that it starts from."""
    preset = PRESETS[options.preset] if options.preset else Preset("", "", options.recipe)
    base = None
    if options.start_from:
        told = str(options.start_from)
        hub = told.removeprefix("hub:") if told.startswith("hub:") else None
        base = Checkpoint.load(_folder(BUNDLED if told == "bundled" else options.start_from, hub))
    settings = preset.settings(base.config if base else None)
    return settings.changed(**({"epochs": options.epochs} | _parse_settings(options.set))), base


def _corpus_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, help="files or folders of headlines")
    parser.add_argument("--column", help="the column that holds the headlines (default: found by its name)")
    parser.add_argument(
        "--placeholder",
        action="append",
        help="a word that stands for a missing headline, may be given several times (default: Unknown)",
    )


def _read(options: argparse.Namespace, settings: TrainingConfig) -> Corpus:
    corpus = read_headlines(
        options.files,
        options.column,
        placeholders=options.placeholder or PLACEHOLDERS,
        keep_duplicates=settings.keep_duplicates,
        normalise=settings.normalise,
    )
    most = getattr(options, "rows", None)
    if most and len(corpus.headlines) > most:
        corpus = replace(corpus, headlines=corpus.headlines[:: -(-len(corpus.headlines) // most)])
    return corpus


def _model_option(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--model", type=Path, default=BUNDLED, help="a checkpoint's folder (default: the bundled one)")
    which.add_argument("--from-hub", metavar="owner/name", help="a checkpoint of the Hugging Face Hub instead")


def _folder(model: Path, from_hub: str | None) -> Path:
    """Where a checkpoint is, once it was downloaded where it is on the Hub."""
    if from_hub is None:
        return model
    from headline.share.hub import fetch_checkpoint

    return fetch_checkpoint(from_hub)


def _train(options: argparse.Namespace) -> int:
    # Before anything slow, so that a run that is stopped while it starts up stops, and says so.
    stop = _StopSignal()
    until = time.monotonic() + 60 * options.minutes if options.minutes else float("inf")
    say = Announcer(options.json, options.progress)
    try:
        settings, base = _settings(options)
        say("reading", stage="reading")
        corpus = _read(options, settings)
        say("corpus", **corpus.report.as_dict(), summary=corpus.report.summary(), stage="starting")
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # or TensorFlow tells that there is no GPU
        from headline.training.device import device_name
        from headline.training.fit import train

        say("device", name=device_name(), stage="starting")

        def samples(epoch: int, checkpoint: Checkpoint) -> None:
            say("samples", epoch=epoch, headlines=_samples(checkpoint, options.sample))

        checkpoint = train(
            corpus,
            settings,
            on_progress=lambda progress: say("progress", **progress.as_dict(), stage="training"),
            should_stop=lambda: stop.asked or time.monotonic() > until,
            name=options.name or options.out.name,
            start_from=base,
            on_epoch=samples,
            on_baseline=lambda nats: say("baseline", nats=nats),
        ).stored_as(settings.precision)
        test = split_headlines(corpus.headlines, settings.seed, settings.validation, settings.test)["test"]
        metrics = {}
        if test and not stop.asked:
            say("measuring", stage="measuring")
            metrics = _measure(checkpoint, test[:: -(-len(test) // _MEASURED)], lambda: stop.asked)
            checkpoint.metrics.update(test=metrics)
            if options.compare and not stop.asked:
                compared = _compared(checkpoint, test)
                checkpoint.metrics.update(keystrokes_saved=compared)
                say("compared", **compared)
        checkpoint.save(options.out, settings.precision)
        say("done", stopped=stop.asked, metrics=metrics, model=str(options.out))
    except Exception as error:
        known = isinstance(error, CorpusError | CheckpointError | SettingError | OSError)
        offer = {"batch_size": error.batch_size} if hasattr(error, "batch_size") else {}
        say("error", message=str(error) if known else f"{type(error).__name__}: {error}", **offer)
        raise
    finally:
        say.close()
    return 0


def _time(options: argparse.Namespace) -> None:
    settings, base = _settings(options)
    corpus = _read(options, settings)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from headline.training.device import device_name
    from headline.training.fit import words_per_second

    rate = words_per_second(corpus, settings, base)
    words = sum(len(headline.split()) + 1 for headline in corpus.headlines) * (1 - settings.validation - settings.test)
    seconds = words * settings.epochs / rate
    print(json.dumps({"words_per_second": round(rate), "seconds": round(seconds), "device": device_name()}))


def _preview(options: argparse.Namespace) -> None:
    from headline.corpus.preview import preview

    seen = preview(_read(options, RECIPES["autocomplete"]))
    if options.json:
        print(json.dumps(seen.as_dict(), ensure_ascii=False))
        return
    print(seen.summary)
    for warning in seen.warnings:
        print(warning)
    print(f"{seen.words:,} words, {seen.distinct:,} different ones, of which {seen.rare:.0%} come once only")
    print("Words in a headline:", ", ".join(f"{words}: {n:,}" for words, n in seen.lengths if n))
    print("Most frequent:", ", ".join(f"{word} {n:,}" for word, n in seen.frequent))
    for row in seen.rows:
        print(" ", row)


def _evaluate(options: argparse.Namespace) -> None:
    checkpoint = Checkpoint.load(_folder(options.model, options.from_hub))
    settings = RECIPES[checkpoint.config.recipe].changed(**checkpoint.training.get("settings", {}))
    headlines = _read(options, settings).headlines
    if options.split != "all":
        # A recipe that held nothing out is measured on the sides of the other one.
        held_out = settings if settings.test or settings.validation else RECIPES["autocomplete"]
        headlines = split_headlines(headlines, settings.seed, held_out.validation, held_out.test)[options.split]
    if not headlines:
        raise CorpusError(f"No headline of these files is on the {options.split} side: take all by --split all.")
    metrics = _measure(checkpoint, headlines)
    if options.json:
        print(json.dumps(metrics))
        return
    for name, value in metrics.items():
        told = "–" if value is None else f"{value:,.4f}" if isinstance(value, float) else f"{value:,}"
        print(f"{name.replace('_', ' '):>20}  {told}")


def _measure(checkpoint: Checkpoint, headlines: Sequence[str], should_stop: Callable[[], bool] = lambda: False) -> dict:
    """Figures on some headlines; none if it was asked to stop amid them."""
    from headline.model.evaluation import evaluate

    class Enough(Exception):
        pass

    def look(done: int, count: int) -> None:
        if should_stop():
            raise Enough

    try:
        return evaluate(checkpoint, headlines, on_progress=look).as_dict()
    except Enough:
        return {}


def _samples(checkpoint: Checkpoint, beginnings: Sequence[str]) -> list[str]:
    """What the network writes now behind some beginnings, the likeliest words each time."""
    if not beginnings:
        return []
    import numpy as np

    from headline.generator.generator import Generator
    from headline.generator.lexicon import Lexicon
    from headline.generator.suggester import Suggester

    writer = Generator(Suggester(checkpoint, Lexicon([], np.empty(0))))
    return [writer.generate(text).text for text in beginnings]


def _compared(checkpoint: Checkpoint, test: Sequence[str]) -> dict[str, float]:
    """Keystrokes saved on the same held-out headlines: by this model, by its n-grams alone, by the bundled one."""
    from headline.generator.keystrokes import typed_with
    from headline.generator.suggester import Suggester

    typed = test[:_TYPED]
    models = {"this": checkpoint, "bundled": Checkpoint.load(BUNDLED)}
    if checkpoint.ngram:
        models["ngram"] = replace(checkpoint, lstm_weight=0.0)
    return {name: round(typed_with(Suggester(model), typed).saved, 4) for name, model in models.items()}


def _suggest(options: argparse.Namespace) -> None:
    from headline.generator.suggester import Suggester

    suggester = Suggester.load(_folder(options.model, options.from_hub))
    texts = [options.text] if options.text is not None else (line.rstrip("\n") for line in sys.stdin)
    for text in texts:
        found = suggester.suggest(text, options.k, options.phrases, options.min_probability)
        if options.json:
            print(json.dumps({"text": text, "suggestions": [vars(s) for s in found]}, ensure_ascii=False), flush=True)
        else:
            for s in found:
                print(f"{s.probability:7.1%}  {s.text}", flush=True)


def _generate(options: argparse.Namespace) -> None:
    import numpy as np

    from headline.generator.generator import Generated, Generator
    from headline.generator.suggester import Suggester

    generator = Generator(Suggester.load(_folder(options.model, options.from_hub)))
    rng = np.random.default_rng(options.random_seed)
    if options.beam is not None and options.beam < 1:
        raise SettingError(f"--beam must be 1 or more; it is {options.beam}.")
    made: Iterable[Generated]
    if options.beam:
        made = generator.beam(options.seed, options.words, options.beam, options.number)
    elif options.number == 1:
        made = [generator.generate(options.seed, options.words, options.temperature, options.top_k, rng)]
    else:
        made = generator.several(options.seed, options.number, options.temperature, options.top_k, options.words, rng)
    for headline in made:
        print(json.dumps(vars(headline), ensure_ascii=False) if options.json else headline.text, flush=True)


def _publish(options: argparse.Namespace) -> None:
    from headline.share.hub import check_name
    from headline.share.publish import check_hardware, model_content, publish_model, publish_space, space_content

    check_name(options.name)
    if options.model and (options.gpu or options.hardware):
        raise SettingError("--gpu and --hardware are for a Space; a model on the Hub runs nowhere.")
    hardware = check_hardware(options.hardware, options.gpu)
    if options.dry_run:
        content = (
            model_content(options.model, options.name)
            if options.model
            else space_content(options.name, hardware=hardware)
        )
        for path, data in sorted(content.items()):
            print(f"{len(data):>12,}  {path}")
        print(f"{sum(map(len, content.values())):>12,}  bytes in {len(content)} files; nothing was uploaded")
    elif options.model:
        print(publish_model(options.model, options.name, options.private))
    else:
        print(publish_space(options.name, hardware, options.private))


def _export(options: argparse.Namespace) -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from headline.share.export import export

    for path in export(Checkpoint.load(options.model), options.out, options.format):
        print(f"{path}  {path.stat().st_size / 1e6:.1f} MB")


def _parse_settings(pairs: Sequence[str]) -> dict:
    """Turn NAME=VALUE into the types that TrainingConfig has."""
    types: dict[str, Any] = {f.name: f.type for f in fields(TrainingConfig)}
    told = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}
    settings: dict = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        if name not in types:
            raise SettingError(f"There is no setting {name}; there are {', '.join(sorted(types))}.")
        try:
            value = text if types[name] is str else json.loads(text.lower() if types[name] is bool else text)
        except json.JSONDecodeError as error:
            raise SettingError(f"{name} must be {told[types[name]]}; it is “{text}”.") from error
        if types[name] is str:
            value = text.strip('"')
        elif types[name] is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not types[name]:
            raise SettingError(f"{name} must be {told[types[name]]}; it is “{text}”.")
        settings[name] = value
    return settings


class _StopSignal:
    """Whether Ctrl-C or a polite kill has come. A second Ctrl-C is the ordinary one."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: object) -> None:
        self.asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
