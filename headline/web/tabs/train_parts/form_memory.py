"""What the Train tab held when a run was started, kept in the run's folder, so that a reload shows it again."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gradio.components import Component

from headline.runs.job import write_json

_FILE = "form.json"


def form_of(parts: Iterable[object], given: dict) -> dict[str, Any]:
    """The values of the components in `given` by the names of the attributes that hold them."""
    return {name: given[component] for name, component in named(parts, given).items()}


def named(parts: Iterable[object], among: Iterable[Component]) -> dict[str, Component]:
    """Components by the names of the attributes of `parts` that hold them; those in a dict by their keys."""
    wanted = set(among)
    found: dict[str, Component] = {}
    for part in parts:
        for name, value in vars(part).items():
            inner = value if isinstance(value, dict) else {name: value}
            found |= {key: one for key, one in inner.items() if isinstance(one, Component) and one in wanted}
    return found


def keep_form(folder: Path, form: dict[str, Any]) -> None:
    """Write the form into a run's folder.

    Raises:
        OSError: it cannot be written.
    """
    write_json(folder / _FILE, form)


def kept_form(folder: Path) -> dict[str, Any]:
    """The form in a run's folder; empty where there is none, or it is damaged."""
    try:
        found = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
