"""Shows a run's events to a person, on stderr."""

import sys
from typing import Any

from headline.commands.terminal import say, speaks_utf8
from headline.model.evaluation import perplexity_text
from headline.training.progress import clock


class ProgressBar:
    """A bar for the progress of a run, with a line before it on the corpus and one after it on the result."""

    def __init__(self) -> None:
        self.bar: Any = None  # tqdm's, from the first progress on

    def show(self, event: dict) -> None:
        if event["event"] == "corpus":
            for sentence in (event["summary"], *event.get("notes", ())):
                say(sentence, file=sys.stderr)
        elif event["event"] == "job":
            say(f"The job on {event['hardware']}: {event['url']}", file=sys.stderr)
        elif event["event"] == "progress":
            self._draw(event)
        elif event["event"] == "measuring" and self.bar is not None:
            self.bar.set_description_str("measuring on headlines that were held out")
        elif event["event"] == "done":
            self.close()
            say(_result(event), file=sys.stderr)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()

    def _draw(self, progress: dict) -> None:
        from tqdm import tqdm

        if self.bar is None:
            total = progress["epochs"] * progress["steps"]
            bar_format = "{desc} {percentage:3.0f}%|{bar}|{postfix}"
            self.bar = tqdm(total=total, bar_format=bar_format, file=sys.stderr, ascii=not speaks_utf8(sys.stderr))
        self.bar.n = (progress["epoch"] - 1) * progress["steps"] + progress["step"]
        self.bar.set_description_str(f"epoch {progress['epoch']}/{progress['epochs']}", refresh=False)
        losses = {"loss": progress["loss"], "held out": progress["validation_loss"]}
        parts = [f"{title} {loss:.3f}" for title, loss in losses.items() if loss is not None]
        if progress["seconds_left"] is not None:
            parts.append(f"{clock(progress['seconds_left'])} left")
        self.bar.set_postfix_str(" " + ", ".join(parts))


def _result(done: dict) -> str:
    perplexity = done["metrics"].get("perplexity")
    measured = f"; perplexity {perplexity_text(perplexity)} on the test headlines" if perplexity else ""
    return f"Saved {done['model']}{measured}{' (stopped early)' * done['stopped']}."
