"""What a visitor may do, by environment variables: nothing is limited at home, on a public Space everything is."""

import os
from dataclasses import dataclass

# On a public Space: megabytes, headlines, epochs, minutes of a run, hours that a run is kept.
_PUBLIC = {"upload_mb": 50, "rows": 100_000, "epochs": 20, "minutes": 20, "hours": 24}


@dataclass(frozen=True)
class Limits:
    """0 is no limit."""

    public: bool = False  # visitors see their own runs and models only
    upload_mb: int = 0
    rows: int = 0
    epochs: int = 0
    minutes: int = 0
    hours: int = 0

    @classmethod
    def from_environment(cls) -> "Limits":
        """HEADLINE_PUBLIC=1, or a Space (SPACE_ID), makes it public; HEADLINE_MAX_… set each limit.

        Raises:
            ValueError: a variable is no whole number.
        """
        public = os.environ.get("HEADLINE_PUBLIC", "1" if os.environ.get("SPACE_ID") else "0") not in ("", "0")
        limits = {}
        for name, default in _PUBLIC.items():
            variable = f"HEADLINE_MAX_{name.upper()}"
            told = os.environ.get(variable, str(default if public else 0))
            if not told.isdigit():
                raise ValueError(f"{variable} must be a whole number, 0 for no limit; it is “{told}”.")
            limits[name] = int(told)
        return cls(public, **limits)
