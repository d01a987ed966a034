"""Headline autocompletion with an LSTM word model.

Suggestions from a model's folder:

>>> from headline import Suggester                                           # doctest: +SKIP
>>> [s.text for s in Suggester.load("assets/model").suggest("the gov", k=2)]  # doctest: +SKIP
['the government', 'the govt']

The public names, which will not change:

Suggester       typed text -> ranked next words, marks, completions, phrases, corrections
Suggestion      one of them: the whole text, what it adds, its probability and kind
Generator       a suggester -> whole headlines: greedy, by sampling, by beam search
Checkpoint      a trained model: load it from a folder, save it to one, and its metadata
read_headlines  files of headlines -> a corpus: clean headlines, and a report of what was dropped
read_frame      the same from a pandas data frame
TrainingConfig  the settings of a training run, checked
RECIPES         name -> TrainingConfig: "autocomplete" and the lesson's "notebook"
PRESETS         name -> a choice between speed and quality, for a new model or for fine-tuning
train           a corpus and settings -> a Checkpoint; the only name that loads Keras

Expected errors are kinds of `HeadlineError`, a ValueError whose text is one sentence that says what is wrong; a file
that cannot be read or written raises an OSError.

The package has one folder per step. `corpus` turns files into clean headlines, words and ids. `training` trains a Keras
model on them and writes a checkpoint. `model` reads the checkpoint and computes probabilities in NumPy, without Keras.
`generator` makes suggestions and whole headlines from them. `runs` runs training in a process of its own, `share`
exchanges models with the Hub and other programs, and `web` is the page. Importing the package loads none of these.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = [
    "PRESETS",
    "RECIPES",
    "Checkpoint",
    "Generator",
    "Suggester",
    "Suggestion",
    "TrainingConfig",
    "read_frame",
    "read_headlines",
    "train",
]

_MODULES = {
    "PRESETS": "training.presets",
    "RECIPES": "training.settings",
    "Checkpoint": "model.checkpoint",
    "Generator": "generator.generator",
    "Suggester": "generator.suggester",
    "Suggestion": "generator.suggester",
    "TrainingConfig": "training.settings",
    "read_frame": "corpus.reader",
    "read_headlines": "corpus.reader",
    "train": "training.train",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if TYPE_CHECKING:  # for type checkers, to which __getattr__ would allow any name
    from headline.corpus.reader import read_frame, read_headlines
    from headline.generator.generator import Generator
    from headline.generator.suggester import Suggester, Suggestion
    from headline.model.checkpoint import Checkpoint
    from headline.training.presets import PRESETS
    from headline.training.settings import RECIPES, TrainingConfig
    from headline.training.train import train
else:

    def __getattr__(name: str):
        """Return a public name; its module is loaded on first use (PEP 562)."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = value
        return value
