"""Gradio's page, with a sentence where Gradio raises an error that only its log would explain."""

from typing import Any

import gradio as gr
from gradio.blocks import BlockFunction
from gradio.state_holder import SessionState
from pydantic import ValidationError

from headline.web.http.api import Sentence


class Page(gr.Blocks):
    """`gr.Blocks` that refuses a call that cannot be answered by a sentence.

    Gradio raises other errors: the caller gets the status 500 without a word, and the log a traceback with whatever the
    caller sent.
    """

    def validate_inputs(self, block_fn: BlockFunction, inputs: list[Any]) -> None:
        """Check that a call leads to a function of the server and has a value for each input.

        Raises:
            Sentence: it does not.
        """
        name = block_fn.api_name or block_fn.name
        if block_fn.fn is None:
            raise Sentence("Only the page's own script answers this event.")
        if len(inputs) < len(block_fn.inputs):
            raise Sentence(
                f"/{name} takes {len(block_fn.inputs)} values in “data”, and {len(inputs)} came. docs/api.md and the "
                "page “Use via API” name them."
            )
        super().validate_inputs(block_fn, inputs)

    async def preprocess_data(
        self, block_fn: BlockFunction, inputs: list[Any], state: SessionState | None, explicit_call: bool = False
    ) -> list[Any]:
        """Turn what came into the values of a function.

        Raises:
            Sentence: a value has not the form that its component sends.
        """
        try:
            return await super().preprocess_data(block_fn, inputs, state, explicit_call)
        except ValidationError as error:
            raise Sentence("A value in “data” has not the form that the page sends.") from error
