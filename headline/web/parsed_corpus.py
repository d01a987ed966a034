"""Uploaded files, parsed once: preview, estimate and run all read the rows that are stored here.

A visitor's files are parsed by a process of its own, `python -m headline.web.parsed_corpus`: its memory and its time
are bounded, and the web server goes on answering.
"""

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

from headline.corpus.bounds import UNBOUNDED, Bounds
from headline.corpus.files import Reading, Table, read_file
from headline.corpus.preview import Preview, preview
from headline.corpus.reader import clean_tables
from headline.errors import CorpusError
from headline.runs.confined import run_confined, serve

_PREVIEW = "preview.json"


@dataclass(frozen=True)
class ParsedCorpus:
    """The rows of each file as JSON Lines, not cleaned yet, since a run's recipe decides on that; and a preview."""

    files: tuple[Path, ...]
    preview: Preview


def parse(paths: Sequence[Path], reading: Reading, language: str = "auto") -> ParsedCorpus:
    """Parse files that come with the program, or return what was stored when they were parsed before.

    The preview is of headlines in a language, by its tag; "auto": it is found out.

    Raises:
        CorpusError: they cannot be read as headlines.
    """
    folder = temporary_folder() / "parsed" / _digest(paths, reading, language)
    if not folder.is_dir():
        _store(paths, reading, language, folder, UNBOUNDED)
    return _stored(folder)


def parse_confined(
    paths: Sequence[Path],
    reading: Reading,
    into: Path,
    bounds: Bounds,
    memory_mb: int,
    seconds: int,
    language: str = "auto",
) -> ParsedCorpus:
    """Parse a visitor's files, or return what was stored in the folder `into` when they were parsed before.

    The files must be within the bounds, and so must memory, in megabytes, and time; 0 means no limit.

    Raises:
        CorpusError: they cannot be read as headlines, or are not within the bounds.
    """
    folder = into / "parsed" / _digest(paths, reading, language)
    if not folder.is_dir():
        asked = {
            "paths": [str(path.resolve()) for path in paths],
            "reading": asdict(reading),
            "language": language,
            "folder": str(folder.resolve()),
            "bounds": asdict(bounds),
        }
        what = ", ".join(path.name[:80] for path in paths[:3]) + (", …" if len(paths) > 3 else "")
        run_confined("headline.web.parsed_corpus", asked, what, CorpusError, memory_mb, seconds)
    return _stored(folder)


def _stored(folder: Path) -> ParsedCorpus:
    shown = Preview(**json.loads((folder / _PREVIEW).read_text(encoding="utf-8")))
    return ParsedCorpus(tuple(sorted(folder.glob("*.jsonl"))), shown)


def temporary_folder() -> Path:
    """A folder that lives as long as this process and that only its user may open."""
    return Path(_temporary_directory().name)


@cache
def _temporary_directory() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="headline-")


def _digest(paths: Sequence[Path], reading: Reading, language: str) -> str:
    """A name for these files as they are now, read in this way, in this language."""
    stats = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths]
    return blake2b(json.dumps([stats, asdict(reading), language]).encode(), digest_size=16).hexdigest()


def _store(paths: Sequence[Path], reading: Reading, language: str, folder: Path, bounds: Bounds) -> None:
    tables = [(path.name, read_file(path, reading, bounds)) for path in sorted(paths)]
    shown = preview(clean_tables(tables), language)
    written = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}")
    written.mkdir(parents=True)
    try:
        for i, (name, table) in enumerate(tables):
            _write_rows(table, written / f"{i:02d}-{_short(name)}.jsonl")
        (written / _PREVIEW).write_text(json.dumps(shown.as_dict()), encoding="utf-8")
        os.rename(written, folder)  # whole or not at all
    except OSError:
        if not folder.is_dir():  # if it is one, somebody else stored the same files meanwhile
            raise
    finally:
        shutil.rmtree(written, ignore_errors=True)


def _short(name: str) -> str:
    """The name of a file without its ending, cut so that a file may be called so with any letters."""
    return Path(name).stem.encode("utf-8", "replace")[:80].decode("utf-8", "ignore")


def _write_rows(table: Table, path: Path) -> None:
    """Write one value a line: an object with the column's name, or just the text if there are no columns."""
    with open(path, "w", encoding="utf-8") as file:
        for value in table.values:
            text = None if value is None or value != value else str(value)  # only NaN differs from itself
            file.write(json.dumps({table.column: text} if table.column else text) + "\n")


def _answer(asked: dict) -> dict:
    paths = [Path(path) for path in asked["paths"]]
    reading, bounds = Reading(**asked["reading"]), Bounds(**asked["bounds"])
    _store(paths, reading, asked["language"], Path(asked["folder"]), bounds)
    return {}


if __name__ == "__main__":
    raise SystemExit(serve(_answer))
