"""Presets: settings that belong together, in plain words."""

from dataclasses import dataclass, field

from headline.model.config import ModelConfig
from headline.training.settings import LARGE, RECIPES, SMALL, TrainingConfig


@dataclass(frozen=True)
class Preset:
    """A choice in plain words: settings for a run from nothing, and for one that starts from a model."""

    title: str
    about: str
    recipe: str = "autocomplete"
    from_nothing: dict = field(default_factory=dict)
    from_model: dict = field(default_factory=dict)

    def settings(self, model: ModelConfig | None) -> TrainingConfig:
        """The settings for a run, from a model of some shape or from nothing.

        Raises:
            SettingError: this preset cannot start from that model.
        """
        settings = RECIPES[self.recipe]
        if model is None:
            return settings.changed(**self.from_nothing)
        return settings.fine_tuning(model).changed(**self.from_model)


PRESETS = {
    "quick": Preset(
        "Quick try",
        "A minute or two for a few thousand titles: enough to see whether it helps.",
        from_nothing=SMALL | {"epochs": 5},
        from_model={"epochs": 3, "learning_rate": 2e-3, "max_ngrams": 200_000},
    ),
    "balanced": Preset("Balanced", "Several minutes: what we would choose for most lists."),
    "best": Preset(
        "Best",
        "The longest: a larger network, or a slower hand, for the last few percent.",
        from_nothing=LARGE | {"epochs": 15, "patience": 3},
        from_model={"epochs": 14, "learning_rate": 7e-4, "patience": 3},
    ),
    "notebook": Preset(
        "The lesson’s notebook",
        "Embedding(10), LSTM(100), 30 epochs over every prefix, as the lesson has it.",
        recipe="notebook",
    ),
}
