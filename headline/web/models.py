"""The models that can be typed with: the bundled one and those in the folder of runs."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from headline.checkpoint import META, CheckpointError
from headline.jobs import Job, list_jobs
from headline.suggester import Suggester

BUNDLED = "bundled"
_LOADED = 3  # models kept in memory


@dataclass
class Models:
    """Suggesters by id, loaded when first asked for and kept while they are used."""

    bundled: Path
    runs: Path

    def __post_init__(self) -> None:
        self._loaded: OrderedDict[str, Suggester] = OrderedDict()
        self._lock = threading.Lock()

    def choices(self) -> list[tuple[str, str]]:
        """(what to call it, id) of every model: the bundled one, those of runs, the newest first, and
        those that the command line saved in the folder of runs."""
        runs = [(_title(job), job.id) for job in list_jobs(self.runs) if job.model.is_dir()]
        saved = [(path.parent.name, path.parent.name) for path in sorted(self.runs.glob(f"*/{META}"))]
        return [("Bundled model", BUNDLED), *runs, *saved]

    def ready(self, model: str | None) -> Suggester | None:
        """The suggester with an id if that takes no time: it is loaded, and nothing else is being loaded."""
        model = model or BUNDLED
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
        model = model or BUNDLED
        with self._lock:
            if model not in self._loaded:
                try:
                    self._loaded[model] = Suggester.load(self._folder(model))
                except CheckpointError:
                    if model == BUNDLED:
                        raise
                    return self._bundled()
                while len(self._loaded) > _LOADED:
                    self._loaded.popitem(last=False)
            self._loaded.move_to_end(model)
            return self._loaded[model]

    def _bundled(self) -> Suggester:
        if BUNDLED not in self._loaded:
            self._loaded[BUNDLED] = Suggester.load(self.bundled)
        return self._loaded[BUNDLED]

    def _folder(self, model: str) -> Path:
        if model == BUNDLED:
            return self.bundled
        folder = self.runs / Path(model).name  # an id is a name in the folder of runs, never a way out of it
        return folder if (folder / META).is_file() else folder / "model"

    def describe(self, model: str | None) -> str:
        """One line on a model: what it learnt from and how good it is."""
        checkpoint = self.get(model).checkpoint
        parts = [
            f"{checkpoint.config.recipe} recipe",
            f"{checkpoint.corpus.get('kept', 0):,} headlines",
            f"{checkpoint.config.vocab_size:,} words",
        ]
        perplexity = checkpoint.metrics.get("test", {}).get("perplexity")
        if perplexity:
            parts.append(f"held-out perplexity {perplexity:,.0f}")
        return " · ".join(parts)


def _title(job: Job) -> str:
    description = job.description
    return f"{description['name'] or ', '.join(description['files'])} ({description['started'][:16].replace('T', ' ')})"
