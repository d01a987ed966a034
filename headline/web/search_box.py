"""The search box of the Write tab: what its script needs of Python.

The letters travel by a route of our own and not by Gradio's events, which are slower and may bring an
older answer after a newer one. Within a word the page answers itself, from the probabilities of the
next word that came when the word began.
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
from headline.generator.ranking import top
from headline.generator.suggester import Suggester
from headline.generator.writing import Writing
from headline.paths import read_asset

API = "/gradio_api/headline"  # below a path that server-side rendering lets through
LONGEST = 10_000  # letters of a text
WORTH_SHOWING = 0.004  # what is less likely is noise, and an empty line says more
_MAY_END = 0.05  # of the words that begin so are the word itself
_TABLE = 2000  # words whose probabilities travel to the page
_SCALE = 16  # steps a nat
_stamps = itertools.count(1)


def search_box(model: str) -> gr.HTML:
    """The box over a model's id. It sends {"text": …} to Python and receives what `box_value` returns.

    Events: `submit` (Enter with nothing chosen), with {"text": …}.
    """
    return gr.HTML(
        value=box_value(model=model),
        html_template=read_asset("search_box.html"),
        css_template=read_asset("search_box.css"),
        js_on_load=read_asset("search_box.js"),
        elem_id="search-box",
        apply_default_css=False,
        api=search_api_path(),
        listId="headline-list",
        small=sorted(SMALL_WORDS),
    )


def search_api_path() -> str:
    """Where the page finds the routes: behind a proxy that serves the app below a path, below it too."""
    return os.environ.get("GRADIO_ROOT_PATH", "").rstrip("/") + API


def box_value(model: str | None = None, put: str | None = None, text: str = "") -> dict[str, Any]:
    """A value for the box: another model, or a text to be put into it."""
    value: dict[str, Any] = {"text": put if put is not None else text}
    if model is not None:
        value["model"] = model
    if put is not None:
        value |= {"put": put, "stamp": next(_stamps)}
    return value


@dataclass(frozen=True)
class Question:
    """What the page asks of a text."""

    text: str
    k: int = 6  # suggestions at most
    style: str = "auto"
    phrases: bool = True
    table: bool = True  # whether the page lacks the table of the word that is open or comes next
    next: bool = True  # whether it lacks the one of the word behind


def answer(suggester: Suggester, asked: Question) -> dict:
    """Everything that the page wants to know of a text: the list, and tables to make the next ones from.

    "items" are the suggestions; "table" tells of the word that is open or comes next, "next" of the one
    that comes when this one is ended by a space: only where it may well end here, for that is as much
    work as all the rest.
    """
    text, style = asked.text, asked.style
    typed = suggester.vocabulary.split_typed(text)
    items = []
    for s in suggester.suggest(text, asked.k, asked.phrases, WORTH_SHOWING, style=style):
        item: dict[str, Any] = {"rest": s.completion, "p": round(s.probability, 4), "kind": s.kind}
        if s.kind == "correction":
            item["replaces"] = len(typed.fragment)
        items.append(item)
    found: dict[str, Any] = {"q": text, "items": items}
    if asked.table:
        begins = text[: len(text) - len(typed.fragment)]
        found["table"] = table(suggester, begins, typed, typed.context, style)
    if asked.next and suggester.complete_word_probability(typed) >= _MAY_END:
        ended = suggester.vocabulary.split_typed(text + " ")
        found["next"] = table(suggester, text + " ", ended, ended.context, style)
    return found


def table(suggester: Suggester, text: str, typed: Typed, context: list[int], style: str) -> dict:
    """The likeliest next words after a text, with probabilities in 1/16 nats, in as few bytes as they need."""
    p = suggester.next_word(context).words
    ids = top(p, _TABLE)
    ids = ids[(p[ids] > 0) & (ids != (context[-1] if context else -1))]
    nats = np.minimum(np.round(-np.log(p[ids]) * _SCALE), 255).astype(np.uint8)
    wide = len(p) > 2**16
    writing = Writing(text, typed, suggester.vocabulary, style)
    return {
        "text": text,
        "ids": base64.b64encode(ids.astype("<u4" if wide else "<u2").tobytes()).decode(),
        "p": base64.b64encode(nats.tobytes()).decode(),
        "scale": _SCALE,
        "wide": wide,
        "style": writing.style,
        "space": not typed.fragment and typed.needs_space,
    }
