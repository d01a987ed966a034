"""An hour of use, and whether anything grows: memory, handles, processes, temporary files, errors in the console.

    python -m bench.soak [--minutes 60] [--out soak.csv] [--picture docs/soak.svg]

A browser types, reloads the page, trains on the sample, and deletes what it trained, while others type over HTTP. One
line of the CSV is a sample: see `Sample`. Prints the growth from the first third to the last, and exits with 1 if there
was an error in the console or a leftover process.
"""

import argparse
import asyncio
import contextlib
import csv
import itertools
import os
import re
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect, sync_playwright

from bench.load import type_for
from bench.server import ROOT, Server, served
from headline.corpus.reader import read_headlines
from headline.paths import SAMPLE_CORPUS
from tests.browser import chromium

BOX = "#headline-input"
GOES_ON, ENDED = re.compile("…$"), re.compile("kept|stopped|Done")  # the panel's sentence, such as “Training…”
TYPISTS = 5  # over HTTP, beside the browser
# What a browser says while a page is reloaded amid its streams.
HARMLESS = ("AbortError", "Connection errored out", "net::ERR_ABORTED")


@dataclass(frozen=True)
class Sample:
    minutes: float  # since the beginning
    memory_mib: float  # resident, of the server's process
    handles: int  # open files and connections of the server
    threads: int  # of the server
    processes: int  # the server's own and those that it started
    temporary_files: int  # in the folder for temporary files
    run_files: int  # in the folder of runs
    console_errors: int  # so far
    answers: int  # of the typists over HTTP, so far


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--out", type=Path, default=Path("soak.csv"))
    parser.add_argument("--picture", type=Path, help="draw the curves to this SVG too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["TMPDIR"] = temporary  # of the server, and of what it starts
        with served(ROOT) as server:
            samples, errors = soak(server, Path(temporary), 60 * options.minutes)
            left = [pid for pid in processes(server.pid) if pid != server.pid]
    write(samples, options.out)
    if options.picture:
        draw(samples, options.picture)
    for name, growth in grown(samples).items():
        print(f"{name:<16} {growth:+10.1f} from the first third to the last")
    for error in errors:
        print("console:", error)
    print(f"{len(samples)} samples in {options.out}; {len(errors)} errors in the console; {len(left)} processes left")
    sys.exit(1 if errors or left else 0)


def soak(server: Server, temporary: Path, seconds: float) -> tuple[list[Sample], list[str]]:
    """Use the app for so many seconds; return the samples and the errors of the console."""
    samples: list[Sample] = []
    errors: list[str] = []
    answers = [0]
    began = time.monotonic()
    stop = threading.Event()
    typing = threading.Thread(target=keep_typing, args=(server, stop, answers))
    typing.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.ARGUMENTS)
            page = browser.new_context(viewport={"width": 1100, "height": 900}).new_page()
            page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(f"http://127.0.0.1:{server.port}/")
            steps = [type_headlines, reload, train, stop_training, delete_models]
            while time.monotonic() - began < seconds:
                for step in steps:
                    step(page)
                    harmful = [e for e in errors if not any(h in e for h in HARMLESS)]
                    samples.append(sample(server, temporary, (time.monotonic() - began) / 60, len(harmful), answers[0]))
            browser.close()
    except (PlaywrightError, AssertionError) as error:  # what was sampled until then is told too
        errors.append(f"the browser could not go on: {error}")
    finally:
        stop.set()
        typing.join()
    return samples, [e for e in errors if not any(h in e for h in HARMLESS)]


def keep_typing(server: Server, stop: threading.Event, answers: list[int]) -> None:
    headlines = itertools.cycle(read_headlines(SAMPLE_CORPUS).headlines)
    while not stop.is_set():
        figures = asyncio.run(type_for(server, "page", TYPISTS, 5.0, headlines))
        answers[0] += figures.statuses[200]


def type_headlines(page: Page) -> None:
    page.get_by_role("tab", name="Write").click()
    for text in ("the government says ", "council plans new ", "police arrest man "):
        page.locator(BOX).fill("")
        page.locator(BOX).press_sequentially(text, delay=60)
        page.locator("#headline-list li").first.wait_for()


def reload(page: Page) -> None:
    page.reload()
    page.locator("#headline-list li").first.wait_for()


def train(page: Page) -> None:
    page.get_by_role("tab", name="Train").click()
    page.locator("#start").click()
    expect(page.locator("#run .run-headline")).to_have_text(GOES_ON, timeout=60_000)  # of this run, not the one before
    page.wait_for_timeout(5_000)


def stop_training(page: Page) -> None:
    page.locator("#stop").click()
    expect(page.locator("#run .run-headline")).to_contain_text(ENDED, timeout=600_000)  # on a busy machine


def delete_models(page: Page) -> None:
    """Delete the model of the run, or the run that had none yet."""
    accordion = page.locator("#runs button").first
    if not page.locator("#delete").is_visible():
        accordion.click()
    choice = page.locator("#run-choice input")
    choice.click()
    options = page.get_by_role("option")
    if options.count():
        options.first.click()
        page.locator("#delete").click()
        page.wait_for_timeout(500)
    page.keyboard.press("Escape")


def processes(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += [int(child) for child in task.read_text().split()]
    return found


def sample(server: Server, temporary: Path, minutes: float, errors: int, answers: int) -> Sample:
    of_server = Path(f"/proc/{server.pid}")
    files = [path for path in temporary.rglob("*") if path.is_file()]
    in_runs = [path for path in files if server.runs in path.parents]
    return Sample(
        round(minutes, 2),
        round(server.memory(), 1),
        len(list((of_server / "fd").iterdir())),
        len(list((of_server / "task").iterdir())),
        len(processes(server.pid)),
        len(files) - len(in_runs),
        len(in_runs),
        errors,
        answers,
    )


def write(samples: list[Sample], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(field.name for field in fields(Sample))
        writer.writerows(astuple(one) for one in samples)


def grown(samples: list[Sample]) -> dict[str, float]:
    """How much the median of each figure rose from the first third of the samples to the last."""
    third = max(1, len(samples) // 3)
    names = [field.name for field in fields(Sample)][1:7]
    return {name: _median(samples[-third:], name) - _median(samples[:third], name) for name in names}


def _median(samples: list[Sample], name: str) -> float:
    return statistics.median(asdict(one)[name] for one in samples)


def draw(samples: list[Sample], path: Path) -> None:
    """Draw memory, handles and files over time."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    shown = ("memory_mib", "handles", "threads", "processes", "temporary_files", "run_files")
    figure, axes = pyplot.subplots(len(shown), 1, sharex=True, figsize=(7, 1.3 * len(shown)))
    for axis, name in zip(axes, shown, strict=True):
        axis.plot([s.minutes for s in samples], [asdict(s)[name] for s in samples])
        axis.set_ylabel(name.replace("_", " "), rotation=0, ha="right")
        axis.set_ylim(bottom=0)
    axes[-1].set_xlabel("minutes")
    figure.tight_layout()
    figure.savefig(path)


if __name__ == "__main__":
    main()
