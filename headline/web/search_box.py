"""The search box of the Write tab: the Python side of its script.

The suggester runs in the page (assets/engine). Until it has been fetched, and where it cannot run, the script asks a
route of our own, because Gradio's events are slower and an older answer may arrive after a newer one.
"""

import os
from typing import Any

import gradio as gr

from headline.generator.box.rules import RULES
from headline.paths import read_asset
from headline.web.engine.one_script import one_script
from headline.web.engine.page_code import code_path
from headline.web.serve.questions import API


def search_box(model: str) -> gr.HTML:
    """The box over a model's id. It sends {"text": …} to Python and receives what `box_value` returns.

    Events: `submit` (Enter with nothing chosen), with {"text": …}; `gone` (the model was deleted), with {"model": …}.
    """
    return gr.HTML(
        value=box_value(model),
        html_template=read_asset("search_box.html"),
        css_template=read_asset("search_box.css"),
        js_on_load=one_script("search_box.js"),
        elem_id="search-box",
        apply_default_css=False,
        api=search_api_path(),
        code=search_api_path() + code_path(),
        rules=RULES,
    )


def search_api_path() -> str:
    """The prefix of the page's own routes, below the app's path behind a proxy."""
    return os.environ.get("GRADIO_ROOT_PATH", "").rstrip("/") + API


def box_value(model: str) -> dict[str, Any]:
    """A value that makes the box write with a model. The script adds its text, which it alone knows."""
    return {"model": model}
