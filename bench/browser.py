"""The time from a key to the painted list, in a real Chromium: our search box beside a plain Gradio page.

    python -m bench.browser [--headlines data/sample.csv] [--count 40] [--bursts 100]

Every key is timed within the page, from its event's time stamp until the exact list for the text in the box is there, and
until the frame that shows it has been painted. Of our page only the exact list counts: one that is carried over until it
comes does not. The rows are compared with those that Python makes of the same text; keys whose exact list never came,
whose first frame had no row, or whose rows differ from Python's are printed. Plain Gradio's list counts as soon as all its
rows begin with the text.

Both apps run with the same model on the same cores and are measured in turn: one page at 80 ms per key, on this machine,
with 200 ms there and back to the server, with our server stopped, and with a quarter of the processor's time; bursts at
15 ms per key; eight pages at once; and one page during a training run. `--only` takes some of these, by the names of
`PARTS`. A bare page, an input and a line that repeats its text without a server, shows the time of
the browser and the machine alone. Our page must also end every burst with the right list, never show an older list after a
newer one, keep the focus and the caret, be usable within two seconds on a first visit, and ask no other host. Two visits
at 20 Mbit/s and 40 ms there and back are timed, until the first list that equals Python's and until the engine answers;
and the memory of the page's process is read with the engine, and where it does not suit.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from headline.corpus.reader import read_headlines
from headline.generator.box.shown import shown
from headline.generator.suggester import Suggester
from headline.paths import BUNDLED_MODEL
from tests.browser import chromium

ROOT = Path(__file__).resolve().parent.parent
DISTANCE = 200  # milliseconds there and back
# Times every key, from the event's time stamp until the exact list for the text in the box is there (`took`), and until
# the frame that shows it has been painted (`painted`): a message posted in a frame's callback arrives after that frame.
# `empty`: the first frame after the key had no row. A list that goes back to an older text is counted.
WATCH = """(selectors) => {
  const box = document.querySelector(selectors.box);
  const bench = (window.bench = { keys: [], backwards: 0, newest: "" });
  const root = selectors.host ? document.querySelector(selectors.host).shadowRoot : document;
  const list = root.querySelector(selectors.list);
  const shown = () => selectors.ours
    ? list.dataset.typed
    : (() => {
        const rows = [...document.querySelectorAll(selectors.rows)].map((row) => row.textContent.trim());
        return rows.length && rows.every((row) => row.startsWith(box.value.trim())) ? box.value : rows.join("|");
      })();
  box.addEventListener("keydown", (event) => { bench.down = event.timeStamp; }, true);
  box.addEventListener("input", () => {
    const key = { text: box.value, down: bench.down };
    bench.keys.push(key);
    if (selectors.rows) requestAnimationFrame(() => { key.empty = !root.querySelector(selectors.rows); });
  }, true);
  const channel = new MessageChannel();
  const framed = [];
  channel.port1.onmessage = () => {
    const now = performance.now();
    for (const key of framed.splice(0)) key.painted ??= now - key.down;
  };
  new MutationObserver(() => {
    const now = performance.now(), text = shown();
    if (selectors.ours && text !== bench.last) {
      const older = bench.newest.startsWith(text) && text.length < bench.newest.length;
      if (bench.last !== undefined && older && box.value.startsWith(bench.newest)) bench.backwards += 1;
      bench.last = text;
      if (box.value.startsWith(text)) bench.newest = text;
    }
    if (selectors.ours && list.dataset.exact !== "1") return;
    const matched = bench.keys.filter((key) => key.took === undefined && key.text === text);
    if (!matched.length) return;
    for (const key of matched) {
      key.took = now - key.down;
      key.added = [...list?.querySelectorAll(".rest") ?? []].map((rest) => rest.textContent + rest.nextSibling.textContent);
    }
    requestAnimationFrame(() => { framed.push(...matched); channel.port2.postMessage(0); });
  }).observe(selectors.host ? root : document.body, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["data-typed", "data-exact"] });
}"""


PARTS = ("visits", "memory", "here", "distant", "stopped", "slow", "bursts", "eight", "training")
VISIT = {"offline": False, "latency": 40, "downloadThroughput": 20e6 / 8, "uploadThroughput": 20e6 / 8}
SLOWER = 4  # times, as a phone beside a computer
# Stops processes for three of every four milliseconds. Chromium's own throttling leaves workers at full speed.
SLOW = """
import os, signal, sys, time
slower, *pids = map(int, sys.argv[1:])
def tell(what):
    for pid in pids:
        try:
            os.kill(pid, what)
        except ProcessLookupError:
            pass
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
try:
    while True:
        began = time.perf_counter()
        tell(signal.SIGCONT)
        time.sleep(0.002)
        ran = time.perf_counter() - began
        tell(signal.SIGSTOP)
        time.sleep(ran * (slower - 1))
finally:
    tell(signal.SIGCONT)
"""
# How long the same work takes in the page and in a worker.
WORK = """() => {
  const work = () => { const began = performance.now(); let x = 0; for (let i = 0; i < 2e7; i++) x += Math.sqrt(i); return performance.now() - began; };
  const worker = new Worker(URL.createObjectURL(new Blob([`onmessage = () => postMessage((${work})())`])));
  const here = work();
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => { worker.terminate(); resolve([here, data]); };
    worker.postMessage(0);
  });
}"""


@dataclass(frozen=True)
class App:
    """A page to measure, and the selectors of its parts."""

    name: str
    module: list[str]
    port: int
    box: str
    rows: str
    ours: bool  # `data-typed` of the list holds the text it belongs to
    html: str = ""  # the whole page, if it has no server
    list: str = "#headline-list"
    host: str = ""  # of the shadow root that the list is in

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def selectors(self) -> dict:
        return {"box": self.box, "rows": self.rows, "ours": self.ours, "list": self.list, "host": self.host}


OURS = App("headline", ["app.py"], 7971, "#headline-input", "#headline-list li .words", True)
PLAIN = App(
    "plain Gradio",
    ["-m", "bench.plain"],
    7972,
    "#headline-box textarea, #headline-box input",
    "#suggestions button, #suggestions .gallery-item, #suggestions tr td",
    False,
)

BARE = App(
    "a bare page",
    [],
    0,
    "#box",
    "",
    True,
    """<input id="box"><p id="headline-list"></p><script>
    const box = document.querySelector("#box"), list = document.querySelector("#headline-list");
    box.addEventListener("input", () => { list.textContent = list.dataset.typed = box.value; list.dataset.exact = "1"; });
    </script>""",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--headlines", type=Path, default=ROOT / "data" / "sample.csv", help="not trained on")
    parser.add_argument("--count", type=int, default=40, help="headlines to type")
    parser.add_argument("--bursts", type=int, default=100)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="what to measure (default: all)")
    options = parser.parse_args()
    headlines = read_headlines(options.headlines).headlines[: options.count]
    with ExitStack() as stack:
        runs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for app in (OURS, PLAIN):
            serve(app, runs, stack)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.ARGUMENTS)
        stack.callback(browser.close)
        print(f"{'milliseconds from key down':<40}{'exact list':>18}{'painted':>18}   keys with it (p50, p95)")
        for name in options.only:
            measure(name, browser, headlines, options.bursts, runs)


def measure(name: str, browser: Browser, headlines: Sequence[str], many: int, runs: Path) -> None:
    """Measure one of PARTS, and print what came out."""
    few = headlines[:10]
    if name == "visits":
        first_visit(browser)
        visits(browser)
    elif name == "memory":
        memory(browser)
    elif name == "here":
        one_page("one page, 80 ms per key", browser, (BARE, OURS, PLAIN), headlines)
    elif name == "distant":
        one_page(f"{DISTANCE} ms from the server", browser, (OURS, PLAIN), few, distant)
    elif name == "stopped":
        stopped(browser, few)
    elif name == "slow":
        slowed(browser, few)
    elif name == "bursts":
        bursts(browser, OURS, many, headlines)
        bursts(browser, PLAIN, many // 5, headlines)
    elif name == "eight":
        for app in (BARE, OURS, PLAIN):
            with ExitStack() as eight:  # a window each, because a hidden page draws nothing
                pages = [eight.enter_context(browser.new_context()).new_page() for _ in range(8)]
                typed(app, "eight pages at once", pages, headlines[:8], 80)
    elif name == "training":
        training = train(runs)
        try:
            one_page("during a training run", browser, (BARE, OURS, PLAIN), few)
            print("the training run was", "running all the time" if training.poll() is None else "over before the end")
        finally:
            training.kill()


def one_page(
    what: str,
    browser: Browser,
    apps: Sequence[App],
    headlines: Sequence[str],
    prepare: Callable[[Page], None] = lambda page: None,
) -> None:
    for app in apps:
        with browser.new_context() as context:
            typed(app, what, [context.new_page()], headlines, 80, prepare)


def serve(app: App, runs: Path, stack: ExitStack) -> None:
    environment = os.environ | {"GRADIO_SERVER_PORT": str(app.port), "HEADLINE_RUNS": str(runs)}
    server = subprocess.Popen(
        [sys.executable, *app.module], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    stack.callback(server.kill)
    until = time.monotonic() + 90
    while True:
        try:
            urllib.request.urlopen(app.url, timeout=5)
            return
        except (urllib.error.URLError, ConnectionError):
            if server.poll() is not None or time.monotonic() > until:
                sys.exit(f"bench: {app.name} did not start")
            time.sleep(0.2)


def distant(page: Page) -> None:
    """Put the server far away from a page."""
    session = page.context.new_cdp_session(page)
    conditions = {"offline": False, "latency": DISTANCE, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", conditions)


def stopped(browser: Browser, headlines: Sequence[str]) -> None:
    """Type with the server stopped once the page has the model."""
    with ExitStack() as server, tempfile.TemporaryDirectory() as runs, browser.new_context() as context:
        app = replace(OURS, port=OURS.port + 2)
        serve(app, Path(runs), server)
        typed(app, "the server stopped", [context.new_page()], headlines, 80, lambda page: server.close())


def slowed(browser: Browser, headlines: Sequence[str]) -> None:
    """Type while all of the page's process, its workers too, has a quarter of the processor's time."""
    for app in (BARE, OURS):
        with ExitStack() as throttled, browser.new_context() as context:
            page = context.new_page()

            def slow(page: Page, throttled: ExitStack = throttled) -> None:
                at_first = page.evaluate(WORK)
                command = [sys.executable, "-c", SLOW, str(SLOWER), *map(str, renderers(browser))]
                throttle = subprocess.Popen(command)
                throttled.callback(throttle.wait)
                throttled.callback(throttle.terminate)
                page.wait_for_timeout(300)
                now = page.evaluate(WORK)
                print(
                    f"  the page is {now[0] / at_first[0]:.1f} times slower, a worker {now[1] / at_first[1]:.1f} times"
                )

            typed(app, f"{SLOWER} times slower, 80 ms per key", [page], headlines, 80, slow)


def renderers(browser: Browser) -> list[int]:
    """The ids of the processes that hold this browser's pages."""
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return [process["id"] for process in found if process["type"] == "renderer"]


def visits(browser: Browser) -> None:
    """Time a first and a second visit at 20 Mbit/s, from the address to what a person waits for."""
    with browser.new_context() as context:
        for name in ("first", "second"):
            page = context.new_page()
            page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", VISIT)
            began = time.monotonic()
            page.goto(OURS.url, wait_until="commit")
            page.locator(OURS.box).press("t")
            page.wait_for_function(
                "() => { const l = document.querySelector('#headline-list')?.dataset; return l?.typed === 't' && l.exact; }"
            )
            answered = time.monotonic() - began
            rows = page.locator("#headline-list li").evaluate_all(
                "rows => rows.map((row) => row.querySelector('.rest').textContent + row.querySelector('.more').textContent)"
            )
            page.wait_for_function(
                "() => document.querySelector('#headline-list').dataset.engine === '1'", timeout=120_000
            )
            ready, right = time.monotonic() - began, "Python's" if rows == exact("t") else "not Python's"
            print(f"{name} visit at 20 Mbit/s: {right} list after {answered:.1f} s, the engine after {ready:.1f} s")
            page.close()


def memory(browser: Browser) -> None:
    """Read how much memory the page's process has with the engine and without, after some typing."""
    for name, script in (("without the engine", "delete window.WebAssembly"), ("with the engine", "")):
        before = set(renderers(browser))
        with browser.new_context() as context:
            page = context.new_page()
            page.add_init_script(script)
            page.goto(OURS.url)
            if not script:
                page.wait_for_function(
                    "() => document.querySelector('#headline-list')?.dataset.engine === '1'", timeout=120_000
                )
            page.locator(OURS.box).press_sequentially("The government says that the president of the ", delay=80)
            page.wait_for_timeout(3000)
            own = [pid for pid in renderers(browser) if pid not in before]
            print(f"memory of the page {name}: {sum(map(private, own)) / 2**20:.0f} MiB")


def private(pid: int) -> int:
    """Bytes of memory that only this process has (Linux)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def opened(app: App, page: Page) -> Page:
    page.set_content(app.html) if app.html else page.goto(app.url)
    page.locator(app.box).wait_for()
    if app.module == OURS.module:
        page.wait_for_function("() => document.querySelector('#headline-list').dataset.engine === '1'", timeout=60_000)
    page.wait_for_timeout(1500)
    page.evaluate(WATCH, app.selectors())
    page.focus(app.box)
    return page


def typed(
    app: App,
    what: str,
    pages: Sequence[Page],
    headlines: Sequence[str],
    delay: int,
    prepare: Callable[[Page], None] = lambda page: None,
) -> None:
    """Type headlines letter by letter into all pages in turn, and print how long each list took.

    `prepare` changes a page once it is open.
    """
    for page in pages:
        opened(app, page)
        prepare(page)
    took: list[dict] = []
    keys = empty = 0
    for number, headline in enumerate(headlines):
        # Each of several pages gets its own headline, one letter per page in turn.
        lines = [headlines[(number + i) % len(headlines)] for i in range(len(pages))] if len(pages) > 1 else [headline]
        for i in range(max(map(len, lines))):
            began = time.monotonic()
            for page, line in zip(pages, lines, strict=True):
                if i < len(line):
                    press(page, line[i])
            time.sleep(max(0, delay / 1000 - (time.monotonic() - began)))
        for page in pages:
            page.wait_for_timeout(300 // len(pages))
            done = page.evaluate("() => { const k = window.bench.keys; window.bench.keys = []; return k; }")
            keys += len(done)
            empty += sum(key.get("empty", False) for key in done)
            took += [key for key in done if key.get("painted") is not None]
            clear(page, app)
        if len(pages) > 1 and number >= 2:
            break
    print_row(f"{app.name}: {what}", took, keys)
    differing = sum(key["added"] != exact(key["text"]) for key in took) if app.module == OURS.module else 0
    print(f"  {empty} of {keys} first frames had no row; {differing} of {len(took)} lists differ from Python's")


@cache
def exact(text: str) -> list[str]:
    """What the rows of Python's list for a text add to it."""
    return [s.completion + s.more for s in shown(_suggester(), text).suggestions]


@cache
def _suggester() -> Suggester:
    return Suggester.load(BUNDLED_MODEL)


def press(page: Page, letter: str) -> None:
    page.keyboard.press("Space" if letter == " " else letter) if letter.isascii() else page.keyboard.insert_text(letter)


def clear(page: Page, app: App) -> None:
    page.fill(app.box, "")
    page.focus(app.box)
    page.wait_for_timeout(50)
    page.evaluate("() => { window.bench.keys = []; window.bench.newest = ''; window.bench.last = undefined; }")


def bursts(browser: Browser, app: App, count: int, headlines: Sequence[str]) -> None:
    """Type whole beginnings at 15 ms per key, and check the last list."""
    right = kept = backwards = 0
    took: list[dict] = []
    keys = 0
    with browser.new_context() as context:
        page = opened(app, context.new_page())
        for i in range(count):
            line = headlines[i % len(headlines)]
            text = line[: 12 + i % 18].rstrip()
            for letter in text:
                press(page, letter)
                time.sleep(0.012)
            page.wait_for_timeout(500)
            if app.ours:
                state = page.evaluate(
                    "() => [document.querySelector('#headline-list').dataset.typed, document.querySelector('#headline-list').dataset.exact]"
                )
                right += state == [text, "1"]
            else:
                rows = page.locator(app.rows).all_text_contents()
                right += bool(rows) and all(row.strip().startswith(text) for row in rows)
            kept += page.evaluate(
                "box => { const e = document.querySelector(box); return document.activeElement === e && e.selectionStart === e.value.length; }",
                app.box.split(",")[0]
                if app.ours
                else page.evaluate(
                    "s => { const e = document.querySelector(s); return '#headline-box ' + e.tagName.toLowerCase(); }",
                    app.box,
                ),
            )
            done = page.evaluate("() => window.bench.keys")
            keys += len(done)
            took += [key for key in done if key.get("painted") is not None]
            backwards += page.evaluate("() => window.bench.backwards")
            clear(page, app)
            page.evaluate("() => { window.bench.backwards = 0; }")
    print_row(f"{app.name}: bursts, 15 ms per key", took, keys)
    print(
        f"  {right} of {count} bursts ended on the right list; focus and caret stayed in {kept}; older after newer {backwards}"
    )


def first_visit(browser: Browser) -> None:
    """Time a first visit, from the address to the first list, and check which hosts were asked."""
    with browser.new_context() as context:
        page = context.new_page()
        outside: list[str] = []
        page.on("request", lambda r: None if r.url.startswith((OURS.url, "data:", "blob:")) else outside.append(r.url))
        began = time.monotonic()
        page.goto(OURS.url, wait_until="commit")
        page.locator(OURS.box).press("t")
        page.wait_for_function("() => document.querySelector('#headline-list')?.dataset.typed === 't'")
        print(
            f"first visit: a letter is answered {time.monotonic() - began:.2f} s after the address was entered; "
            f"requests to other hosts: {len(outside)}"
        )


def train(runs: Path) -> subprocess.Popen:
    """Start a run that keeps both cores busy, and return once it is training."""
    progress = runs / "busy.jsonl"
    command = [
        sys.executable,
        "-m",
        "headline",
        "train",
        str(ROOT / "data" / "sample.csv"),
        "--out",
        str(runs / "busy"),
    ]
    command += ["--epochs", "500", "--set", "patience=0", "--set", "units=512", "--progress", str(progress)]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while run.poll() is None and not (progress.is_file() and '"progress"' in progress.read_text()):
        time.sleep(0.2)
    return run


def print_row(title: str, took: list[dict], keys: int) -> None:
    if not took:
        print(f"{title:<40} no list was ever shown for {keys} keys")
        return
    figures = [np.percentile([key[what] for key in took], [50, 95]) for what in ("took", "painted")]
    columns = "".join(f"{p50:10.1f}{p95:8.1f}" for p50, p95 in figures)
    print(f"{title:<40}{columns}   {len(took) / keys:.0%} of {keys:,}", flush=True)


if __name__ == "__main__":
    main()
