"""What the page shows of a run, as plain values that the panel's script sets as text."""

import itertools

from headline.model.evaluation import perplexity_text
from headline.runs.job import Status
from headline.training.progress import about
from headline.web.given import without_folders

_STAGES = {
    "starting": "Getting ready: the training library is being loaded",
    "reading": "Reading your titles",
    "measuring": "Measuring, on titles that it did not learn from",
}
_UNMEASURED = "The model learnt from all of your titles, so nothing is left to measure it on: try it by writing."
_HOW_TO_MEASURE = (
    "With a longer list, or a larger share of it held out in the settings, the page says what it is worth."
)
_POINTS = 300  # of a curve at most
_FEW = 50  # titles; a figure measured on fewer is rough
_stamps = itertools.count(1)

# What the words in the folded part mean, each said where it is read.
TERMS = {
    "Loss": "how surprised the model is by the next word, on average, in nats: 0 would be no surprise at all.",
    "Titles held out": "some of your titles are not learnt from; they show what the model does with new ones.",
    "Counts alone": "what counting which words follow which achieves, without a network. The model uses both.",
    "Perplexity": "between how many equally likely words the model hesitates at each word; lower is better.",
    "Right word among five": "how often the word that comes next is in a list of five suggestions.",
}


def next_stamp() -> int:
    """A number that no value had before; a panel with a new one is brought into view."""
    return next(_stamps)


def refusal(sentence: str, show: bool = False) -> dict:
    """The value of the panel for a sentence that says what was not done; `show` brings it into view."""
    return {"state": "failed", "headline": without_folders(sentence)} | ({"show": next_stamp()} if show else {})


def starting(show: bool = False) -> dict:
    """The value of the panel from the press on the start button on; `show` brings it into view."""
    return {"state": "running", "headline": "Starting…", "share": 0.0} | ({"show": next_stamp()} if show else {})


def describe(status: Status) -> dict:
    """The value of the panel for the status of a run."""
    now = status.progress
    lines = [status.corpus["summary"]] if status.corpus else []
    share = None
    if status.state == "waiting":
        headline = f"Waiting: place {status.place} in the queue. {status.message}".strip()
    elif status.state == "running":
        headline, share = _stage(status), _share(now)
    elif status.message:
        headline = without_folders(status.message)
    else:
        headline = "Done." if status.state == "done" else "Stopped; the best so far is kept."
    return {
        "state": status.state,
        "headline": headline,
        "share": share,
        "verdict": verdict(status),
        "lines": lines,
        "samples": status.samples,
        "samples_title": f"After pass {len(status.history)} it continues beginnings from your list like this",
        "figures": figures(status),
        "terms": list(TERMS.items()),
        "epochs": [[str(e["epoch"]), number(e["loss"]), number(e["validation_loss"])] for e in status.history],
        "epochs_asked": now.get("epochs", 0),
        "curve": thinned([[p["epoch"] - 1 + p["step"] / p["steps"], p["loss"]] for p in status.curve if p["loss"]]),
        "held": [[e["epoch"], e["validation_loss"]] for e in status.history if e["validation_loss"] is not None],
        "baseline": status.baseline,
    }


def _stage(status: Status) -> str:
    """What a run does now, and how long it still takes."""
    now = status.progress
    said = _STAGES.get(status.stage, "Training")
    if now and status.stage == "training":
        said = f"Training: pass {now['epoch']} of {now['epochs']} over your titles"
    return f"{said}…" if status.seconds_left is None else f"{said} · {about(status.seconds_left)} left"


def _share(now: dict) -> float:
    """The share of a run's time that has gone by."""
    if not now or now["seconds_left"] is None:
        return 0.0
    return now["seconds"] / max(1e-9, now["seconds"] + now["seconds_left"])


def verdict(status: Status) -> list[str]:
    """What the model is worth, in a sentence; and on what that was measured. Nothing before it was measured."""
    saved, count = status.compared, status.metrics.get("headlines", 0)
    if status.state == "done" and not saved and not count and not status.message:
        return [_UNMEASURED, _HOW_TO_MEASURE]
    if "this" not in saved or "bundled" not in saved:
        return []
    this, bundled = (percent(saved[name]) for name in ("this", "bundled"))
    if saved["this"] > saved["bundled"]:
        said = f"With this model you press {this} fewer keys on titles like yours; with the bundled one {bundled}."
    else:
        said = (
            f"With this model you press {this} fewer keys on titles like yours, with the bundled one {bundled}: "
            "it has not become better. More titles help most."
        )
    count = int(saved.get("headlines", count))
    rough = ", so few that the figures are rough" if count < _FEW else ""
    return [said, f"Measured by typing {count:,} of your titles that it did not learn from{rough}."]


def figures(status: Status) -> list[str]:
    """The figures of a run for those who know what they are, a line each."""
    now, metrics, saved = status.progress, status.metrics, status.compared
    lines = []
    if now:
        on = f" on {status.device}" if status.device else ""
        lines.append(f"{now['words_per_second']:,.0f} words per second{on}")
    if metrics.get("top5") is not None:
        lines.append(
            f"Perplexity {perplexity_text(metrics['perplexity'])}, right word among five {percent(metrics['top5'])}, "
            f"on {metrics['headlines']:,} titles held out"
        )
    if "ngram" in saved:
        lines.append(f"Counts alone save {percent(saved['ngram'])} of the keys")
    return lines


def percent(share: float) -> str:
    return f"{round(100 * share)} %"


def thinned(points: list) -> list:
    """At most 300 points, spread evenly, with the last one."""
    step = -(-len(points) // _POINTS) or 1
    return points[::-step][::-1]


def number(loss: float | None) -> str:
    return "–" if loss is None else f"{loss:.3f}"
