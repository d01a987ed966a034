"""How far a run is, and how that is written down."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Progress:
    """How far a run is. Losses are in nats per word, and None until they are known."""

    epoch: int  # the current one, from 1
    epochs: int
    step: int  # batches done in this epoch
    steps: int
    loss: float | None
    validation_loss: float | None  # after the last complete epoch
    words_per_second: float
    words_done: float  # in all epochs
    seconds: float  # since training began
    seconds_left: float | None
    epoch_ended: bool = False

    def as_dict(self) -> dict:
        return asdict(self)


class EventLog:
    """A file to which a run appends its events, one JSON object per line."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Line-buffered, so that a reader sees every event at once. A lone surrogate becomes a JSON escape.
        self.file = open(path, "a", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115

    def write(self, event: dict) -> None:
        self.file.write(json_line(event) + "\n")

    def close(self) -> None:
        self.file.close()


def json_line(event: dict) -> str:
    """Return an event as one line of JSON."""
    return json.dumps(event, ensure_ascii=False, allow_nan=False)


def clock(seconds: float) -> str:
    """Format seconds as minutes and seconds, with hours where there are any.

    >>> clock(75), clock(3675)
    ('1:15', '1:01:15')
    """
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
