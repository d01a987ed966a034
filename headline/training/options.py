"""Everything that one run is given: its settings, its files, and what to do on the way. Stored as JSON."""

import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from headline.corpus.reader import PLACEHOLDERS, read_headlines
from headline.corpus.report import Corpus
from headline.corpus.shards.corpus import ShardedCorpus
from headline.corpus.shards.folder import Shards, is_prepared
from headline.corpus.shards.mapper import DaskMapper, map_here
from headline.errors import SettingError
from headline.model.checkpoint import Checkpoint
from headline.training.settings import TrainingConfig


@dataclass(frozen=True)
class RunOptions:
    """One run. Command line and page both make one of these, and a run's folder holds it as JSON."""

    files: tuple[str, ...]  # files or folders of headlines
    settings: TrainingConfig
    text: tuple[str, ...] = ()  # files of running text, a sentence a row, to train on before the headlines
    vectors: str | None = None  # a file of word vectors for the first embedding
    resume: bool = False  # whether to go on with a run of the same options that was interrupted
    resumable: bool = True  # whether the state after every epoch is kept, for `resume`; three times the model
    column: str | None = None  # that holds the headlines; None: found by its name and its cells
    header: bool | None = None  # whether the first row has the names of the columns; None: found out
    encoding: str | None = None  # of texts; None: found out
    table: str | None = None  # the sheet of Excel files or the table of SQLite files; None: found out
    placeholders: tuple[str, ...] = PLACEHOLDERS  # words that mean a missing headline
    start_from: str | None = None  # the folder of a checkpoint to fine-tune
    rows: int = 0  # headlines at most, taken evenly from the whole list; 0: all
    minutes: float = 0  # after which the run ends and keeps its best weights; 0: no limit
    name: str = ""  # of the model
    samples: tuple[str, ...] = ()  # texts to continue after every epoch
    dask: str = ""  # the address of a Dask scheduler, whose workers count a prepared corpus
    distribute: bool = False  # whether to train on all devices, of all processes that the environment names
    flavor: str = ""  # the hardware of a job on Hugging Face that trains; "": trained here
    compare: bool = False  # whether to measure keystrokes saved, beside the bundled model's

    def __post_init__(self) -> None:
        if self.rows < 0:
            raise SettingError(f"rows must be 0 or more; it is {self.rows}.")
        if not (math.isfinite(self.minutes) and self.minutes >= 0):
            raise SettingError(f"minutes must be a number, 0 or more; it is {self.minutes}.")
        if self.vectors and self.start_from:
            raise SettingError("The model to start from has vectors of its own: leave vectors or start_from out.")
        if self.vectors and self.settings.recipe != "autocomplete":
            raise SettingError("Word vectors need the autocomplete recipe; the lesson begins with random ones.")

    def as_dict(self) -> dict:
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> "RunOptions":
        """Return the options that `as_dict` gave, also after a way through JSON.

        Raises:
            SettingError: a field is missing, unknown or not allowed.
        """
        try:
            values: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
            }
            values["settings"] = TrainingConfig(**fields["settings"])
            return cls(**values)
        except (AttributeError, KeyError, TypeError) as error:
            raise SettingError(f"An option of this run is missing or not known: {error}.") from error

    def read_corpus(self) -> Corpus:
        """Read the headlines, at most `rows` of them.

        Raises:
            CorpusError: there is nothing to read, or it cannot be read.
        """
        corpus = read_headlines(
            [Path(file) for file in self.files],
            self.column,
            placeholders=self.placeholders,
            keep_duplicates=self.settings.keep_duplicates,
            normalise=self.settings.normalise,
            header=self.header,
            encoding=self.encoding,
            table=self.table,
        )
        total = len(corpus.headlines)
        if not self.rows or total <= self.rows:
            return corpus
        taken = [corpus.headlines[i * total // self.rows] for i in range(self.rows)]
        note = (
            f"{self.rows:,} of the {total:,} headlines are used, at even distances; {total - self.rows:,} are left out."
        )
        return replace(corpus, headlines=taken, report=replace(corpus.report, notes=(*corpus.report.notes, note)))

    def open_prepared(self, work: Path) -> ShardedCorpus | None:
        """Open the prepared corpus that is the only file, if it is one. What is counted of it goes into `work`.

        Raises:
            CorpusError: it is damaged.
            ClusterError: the Dask cluster cannot be reached.
            SettingError: an option does not go with it.
        """
        if not (len(self.files) == 1 and is_prepared(Path(self.files[0]))):
            if self.dask:
                raise SettingError("dask counts a prepared corpus: run `headline prepare` first, and train its folder.")
            return None
        for name in ("rows", "text"):
            if getattr(self, name):
                raise SettingError(f"A prepared corpus is trained on whole and alone: leave {name} out.")
        mapper = DaskMapper.connect(self.dask) if self.dask else map_here
        return ShardedCorpus(Shards.open(Path(self.files[0]).resolve()), work.resolve(), mapper)

    def read_text(self) -> list[str]:
        """Read the sentences of the running text.

        Raises:
            CorpusError: there is nothing to read, or it cannot be read.
        """
        return read_headlines([Path(file) for file in self.text]).headlines if self.text else []

    def load_start(self) -> Checkpoint | None:
        """Load the checkpoint to fine-tune, if there is one.

        Raises:
            CheckpointError: it cannot be loaded.
        """
        return Checkpoint.load(self.start_from) if self.start_from else None
