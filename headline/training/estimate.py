"""Estimates how long a run would take on this machine, from a few steps of it."""

import contextlib
import os
from dataclasses import asdict, dataclass

from headline.corpus.report import Corpus
from headline.model.checkpoint import Checkpoint
from headline.training.options import RunOptions
from headline.training.progress import Progress
from headline.training.settings import TrainingConfig

_REPORTS = 5  # to wait for, half a second apart


@dataclass(frozen=True)
class Estimate:
    """How long a run would take."""

    words_per_second: int
    seconds: int  # of all epochs
    device: str

    def as_dict(self) -> dict:
        return asdict(self)


def estimate(options: RunOptions) -> Estimate:
    """Train a few steps and estimate the whole run. Loads Keras.

    Raises:
        HeadlineError: the files, the settings or the model to start from are not usable.
    """
    settings, start_from = options.settings, options.load_start()
    corpus = options.read_corpus()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from headline.training.network.accelerator import device_in_use

    rate = words_per_second(corpus, settings, start_from)
    words = sum(len(headline.split()) + 1 for headline in corpus.headlines) * (1 - settings.validation - settings.test)
    return Estimate(round(rate), round(words * settings.epochs / rate), device_in_use())


def words_per_second(corpus: Corpus, settings: TrainingConfig, start_from: Checkpoint | None = None) -> float:
    """Measure the speed of a run from a few of its steps, in words per second."""
    from headline.training.fit import fit

    class Enough(Exception):
        pass

    reports: list[Progress] = []

    def count(progress: Progress) -> None:
        reports.append(progress)
        if len(reports) > _REPORTS:
            raise Enough

    settings = settings.changed(epochs=50, ngram_order=0, validation=0.0, test=0.0, patience=0)
    with contextlib.suppress(Enough):
        fit(corpus, settings, on_progress=count, start_from=start_from)
    first, last = reports[0], reports[-1]
    if last.seconds <= first.seconds:
        return last.words_per_second
    return (last.words_done - first.words_done) / (last.seconds - first.seconds)
