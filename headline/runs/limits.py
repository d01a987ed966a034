"""What a visitor may do, set by environment variables. Nothing is limited at home, everything on a public page."""

import os
from dataclasses import dataclass

from headline.corpus.bounds import Bounds
from headline.errors import SettingError
from headline.model.config import ModelConfig
from headline.training.settings import TrainingConfig

# On a public page. docs/settings.md has a row for each; HEADLINE_MAX_… sets it.
_PUBLIC = {
    # One upload, one list
    "upload_mb": 50,
    "unpacked_mb": 100,
    "file_rows": 1_000_000,
    "reading_mb": 1_000,
    "reading_seconds": 120,
    # One run
    "rows": 100_000,
    "epochs": 20,
    "minutes": 20,
    "layers": 2,
    "units": 1_024,
    "embedding_size": 512,
    "max_words": 60_000,
    "block_size": 64,
    "batch_size": 512,
    "candidates": 16_384,
    "max_ngrams": 2_000_000,
    "run_mb": 4_000,
    # All that is kept, of one visitor and of all
    "hours": 24,
    "waiting_each": 3,
    "waiting": 20,
    "disk_mb_each": 500,
    "disk_mb": 10_000,
    "model_mb": 500,
    "loaded_mb": 1_000,
    "at_once_each": 2,
}
# Of a run's settings; 0 means as many as there are, which on a public page is as many as it allows.
_CEILINGS = "epochs layers units embedding_size max_words block_size batch_size candidates max_ngrams".split()
_COLUMNS, _LINE, _HEADLINE = 1_000, 1_000_000, 10_000  # of a visitor's file: see Bounds


@dataclass(frozen=True)
class Limits:
    """0 means no limit."""

    public: bool = False  # visitors see their own runs and models only
    upload_mb: int = 0  # of an upload, a download, or pasted text
    unpacked_mb: int = 0  # of the text of one file
    file_rows: int = 0  # of one file
    reading_mb: int = 0  # of memory to read a visitor's files or check a model
    reading_seconds: int = 0  # for that
    rows: int = 0  # headlines of a run
    epochs: int = 0
    minutes: int = 0  # of a run
    layers: int = 0
    units: int = 0
    embedding_size: int = 0
    max_words: int = 0
    block_size: int = 0
    batch_size: int = 0
    candidates: int = 0
    max_ngrams: int = 0
    run_mb: int = 0  # of memory that a run is expected to need
    hours: int = 0  # that a run, a model or an upload is kept
    waiting_each: int = 0  # runs of one visitor that wait or train
    waiting: int = 0  # runs of all visitors that wait or train
    disk_mb_each: int = 0  # of one visitor's runs, models and files
    disk_mb: int = 0  # of everybody's
    model_mb: int = 0  # of memory for one visitor's model while it answers keystrokes
    loaded_mb: int = 0  # of memory for all visitors' models that do
    at_once_each: int = 0  # requests of one visitor at once for whole headlines and previews, of each kind

    @classmethod
    def from_environment(cls) -> "Limits":
        """Read the limits. HEADLINE_PUBLIC=1, or a Space (SPACE_ID), makes the page public; HEADLINE_MAX_… set each.

        Raises:
            SettingError: a variable is not a whole number.
        """
        public = is_public()
        limits = {
            name: _whole_number(f"HEADLINE_MAX_{name.upper()}", default if public else 0, "0 for no limit")
            for name, default in _PUBLIC.items()
        }
        return cls(public, **limits)

    @property
    def bounds(self) -> Bounds:
        """The bounds on one file of a visitor."""
        if not self.public:
            return Bounds(self.unpacked_mb, self.file_rows)
        return Bounds(self.unpacked_mb, self.file_rows, _COLUMNS, _LINE, _HEADLINE)

    def lowered(self, settings: TrainingConfig) -> TrainingConfig:
        """The settings of a preset with those above a limit lowered to it."""
        most = {name: getattr(self, name) for name in _CEILINGS if getattr(self, name)}
        unlimited = [name for name in ("block_size",) if name in most and not getattr(settings, name)]
        over = [name for name in most if getattr(settings, name) > most[name]]
        return settings.changed(**{name: most[name] for name in over + unlimited})

    def check_model(self, config: ModelConfig) -> None:
        """Check the shape of a visitor's model.

        Raises:
            SettingError: a size is above its limit.
        """
        for name in ("layers", "units", "embedding_size", "block_size"):
            most, value = getattr(self, name), getattr(config, name)
            if most and value > most:
                raise SettingError(f"{name} must be {most:,} or fewer on this page; it is {value:,}.")

    def check(self, settings: TrainingConfig) -> None:
        """Check the settings of a run.

        Raises:
            SettingError: one is above its limit.
        """
        for name in _CEILINGS:
            most, value = getattr(self, name), getattr(settings, name)
            if most and (value > most or (name == "block_size" and not value)):
                raise SettingError(f"{name} must be {most:,} or fewer on this page; it is {value:,}.")


def is_public() -> bool:
    """Whether the page is open to anyone: HEADLINE_PUBLIC, or SPACE_ID on a Space, says so."""
    return os.environ.get("HEADLINE_PUBLIC", "1" if os.environ.get("SPACE_ID") else "0") not in ("", "0")


def slots() -> int:
    """Return how many runs this host may train at once; 0: none, other hosts train them.

    Raises:
        SettingError: HEADLINE_SLOTS is not a whole number.
    """
    return _whole_number("HEADLINE_SLOTS", 1, "0 for a page that trains nothing itself")


def niceness() -> int:
    """Return what is added to the server's niceness for the processes that train and read files, 0 to 19.

    Raises:
        SettingError: HEADLINE_NICENESS is not a whole number.
    """
    return min(19, _whole_number("HEADLINE_NICENESS", 10, "0 to 19"))


def _whole_number(variable: str, default: int, note: str) -> int:
    text = os.environ.get(variable, str(default))
    if not (text.isascii() and text.isdigit()):
        raise SettingError(f"{variable} must be a whole number, {note}; it is “{text}”.")
    return int(text)
