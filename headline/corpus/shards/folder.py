"""A prepared corpus: a folder of clean titles in parts, each a Parquet file, in the order in which they were read.

shards.json             how the titles were cleaned, how many each part has, and the report of what was dropped
titles-00000.parquet    "title", and "seen", the 32-bit hash by which a model knows that it has seen it
"""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from headline.corpus.report import CorpusReport
from headline.errors import CorpusError

INDEX = "shards.json"
FORMAT = 1
ROWS = 100_000  # of a part: what is in memory at a time


@dataclass(frozen=True)
class Shards:
    """A prepared corpus that has been opened."""

    folder: Path
    sizes: tuple[int, ...]  # titles in each part
    normalise: bool
    keep_duplicates: bool
    report: CorpusReport

    def __len__(self) -> int:
        return sum(self.sizes)

    def path(self, part: int) -> Path:
        return titles_path(self.folder, part)

    def write_index(self, folder: Path) -> None:
        """Write shards.json into a folder, which may not be in its place yet."""
        described = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("folder", "report")}
        stored = {"format": FORMAT} | described | {"report": asdict(self.report)}
        (folder / INDEX).write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> "Shards":
        """Open a folder that `prepare` wrote.

        Raises:
            CorpusError: it is none, or a part of it is missing.
        """
        try:
            stored = json.loads((folder / INDEX).read_text(encoding="utf-8"))
            report = {name: _tuples(value) for name, value in stored["report"].items()}
            sizes = tuple(int(size) for size in stored["sizes"])
            if stored["format"] != FORMAT or min(sizes, default=-1) < 0:
                raise ValueError("it is of another format")
            shards = cls(
                folder, sizes, bool(stored["normalise"]), bool(stored["keep_duplicates"]), CorpusReport(**report)
            )
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise CorpusError(
                f"{folder.name} is no prepared corpus, its {INDEX} cannot be read: run `headline prepare` again."
            ) from error
        for part in range(len(sizes)):
            if not shards.path(part).is_file():
                raise CorpusError(f"{folder.name} lacks {shards.path(part).name}: run `headline prepare` again.")
        return shards

    def titles(self, part: int) -> list[str]:
        """Read the titles of a part.

        Raises:
            CorpusError: it cannot be read, or has another number of titles than shards.json says.
        """
        return self._column(part, "title").to_pylist()

    def seen(self, part: int) -> np.ndarray:
        """Read the hashes of a part's titles: (n,) uint32. Raises what `titles` raises."""
        return self._column(part, "seen").to_numpy()

    def _column(self, part: int, name: str) -> Any:
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.path(part)
        try:
            column = pq.read_table(path, columns=[name], memory_map=True).column(0)
        except (pa.ArrowException, OSError, LookupError) as error:
            raise CorpusError(f"{path.name} cannot be read: run `headline prepare` again.") from error
        if len(column) != self.sizes[part]:
            raise CorpusError(
                f"{path.name} has another number of titles than {INDEX} says: run `headline prepare` again."
            )
        return column


def is_prepared(path: Path) -> bool:
    """Whether a path is the folder of a prepared corpus."""
    return (path / INDEX).is_file()


def titles_path(folder: Path, part: int) -> Path:
    return folder / f"titles-{part:05}.parquet"


def write_arrow(path: Path, columns: dict[str, Any]) -> None:
    """Write arrays of one length as an Arrow file that can be mapped into memory."""
    import pyarrow as pa

    table = pa.table(columns)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def read_arrow(path: Path) -> dict[str, Any]:
    """Map a file of `write_arrow` into memory: Arrow arrays by name, of which only what is used is read."""
    import pyarrow as pa

    table = pa.ipc.open_file(pa.memory_map(str(path))).read_all().combine_chunks()
    return {name: _one_chunk(table.column(name)) for name in table.column_names}


def _one_chunk(column: Any) -> Any:
    import pyarrow as pa

    return column.chunk(0) if column.num_chunks else pa.array([], type=column.type)


def _tuples(value: Any) -> Any:
    """Lists as tuples, as a CorpusReport has them."""
    if isinstance(value, list):
        return tuple(value)
    return {name: tuple(rows) for name, rows in value.items()} if isinstance(value, dict) else value
