"""Pieces of the page that show data which a visitor or a corpus wrote.

Gradio evaluates the templates of `gr.HTML`, `${…}` in their values too, and does not escape them. So
the templates here are fixed, the data travels beside them as JSON, and a script puts it on the page
as text.
"""

from collections.abc import Iterable

import gradio as gr

from headline.generator import Generated
from headline.suggester import Suggestion
from headline.web.assets import read_asset


def choice_list(name: str, elem_id: str, focus: str) -> gr.HTML:
    """A list of texts of which a click takes one: fires `take` with `{"text": …}`.

    `name` is what a screen reader calls it; `focus` is a CSS selector of what gets the focus then.
    Its value comes from `suggestion_choices` or `headline_choices`.
    """
    return gr.HTML(
        value={"typed": "", "items": []},
        html_template='<div class="choices"></div>',
        js_on_load=read_asset("choice_list.js"),
        elem_id=elem_id,
        apply_default_css=False,
        name=name,
        focus=focus,
    )


def suggestion_choices(text: str, suggestions: Iterable[Suggestion]) -> dict:
    """A correction carries what it keeps of the text, for it takes the place of the rest, and a mark."""
    items = []
    for s in suggestions:
        item = {"text": s.text, "rest": s.completion, "probability": round(s.probability, 4)}
        if s.kind == "correction":
            item |= {"kept": s.text[: len(s.text) - len(s.completion)], "mark": "did you mean"}
        items.append(item)
    return {"typed": text, "items": items}


def headline_choices(text: str, headlines: Iterable[Generated]) -> dict:
    """Whole headlines; the beginning that the visitor typed is set apart where it still stands so."""
    items = []
    for made in headlines:
        kept = text if made.text.startswith(text) else ""
        mark = {"mark": "seen in training"} if made.seen else {}
        items.append({"text": made.text, "rest": made.text[len(kept) :], "whole": True} | mark)
    return {"typed": text if all(i["text"].startswith(text) for i in items) else "", "items": items}


def run_panel(elem_id: str) -> gr.HTML:
    """How a training run goes. Its value comes from `headline.web.train.describe`."""
    return gr.HTML(
        value={},
        html_template='<div class="run" role="status" aria-live="polite"></div>',
        js_on_load=read_asset("run_panel.js"),
        elem_id=elem_id,
        apply_default_css=False,
    )
