"""Headline autocompletion with an LSTM word model.

As a library, from a folder that holds a model:

>>> from headline import Suggester                                           # doctest: +SKIP
>>> [s.text for s in Suggester.load("assets/model").suggest("the gov", k=2)]  # doctest: +SKIP
['the government', 'the govt']

These names are for others to build on, and stay:

Suggester       typed text -> ranked next words, completions, phrases, corrections
Suggestion      one of them: the whole text, what it adds, its probability and kind
Generator       a suggester -> whole headlines: greedy, by sampling, by beam search
Checkpoint      a trained model as a folder: load, save, and what it tells of itself
read_headlines  files of titles -> a corpus: clean headlines, and a report of what was dropped
TrainingConfig  every setting of a training run, checked
RECIPES         name -> TrainingConfig: "autocomplete" and the lesson's "notebook"
PRESETS         name -> a choice in plain words, for a run from nothing or from a model
train           a corpus and settings -> a Checkpoint; loads Keras, which nothing else here does

What cannot be read, set or trained on raises a ValueError, or an OSError, that says in a sentence what is wrong.

Inside, files of titles become a `Corpus` (corpus), words become ids (vocabulary) and ids become arrays
(sequences); Keras trains on them (model, training) and a folder keeps the result (checkpoint).
From there on no Keras is needed: a forward step in NumPy (network) answers every keystroke
(suggester) and writes whole headlines (generator), and evaluation says how well. A run of its own
process (jobs) and the page (web) are built on these. Importing the package loads none of them.
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
    "read_headlines": "corpus.reader",
    "train": "training.run",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if TYPE_CHECKING:  # for those who read and do not run; to them a __getattr__ would allow any name
    from headline.corpus.reader import read_headlines
    from headline.generator.generator import Generator
    from headline.generator.suggester import Suggester, Suggestion
    from headline.model.checkpoint import Checkpoint
    from headline.training.presets import PRESETS
    from headline.training.run import train
    from headline.training.settings import RECIPES, TrainingConfig
else:

    def __getattr__(name: str):
        """A public name, its module loaded when it is first asked for (PEP 562)."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = value
        return value
