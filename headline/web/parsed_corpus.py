"""Uploaded files, parsed once: preview, estimate and run all read the rows that are stored here.

Large files are parsed by a process of its own, `python -m headline.web.parsed_corpus`, because the web server must
go on answering.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

from headline.corpus.files import Table, read_file
from headline.corpus.preview import Preview, preview
from headline.corpus.reader import clean_tables
from headline.errors import CorpusError
from headline.paths import ROOT

_LARGE = 4_000_000  # bytes of files from which on a process of its own parses them
_PREVIEW = "preview.json"


@dataclass(frozen=True)
class ParsedCorpus:
    """The rows of each file as JSON Lines, not cleaned yet, since a run's recipe decides on that; and a preview."""

    files: tuple[Path, ...]
    preview: Preview


def parse(paths: Sequence[Path], column: str | None) -> ParsedCorpus:
    """Parse files of headlines, or return what was stored when they were parsed before.

    Raises:
        CorpusError: they cannot be read as headlines.
    """
    folder = temporary_folder() / "parsed" / _digest(paths, column)
    if not folder.is_dir():
        if sum(path.stat().st_size for path in paths) < _LARGE:
            _store(paths, column, folder)
        else:
            _store_in_child(paths, column, folder)
    shown = Preview(**json.loads((folder / _PREVIEW).read_text(encoding="utf-8")))
    return ParsedCorpus(tuple(sorted(folder.glob("*.jsonl"))), shown)


def temporary_folder() -> Path:
    """A folder that lives as long as this process."""
    return Path(_temporary_directory().name)


@cache
def _temporary_directory() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="headline-")


def _digest(paths: Sequence[Path], column: str | None) -> str:
    """A name for these files as they are now, read by this column."""
    stats = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths]
    return blake2b(json.dumps([stats, column]).encode(), digest_size=16).hexdigest()


def _store(paths: Sequence[Path], column: str | None, folder: Path) -> None:
    tables = [(path.name, read_file(path, column)) for path in sorted(paths)]
    shown = preview(clean_tables(tables))
    written = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}")
    written.mkdir(parents=True)
    for i, (name, table) in enumerate(tables):
        _write_rows(table, written / f"{i:02d}-{Path(name).stem[:80]}.jsonl")
    (written / _PREVIEW).write_text(json.dumps(shown.as_dict()), encoding="utf-8")
    try:
        os.rename(written, folder)  # whole or not at all
    except OSError:  # somebody else stored the same files meanwhile
        shutil.rmtree(written)


def _write_rows(table: Table, path: Path) -> None:
    """Write one value a line: an object with the column's name, or just the text if there are no columns."""
    with open(path, "w", encoding="utf-8") as file:
        for value in table.values:
            text = None if value is None or value != value else str(value)  # only NaN differs from itself
            file.write(json.dumps({table.column: text} if table.column else text) + "\n")


def _store_in_child(paths: Sequence[Path], column: str | None, folder: Path) -> None:
    asked = json.dumps({"paths": [str(path.resolve()) for path in paths], "column": column, "folder": str(folder)})
    command = [sys.executable, "-m", "headline.web.parsed_corpus"]
    done = subprocess.run(command, input=asked, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["The files could not be read."]
        raise CorpusError(last[0])


def main() -> int:
    """Parse the files that a JSON object on stdin names."""
    asked = json.load(sys.stdin)
    try:
        _store([Path(path) for path in asked["paths"]], asked["column"], Path(asked["folder"]))
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
