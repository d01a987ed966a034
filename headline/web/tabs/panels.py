"""Components that show text from visitors and corpora.

Gradio evaluates `${…}` in the templates of `gr.HTML` and in their values, and escapes nothing. So the templates here
are fixed, the data is sent beside them as JSON, and a script sets it as text.
"""

from collections.abc import Iterable

import gradio as gr

from headline.generator.generator import Generated
from headline.paths import read_asset
from headline.web.engine.one_script import one_script
from headline.web.given import without_folders


def choice_list(name: str, elem_id: str) -> gr.HTML:
    """A list of headlines; a click puts one into the search box or copies it.

    `name` is its name for screen readers. `headline_choices` makes its value.
    """
    return gr.HTML(
        value={"items": []},
        html_template='<div class="choices"></div>',
        js_on_load=one_script("choice_list.js"),
        elem_id=elem_id,
        apply_default_css=False,
        name=name,
    )


def headline_choices(text: str, headlines: Iterable[Generated], asked: int = 0) -> dict:
    """The value of a `choice_list`; a note says why there are fewer than were `asked` for.

    The typed beginning is kept apart if the headline still begins with it.
    """
    items = []
    for made in headlines:
        kept = text.rstrip() if made.text.startswith(text.rstrip()) else ""
        mark = "seen in training" if made.seen else "new"
        items.append({"text": made.text, "kept": kept, "rest": made.text[len(kept) :], "mark": mark})
    return {"items": items, "note": _note(len(items), asked)}


def _note(made: int, asked: int) -> str:
    """Why there are fewer headlines than were asked for; "" where there are not."""
    if made >= asked:
        return ""
    if not made:
        return "The model finds no way to go on: take off the last word, or choose another model."
    return f"The model finds only {made}: a higher temperature, in “How to finish it”, gives more."


def line_of(elem_id: str, text: str = "") -> gr.HTML:
    """One line of text, which may quote a file or a model. `line` makes its value."""
    return gr.HTML(
        value=line(text),
        html_template='<p class="line"></p>',
        js_on_load=read_asset("line.js"),
        elem_id=elem_id,
        apply_default_css=False,
    )


def line(text: str) -> dict[str, str]:
    """The value of a `line_of`."""
    return {"text": without_folders(text)}


def panel_of(elem_id: str, step: str = "") -> gr.HTML:
    """The progress of a run or of other work. `headline.web.tabs.run_view` makes its value.

    `step` is the CSS selector of what is brought into view with it.
    """
    return gr.HTML(
        value={},
        html_template='<div class="run" role="status" aria-live="polite"></div>',
        js_on_load=one_script("run_panel.js"),
        elem_id=elem_id,
        apply_default_css=False,
        step=step or f"#{elem_id}",
    )


def sheet_of(elem_id: str) -> gr.HTML:
    """Words, tables and bars: {"groups": [{"title", "sections"}]}, each section as in `walkthrough.Section`."""
    return gr.HTML(
        value={"groups": []},
        html_template='<div class="sheet"></div>',
        js_on_load=one_script("sheet.js"),
        elem_id=elem_id,
        apply_default_css=False,
    )


def typed_pause(field: str, elem_id: str) -> gr.HTML:
    """Nothing to see: fires `paused` a second after the last key or paste in the field with an id.

    Gradio's own events come at every letter or, on a paste, only when the field is left.
    """
    return gr.HTML(
        value={},
        html_template="<span hidden></span>",
        js_on_load=read_asset("typed_pause.js"),
        elem_id=elem_id,
        apply_default_css=False,
        field=field,
    )
