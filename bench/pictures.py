"""Draws the pictures in docs/ from the measurements (pip install -r requirements-bench.txt)."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

_COLOURS = ["#9aa5b1", "#6b7785", "#c9a227", "#4f7cac", "#2f5d8a", "#d1495b", "#7aa95c", "#3f6b35"]
_STYLE = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "white",
    "svg.hashsalt": "headline",  # the same figures give the same file
}


def draw_quality(results: dict, path: Path) -> None:
    """Perplexity, keystrokes saved and fine-tuning side by side; a part that was not measured is left out."""
    parts = [name for name in ("perplexity", "keystrokes", "tuning") if name in results]
    draw = {"perplexity": _perplexity, "keystrokes": _keystrokes, "tuning": _tuning}
    with plt.rc_context(_STYLE):
        figure, axes = plt.subplots(len(parts), 1, figsize=(8, 3.4 * len(parts)), squeeze=False, layout="constrained")
        for ax, name in zip(axes[:, 0], parts, strict=True):
            draw[name](ax, results[name])
        _save(figure, path)


def draw_curves(title: str, x: str, y: str, curves: dict[str, tuple[Sequence, Sequence]], path: Path) -> None:
    """Lines over a logarithmic axis, one for each name."""
    with plt.rc_context(_STYLE):
        figure, ax = plt.subplots(figsize=(8, 3.6), layout="constrained")
        for (name, (xs, ys)), colour in zip(curves.items(), _COLOURS[2:] + _COLOURS[:2], strict=False):
            ax.plot(xs, ys, marker="o", label=name, color=colour)
        ax.set(title=title, xlabel=x, ylabel=y, xscale="log", ylim=(0, None))
        ax.legend(frameon=False)
        _save(figure, path)


def _save(figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _perplexity(ax: Axes, results: dict) -> None:
    bars = {
        case: {n: f["perplexity"] for n, f in found.items() if "notebook" not in n and "frequent" not in n}
        for case, found in results.items()
    }
    _groups(ax, bars, "{:.0f}")
    ax.set(title="Perplexity on held-out headlines (lower is better)", yscale="log", ylim=(80, 4000))


def _keystrokes(ax: Axes, results: dict) -> None:
    ways = ("4-gram", "LSTM with 4-gram", "and phrases (ours)")
    bars = {}
    for group, sources in results.items():
        for source, saved in sources.items():
            name = source.replace(", ", "\n") + ("\n(ABC)" if "ABC" in group else "")
            bars[name] = {way: saved[way] for way in ways}
    _groups(ax, bars, "{:.2f}")
    ax.tick_params(axis="x", labelsize=6)
    ax.set(title="Share of keystrokes saved (higher is better); (ABC): trained on ABC alone", ylim=(0, 0.75))


def _tuning(ax: Axes, results: dict) -> None:
    for (name, found), colour in zip(results.items(), (_COLOURS[1], _COLOURS[3], _COLOURS[5]), strict=True):
        sizes = [int(size) for size in found]
        ax.plot(sizes, [f["perplexity"] for f in found.values()], marker="o", label=name, color=colour)
        above = -14 if name == "from nothing" else 6
        for size, f in zip(sizes, found.values(), strict=True):
            ax.annotate(f"{f['perplexity']:.0f}", (size, f["perplexity"]), (0, above), textcoords="offset points")
    ax.set(title="NYT perplexity by titles of one's own", xscale="log", yscale="log", xlabel="titles")
    ax.set_xticks(sizes, [f"{n:,}" for n in sizes])
    ax.set_xticks([], minor=True)
    ax.legend(frameon=False)


def _groups(ax: Axes, bars: dict[str, dict[str, float]], label: str) -> None:
    """Bars in groups: {group: {name: height}}. A name has one colour in all groups."""
    names = list(dict.fromkeys(name for found in bars.values() for name in found))
    width = 0.85 / len(names)
    for i, name in enumerate(names):
        places = [g + (i - len(names) / 2 + 0.5) * width for g, found in enumerate(bars.values()) if name in found]
        heights = [found[name] for found in bars.values() if name in found]
        drawn = ax.bar(places, heights, width, label=name, color=_COLOURS[i % len(_COLOURS)])
        ax.bar_label(drawn, [label.format(h) for h in heights], fontsize=6)
    ax.set_xticks(range(len(bars)), list(bars))
    ax.legend(frameon=False, fontsize=7, ncols=3)
