"""The models that can be typed with: the bundled one and those in the folder of runs."""

import shutil
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from headline.errors import CheckpointError
from headline.generator.suggester import Suggester
from headline.model.checkpoint_files import META
from headline.model.metadata import Metadata
from headline.runs.job import Job, list_jobs
from headline.runs.limits import Limits

BUNDLED_ID = "bundled"
_LOADED = 3  # models kept in memory
_LONGEST_ID = 255  # bytes, as a file's name


@dataclass
class Models:
    """Suggesters by id, loaded when first asked for and kept while they are used.

    On a public page a visitor sees the runs whose ids the browser kept, and nobody else's; an id is a
    random number that cannot be guessed.
    """

    bundled: Path
    runs: Path
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self._loaded: OrderedDict[str, Suggester] = OrderedDict()
        self._lock = threading.Lock()

    def jobs(self, mine: list[str] | None = None) -> list[Job]:
        """Runs to be shown, the newest first."""
        return [job for job in list_jobs(self.runs) if not self.limits.public or job.id in (mine or [])]

    def choices(self, mine: list[str] | None = None) -> list[tuple[str, str]]:
        """(what to call it, id) of every model to be shown: the bundled one, those of runs, the newest
        first, and those that were saved or brought into the folder of runs."""
        runs = [(_title(job), job.id) for job in self.jobs(mine) if job.model.is_dir()]
        ids = [path.parent.name for path in sorted(self.runs.glob(f"*/{META}"))]
        saved = [(self._name(id_), id_) for id_ in ids if not self.limits.public or id_ in (mine or [])]
        return [("Bundled model", BUNDLED_ID), *runs, *saved]

    def ready(self, model: str | None) -> Suggester | None:
        """The suggester with an id if that takes no time: it is loaded, and nothing else is being loaded."""
        model = model or BUNDLED_ID
        if not self._lock.acquire(blocking=False):
            return None
        try:
            if model in self._loaded:
                self._loaded.move_to_end(model)
            return self._loaded.get(model)
        finally:
            self._lock.release()

    def get(self, model: str | None) -> Suggester:
        """The suggester with an id; the bundled one when that model is gone.

        Raises:
            CheckpointError: the bundled model itself cannot be loaded.
        """
        model = model or BUNDLED_ID
        with self._lock:
            if model not in self._loaded:
                try:
                    self._loaded[model] = Suggester.load(self.folder(model))
                except CheckpointError:
                    if model == BUNDLED_ID:
                        raise
                    return self._bundled()
                while len(self._loaded) > _LOADED:
                    self._loaded.popitem(last=False)
            self._loaded.move_to_end(model)
            return self._loaded[model]

    def find(self, model: str) -> Suggester | None:
        """The suggester with an id, or with any text at all; None where `get` would fall back on the bundled one.

        Raises:
            CheckpointError: the bundled model itself cannot be loaded.
        """
        if model == BUNDLED_ID:
            return self.get(BUNDLED_ID)
        # An id is a plain name: what is none would lead to another folder, or be too long for one.
        if model.startswith(".") or Path(model).name != model or len(model.encode(errors="replace")) > _LONGEST_ID:
            return None
        if not (self.folder(model) / META).is_file():
            return None
        found = self.get(model)
        return found if found is not self.get(BUNDLED_ID) else None

    def _bundled(self) -> Suggester:
        if BUNDLED_ID not in self._loaded:
            self._loaded[BUNDLED_ID] = Suggester.load(self.bundled)
        return self._loaded[BUNDLED_ID]

    def folder(self, model: str) -> Path:
        """Where a model's checkpoint is, or would be."""
        if model == BUNDLED_ID:
            return self.bundled
        folder = self.job(model).folder
        return folder if (folder / META).is_file() else folder / "model"

    def meta(self, model: str) -> dict:
        """What a model's checkpoint tells of itself, without loading it; of the bundled one when that model is gone."""
        try:
            return Metadata.read(self.folder(model)).as_dict()
        except CheckpointError:
            return Metadata.read(self.bundled).as_dict()

    def job(self, id_: str) -> Job:
        """The run with an id, which is a plain name in the folder of runs and never a way out of it."""
        return Job(self.runs / (Path(id_).name.lstrip(".") or "none"))

    def is_run(self, id_: str) -> bool:
        """Whether it is a run that is still here."""
        return (self.job(id_).folder / "job.json").is_file()

    def rename(self, model: str, name: str) -> None:
        job = self.job(model)
        if (job.folder / "job.json").is_file():
            job.rename(name)
        elif (job.folder / META).is_file():
            (job.folder / "name.txt").write_text(name, encoding="utf-8")

    def delete(self, model: str) -> None:
        """Remove a model and the run that made it. The bundled one stays."""
        job = self.job(model)
        if (job.folder / "job.json").is_file():
            job.delete()
        elif (job.folder / META).is_file():
            shutil.rmtree(job.folder, ignore_errors=True)
        with self._lock:
            self._loaded.pop(model, None)

    def describe(self, model: str | None) -> str:
        """One line on a model: what it learnt from and how good it is."""
        meta = self.meta(model or BUNDLED_ID)
        parts = [
            f"{meta['model']['recipe']} recipe",
            f"{meta['corpus'].get('kept', 0):,} headlines",
            f"{meta['model']['vocab_size']:,} words",
        ]
        test = meta["metrics"].get("test", {})
        if test.get("perplexity"):
            parts.append(f"held-out perplexity {test['perplexity']:,.0f}")
        if test.get("top5") is not None:
            parts.append(f"right word among five {test['top5']:.0%}")
        return " · ".join(parts)

    def _name(self, model: str) -> str:
        told = self.runs / model / "name.txt"
        return told.read_text(encoding="utf-8") if told.is_file() else model


def _title(job: Job) -> str:
    description = job.description
    return f"{description['name'] or ', '.join(description['files'])} ({description['started'][:16].replace('T', ' ')})"
