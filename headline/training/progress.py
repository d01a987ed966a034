"""How far a run is, and how that is written down."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from headline.errors import is_disk_full


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
    seconds_left: float | None  # until the model is saved, measuring included
    epoch_ended: bool = False

    def as_dict(self) -> dict:
        return asdict(self)


class EventLog:
    """A file to which a run appends its events, one JSON object per line.

    A full disk does not end a run: an event that finds no room is lost, and the next one begins a new line.
    """

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115  unbuffered: a reader sees every event at once
        self._cut = False  # whether the last line was written in part only

    def write(self, event: dict) -> None:
        """Append an event. A lone surrogate becomes a JSON escape.

        Raises:
            OSError: the file cannot be written, for another reason than a full disk.
        """
        line = b"\n" * self._cut + (json_line(event) + "\n").encode("utf-8", "backslashreplace")
        try:
            written = self._file.write(line) or 0
        except OSError as error:
            if not is_disk_full(error):
                raise
            written = 0
        self._cut = written < len(line) and (written > 0 or self._cut)

    def close(self) -> None:
        self._file.close()


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


def about(seconds: float) -> str:
    """Say a number of seconds as one would aloud: rounded, since it is an estimate.

    >>> about(3), about(43), about(80), about(4000)
    ('a few seconds', 'about 45 seconds', 'about 1 minute', 'about 1 hour')
    """
    if seconds < 8:
        return "a few seconds"
    if seconds < 57.5:
        return f"about {5 * round(seconds / 5)} seconds"
    minutes = round(seconds / 60)
    if minutes < 55:
        return f"about {minutes} minute{'s' * (minutes != 1)}"
    hours = round(seconds / 3600) if seconds > 9000 else round(seconds / 1800) / 2
    return f"about {hours:g} hour{'s' * (hours != 1)}"
