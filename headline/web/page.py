"""Gradio's page, with a sentence where Gradio raises an error that only its log would explain."""

from typing import Any

import gradio as gr
from gradio.blocks import BlockFunction

from headline.web.http.api import Sentence


class Page(gr.Blocks):
    """`gr.Blocks` that refuses a call with too few values by a sentence.

    Gradio raises a ValueError: the caller gets the status 500 without a word, and the log a traceback with whatever the
    caller sent.
    """

    def validate_inputs(self, block_fn: BlockFunction, inputs: list[Any]) -> None:
        """Check that a call has a value for each input.

        Raises:
            Sentence: it has too few.
        """
        if len(inputs) < len(block_fn.inputs):
            raise Sentence(
                f"/{block_fn.api_name or block_fn.name} takes {len(block_fn.inputs)} values in “data”, "
                f"and {len(inputs)} came. docs/api.md and the page “Use via API” name them."
            )
        super().validate_inputs(block_fn, inputs)
