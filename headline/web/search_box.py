"""The search box of the Write tab: the Python side of its script.

The script asks a route of our own, because Gradio's events are slower and an older answer may arrive after a newer
one. Within a word the page makes the list itself, from the next-word probabilities that came when the word began.
"""

import base64
import itertools
import os
from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np

from headline.corpus.casing import SMALL_WORDS
from headline.corpus.vocabulary import Typed
from headline.generator.box.shown import ROWS, SURE, shown
from headline.generator.box.spacing import CLOSING, JOINING
from headline.generator.suggester import MAY_END, Suggester
from headline.generator.writing import Writing
from headline.model.top import top
from headline.paths import read_asset

API = "/gradio_api/headline"  # prefix of the routes that only the page asks
_TABLE = 2000  # words whose probabilities are sent to the page
_SCALE = 16  # steps per nat
_stamps = itertools.count(1)


def search_box(model: str) -> gr.HTML:
    """The box over a model's id. It sends {"text": …} to Python and receives what `box_value` returns.

    Events: `submit` (Enter with nothing chosen), with {"text": …}.
    """
    return gr.HTML(
        value=box_value(model=model),
        html_template=read_asset("search_box.html"),
        css_template=read_asset("search_box.css"),
        js_on_load=read_asset("editing.js") + read_asset("search_box.js"),
        elem_id="search-box",
        apply_default_css=False,
        api=search_api_path(),
        listId="headline-list",
        small=sorted(SMALL_WORDS),
        rules={"rows": ROWS, "sure": SURE, "mayEnd": MAY_END, "closing": CLOSING, "joining": JOINING},
    )


def search_api_path() -> str:
    """The prefix of the page's own routes, below the app's path behind a proxy."""
    return os.environ.get("GRADIO_ROOT_PATH", "").rstrip("/") + API


def box_value(model: str | None = None, put: str | None = None, text: str = "") -> dict[str, Any]:
    """A value for the box: another model, or a text to put into it."""
    value: dict[str, Any] = {"text": put if put is not None else text}
    if model is not None:
        value["model"] = model
    if put is not None:
        value |= {"put": put, "stamp": next(_stamps)}
    return value


@dataclass(frozen=True)
class Question:
    """What the page asks about a text."""

    text: str
    k: int = ROWS  # suggestions at most
    style: str = "auto"
    phrases: bool = True
    table: bool = True  # whether to send the table for the word that is open or comes next
    next: bool = True  # whether to send the table for the word after it


def answer(suggester: Suggester, asked: Question) -> dict:
    """The suggestions for a text, and tables from which the page makes the next lists itself.

    "suggestions" are as in the public route, without the whole text, and "more" is there only where there is some;
    "complete" is the probability that the open word is a word by itself. "table" belongs to the word that is open or
    comes next, "next" to the word after it, and is there only if the open word may well be complete.
    """
    text, style = asked.text, asked.style
    typed = suggester.vocabulary.split_typed(text)
    suggestions = []
    made = shown(suggester, text, asked.k, asked.phrases, style)
    for s in made.suggestions:
        item: dict[str, Any] = {"completion": s.completion, "probability": round(s.probability, 4), "kind": s.kind}
        if s.more:
            item["more"] = s.more
        if s.kind == "correction":
            item["replaces"] = len(typed.fragment)
        suggestions.append(item)
    found: dict[str, Any] = {"q": text, "suggestions": suggestions, "complete": round(made.complete, 4)}
    if asked.table:
        begins = text[: len(text) - len(typed.fragment)]
        found["table"] = table(suggester, begins, typed, typed.context, style)
    if asked.next and made.complete >= MAY_END:
        ended = suggester.vocabulary.split_typed(text + " ")
        found["next"] = table(suggester, text + " ", ended, ended.context, style)
    return found


def table(suggester: Suggester, text: str, typed: Typed, context: list[int], style: str) -> dict:
    """The likeliest next words after a text, with log probabilities in steps of 1/16 nat: one byte each, base64."""
    p = suggester.next_words.after(context).words
    ids = top(p, _TABLE)
    ids = ids[(p[ids] > 0) & (ids != (context[-1] if context else -1))]
    nats = np.minimum(np.round(-np.log(p[ids]) * _SCALE), 255).astype(np.uint8)
    wide = len(p) > 2**16
    writing = Writing(text, typed, suggester.vocabulary, style, suggester.checkpoint.style)
    return {
        "text": text,
        "ids": base64.b64encode(ids.astype("<u4" if wide else "<u2").tobytes()).decode(),
        "p": base64.b64encode(nats.tobytes()).decode(),
        "scale": _SCALE,
        "wide": wide,
        "style": writing.style,
        "starts": writing.starts,
        "forms": writing.exceptions,
        "space": not typed.fragment and typed.needs_space,
    }
