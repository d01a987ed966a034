"""One word after another through the chosen model: the numbers that `word_walk.js` draws.

They come from the network that makes the suggestions, `headline.model.network`, and are exact: no SVD-softmax.
"""

import base64

import gradio as gr
import numpy as np

from headline.generator.suggester import Suggester
from headline.model.network import State, log_softmax
from headline.model.top import top
from headline.web.engine.one_script import one_script

_WORDS = 24  # words of a text that are followed, the first ones
_UNITS = 6  # units listed: those whose h changes most
_NEXT = 8  # next words listed
_UNKNOWN = "an unknown word"  # what is said of one that the vocabulary does not have


def word_walk_of(elem_id: str) -> gr.HTML:
    """The walk through a text. `word_walk` makes its value."""
    return gr.HTML(
        value={"steps": []},
        html_template='<div class="walk"></div>',
        js_on_load=one_script("word_walk.js"),
        elem_id=elem_id,
        apply_default_css=False,
    )


def word_walk(text: str, suggester: Suggester) -> dict:
    """What the model computes at each word of a text, and some of its numbers."""
    vocabulary, model = suggester.vocabulary, suggester.model
    ended = text if not text or text[-1].isspace() else text + " "
    ids = vocabulary.split_typed(ended).context[:_WORDS]
    return {
        "steps": [_step(suggester, ids[:n]) for n in range(1, len(ids) + 1)],
        "lstm_weight": model.lstm_weight,
        "temperature": model.temperature,
        "vocabulary": len(vocabulary),
        "mogrifier": model.network.config.mogrifier,
    }


def _step(suggester: Suggester, ids: list[int]) -> dict:
    """What is computed as the last of some ids is read after the others."""
    model, network = suggester.model, suggester.model.network
    *earlier, last = suggester.next_words.window(ids)
    state = model.start()
    for i in earlier:
        state = model.step(state, np.array([i]))
    read = np.array([last])
    lowest, *higher = network.cells(state, read)
    cell = higher[-1] if higher else lowest
    lane = 0 if network.config.causal else network.lanes - 2 - len(earlier)
    before, after = state.h[-1][0, lane], cell.h[0, lane]
    gates = {
        "input gate": cell.input,
        "forget gate": cell.forget,
        "candidate": cell.candidate,
        "output gate": cell.output,
        "cell state c": cell.c,
        "hidden state h": cell.h,
    }
    units = top(np.abs(after - before), _UNITS)
    return {
        "word": _UNKNOWN if last == suggester.vocabulary.unk else suggester.vocabulary.written[last],
        "id": last,
        "embedding": strip(suggester.checkpoint.weights["embedding"][last]),
        "scaled": strip(lowest.x[0, 0]) if network.config.mogrifier else None,
        "gates": [{"name": name, **strip(values[0, lane])} for name, values in gates.items()],
        "units": [[int(u), *(float(v) for v in (before[u], after[u], after[u] - before[u]))] for u in units],
        "next": _next(suggester, model.step(state, read)),
    }


def _next(suggester: Suggester, state: State) -> list[list]:
    """The likeliest next words: [name, logit, softmax, n-gram or None, mixture] of each.

    The unknown word and the end follow them where the vocabulary has them.
    """
    model, vocabulary = suggester.model, suggester.vocabulary
    logits = model.network.logits(state)
    softmax = np.exp(log_softmax(logits / np.float32(model.temperature)))[0]
    mixture = model.probabilities(state)[0]
    ngram = None if model.ngram is None else model.ngram.next_word(state.ids[0, 1 - model.ngram.order :].tolist())
    shown = mixture.copy()
    shown[suggester.blocked_ids] = -1
    named = [(int(i), vocabulary.written[i]) for i in top(shown, _NEXT) if shown[i] > 0]
    marks = ((vocabulary.unk, _UNKNOWN), (vocabulary.end, "the end of the headline"))
    named += [(i, name) for i, name in marks if i is not None]
    return [
        [name, float(logits[0, i]), float(softmax[i]), None if ngram is None else float(ngram[i]), float(mixture[i])]
        for i, name in named
    ]


def strip(values: np.ndarray) -> dict:
    """Numbers, (n,), for a strip of colour: signed bytes in base64, of which 127 is `scale`; and the extremes."""
    scale = float(np.abs(values).max()) or 1.0
    cells = np.round(values / scale * 127).astype(np.int8)
    return {
        "cells": base64.b64encode(cells.tobytes()).decode(),
        "scale": scale,
        "least": float(values.min()),
        "most": float(values.max()),
        "mean": float(values.mean()),
    }
