"""How a training run tells of itself: to a person, to a program, to the page."""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Progress:
    """How far a run is. Losses are nats a word; those not known yet are None."""

    epoch: int  # the one under way, from 1
    epochs: int
    step: int  # batches done in this epoch
    steps: int
    loss: float | None
    validation_loss: float | None  # after the last whole epoch
    words_per_second: float
    words_done: float  # in all epochs
    seconds: float  # since training began
    seconds_left: float | None
    epoch_ended: bool = False

    def as_dict(self) -> dict:
        return asdict(self)


class Announcer:
    """Tells how a run goes: a bar for a person, JSON lines for a program, a file for the page."""

    def __init__(self, as_json: bool, path: Path | None):
        self.as_json = as_json
        self.file = None
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.file = open(path, "a", encoding="utf-8", buffering=1)  # noqa: SIM115, open for as long as the run
        self.bar: Any = None  # tqdm's, once there is something to draw

    def __call__(self, event: str, **facts: Any) -> None:
        line = json.dumps({"event": event} | facts, ensure_ascii=False, allow_nan=False)
        if self.file:
            self.file.write(line + "\n")
        if self.as_json:
            print(line, flush=True)
        elif event == "corpus":
            print(facts["summary"], file=sys.stderr)
        elif event == "progress":
            self._draw(facts)
        elif event == "done":
            self._finish(facts)

    def close(self) -> None:
        self._end_bar()
        if self.file:
            self.file.close()

    def _end_bar(self) -> None:
        if self.bar is not None:
            self.bar.close()

    def _draw(self, progress: dict) -> None:
        from tqdm import tqdm

        if self.bar is None:
            total = progress["epochs"] * progress["steps"]
            self.bar = tqdm(total=total, bar_format="{desc} {percentage:3.0f}%|{bar}|{postfix}", file=sys.stderr)
        self.bar.n = (progress["epoch"] - 1) * progress["steps"] + progress["step"]
        self.bar.set_description_str(f"epoch {progress['epoch']}/{progress['epochs']}", refresh=False)
        losses = {"loss": progress["loss"], "held out": progress["validation_loss"]}
        parts = [f"{title} {loss:.3f}" for title, loss in losses.items() if loss is not None]
        if progress["seconds_left"] is not None:
            parts.append(f"{clock(progress['seconds_left'])} left")
        self.bar.set_postfix_str(" " + ", ".join(parts))

    def _finish(self, facts: dict) -> None:
        self._end_bar()
        held_out = facts["metrics"].get("perplexity")
        told = f"; perplexity {held_out:.1f} on the test headlines" if held_out else ""
        print(f"Saved {facts['model']}{told}{' (stopped early)' * facts['stopped']}.", file=sys.stderr)


def clock(seconds: float) -> str:
    """Seconds as a person reads them.

    >>> clock(75), clock(3675)
    ('1:15', '1:01:15')
    """
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
