"""Holds the engine in the page (assets/engine) to Python: keystrokes in Chromium, and the time that each takes there.

    python -m bench.engine [--number 10000] [--headlines data/sample.csv] [--model FOLDER ...]
    python -m bench.engine --language [TAG ...]

For each model, prints the share of keystrokes with the same texts in the same order, the largest difference of a
probability in these, the lists that differ, and the milliseconds from asking the worker to its answer.
"""

import argparse
import json
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench.engine_cases import Case, answered, keystrokes, small_checkpoint, wide_checkpoint
from bench.languages import LISTS
from headline.corpus.reader import read_headlines
from headline.generator.suggester import Suggester
from headline.paths import ASSETS, BUNDLED_MODEL, SAMPLE_CORPUS
from headline.share.engine_files import EngineFile, engine_files
from tests.browser import chromium

_TYPES = {".js": "text/javascript", ".wasm": "application/wasm"}
# Opens the engine with some files and asks it every case, one after the other.
_ASK = """async ({ files, cases }) => {
  const worker = new Worker("/engine/worker.js", { type: "module" });
  const heard = () => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data.failed) reject(new Error(data.failed));
      else if (!("progress" in data)) resolve(data);
    };
    worker.onerror = (event) => reject(new Error(event.message));
  });
  const opened = performance.now();
  worker.postMessage({ open: files });
  await heard();
  const found = { opened: performance.now() - opened, answers: [] };
  let known = "[]";
  for (const { text, k, phrases, min_probability: minProbability, learnt, style } of cases) {
    if (JSON.stringify(learnt) !== known) {
      known = JSON.stringify(learnt);
      worker.postMessage({ learn: null });
      if (learnt.length) {
        worker.postMessage({ learn: learnt });
        await heard(); // that all of it was learnt
      }
    }
    const asked = performance.now();
    worker.postMessage({ ask: { number: 0, text, options: { k, phrases, minProbability, style } } });
    const { suggestions, complete } = (await heard()).answered;
    found.answers.push({
      texts: suggestions.map((s) => text.slice(0, text.length - s.replaces) + s.completion),
      probabilities: suggestions.map((s) => s.probability),
      kinds: suggestions.map((s) => s.kind),
      more: suggestions.map((s) => s.more),
      complete,
      took: performance.now() - asked,
    });
  }
  worker.terminate();
  return found;
}"""


@dataclass(frozen=True)
class Parity:
    """How the engine's answers compare with Python's."""

    cases: int
    differing: list[tuple[Case, dict]]  # other texts, another order, another kind or other words after
    largest: float  # difference of two probabilities, where the texts are the same
    opened: float  # milliseconds to load the model
    took: list[float]  # milliseconds of each answer

    @property
    def same(self) -> float:
        return 1 - len(self.differing) / max(1, self.cases)


@contextmanager
def site(files: dict[str, bytes], policy: str = "") -> Iterator[str]:
    """The address of a server for the engine and for some files, by their paths; `policy` is the security policy of all."""
    served = {f"/engine/{path.name}": path.read_bytes() for path in (ASSETS / "engine").iterdir()} | files

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = served.get(self.path, b"" if self.path == "/" else None)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Type", _TYPES.get(Path(self.path).suffix, "text/html"))
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def listed(files: dict[str, EngineFile]) -> dict[str, dict]:
    """The message from which the worker learns where its files are, if a `site` has them below its root."""
    return {name: {"url": f"/{name}", "bytes": file.size, "sha256": file.sha256} for name, file in files.items()}


def compare(
    browser: Browser, folder: Path, cases: Sequence[Case], engine_folder: Path | None = None, policy: str = ""
) -> Parity:
    """Ask Python and the engine in a page, with the model in a folder; `engine_folder` if the engine's is another.

    `policy` is the security policy of the page and of the worker.
    """
    suggester = Suggester.load(folder)
    wanted = answered(suggester, cases)
    files = engine_files(engine_folder or folder)
    with site({f"/{name}": file.read() for name, file in files.items()}, policy) as url:
        page = browser.new_page()
        page.goto(url)
        page.set_default_timeout(0)
        found = page.evaluate(_ASK, {"files": listed(files), "cases": [case.as_dict() for case in cases]})
        page.close()
    return judged(wanted, found)


def judged(wanted: Sequence[Case], found: dict) -> Parity:
    differing, largest = [], 0.0
    for case, answer in zip(wanted, found["answers"], strict=True):
        if any(answer[part] != list(getattr(case, part)) for part in ("texts", "kinds", "more")):
            differing.append((case, answer))
            continue
        both = zip([*case.probabilities, case.complete], [*answer["probabilities"], answer["complete"]], strict=True)
        largest = max([largest, *(abs(a - b) for a, b in both)])
    return Parity(len(wanted), differing, largest, found["opened"], [answer["took"] for answer in found["answers"]])


def languages(folder: Path, tags: Sequence[str]) -> Iterator[tuple[str, Path, list[str]]]:
    """(tag, folder, titles) of small models of the lists in tests/languages: of some of them, or of all."""
    for path in sorted(LISTS.glob("*.txt")):
        if not tags or path.stem in tags:
            titles = path.read_text(encoding="utf-8").splitlines()
            yield path.stem, small_checkpoint(titles, tag=path.stem).save(folder / path.stem, "float16"), titles


def models(headlines: Sequence[str], folder: Path, others: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """(name, folder) of the models that are compared: those that the bench makes are saved in `folder`."""
    yield "bundled", BUNDLED_MODEL
    yield "small, two layers, float16", small_checkpoint(headlines).save(folder / "small", "float16")
    yield "wide, SVD-softmax, int8", wide_checkpoint().save(folder / "wide", "int8")
    for path in others:
        yield str(path), path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--number", type=int, default=10_000, help="keystrokes, two thirds with the bundled model")
    parser.add_argument("--headlines", type=Path, default=SAMPLE_CORPUS)
    parser.add_argument("--model", type=Path, nargs="*", default=[], help="folders of more models")
    parser.add_argument(
        "--language", nargs="*", help="instead: a tenth of the keystrokes in these languages, or in all"
    )
    parser.add_argument("--show", type=int, default=5, help="lists that differ, printed")
    options = parser.parse_args()
    headlines = read_headlines(options.headlines).headlines
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.ARGUMENTS)
        if options.language is not None:
            for tag, path, titles in languages(Path(folder), options.language):
                report(tag, compare(browser, path, keystrokes(titles, options.number // 10, 1, tag)), options.show)
            return
        for name, path in models(headlines, Path(folder), options.model):
            number = options.number * 2 // 3 if path == BUNDLED_MODEL else options.number // 6
            report(name, compare(browser, path, keystrokes(headlines, number, seed=1)), options.show)
        browser.close()


def report(name: str, found: Parity, show: int) -> None:
    took = sorted(found.took)
    print(
        f"{name}: {found.cases:,} keystrokes, {found.same:.2%} with the same list, probabilities within "
        f"{found.largest:.1e}; loaded in {found.opened:,.0f} ms, an answer takes {took[len(took) // 2]:.1f} ms, "
        f"{took[len(took) * 95 // 100]:.1f} at the 95th percentile, {took[-1]:.1f} at most",
        flush=True,
    )
    for case, answer in found.differing[:show]:
        print(json.dumps({"asked": case.text[-60:], "python": case.as_dict(), "engine": answer}, ensure_ascii=False))


if __name__ == "__main__":
    main()
