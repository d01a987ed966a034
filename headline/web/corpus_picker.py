"""Headlines brought to the Train tab: the sample, files, pasted lines, a public list; and a look at them."""

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from headline.corpus.preview import Preview, preview
from headline.corpus.reader import read_headlines
from headline.errors import CorpusError, DownloadError
from headline.paths import ROOT
from headline.runs.limits import Limits
from headline.share.download import KNOWN, download, find
from headline.web.run_view import refusal
from headline.web.sheets import preview_sheet
from headline.web.write import QUIET

SAMPLE, UPLOAD, PASTE, PUBLIC = "The sample that comes with the app", "Files of my own", "Pasted lines", "A public list"
FILE_TYPES = [".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet", ".gz"]
_LONGEST_PASTE = 5_000_000  # letters
_AT_ONCE = 4_000_000  # bytes that the web server reads itself; more would hold others up
_SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True)
class Brought:
    """The files that a person brought, or one sentence why there are none."""

    paths: list[Path]
    name: str = ""
    column: str | None = None  # that holds the headlines; None: found by its name
    own: bool = True  # files that do not last, to be copied beside the run
    refused: str = ""


class Bring:
    """The part of the page where headlines are brought. `inputs` are the components that `brought` reads."""

    def __init__(self, sample: Path, limits: Limits):
        self.sample, self.limits = sample, limits
        self.fetched = gr.State(None)
        source = gr.Radio(
            [SAMPLE, UPLOAD, PASTE, PUBLIC], value=SAMPLE, label="Headlines to learn from", elem_id="source"
        )
        with gr.Column(visible=False) as files_group:
            files = gr.File(
                label="CSV, TXT (one a line), JSONL or Parquet; gzipped too",
                file_count="multiple",
                file_types=FILE_TYPES,
                elem_id="files",
            )
        with gr.Column(visible=False) as paste_group:
            pasted = gr.Textbox(label="Titles, one a line", lines=8, max_lines=16, elem_id="pasted")
        with gr.Column(visible=False) as public_group:
            public = gr.Textbox(
                label="Its name",
                info="; ".join(f"{name}: {corpus.about}" for name, corpus in KNOWN.items())
                + "; kaggle:owner/name; or owner/name of the Hugging Face Hub",
                elem_id="public",
            )
            fetch_button = gr.Button("Download it", elem_id="fetch")
        column = gr.Textbox(
            label="Column that holds the headlines", placeholder="found by its name when left empty", visible=False
        )
        self.source, self.public, self.fetch_button = source, public, fetch_button
        self.groups = [files_group, paste_group, public_group]
        self.inputs = [source, files, column, pasted, self.fetched]

    def wire(self, page: gr.Blocks, sheet: gr.HTML, said: gr.HTML) -> list:
        """Show a look at the headlines, or a sentence, whenever others are brought. Its events."""
        source, files, column, pasted, fetched = self.inputs
        shown = [*self.groups, column]
        source.change(show_source, source, shown, **QUIET)
        page.load(self.look, self.inputs, [sheet, said], **QUIET)
        self.fetch_button.click(
            self.fetch, self.public, [fetched, said, column], show_progress="hidden", api_visibility="private"
        )
        changes = (source.change, files.change, column.blur, pasted.blur, fetched.change)
        return [
            change(self.look, self.inputs, [sheet, said], show_progress="hidden", api_visibility="private")
            for change in changes
        ]

    def brought(
        self, source: str, files: list[str] | None, column: str | None, pasted: str, fetched: list[str] | None
    ) -> Brought:
        """What there is to learn from; the arguments are the values of `inputs`."""
        told = (column or "").strip() or None
        if source == SAMPLE:
            return Brought([self.sample], "Sample", own=False)
        if source == PASTE:
            if not (pasted or "").strip():
                return Brought([], refused="Paste some titles first, one a line.")
            return Brought([pasted_file(pasted[:_LONGEST_PASTE])], "Pasted")
        paths = [Path(file) for file in (files if source == UPLOAD else fetched) or []]
        if not paths:
            todo = "Choose a file of headlines first." if source == UPLOAD else "Download a public list first."
            return Brought([], refused=todo)
        size = sum(path.stat().st_size for path in paths) / 2**20
        if self.limits.upload_mb and size > self.limits.upload_mb:
            return Brought([], refused=f"{size:.0f} MB are more than this page takes, {self.limits.upload_mb} MB.")
        return Brought(paths, paths[0].name.split(".")[0], told)

    def look(
        self, source: str, files: list[str] | None, column: str | None, pasted: str, fetched: list[str] | None
    ) -> tuple[dict, dict]:
        """The preview, or a sentence in its place."""
        got = self.brought(source, files, column, pasted, fetched)
        if got.refused:
            return {"groups": []}, {}
        try:
            return preview_sheet(previewed(got.paths, got.column)), {}
        except CorpusError as error:
            return {"groups": []}, refusal(str(error))

    def fetch(self, name: str) -> Iterator[tuple]:
        """Download a public list, with how far it is."""
        folder = Path(tempfile.mkdtemp())
        told: list[str] = []
        try:
            corpus = find(name or "")
            downloading = {"state": "running", "headline": f"Downloading {corpus.name}…"}
            yield gr.skip(), downloading, gr.skip()

            def on_bytes(done: int, total: int | None) -> None:
                told.append(f"{done / 2**20:.1f} MB" + (f" of {total / 2**20:.1f} MB" if total else "") + " so far")

            for state in in_thread(lambda: download(corpus, folder, on_bytes)):
                if state is None:
                    yield gr.skip(), downloading | {"lines": told[-1:]}, gr.skip()
                else:
                    done = {"state": "done", "headline": f"{corpus.name} is here: {len(state)} files."}
                    yield [str(path) for path in state], done, corpus.column or ""
        except DownloadError as error:
            yield None, refusal(str(error)), gr.skip()


def show_source(chosen: str) -> list:
    visible = [gr.Column(visible=chosen == kind) for kind in (UPLOAD, PASTE, PUBLIC)]
    return [*visible, gr.Textbox(visible=chosen in (UPLOAD, PUBLIC))]


def pasted_file(text: str) -> Path:
    """A file that holds a text, the same one for the same text."""
    content = text.encode("utf-8", "replace")
    folder = Path(tempfile.gettempdir()) / "headline-pasted" / hashlib.blake2b(content, digest_size=16).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pasted.txt"
    path.write_bytes(content)
    return path


def previewed(paths: list[Path], column: str | None) -> Preview:
    """A look at files, by a process of its own where they are large.

    Raises:
        CorpusError: they cannot be read as headlines.
    """
    if sum(path.stat().st_size for path in paths) <= _AT_ONCE:
        return preview(read_headlines(paths, column))
    command = [sys.executable, "-m", "headline", "preview", "--json", *map(str, paths)]
    done = subprocess.run(
        [*command, *(["--column", column] if column else [])], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        raise CorpusError(last_words(done.stderr))
    return Preview(**json.loads(done.stdout))


def last_words(err: str) -> str:
    """The sentence that a command of ours ended with."""
    last = err.strip().splitlines()[-1:] or ["It ended without a word."]
    return last[0].removeprefix("headline: ")


def in_thread(work: Callable[[], Any]) -> Iterator:
    """None about twice a second while `work` goes on in a thread, then what it returned; what it raised is raised."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        while True:
            try:
                yield future.result(timeout=_SECONDS_BETWEEN_LOOKS)
                return
            except TimeoutError:
                if future.done():
                    raise
                yield None
