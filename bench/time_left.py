"""Measures how true the time left is: real runs, and at every moment what the page tells against what remained.

    python -m bench.time_left ../shared/data/abc [--titles 300 2000] [--only 300/quick/nothing ...] [--hog]

Every half second, as often as the page asks, what the page would tell is noted: of the events of the run, by the
code that the page uses. Once the run has ended, each is compared with what truly remained. Moments in which nothing
was told count as wrong. "No leap" is a number that the next one follows within a fifth, beside the time that went by.

With `--hog`, a process computes without end on each core but one from the middle of the run on; the middle is that
of the same run without it.
"""

import argparse
import itertools
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from headline.corpus.reader import read_headlines
from headline.runs.events import RunEvents

_LOOK = 0.5  # seconds between two looks, as in the page
_NEAR, _NEAR_SECONDS = 0.3, 3.0  # a few seconds are told as "a few seconds"
_SMALL = 8.0  # seconds; below that the page says "a few seconds", and nothing can leap
_TITLES = (300, 2000)
_PRESETS = ("quick", "balanced")
_STARTS = ("nothing", "bundled")


@dataclass(frozen=True)
class Moment:
    """What was told at one moment, in seconds since the run began; None where nothing was."""

    at: float
    left: float | None


@dataclass(frozen=True)
class Figures:
    """How true the numbers of one run were."""

    seconds: float
    told_from: float  # share of the run after which a number is told for the first time
    near: float  # share of the moments, from a tenth of the run on, that are within 30 %
    near_or_seconds: float  # the same, or within 3 seconds
    worst: float  # the largest ratio of a told number to what remained, either way, where more than 8 s remained
    leap: float  # the largest ratio of a told number to the one before less the time since, either way


def figures(moments: list[Moment], end: float) -> Figures:
    """Compare what was told with when the run ended."""
    late = [moment for moment in moments if end / 10 <= moment.at < end]
    told = [moment for moment in moments if moment.left is not None]
    near = [_is_near(moment, end, 0.0) for moment in late]
    ratios = [_apart(m.left, end - m.at) for m in told if m.at >= end / 10 and end - m.at > _SMALL]
    return Figures(
        end,
        told[0].at / end if told else 1.0,
        sum(near) / max(1, len(near)),
        sum(_is_near(moment, end, _NEAR_SECONDS) for moment in late) / max(1, len(late)),
        max(ratios, default=1.0),
        max((_leap(*pair) for pair in itertools.pairwise(told)), default=1.0),
    )


def _is_near(moment: Moment, end: float, seconds: float) -> bool:
    if moment.left is None:
        return False
    remained = end - moment.at
    return abs(moment.left - remained) <= max(_NEAR * remained, seconds)


def _leap(before: Moment, after: Moment) -> float:
    expected = before.left - (after.at - before.at)
    return _apart(after.left, expected) if max(expected, after.left) > _SMALL else 1.0


def _apart(one: float, other: float) -> float:
    one, other = max(1.0, one), max(1.0, other)
    return max(one / other, other / one)


def watch(arguments: list[str], folder: Path, hog_from: float | None) -> tuple[list[Moment], float]:
    """Run `headline train`, and return what the page would have told, and how long it took in seconds."""
    progress = folder / "progress.jsonl"
    progress.unlink(missing_ok=True)
    command = [sys.executable, "-m", "headline", "train", *arguments, "--progress", str(progress), "--json"]
    events, moments, hogs = RunEvents(progress), [], []
    began = time.monotonic()
    with open(folder / "log.txt", "wb") as log:
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
    try:
        while run.poll() is None:
            events.read_new()
            now = time.monotonic() - began
            moments.append(Moment(now, events.seconds_left()))
            if hog_from is not None and now > hog_from and not hogs:
                hogs = _hogs()
            if "done" in events.last:
                break
            time.sleep(_LOOK)
        end = time.monotonic() - began
        if run.wait() != 0:
            sys.exit((folder / "log.txt").read_text(encoding="utf-8")[-2000:])
        return moments, end
    finally:
        for hog in hogs:
            hog.kill()


def _hogs() -> list[multiprocessing.Process]:
    """A busy process for each core but one."""
    made = [multiprocessing.Process(target=_compute, daemon=True) for _ in range(max(1, (os.cpu_count() or 2) - 1))]
    for process in made:
        process.start()
    return made


def _compute() -> None:
    while True:
        sum(range(100_000))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--titles", nargs="+", type=int, default=_TITLES, metavar="N", help="default: %(default)s")
    parser.add_argument("--only", nargs="+", metavar="RUN", help="runs such as 300/quick/nothing")
    parser.add_argument("--hog", action="store_true", help="each run once more, with the cores busy from its middle on")
    parser.add_argument("--keep", type=Path, help="write the moments of each run to this folder, as JSON")
    options = parser.parse_args()
    headlines = read_headlines(options.files).headlines
    runs = [f"{n}/{preset}/{start}" for n in options.titles for preset in _PRESETS for start in _STARTS]
    print(f"{'run':<34}{'seconds':>8}{'told from':>10}{'within 30 %':>12}{'or 3 s':>8}{'worst':>7}{'leap':>6}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for run in [run for run in runs if not options.only or run in options.only]:
            count, preset, start = run.split("/")
            rows = headlines[:: max(1, len(headlines) // int(count))][: int(count)]
            (folder / "titles.txt").write_text("\n".join(rows), encoding="utf-8")
            arguments = [str(folder / "titles.txt"), "--out", str(folder / "model"), "--preset", preset, "--compare"]
            arguments += ["--sample", rows[0].split()[0]]
            arguments += ["--start-from", start] if start != "nothing" else []
            end = None
            for hogged in (False, True) if options.hog else (False,):
                moments, end = watch(arguments, folder, end / 2 if hogged and end else None)
                _say(run + ", cores busy" * hogged, figures(moments, end))
                if options.keep:
                    options.keep.mkdir(parents=True, exist_ok=True)
                    path = options.keep / f"{run.replace('/', '-')}{'-busy' * hogged}.json"
                    path.write_text(json.dumps([end, [[m.at, m.left] for m in moments]]), encoding="utf-8")


def _say(run: str, found: Figures) -> None:
    print(
        f"{run:<34}{found.seconds:8.0f}{found.told_from:10.0%}{found.near:12.0%}{found.near_or_seconds:8.0%}"
        f"{found.worst:7.2f}{found.leap:6.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
