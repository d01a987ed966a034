"""The models of the page: the bundled one and those in the folder of runs."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from headline.errors import CheckpointError
from headline.generator.memory import loaded_bytes
from headline.generator.next_words import BYTES_KEPT
from headline.generator.suggester import Suggester
from headline.model.evaluation import perplexity_text
from headline.model.storage.checkpoint_files import META
from headline.model.storage.metadata import Metadata
from headline.runs.job import Job, list_jobs
from headline.runs.limits import Limits
from headline.runs.trash import bring_back, discard
from headline.web.allowance import Allowance
from headline.web.freed_memory import return_freed_memory
from headline.web.given import ids_of, is_id

BUNDLED_ID, BUNDLED_TITLE = "bundled", "Bundled model"
_MOST_LOADED = 3  # models kept in memory


@dataclass
class Models:
    """Suggesters by id, loaded when first needed; the last few used stay in memory.

    On a public page a visitor sees only the runs whose ids their browser stores. An id is random and cannot be
    guessed.
    """

    bundled: Path
    runs: Path
    limits: Limits = field(default_factory=Limits)
    kept: int = BYTES_KEPT  # of what was computed with the bundled model, by each process that answers with it

    def __post_init__(self) -> None:
        self._loaded: OrderedDict[str, Suggester] = OrderedDict()
        self.reading = Allowance(self.limits.at_once_each)  # files and zips that are read, by visitor
        self.generating = Allowance(self.limits.at_once_each)  # requests for whole headlines, by address
        self._sizes: dict[str, int] = {}  # bytes of memory, by id
        self._lock = threading.Lock()  # of the two above, held for a moment only
        self._loading = threading.Lock()  # held while a model is loaded

    @property
    def loaded(self) -> int:
        """The number of models in memory."""
        return len(self._loaded)

    def jobs(self, mine: list[str] | None = None) -> list[Job]:
        """The runs that this visitor may see, the newest first."""
        own = set(ids_of(mine))
        return [job for job in list_jobs(self.runs) if not self.limits.public or job.id in own]

    def choices(self, mine: list[str] | None = None) -> list[tuple[str, str]]:
        """(title, id) of every model that this visitor may see: the bundled one, those of runs, the newest first, and
        those that were saved or uploaded into the folder of runs."""
        runs = [(_title(job), job.id) for job in self.jobs(mine) if job.model.is_dir()]
        found = (path.parent.name for path in sorted(self.runs.glob(f"*/{META}")))
        ids = [id_ for id_ in found if not id_.startswith(".")]  # those with a dot are still being written
        own = set(ids_of(mine))
        saved = [(self._name(id_), id_) for id_ in ids if not self.limits.public or id_ in own]
        return [(BUNDLED_TITLE, BUNDLED_ID), *runs, *saved]

    def ready(self, model: str | None) -> Suggester | None:
        """The suggester with an id, or None if that would have to wait for loading."""
        with self._lock:
            return self._recent(model or BUNDLED_ID)

    def get(self, model: str | None) -> Suggester:
        """The suggester with an id; the bundled one if that model no longer exists.

        One model is loaded at a time, and whoever writes with one that is loaded does not wait for that.

        Raises:
            CheckpointError: the bundled model itself cannot be loaded.
        """
        model = model or BUNDLED_ID
        if found := self.ready(model):
            return found
        with self._loading:
            if found := self.ready(model):
                return found
            try:
                folder = self.folder(model)
                own = {"kept": self.kept} if model == BUNDLED_ID else {}
                suggester, size = Suggester.load(folder, **own), loaded_bytes(folder)
            except CheckpointError:
                if model == BUNDLED_ID:
                    raise
            else:
                return self._keep(model, suggester, size)
        return self.get(BUNDLED_ID)

    def _recent(self, model: str) -> Suggester | None:
        """A loaded suggester, now the one used last. The lock must be held."""
        if model in self._loaded:
            self._loaded.move_to_end(model)
        return self._loaded.get(model)

    def _keep(self, model: str, suggester: Suggester, size: int) -> Suggester:
        """Keep a suggester, and drop those used longest ago that are too many or take too much memory.

        The bundled model is always kept, since everybody may need it at the next key.
        """
        with self._lock:
            self._loaded[model], self._sizes[model] = suggester, size
            others = [id_ for id_ in self._loaded if id_ not in (BUNDLED_ID, model)]
            dropped = False
            while others and not self._fits():
                self._forget(others.pop(0))
                dropped = True
        if dropped:
            return_freed_memory()
        return suggester

    def _fits(self) -> bool:
        size = sum(size for id_, size in self._sizes.items() if id_ != BUNDLED_ID)
        most = self.limits.loaded_mb * 2**20
        return len(self._loaded) <= _MOST_LOADED and (not most or size <= most)

    def _forget(self, model: str) -> None:
        self._loaded.pop(model, None)
        self._sizes.pop(model, None)

    def find(self, model: str) -> Suggester | None:
        """The suggester with an id, which may be any text; None where `get` would return the bundled one instead.

        Raises:
            CheckpointError: the bundled model itself cannot be loaded.
        """
        if model == BUNDLED_ID:
            return self.get(BUNDLED_ID)
        if not self.exists(model):
            return None
        found = self.get(model)
        return found if found is not self.get(BUNDLED_ID) else None

    def exists(self, model: str) -> bool:
        """Whether there is a model with an id, which may be any text."""
        return model == BUNDLED_ID or (is_id(model) and (self.folder(model) / META).is_file())

    def folder(self, model: str) -> Path:
        """Where a model's checkpoint is, or would be."""
        if model == BUNDLED_ID:
            return self.bundled
        folder = self.job(model).folder
        return folder if (folder / META).is_file() else folder / "model"

    def meta(self, model: str) -> dict:
        """The metadata of a model's checkpoint, without loading its weights; the bundled one's if the model is gone."""
        try:
            return Metadata.read(self.folder(model)).as_dict()
        except CheckpointError:
            return Metadata.read(self.bundled).as_dict()

    def job(self, id_: str) -> Job:
        """The run with an id. What cannot be an id, such as a path, leads to a folder that is not there."""
        return Job(self.runs / (id_ if is_id(id_) else "none"))

    def is_run(self, id_: str) -> bool:
        """Whether there is a run with this id."""
        return (self.job(id_).folder / "job.json").is_file()

    def rename(self, model: str, name: str) -> None:
        job = self.job(model)
        if (job.folder / "job.json").is_file():
            job.rename(name)
        elif (job.folder / META).is_file():
            (job.folder / "name.txt").write_text(name, encoding="utf-8")

    def delete(self, model: str) -> bool:
        """Take away a model and its run, and return whether `restore` can bring them back. The bundled one stays."""
        job, kept = self.job(model), False
        if (job.folder / "job.json").is_file():
            kept = job.delete()
        elif (job.folder / META).is_file():
            kept = discard(job.folder)
        with self._lock:
            self._forget(model)
        return_freed_memory()
        return kept

    def restore(self, model: str) -> bool:
        """Bring back a model that was deleted a few minutes ago, and return whether it was still there."""
        return is_id(model) and bring_back(self.runs, model)

    def name(self, model: str) -> str:
        """What a person calls a model: the name of its run or the one that it was given, else its id."""
        if model == BUNDLED_ID:
            return BUNDLED_TITLE
        job = self.job(model)
        return job.description["name"] if self.is_run(model) else self._name(model)

    def describe(self, model: str | None) -> str:
        """One line about a model: its training data and its quality."""
        meta = self.meta(model or BUNDLED_ID)
        headlines = f"{meta['corpus'].get('kept', 0):,} headlines"
        # What somebody's model says of its own training data nobody has checked.
        read = meta["provenance"].get("read") if (model or BUNDLED_ID) == BUNDLED_ID else None
        parts = [
            f"{meta['model']['recipe']} recipe",
            f"Trained on {read}" if read else headlines,
            f"{meta['model']['vocab_size']:,} words",
        ]
        test = meta["metrics"].get("test", {})
        if test.get("perplexity"):
            parts.append(f"perplexity {perplexity_text(test['perplexity'])}")
        if test.get("top5") is not None:
            parts.append(f"right word among the first five {test['top5']:.0%}")
        return " · ".join(parts)

    def _name(self, model: str) -> str:
        name = self.runs / model / "name.txt"
        return name.read_text(encoding="utf-8") if name.is_file() else model


def _title(job: Job) -> str:
    description = job.description
    return f"{description['name'] or ', '.join(description['files'])} ({description['started'][:16].replace('T', ' ')})"
