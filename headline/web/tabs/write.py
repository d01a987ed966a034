"""The Write tab: the search box, whole headlines on request, and the choice of the model."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from headline.errors import LimitError
from headline.generator.generator import Generator
from headline.web.allowance import address_of
from headline.web.events import HIDDEN, QUIET
from headline.web.given import box_text, is_id, number_of
from headline.web.http.metrics import count_refusal
from headline.web.models import BUNDLED_ID, Models
from headline.web.search_box import box_value, search_box
from headline.web.tabs.panels import choice_list, headline_choices, line, line_of

LESSON_SEEDS = ["washington dc is", "today in new york", "the school district has", "crime has become"]
EXAMPLES = [*LESSON_SEEDS, "new study"]  # after each the bundled model has six good rows
TOP_K = 40  # likeliest words that whole headlines are drawn from
_STILL_WRITING = "Your last headlines are still being written: ask again when they are done."
_GENERATE_AT_ONCE = 4  # calls that write whole headlines; further ones wait


def _sends(event: str, detail: str | None = None) -> str:
    """A script that sends an event of the document (assets/search_box.js), so that a click needs no server."""
    given = json.dumps({"detail": detail})
    return f"() => {{ document.dispatchEvent(new CustomEvent({json.dumps(event)}, {given})); }}"


class WriteTab:
    """The tab's components, the handlers of its events, and their wiring."""

    def __init__(self, models: Models, mine: gr.BrowserState):
        """Lay out the tab. `mine` holds the ids of the models that were made in this browser."""
        self.models, self.mine = models, mine
        self.box = search_box(BUNDLED_ID)
        with gr.Row(elem_id="write-actions"):
            self.finish_button = gr.Button("Finish it", variant="primary", elem_id="finish", scale=0, min_width=140)
            self.example_buttons = [
                gr.Button(example, size="sm", elem_classes="example", elem_id=f"example-{i}", scale=0, min_width=80)
                for i, example in enumerate(EXAMPLES)
            ]
        with gr.Accordion("How to finish it", open=False, elem_id="finish-settings"), gr.Row():
            self.number = gr.Slider(1, 20, value=5, step=1, label="Number of headlines")
            self.temperature = gr.Slider(
                0.1, 1.5, value=0.7, step=0.1, label="Temperature: low is predictable, high is surprising"
            )
            self.words = gr.Slider(0, 20, value=0, step=1, label="Words to add (0: until the headline ends)")
        self.finished = choice_list("Whole headlines", "finished")
        with gr.Row(elem_id="model-row", equal_height=True):
            self.model = gr.Dropdown(models.choices([]), value=BUNDLED_ID, label="Model", elem_id="model")
            self.about = line_of("about-model", models.describe(BUNDLED_ID))
        self.told = line_of("model-told")
        self.chosen = gr.BrowserState("", storage_key="headline.model", secret=mine.secret)

    def wire(self, page: gr.Blocks, tabs: Sequence[gr.Tab] = ()) -> None:
        for button, example in zip(self.example_buttons, EXAMPLES, strict=True):
            button.click(None, None, None, js=_sends("headline-put", example + " "))
        self.finish_button.click(None, None, None, js=_sends("headline-writing"))
        gr.on(
            [self.finish_button.click, self.box.submit],
            self.finish,
            {self.box, self.model, self.number, self.temperature, self.words, self.mine},
            [self.finished, self.model, self.told],
            concurrency_limit=_GENERATE_AT_ONCE,
            **HIDDEN,
        )
        self.model.change(self.choose_model, self.model, [self.box, self.about, self.chosen], **QUIET)
        self.model.input(lambda: line(""), None, self.told, **QUIET)
        # The model may be deleted in another tab or page: at a key the box hears of it, else when a tab is opened.
        for heard in (self.box.gone, *(tab.select for tab in tabs)):
            heard(self.check_model, [self.model, self.mine], [self.model, self.told], **QUIET)
        # A page that is opened again finds the models of runs that ended meanwhile, and the one that was chosen.
        page.load(self.refresh_models, [self.chosen, self.mine], [self.model, self.told], **QUIET)

    def finish(self, given: dict, request: gr.Request | None = None) -> Iterator[dict]:
        """Write whole headlines."""
        try:
            with self.models.generating.used_by(address_of(request)):
                yield from self._headlines(given)
        except LimitError as error:
            count_refusal(error)
            yield {self.finished: {"note": _STILL_WRITING}}  # the headlines that are shown stay

    def _headlines(self, given: dict) -> Iterator[dict]:
        if not self.models.exists(given[self.model] or BUNDLED_ID):
            yield {self.finished: headline_choices("", [])} | self._gone(given[self.mine])
            return
        text = box_text(given[self.box])
        number, words = int(number_of(given[self.number], 1, 20)), int(number_of(given[self.words], 0, 20)) or None
        temperature = number_of(given[self.temperature], 0.1, 1.5)
        generator = Generator(self.models.get(given[self.model]))
        made = generator.several(text, number, temperature, TOP_K, words)
        yield {self.finished: headline_choices(text, made, asked=number)}

    def choose_model(self, model: str | None) -> dict:
        """Write with a model, and keep the choice in the browser."""
        model = model or BUNDLED_ID
        return {
            self.box: box_value(model),
            self.about: line(self.models.describe(model)),
            self.chosen: model,
        }

    def refresh_models(self, chosen: Any, mine: list[str] | None) -> dict:
        """The choice of models, with the one that was chosen when the page was open last."""
        model = chosen if is_id(chosen) else BUNDLED_ID
        if not self.models.exists(model):
            return self._gone(mine)
        choices = self.models.choices(mine)
        visible = any(id_ == model for _, id_ in choices)
        return {self.model: gr.Dropdown(choices=choices, value=model if visible else BUNDLED_ID)}

    def check_model(self, model: str | None, mine: list[str] | None) -> dict:
        """Choose the bundled model, and say so, if the chosen one has been deleted."""
        return gr.skip() if self.models.exists(model or BUNDLED_ID) else self._gone(mine)

    def _gone(self, mine: list[str] | None) -> dict:
        return {
            self.model: gr.Dropdown(choices=self.models.choices(mine), value=BUNDLED_ID),
            self.told: line("The model that you wrote with has been deleted. The bundled model answers now."),
        }
