"""What runs in a job on Hugging Face: `python -m headline.commands.scale.job FOLDER`.

The folder is the data set that `headline.share.jobs` made. The events of the run are printed, and the model is given
back as a private repository.
"""

import json
import sys
import tempfile
from pathlib import Path

from headline.commands.terminal import say_json
from headline.errors import HeadlineError
from headline.runs.stop_signal import StopSignal
from headline.share.jobs import ASKED
from headline.share.publish import publish_model
from headline.training.options import RunOptions
from headline.training.run import run


def main(arguments: list[str]) -> int:
    asked = json.loads((Path(arguments[0]) / ASKED).read_text(encoding="utf-8"))
    held: list[dict] = []

    def emit(event: dict) -> None:
        (held.append if event["event"] == "done" else say_json)(event)

    stop = StopSignal()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "model"
        try:
            run(RunOptions.from_dict(asked["options"]), out, emit, lambda: stop.asked)
        except (HeadlineError, OSError):
            return 2  # the run has said why
        try:
            publish_model(out, asked["model"], private=True)
        except HeadlineError as error:
            say_json({"event": "error", "message": str(error)})
            return 2
    for event in held:  # only now the model is there
        say_json(event)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
