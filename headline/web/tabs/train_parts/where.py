"""Where a run is trained: on this machine, or on one of Hugging Face for who has a token of theirs."""

import gradio as gr

from headline.errors import SettingError
from headline.runs.limits import Limits
from headline.share.jobs import check_flavor

HERE = ""  # the value of the choice
_FLAVORS = ("cpu-upgrade", "t4-small", "l4x1", "a10g-small")  # with one processor or GPU: a run here uses one
ELSEWHERE = (
    "That machine costs money for as long as the job takes. Your titles go there as a private data set, which is "
    "deleted at the end; the model comes back. A job that is stopped keeps nothing."
)


def may_train_elsewhere(limits: Limits) -> bool:
    """Whether the page offers it: to nobody else than whose token it is."""
    from huggingface_hub import get_token

    return not limits.public and bool(get_token())


def where_to_train(limits: Limits) -> gr.Dropdown:
    """The choice, which is hidden where there is none."""
    offered = may_train_elsewhere(limits)
    there = [(f"Hugging Face, {flavor}", flavor) for flavor in _FLAVORS] if offered else []
    return gr.Dropdown([("This machine", HERE), *there], value=HERE, label="Train on", visible=offered, elem_id="where")


def flavor_of(chosen: object, limits: Limits) -> str:
    """The hardware that a run is given; "" for this machine.

    Raises:
        SettingError: the page does not offer it.
    """
    if not chosen:
        return HERE
    if not may_train_elsewhere(limits):
        raise SettingError("This page trains on its own machine only: choose “This machine” under “Train on”.")
    return check_flavor(str(chosen))
