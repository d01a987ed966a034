"""Pieces of the page that show data which a visitor or a corpus wrote.

Gradio evaluates the templates of `gr.HTML`, `${…}` in their values too, and does not escape them. So
the templates here are fixed, the data travels beside them as JSON, and a script puts it on the page
as text.
"""

from collections.abc import Iterable

import gradio as gr

from headline.generator.generator import Generated
from headline.paths import read_asset


def choice_list(name: str, elem_id: str, focus: str) -> gr.HTML:
    """A list of headlines of which a click takes one: fires `take` with `{"text": …}`.

    `name` is what a screen reader calls it; `focus` is a CSS selector of what gets the focus then.
    Its value comes from `headline_choices`.
    """
    return gr.HTML(
        value={"items": []},
        html_template='<div class="choices" aria-live="polite"></div>',
        js_on_load=read_asset("choice_list.js"),
        elem_id=elem_id,
        apply_default_css=False,
        name=name,
        focus=focus,
    )


def headline_choices(text: str, headlines: Iterable[Generated]) -> dict:
    """Whole headlines; the beginning that the visitor typed is set apart where it still stands so."""
    items = []
    for made in headlines:
        kept = text if made.text.startswith(text) else ""
        mark = "seen in training" if made.seen else "new"
        items.append({"text": made.text, "kept": kept, "rest": made.text[len(kept) :], "mark": mark})
    return {"items": items}


def panel_of(elem_id: str) -> gr.HTML:
    """How a training run, or another piece of work, goes. Its value comes from `headline.web.run_view`."""
    return gr.HTML(
        value={},
        html_template='<div class="run" role="status" aria-live="polite"></div>',
        js_on_load=read_asset("run_panel.js"),
        elem_id=elem_id,
        apply_default_css=False,
    )


def sheet_of(elem_id: str) -> gr.HTML:
    """Groups of sections with words, tables and bars: {"groups": [{"title", "sections"}]}, as `lesson.Section` is."""
    return gr.HTML(
        value={"groups": []},
        html_template='<div class="sheet"></div>',
        js_on_load=read_asset("sheet.js"),
        elem_id=elem_id,
        apply_default_css=False,
    )
