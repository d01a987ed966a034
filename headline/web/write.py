"""The Write tab: a box, live suggestions at every keystroke, and whole headlines on request."""

from dataclasses import dataclass

import gradio as gr
import numpy as np

from headline.generator import Generator
from headline.web.models import BUNDLED, Models
from headline.web.panels import choice_list, headline_choices, suggestion_choices

EXAMPLES = ["washington dc is", "today in new york", "the school district has", "crime has become"]  # the lesson's
SUGGESTIONS = 8
WORTH_SHOWING = 0.004  # what is less likely is noise, and an empty line says more
FINISHED = 5  # whole headlines that "Finish it" shows
_BOX = "#headline-box textarea, #headline-box input"

# What every event of the typing box needs, as measured on Gradio 6: `change` sees backspace, paste,
# undo and input methods, which `input` does not; "always_last" keeps the last letter of fast typing;
# outside the queue and without an overlay a keystroke takes half the time.
TYPING = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True)
class WriteTab:
    box: gr.Textbox
    model: gr.Dropdown


def write_tab(page: gr.Blocks, models: Models) -> WriteTab:
    """Lay the tab out within the page and wire it."""

    def suggest(text: str, model: str) -> dict:
        found = models.get(model).suggest(text, SUGGESTIONS, phrases=True, least=WORTH_SHOWING)
        return suggestion_choices(text, found)

    def take(event: gr.EventData) -> str:
        # The space asks for the next words at once, as a phone's keyboard does.
        return event.text + " "

    def take_whole(event: gr.EventData) -> str:
        return event.text

    def finish(text: str, model: str) -> dict:
        generator = Generator(models.get(model))
        best = generator.beam(text, number=1)
        drawn = generator.several(text, FINISHED, temperature=0.7, top_k=40, rng=np.random.default_rng())
        different = {made.text.casefold(): made for made in [*best, *drawn] if made.text.strip() != text.strip()}
        return headline_choices(text, list(different.values())[:FINISHED])

    def choose(text: str, model: str) -> tuple[dict, str]:
        return suggest(text, model), models.describe(model)

    def refresh(model: str) -> gr.Dropdown:
        choices = models.choices()
        known = any(value == model for _, value in choices)
        return gr.Dropdown(choices=choices, value=model if known else BUNDLED)

    box = gr.Textbox(
        label="Your headline",
        placeholder="Start typing a headline…",
        elem_id="headline-box",
        lines=1,
        max_lines=4,
        autofocus=True,
    )
    suggestions = choice_list("Suggestions", "suggestions", focus=_BOX)
    with gr.Row(elem_id="write-actions"):
        finish_button = gr.Button("Finish it", variant="primary", elem_id="finish", scale=0, min_width=140)
        gr.Examples(EXAMPLES, box, label="Or begin with")
    finished = choice_list("Whole headlines", "finished", focus=_BOX)
    with gr.Row(elem_id="model-row", equal_height=True):
        model = gr.Dropdown(models.choices(), value=BUNDLED, label="Model that answers", elem_id="model")
        about = gr.Markdown(models.describe(BUNDLED), elem_id="about-model")

    box.change(suggest, [box, model], suggestions, trigger_mode="always_last", **TYPING)
    suggestions.take(take, None, box, **TYPING)
    finished.take(take_whole, None, box, **TYPING)
    gr.on(
        [finish_button.click, box.submit],
        finish,
        [box, model],
        finished,
        show_progress="minimal",
        concurrency_limit=4,
        api_visibility="private",
    )
    model.change(choose, [box, model], [suggestions, about], **TYPING)
    # A page that is opened again finds the models of runs that ended meanwhile, and an answer to what
    # stands in its box, the empty one too.
    page.load(refresh, model, model, **TYPING).then(choose, [box, model], [suggestions, about], **TYPING)
    return WriteTab(box, model)
