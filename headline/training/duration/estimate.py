"""Estimates how long a run takes on this machine: the work that it is, times what the machine takes for it."""

from dataclasses import asdict, dataclass

from headline.corpus.report import Corpus
from headline.training.device import device_description
from headline.training.duration.work import ListSize, work
from headline.training.progress import about
from headline.training.settings import TrainingConfig


@dataclass(frozen=True)
class Estimate:
    """How long a run takes: at most, if `patience` may end it once the held-out loss stops getting better."""

    seconds: int  # from the start to the saved model
    headlines: int
    epochs: int
    device: str
    may_end_early: bool = False

    def as_dict(self) -> dict:
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"{about(self.seconds).capitalize()} on {self.device}: {self.epochs} passes over {self.headlines:,} "
            f"headlines{'; less if it stops getting better earlier' * self.may_end_early}."
        )


def estimate(settings: TrainingConfig, size: ListSize, factor: float, known_words: int = 0) -> Estimate:
    """Estimate a run. `factor` is that of this machine, from `speed`; `known_words` as for `work`."""
    seconds = factor * work(settings, size, known_words).seconds
    may_end = bool(settings.patience and settings.validation)
    return Estimate(round(seconds), size.headlines, settings.epochs, device_description(), may_end)


def list_size(corpus: Corpus) -> ListSize:
    """Return the size of a list. Words are what white space divides, which is near enough and quick."""
    rows = [headline.lower().split() for headline in corpus.headlines]
    return ListSize(
        headlines=len(rows),
        words=sum(map(len, rows)),
        distinct=len({word for row in rows for word in row}),
        longest=max(map(len, rows), default=0),
    )
