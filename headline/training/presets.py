"""Presets: groups of settings with a plain name."""

from dataclasses import dataclass, field

from headline.model.config import ModelConfig
from headline.training.settings import LARGE, RECIPES, SMALL, TrainingConfig


@dataclass(frozen=True)
class Preset:
    """A plain name for settings: some for training from scratch, others for fine-tuning a model."""

    title: str
    about: str
    recipe: str = "autocomplete"
    from_nothing: dict = field(default_factory=dict)
    from_model: dict = field(default_factory=dict)

    def settings(self, model: ModelConfig | None) -> TrainingConfig:
        """Return the settings to fine-tune a model of this shape, or to train from scratch where it is None.

        Raises:
            SettingError: this preset cannot fine-tune that model.
        """
        settings = RECIPES[self.recipe]
        if model is None:
            return settings.changed(**self.from_nothing)
        return settings.fine_tuning(model).changed(**self.from_model)


PRESETS = {
    "quick": Preset(
        "Quick try",
        "Enough to see whether it helps.",
        from_nothing=SMALL | {"epochs": 5},
        from_model={"epochs": 3, "max_ngrams": 200_000},
    ),
    "balanced": Preset("Balanced", "The best choice for most lists."),
    "best": Preset(
        "Best",
        "For the last few percent: more passes at a lower learning rate, or a larger network.",
        from_nothing=LARGE | {"epochs": 8},
        from_model={"epochs": 6, "learning_rate": 5e-4},
    ),
    "notebook": Preset(
        "The lesson’s notebook",
        "Embedding(10), LSTM(100), 30 epochs over every prefix, as in the lesson.",
        recipe="notebook",
    ),
}
