"""`headline publish`: put the app or a model on the Hugging Face Hub."""

import argparse
from pathlib import Path

from headline.commands.terminal import say
from headline.errors import SettingError
from headline.paths import BUNDLED_MODEL


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "publish",
        help="share the app or a model on the Hugging Face Hub",
        description="Put this app on the Hugging Face Hub as a Space, with --model a checkpoint as a model, or with\n"
        "--static the folder of `headline export --to web` as a static Space. Needs a token that may write, in\n"
        "HF_TOKEN or stored by `hf auth login`.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="owner/name", help="its name on the Hub")
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="a checkpoint to share instead of the app")
    parser.add_argument(
        "--static", action="store_true", help="a static Space: pages that need no server (--model: with this model)"
    )
    parser.add_argument("--light", action="store_true", help="with --static: a smaller variant of the model")
    parser.add_argument("--gpu", action="store_true", help="a Space that trains on a GPU (t4-small), which costs money")
    parser.add_argument("--hardware", help="other hardware for the Space, such as l4x1 (default: what it has)")
    parser.add_argument("--private", action="store_true", help="make a new one visible to its owner only")
    parser.add_argument("--dry-run", action="store_true", help="list what would be uploaded, without the network")
    parser.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> None:
    from headline.share.hub import check_name
    from headline.share.publish import (
        check_hardware,
        model_content,
        publish_model,
        publish_space,
        publish_static,
        space_content,
    )
    from headline.share.web_folder import web_content

    check_name(options.name)
    if options.static and (options.gpu or options.hardware):
        raise SettingError("--gpu and --hardware are for a Space that runs the app; a static one has no program.")
    if options.light and not options.static:
        raise SettingError("--light is for --static.")
    if options.model and (options.gpu or options.hardware):
        raise SettingError("--gpu and --hardware are for a Space; a model on the Hub does not run.")
    hardware = check_hardware(options.hardware, options.gpu)
    static = web_content(options.model or BUNDLED_MODEL, options.light) if options.static else None
    if options.dry_run:
        content = static
        if content is None and options.model:
            content = model_content(options.model, options.name)
        elif content is None:
            content = space_content(options.name, hardware=hardware)
        for path, data in sorted(content.items()):
            say(f"{len(data):>12,}  {path}")
        say(f"{sum(map(len, content.values())):>12,}  bytes in {len(content)} files; nothing was uploaded")
    elif static is not None:
        say(publish_static(static, options.name, options.private))
    elif options.model:
        say(publish_model(options.model, options.name, options.private))
    else:
        say(publish_space(options.name, hardware, options.private))
