"""The Write tab: the search box, whole headlines on request, and the model that answers."""

from collections.abc import Iterator
from dataclasses import dataclass

import gradio as gr

from headline.generator.generator import Generated, Generator
from headline.web.models import BUNDLED_ID, Models
from headline.web.panels import choice_list, headline_choices
from headline.web.search_box import box_value, search_box

EXAMPLES = ["washington dc is", "today in new york", "the school district has", "crime has become"]  # the lesson's
TOP_K = 40  # likeliest words that whole headlines are drawn from
_BOX = "#headline-input"

# What an event that must not wait or be shown needs: no queue, no overlay, no entry in the API's page.
QUIET = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True)
class WriteTab:
    box: gr.HTML
    model: gr.Dropdown


def write_tab(page: gr.Blocks, models: Models, mine: gr.BrowserState) -> WriteTab:
    """Lay the tab out within the page and wire it. `mine` are the ids of models that this browser made."""

    def put(event: gr.EventData) -> dict:
        return box_value(put=event.text)

    def finish(box: dict, model: str, number: float, temperature: float, words: float) -> Iterator[dict]:
        """Whole headlines, shown as they come."""
        text = (box or {}).get("text", "")
        made: list[Generated] = []
        writer = Generator(models.get(model))
        for headline in writer.several(text, int(number), temperature, TOP_K, int(words) or None):
            made.append(headline)
            yield headline_choices(text, made)
        if not made:
            yield headline_choices(text, [])

    def choose(model: str) -> tuple[dict, str]:
        return box_value(model=model or BUNDLED_ID), models.describe(model)

    def refresh(model: str, own: list[str] | None) -> gr.Dropdown:
        choices = models.choices(own)
        known = any(value == model for _, value in choices)
        return gr.Dropdown(choices=choices, value=model if known else BUNDLED_ID)

    box = search_box(BUNDLED_ID)
    with gr.Row(elem_id="write-actions"):
        finish_button = gr.Button("Finish it", variant="primary", elem_id="finish", scale=0, min_width=140)
        for i, example in enumerate(EXAMPLES):
            button = gr.Button(
                example, size="sm", elem_classes="example", elem_id=f"example-{i}", scale=0, min_width=80
            )
            button.click(lambda text=example: box_value(put=text), None, box, **QUIET)
    with gr.Accordion("How to finish it", open=False, elem_id="finish-settings"), gr.Row():
        number = gr.Slider(1, 20, value=5, step=1, label="Headlines")
        temperature = gr.Slider(0.1, 1.5, value=0.7, step=0.1, label="Temperature: low is likely, high is odd")
        words = gr.Slider(0, 20, value=0, step=1, label="Words to add; 0: until the headline ends")
    finished = choice_list("Whole headlines", "finished", focus=_BOX)
    with gr.Row(elem_id="model-row", equal_height=True):
        model = gr.Dropdown(models.choices([]), value=BUNDLED_ID, label="Model that answers", elem_id="model")
        about = gr.Markdown(models.describe(BUNDLED_ID), elem_id="about-model")

    finished.take(put, None, box, **QUIET)
    gr.on(
        [finish_button.click, box.submit],
        finish,
        [box, model, number, temperature, words],
        finished,
        show_progress="hidden",
        concurrency_limit=4,
        api_visibility="private",
    )
    model.change(choose, model, [box, about], **QUIET)
    # A page that is opened again finds the models of runs that ended meanwhile.
    page.load(refresh, [model, mine], model, **QUIET)
    return WriteTab(box, model)
