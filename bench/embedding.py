"""The time from a key to the exact list in a text field of a page that is not ours, with the one line of docs/embedding.md.

    python -m bench.embedding [--headlines data/sample.csv] [--count 20]

With the bundled model and its light variant, from a plain file host: once without a policy, and once where every file is
sent with `default-src 'self'`, under which the engine has no WebAssembly. A bare page, which repeats its text, shows the
time of the browser and the machine alone, and the folder's own page, whose box has room below it, that of the same engine in
the app's box. Timed as in bench.browser, at 80 ms a key. Before that: the seconds from the
focus until the field suggests on a first visit, on this very machine.
"""

import argparse
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.browser import BARE, WATCH, App, clear, press, print_row, typed
from headline.corpus.reader import read_headlines
from headline.paths import SAMPLE_CORPUS
from headline.share.web_folder import first_visit_bytes, web_content
from tests.browser import chromium
from tests.browser.foreign import STRICT, hosted

PAGE = b"""<!DOCTYPE html><html lang="en"><title>Write</title><form><label>Title <input id="title" size="60"></label></form>
<script type="module" src="/headline/headline.js?for=title"></script></html>"""
FIELD = App("a field of another page", [], 0, "#title", ".list li .words", True, "", ".list", "headline-field")
OWN = App("the folder's own page", [], 0, "#headline-input", "#headline-list li .words", True)
READY = """({ host, list }) => {
  const root = host ? document.querySelector(host)?.shadowRoot : document;
  return root?.querySelector(list).dataset.engine === "1";
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--headlines", type=Path, default=SAMPLE_CORPUS, help="not trained on")
    parser.add_argument("--count", type=int, default=20, help="headlines to type")
    options = parser.parse_args()
    headlines = read_headlines(options.headlines).headlines[: options.count]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.ARGUMENTS)
        print(f"{'milliseconds from key down':<40}{'exact list':>18}{'painted':>18}   keys with it (p50, p95)")
        with browser.new_context() as context:
            typed(BARE, "80 ms per key", [context.new_page()], headlines[:5], 80)
        for lighter in (False, True):
            content = web_content(lighter=lighter)
            print(
                f"{'light' if lighter else 'whole'} model: {first_visit_bytes(content) / 1e6:.2f} MB to the first list"
            )
            files = {f"headline/{path}": data for path, data in content.items()} | {"index.html": PAGE}
            for app, path, policy in ((OWN, "headline/", ""), (FIELD, "", ""), (FIELD, "", STRICT)):
                with hosted(files, policy) as site, browser.new_context() as context:
                    measure(app, context.new_page(), site.url + path, policy, headlines)
        browser.close()


def measure(app: App, page: Page, url: str, policy: str, headlines: list[str]) -> None:
    """Open the page, type the headlines into its field, and print how long each list took."""
    page.goto(url)
    began = time.monotonic()
    page.focus(app.box)
    page.wait_for_function(READY, arg=app.selectors(), timeout=120_000)
    ready = time.monotonic() - began
    page.evaluate(WATCH, app.selectors())
    took, keys = [], 0
    for headline in headlines:
        for letter in headline:
            press(page, letter)
            page.wait_for_timeout(80)
        page.wait_for_timeout(300)
        done = page.evaluate("() => { const k = window.bench.keys; window.bench.keys = []; return k; }")
        keys += len(done)
        took += [key for key in done if key.get("painted") is not None]
        clear(page, app)
    print_row(f"{app.name}{', ' + policy if policy else ''}", took, keys)
    print(f"  suggested {ready:.1f} s after the focus")


if __name__ == "__main__":
    main()
