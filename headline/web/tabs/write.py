"""The Write tab: the search box, whole headlines on request, and the choice of the model."""

from collections.abc import Iterator

import gradio as gr

from headline.errors import LimitError
from headline.generator.generator import Generator
from headline.web.allowance import address_of
from headline.web.events import HIDDEN, QUIET
from headline.web.given import box_text, number_of, text_of
from headline.web.http.metrics import count_refusal
from headline.web.models import BUNDLED_ID, Models
from headline.web.search_box import box_value, search_box
from headline.web.tabs.panels import choice_list, headline_choices, line, line_of

LESSON_SEEDS = ["washington dc is", "today in new york", "the school district has", "crime has become"]
EXAMPLES = [*LESSON_SEEDS, "new study"]  # after each the bundled model has six good rows
TOP_K = 40  # likeliest words that whole headlines are drawn from
_GENERATE_AT_ONCE = 4  # calls that write whole headlines; further ones wait


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
        self.finished = choice_list("Whole headlines", "finished", focus="#headline-input")
        with gr.Row(elem_id="model-row", equal_height=True):
            self.model = gr.Dropdown(models.choices([]), value=BUNDLED_ID, label="Model", elem_id="model")
            self.about = line_of("about-model", models.describe(BUNDLED_ID))

    def wire(self, page: gr.Blocks) -> None:
        for button, example in zip(self.example_buttons, EXAMPLES, strict=True):
            button.click(lambda text=example: box_value(put=text + " "), None, self.box, **QUIET)
        self.finished.take(self.take_headline, None, self.box, **QUIET)
        gr.on(
            [self.finish_button.click, self.box.submit],
            self.finish,
            {self.box, self.model, self.number, self.temperature, self.words},
            self.finished,
            concurrency_limit=_GENERATE_AT_ONCE,
            **HIDDEN,
        )
        self.model.change(self.choose_model, self.model, [self.box, self.about], **QUIET)
        # A page that is opened again finds the models of runs that ended in the meantime.
        page.load(self.refresh_models, [self.model, self.mine], self.model, **QUIET)

    def take_headline(self, event: gr.EventData) -> dict:
        """Put a whole headline that was clicked into the box."""
        return box_value(put=text_of(getattr(event, "text", "")))

    def finish(self, given: dict, request: gr.Request | None = None) -> Iterator[dict]:
        """Write whole headlines."""
        try:
            with self.models.generating.used_by(address_of(request)):
                yield from self._headlines(given)
        except LimitError as error:
            count_refusal(error)
            gr.Info("Your last headlines are still being written: ask again when they are done.")
            yield headline_choices("", [])

    def _headlines(self, given: dict) -> Iterator[dict]:
        text = box_text(given[self.box])
        number, words = int(number_of(given[self.number], 1, 20)), int(number_of(given[self.words], 0, 20)) or None
        temperature = number_of(given[self.temperature], 0.1, 1.5)
        generator = Generator(self.models.get(given[self.model]))
        made = generator.several(text, number, temperature, TOP_K, words)
        yield headline_choices(text, made, asked=number)

    def choose_model(self, model: str | None) -> dict:
        return {self.box: box_value(model=model or BUNDLED_ID), self.about: line(self.models.describe(model))}

    def refresh_models(self, model: str | None, mine: list[str] | None) -> gr.Dropdown:
        """The choice of models; the bundled one if the chosen one is gone."""
        choices = self.models.choices(mine)
        exists = any(id_ == model for _, id_ in choices)
        return gr.Dropdown(choices=choices, value=model if exists else BUNDLED_ID)
