"""The settings of a run on the page: a preset, the model to start from, and single settings."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import gradio as gr

from headline.errors import SettingError
from headline.model.config import ModelConfig
from headline.training.presets import PRESETS, Preset
from headline.training.settings import TrainingConfig
from headline.web.events import QUIET
from headline.web.models import BUNDLED_ID, Models
from headline.web.tabs.panels import line, line_of

NOTHING_ID = "nothing"  # of the choice to train from random weights
FIELDS = (  # settings that the page shows; all others are the preset's
    "epochs units embedding_size layers embedding_dropout dropout learning_rate weight_decay batch_size "
    "min_count max_words patience validation test seed"
).split()
SHAPE = ("units", "embedding_size", "layers")  # which a fine-tuned network takes from the model it starts from
_FIRST_PRESET = "balanced"


class SettingsForm:
    """Part of the Train tab: its components, the handlers of their events, and the wiring."""

    def __init__(self, models: Models):
        self.models = models
        self.preset = gr.Radio(
            self.preset_titles(),
            value=_FIRST_PRESET,
            label="How thorough",
            elem_id="preset",
        )
        self.about = line_of("about-preset", PRESETS[_FIRST_PRESET].about)
        self.start_from = gr.Dropdown(
            self.start_choices([]),
            value=BUNDLED_ID,
            label="Start from",
            info="The bundled model knows English headlines already, which helps most if you have few titles.",
            elem_id="begin",
        )
        with gr.Accordion("All settings", open=False, elem_id="settings"), gr.Row():
            shown = self._preset_settings(PRESETS[_FIRST_PRESET], self._start(BUNDLED_ID)[1])
            self.fields = {name: _number_field(name, shown) for name in FIELDS}
        self.inputs = {self.preset, self.start_from, *self.fields.values()}

    def wire(self) -> None:
        gr.on(
            [self.preset.input, self.start_from.input],  # a person's choice: what a reload restores stays as it was
            self.show_preset,
            {self.preset, self.start_from},
            [self.about, self.start_from, *self.fields.values()],
            **QUIET,
        )

    def start_choices(self, mine: list[str] | None) -> list[tuple[str, str]]:
        """(title, id) of what a run may start from: the bundled model, random weights, or a model of one's own."""
        own = [
            (title, id_)
            for title, id_ in self.models.choices(mine)
            if id_ != BUNDLED_ID and self.models.meta(id_)["model"]["recipe"] == "autocomplete"
        ]
        return [("The bundled model", BUNDLED_ID), ("Random weights", NOTHING_ID), *own]

    def show_preset(self, given: dict, values: Mapping[str, Any] = MappingProxyType({})) -> dict:
        """A preset's description and its settings, those in `values` changed."""
        preset = PRESETS[given[self.preset] or _FIRST_PRESET]
        causal = preset.recipe == "autocomplete"
        start_from = given[self.start_from]
        if start_from != NOTHING_ID and not self.models.exists(start_from):
            start_from = BUNDLED_ID
        config = self._start(start_from)[1] if causal else None
        settings = self._preset_settings(preset, config).as_dict()
        fields = {
            field: gr.Number(value=values.get(name, settings[name]), interactive=not (config and name in SHAPE))
            for name, field in self.fields.items()
        }
        return {self.about: line(preset.about), self.start_from: gr.Dropdown(visible=causal)} | fields

    def preset_titles(self) -> list[tuple[str, str]]:
        """(title, name) of each preset."""
        return [(preset.title, name) for name, preset in PRESETS.items()]

    def preset_settings(self, given: dict) -> dict[str, tuple[TrainingConfig, int]]:
        """By the name of each preset: its settings with the chosen model to start from, and the words that are kept.

        Raises:
            SettingError: that model has been deleted.
        """
        _, config = self._start(given[self.start_from])
        found = {}
        for name, preset in PRESETS.items():
            base = config if preset.recipe == "autocomplete" else None
            found[name] = self._preset_settings(preset, base), base.vocab_size if base else 0
        return found

    def restored(self, values: dict, mine: list[str] | None) -> dict:
        """Updates that show the settings of a run again; `values` are what the page held, by the fields' names."""
        preset = str(values.get("preset"))
        preset = preset if preset in PRESETS else _FIRST_PRESET
        start_from = values.get("start_from")
        start_from = start_from if start_from == NOTHING_ID or self.models.exists(start_from or "") else BUNDLED_ID
        numbers = {name: values[name] for name in self.fields if isinstance(values.get(name), int | float)}
        shown = self.show_preset({self.preset: preset, self.start_from: start_from}, numbers)
        causal = PRESETS[preset].recipe == "autocomplete"
        choices = self.start_choices(mine)
        start = gr.Dropdown(choices=choices, value=start_from, visible=causal)
        return shown | {self.preset: preset, self.start_from: start}

    def read(self, given: dict) -> tuple[TrainingConfig, Path | None]:
        """The settings of a run, and the folder of the model that it starts from; `given` holds the `inputs`.

        Raises:
            SettingError: a value is not allowed.
        """
        preset = PRESETS[given[self.preset] or _FIRST_PRESET]
        folder, config = self._start(given[self.start_from]) if preset.recipe == "autocomplete" else (None, None)
        settings = self._preset_settings(preset, config)
        values = {name: given[field] for name, field in self.fields.items() if not (config and name in SHAPE)}
        settings = settings.changed(**{n: _number(n, v, settings) for n, v in values.items() if v is not None})
        self.models.limits.check(settings)
        return settings, folder

    def _preset_settings(self, preset: Preset, config: ModelConfig | None) -> TrainingConfig:
        """A preset's settings, lowered to the limits of this page; the shape is that of the model to start from."""
        settings = self.models.limits.lowered(preset.settings(config))
        return settings.changed(**{name: getattr(config, name) for name in SHAPE}) if config else settings

    def _start(self, id_: str) -> tuple[Path | None, ModelConfig | None]:
        """The folder and the shape of the model to start from.

        Raises:
            SettingError: it has been deleted in another tab or page.
        """
        if id_ == NOTHING_ID:
            return None, None
        if not self.models.exists(id_):
            raise SettingError("The model to start from has been deleted: choose another one under “Start from”.")
        return self.models.folder(id_), ModelConfig(**self.models.meta(id_)["model"])


def _number(name: str, value: Any, settings: TrainingConfig) -> int | float:
    """The value of a field as a number of the setting's type."""
    try:
        return type(getattr(settings, name))(value)
    except (TypeError, ValueError, OverflowError):
        raise SettingError(f"{name} must be a number; it is {str(value)[:40]}.") from None


def _number_field(name: str, settings: TrainingConfig) -> gr.Number:
    return gr.Number(
        value=getattr(settings, name),
        label=name.replace("_", " "),
        info=settings.__dataclass_fields__[name].metadata["about"],
        min_width=150,
        interactive=name not in SHAPE,
        elem_id=f"setting-{name}",
    )
