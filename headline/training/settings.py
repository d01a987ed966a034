"""The two recipes and their settings.

Kept apart from the code that trains, so that page and command line can offer and check settings without
loading Keras.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from headline.corpus.language.detect import detect
from headline.corpus.language.languages import check_language
from headline.errors import SettingError
from headline.model.config import ModelConfig
from headline.model.storage.quantization import PRECISIONS

KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}
_LARGEST = 2**31  # whole numbers stay below this
MOST_ROWS = 2**16  # of a table of weights that a step updates as a whole: see FusedAdamW
MOST_LOGITS = 2**33  # computed of the held-out titles after an epoch, where their softmax is over a large vocabulary
LOGITS_AT_ONCE = 2**27  # of these, in one batch


def _setting(default: Any, about: str) -> Any:
    """A field with a description, which the command line and the page show."""
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True)
class TrainingConfig:
    """Every setting of a training run, checked. `TrainingConfig()` is the default, `autocomplete`.

    Raises:
        SettingError: naming the setting and what it may be.
    """

    recipe: str = _setting("autocomplete", "autocomplete or notebook")
    tokenizer: str = _setting("headline", "headline, or keras as in the lesson")
    language: str = _setting("auto", "the tag of the headlines' language, such as de or pt-BR; auto: found out")
    min_count: int = _setting(2, "words that occur fewer times become <unk>")
    rare_words: int = _setting(5_000, "rarer words, which the n-grams alone learn; 0, or if a list has more: none")
    text_epochs: int = _setting(1, "passes over the running text, if there is some, before the headlines")
    text_weight: float = _setting(0.2, "how much a word of the running text counts when the vocabulary is chosen")
    text_again: float = _setting(
        0.0, "share of the running text that is read once more in each pass over the headlines"
    )
    text_ngrams: float = _setting(0.25, "share of max_ngrams that is kept of the running text's n-grams")
    max_words: int = _setting(30_000, "words in the vocabulary at most; the most frequent are kept")
    block_size: int = _setting(32, "words per headline, the rest is cut off; 0: as many as the longest has")
    embedding_size: int = _setting(128, "dimensions of a word's embedding")
    units: int = _setting(256, "units of each LSTM layer")
    layers: int = _setting(1, "number of LSTM layers")
    mogrifier: int = _setting(0, "rounds in which a layer's input and state gate each other; 0: a plain LSTM")
    embedding_dropout: float = _setting(0.2, "dropout rate of the embedding dimensions")
    dropout: float = _setting(0.3, "dropout rate of each LSTM layer's output")
    recurrent_dropout: float = _setting(0.0, "dropout rate of each LSTM layer's recurrent weights")
    epochs: int = _setting(9, "passes over the training headlines")
    batch_size: int = _setting(0, "headlines per batch; 0: 16 to 128, more for a longer list")
    candidates: int = _setting(4096, "words in the sampled softmax of a batch; 0: the whole vocabulary")
    learning_rate: float = _setting(3e-3, "highest learning rate of Adam")
    weight_decay: float = _setting(0.01, "weight decay of AdamW; 0: plain Adam")
    schedule: str = _setting("cosine", "cosine (rises for 5 % of the steps, then falls to 1 %) or constant")
    clip_norm: float = _setting(1.0, "gradients are scaled down to this norm; 0: never")
    patience: int = _setting(0, "epochs without a better held-out loss before the run ends; 0: no limit")
    validation: float = _setting(0.05, "share of the headlines held out to choose the best epoch")
    test: float = _setting(0.05, "share of the headlines held out to measure the model at the end")
    seed: int = _setting(0, "random seed of the split, the first weights and the order of the batches")
    ngram_order: int = _setting(4, "words in the longest n-grams that are mixed with the network; 0: no n-grams")
    max_ngrams: int = _setting(1_000_000, "n-grams at most; the rarest are dropped")
    keep_words: bool = _setting(True, "when fine-tuning a model, keep its words too")
    precision: str = _setting("float32", "how weights are stored: float32, float16, int8, mixed or int4")
    compute: str = _setting("auto", "float32, mixed_float16, mixed_bfloat16, or auto: what suits the GPU")
    keep_duplicates: bool = _setting(False, "keep headlines that occur more than once")
    normalise: bool = _setting(True, "tidy white space and HTML characters; the lesson keeps the text as it is")

    def __post_init__(self) -> None:
        for setting in fields(self):
            value: Any = getattr(self, setting.name)
            kinds = (int, float) if setting.type is float else (setting.type,)
            _check(type(value) in kinds, setting.name, KINDS[setting.type], value)  # type: ignore[index]
            if setting.type is float:
                _check(math.isfinite(value), setting.name, "a number", value)
            if setting.type is int and setting.name != "seed":
                _check(value < _LARGEST, setting.name, "below 2**31", value)
        _check(self.recipe in RECIPE_NAMES, "recipe", f"one of {', '.join(RECIPE_NAMES)}", self.recipe)
        _check(self.tokenizer in ("headline", "keras"), "tokenizer", "headline or keras", self.tokenizer)
        check_language(self.language)
        # The autocomplete recipe needs start and end marks, which Keras' tokenizer does not have.
        has_marks = self.recipe == "notebook" or self.tokenizer == "headline"
        _check(has_marks, "tokenizer", "headline for the autocomplete recipe", self.tokenizer)
        _check(self.schedule in ("cosine", "constant"), "schedule", "cosine or constant", self.schedule)
        _check(self.precision in PRECISIONS, "precision", f"one of {', '.join(PRECISIONS)}", self.precision)
        _check(self.compute in COMPUTES, "compute", f"one of {', '.join(COMPUTES)}", self.compute)
        for name in ("min_count", "max_words", "embedding_size", "units", "layers", "epochs", "text_epochs"):
            _check(getattr(self, name) >= 1, name, "1 or more", getattr(self, name))
        for name in ("embedding_dropout", "dropout", "recurrent_dropout"):
            _check(0 <= getattr(self, name) < 1, name, "from 0 to below 1", getattr(self, name))
        for name in ("text_weight", "text_again", "text_ngrams"):
            _check(0 <= getattr(self, name) <= 1, name, "from 0 to 1", getattr(self, name))
        _check(self.learning_rate > 0, "learning_rate", "above 0", self.learning_rate)
        for name in (
            "batch_size",
            "clip_norm",
            "patience",
            "rare_words",
            "seed",
            "candidates",
            "weight_decay",
            "max_ngrams",
            "mogrifier",
        ):
            _check(getattr(self, name) >= 0, name, "0 or more", getattr(self, name))
        _check(0 <= self.ngram_order <= 6, "ngram_order", "from 0 to 6", self.ngram_order)
        _check(self.seed < 2**32, "seed", "below 2**32", self.seed)  # NumPy takes no larger one
        _check(self.block_size == 0 or self.block_size >= 3, "block_size", "0, or 3 or more", self.block_size)
        _check(
            min(self.validation, self.test) >= 0 and self.validation + self.test < 1,
            "validation and test",
            "0 or more, and less than 1 together",
            f"{self.validation} and {self.test}",
        )

    def language_of(self, titles: Sequence[str]) -> str:
        """Return the tag of the titles' language, which is found out where the setting is `auto`."""
        return detect(titles).tag if self.language == "auto" else self.language

    def rows_per_batch(self, headlines: int) -> int:
        """Return the batch size, or one that suits the number of training headlines where it is 0.

        A short list needs small batches for enough steps per epoch, a long list large ones for speed: a power
        of two near a two-hundredth of the list, from 16 to 128.
        """
        if self.batch_size:
            return self.batch_size
        return min(128, max(16, 2 ** round(math.log2(max(1, headlines / 200)))))

    def model_config(self, vocab_size: int, longest: int) -> ModelConfig:
        """Return the network's shape for a vocabulary and a longest headline of `longest` words."""
        longest += self.recipe == "autocomplete"  # the start mark comes before the words
        return ModelConfig(
            recipe=self.recipe,
            vocab_size=vocab_size,
            block_size=min(longest, self.block_size) if self.block_size else longest,
            embedding_size=self.embedding_size,
            units=self.units,
            layers=self.layers,
            mogrifier=self.mogrifier,
            embedding_dropout=self.embedding_dropout,
            dropout=self.dropout,
        )

    def fine_tuning(self, model: ModelConfig) -> "TrainingConfig":
        """Return settings to fine-tune a model: its shape, a lower learning rate, more dropout.

        At the full rate a model soon forgets what it learnt before (Howard & Ruder 2018, "Universal Language
        Model Fine-tuning for Text Classification"), and a short list is soon learnt by heart: so few epochs, at the
        end of which the rate has fallen, and not many that are cut off.

        Raises:
            SettingError: the model or these settings are of the notebook recipe.
        """
        causal = model.causal and self.recipe == model.recipe
        _check(causal, "recipe", "autocomplete, for the run and for the model, to start from a model", self.recipe)
        return replace(
            self,
            embedding_size=model.embedding_size,
            units=model.units,
            layers=model.layers,
            mogrifier=model.mogrifier,
            **FINE_TUNING,
        )

    def as_dict(self) -> dict:
        return asdict(self)

    def changed(self, **settings: Any) -> "TrainingConfig":
        """Return settings with some changed and checked. None leaves a setting as it is."""
        known = {f.name for f in fields(self)}
        for name in settings:
            _check(name in known, name, f"a setting: {', '.join(sorted(known))}", name)
        return replace(self, **{k: v for k, v in settings.items() if v is not None})


FINE_TUNING: dict[str, Any] = {"learning_rate": 1e-3, "embedding_dropout": 0.4, "dropout": 0.5, "epochs": 4}
SMALL = {"embedding_size": 64, "units": 128}
LARGE = {"embedding_size": 256, "units": 512, "embedding_dropout": 0.3, "dropout": 0.4}
RECIPE_NAMES = ("autocomplete", "notebook")
COMPUTES = ("auto", "float32", "mixed_float16", "mixed_bfloat16")


def _check(holds: bool, name: str, allowed: str, value: object) -> None:
    if not holds:
        raise SettingError(f"{name} must be {allowed}; it is {value}.")


RECIPES: dict[str, TrainingConfig] = {
    "autocomplete": TrainingConfig(),
    # The lesson: https://www.kaggle.com/code/shivamb/beginners-guide-to-text-generation-using-lstms
    "notebook": TrainingConfig(
        recipe="notebook",
        tokenizer="keras",
        min_count=1,
        rare_words=0,
        max_words=10_000_000,
        block_size=0,
        candidates=0,
        embedding_size=10,
        units=100,
        embedding_dropout=0.0,
        dropout=0.1,
        epochs=30,
        batch_size=32,
        learning_rate=1e-3,
        schedule="constant",
        weight_decay=0.0,
        clip_norm=0.0,
        patience=0,
        validation=0.0,
        test=0.0,
        ngram_order=0,
        keep_duplicates=True,
        normalise=False,
    ),
}
