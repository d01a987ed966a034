"""Files of any size -> a prepared corpus, in two map steps: cleaning, and leaving out what occurred before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np

from headline.corpus.files import Reading, open_file
from headline.corpus.reader import PLACEHOLDERS, nothing_left, read_each, report_of
from headline.corpus.reading.cleaning import cleaned, missing_words
from headline.corpus.report import Tally
from headline.corpus.shards.duplicates import key_hashes, read_repeated, write_hashes, write_repeated
from headline.corpus.shards.folder import ROWS, Shards, titles_path
from headline.corpus.shards.mapper import Mapper, map_here
from headline.corpus.split import short_hash


@dataclass(frozen=True)
class _Rules:
    """What the map steps share."""

    folder: Path
    missing: frozenset[str]
    normalise: bool
    keep_duplicates: bool


@dataclass(frozen=True)
class _Chunk:
    """Some values in a row, before they are cleaned."""

    part: int
    first_row: int  # of the first value, from 1
    values: list[object]


def prepare(
    paths: Sequence[Path],
    folder: Path,
    column: str | None = None,
    *,
    placeholders: Sequence[str] = PLACEHOLDERS,
    keep_duplicates: bool = False,
    normalise: bool = True,
    header: bool | None = None,
    encoding: str | None = None,
    table: str | None = None,
    mapper: Mapper = map_here,
    rows: int = ROWS,
) -> Shards:
    """Write the headlines that `read_headlines` would return into a folder, `rows` values a part at most.

    The other arguments are those of `read_headlines`. Memory holds one part at a time, with a cluster a few.

    Raises:
        CorpusError: as `read_headlines`.
    """
    listed = ", ".join(path.name for path in paths)
    reading = Reading(column, header, encoding, table)
    files, skipped = read_each(list(paths), listed, lambda file, exact: open_file(file, reading, exact))
    rules = _Rules(folder, missing_words(placeholders), normalise, keep_duplicates)
    chunks = _chunks(chain.from_iterable(file.values() for file in files), rows)
    dropped = list(mapper(_clean_chunk, chunks, rules))
    if not keep_duplicates:
        parts = range(len(dropped))
        write_repeated([_path(folder, "hashes", i) for i in parts], [_path(folder, "repeated", i) for i in parts])
    kept = list(mapper(_keep_chunk, range(len(dropped)), rules))
    whole = Tally()
    for tally in (*dropped, *kept):
        whole.merge(tally)
    tables = [(file.name, file.table()) for file in files]
    report = whole.report(report_of(tables, skipped, whole.kept + whole.counts.total()))
    if not whole.kept:
        raise nothing_left(listed, report)
    shards = Shards(folder, tuple(tally.kept for tally in kept), normalise, keep_duplicates, report)
    shards.write_index(folder)
    return shards


def _chunks(values: Iterator[object], rows: int) -> Iterator[_Chunk]:
    part = 0
    while chunk := list(islice(values, rows)):
        yield _Chunk(part, part * rows + 1, chunk)
        part += 1


def _clean_chunk(chunk: _Chunk, rules: _Rules) -> Tally:
    """Write the headlines of a chunk, and the hashes of their keys, and tally the rows that are none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    tally = Tally()
    rows, found = [], []
    for row, value in enumerate(chunk.values, start=chunk.first_row):
        clean = cleaned(value, rules.missing, rules.normalise)
        if clean.reason:
            tally.drop(clean.reason, row, clean.tidy)
        else:
            rows.append(row)
            found.append(clean)
    if not rules.keep_duplicates:
        hashes = key_hashes([clean.tidy for clean in found])
        write_hashes(_path(rules.folder, "hashes", chunk.part), hashes)
    columns = {
        "title": pa.array([clean.headline for clean in found], pa.string()),
        "seen": pa.array([short_hash(clean.headline) for clean in found], pa.uint32()),
        "row": pa.array(rows, pa.int64()),
        "tidy": pa.array([None if clean.tidy == clean.headline else clean.tidy for clean in found], pa.string()),
        "before": pa.array([clean.before for clean in found], pa.string()),
        "address": pa.array([clean.has_address for clean in found], pa.bool_()),
    }
    pq.write_table(pa.table(columns), _path(rules.folder, "cleaned", chunk.part))
    return tally


def _keep_chunk(part: int, rules: _Rules) -> Tally:
    """Write the headlines of a part that do not occur before, and tally them and the others."""
    import pyarrow.parquet as pq

    path = _path(rules.folder, "cleaned", part)
    table = pq.read_table(path)
    kept = np.ones(len(table), dtype=bool)
    if not rules.keep_duplicates:
        hashed, repeated = _path(rules.folder, "hashes", part), _path(rules.folder, "repeated", part)
        kept[read_repeated(repeated)] = False
        hashed.unlink()
        repeated.unlink()
    tally = Tally()
    for row in table.filter(~kept).to_pylist():
        tally.drop("duplicate", row["row"], row["tidy"] or row["title"])
    table = table.filter(kept)
    texts = (table.column(name).to_pylist() for name in ("before", "title", "address"))
    for before, title, has_address in zip(*texts, strict=True):
        tally.keep(before, title, has_address)
    pq.write_table(table.select(["title", "seen"]), titles_path(rules.folder, part))
    path.unlink()
    return tally


def _path(folder: Path, kind: str, part: int) -> Path:
    """A file that is there only while the corpus is being prepared."""
    return folder / f"{kind}-{part:05}"
