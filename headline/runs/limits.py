"""What a visitor may do, set by environment variables. Nothing is limited at home, everything on a public page."""

import os
from dataclasses import dataclass

from headline.errors import SettingError

# On a public page: megabytes of an upload, headlines, epochs, minutes of a run, hours that a run is kept.
_PUBLIC = {"upload_mb": 50, "rows": 100_000, "epochs": 20, "minutes": 20, "hours": 24}


@dataclass(frozen=True)
class Limits:
    """0 means no limit."""

    public: bool = False  # visitors see their own runs and models only
    upload_mb: int = 0
    rows: int = 0
    epochs: int = 0
    minutes: int = 0
    hours: int = 0

    @classmethod
    def from_environment(cls) -> "Limits":
        """Read the limits. HEADLINE_PUBLIC=1, or a Space (SPACE_ID), makes the page public; HEADLINE_MAX_… set each.

        Raises:
            SettingError: a variable is not a whole number.
        """
        public = os.environ.get("HEADLINE_PUBLIC", "1" if os.environ.get("SPACE_ID") else "0") not in ("", "0")
        limits = {
            name: _whole_number(f"HEADLINE_MAX_{name.upper()}", default if public else 0, "0 for no limit")
            for name, default in _PUBLIC.items()
        }
        return cls(public, **limits)


def slots() -> int:
    """Return how many runs may run at once.

    Raises:
        SettingError: HEADLINE_SLOTS is not a whole number.
    """
    return max(1, _whole_number("HEADLINE_SLOTS", 1, "1 or more"))


def _whole_number(variable: str, default: int, note: str) -> int:
    text = os.environ.get(variable, str(default))
    if not (text.isascii() and text.isdigit()):
        raise SettingError(f"{variable} must be a whole number, {note}; it is “{text}”.")
    return int(text)
