"""What the page shows of a run, as plain values that the panel's script sets as text."""

import math

from headline.runs.job import Status
from headline.training.progress import clock
from headline.web.given import without_folders

_STAGES = {
    "starting": "Starting…",
    "reading": "Reading the headlines…",
    "measuring": "Measuring on held-out headlines…",
}
_POINTS = 300  # of a curve at most


def refusal(sentence: str) -> dict:
    """The value of the panel for a sentence that says what was not done."""
    return {"state": "failed", "headline": without_folders(sentence)}


def describe(status: Status) -> dict:
    """The value of the panel for the status of a run."""
    now = status.progress
    lines = [status.corpus["summary"]] if status.corpus else []
    share = None
    if status.state == "waiting":
        headline = f"Waiting: place {status.place} in the queue. {status.message}".strip()
    elif status.state == "running":
        headline = _STAGES.get(status.stage, "Training…")
        share = 0.0
        if now:
            share = ((now["epoch"] - 1) * now["steps"] + now["step"]) / (now["epochs"] * now["steps"])
            if status.stage == "training":
                headline = f"Epoch {now['epoch']} of {now['epochs']} · loss {number(now['loss'])}"
                if now["seconds_left"] is not None:
                    headline += f" · {clock(now['seconds_left'])} left"
            lines.append(
                f"{now['words_per_second']:,.0f} words per second, {clock(now['seconds'])} so far"
                + (f", on {status.device}" if status.device else "")
            )
    elif status.message:
        headline = without_folders(status.message)
    else:
        headline = "Done." if status.state == "done" else "Stopped; the best so far is kept."
        headline += " The Write tab uses it now."
        lines += outcome(status)
    return {
        "state": status.state,
        "headline": headline,
        "share": share,
        "lines": lines,
        "epochs": [epoch_row(epoch) for epoch in status.history],
        "epochs_asked": now.get("epochs", 0),
        "curve": thinned([[p["epoch"] - 1 + p["step"] / p["steps"], p["loss"]] for p in status.curve if p["loss"]]),
        "held": [[e["epoch"], e["validation_loss"]] for e in status.history if e["validation_loss"] is not None],
        "loss_text": number(now.get("loss")),
        "held_text": number(now.get("validation_loss")),
        "baseline": status.baseline,
        "samples": status.samples,
        "samples_epoch": len(status.history),
    }


def outcome(status: Status) -> list[str]:
    """The results of a run, in sentences."""
    lines = []
    metrics, saved = status.metrics, status.compared
    if metrics.get("top5") is not None:
        lines.append(
            f"On {metrics['headlines']:,} held-out headlines: perplexity {metrics['perplexity']:,.0f}, "
            f"the right word among the first five {metrics['top5']:.0%}"
        )
    if saved:
        names = {"this": "this model", "bundled": "the bundled model", "ngram": "its n-grams alone"}
        parts = [f"{name} {saved[key]:.1%}" for key, name in names.items() if key in saved]
        lines.append(f"Keystrokes saved on the same headlines: {', '.join(parts)}")
    return lines


def thinned(points: list) -> list:
    """At most 300 points, spread evenly, with the last one."""
    step = -(-len(points) // _POINTS) or 1
    return points[::-step][::-1]


def epoch_row(epoch: dict) -> list[str]:
    held_out = epoch["validation_loss"]
    perplexity = "–" if held_out is None else f"{math.exp(min(held_out, 99)):,.0f}"
    return [str(epoch["epoch"]), number(epoch["loss"]), number(held_out), perplexity]


def number(loss: float | None) -> str:
    return "–" if loss is None else f"{loss:.3f}"
