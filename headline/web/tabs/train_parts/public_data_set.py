"""The part of the Train tab that downloads a public data set."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from headline.errors import DownloadError, HeadlineError
from headline.runs.visitors import check_disk, visitor_folder
from headline.share.download import KNOWN, PublicCorpus, download, download_confined, find
from headline.web.allowance import Allowance
from headline.web.http.metrics import count_refusal
from headline.web.models import Models
from headline.web.tabs.run_view import refusal

_MEGABYTE = 2**20  # bytes
_POLL_SECONDS = 0.5


class Downloaded(NamedTuple):
    """How far a download is."""

    files: list[str] | None  # [] if it failed, None while it goes on
    column: str | None  # that holds the headlines; "": it is found out; None while it goes on
    told: dict  # what the panel shows


class PublicDataSet:
    """The components, and what the button does."""

    def __init__(self, models: Models):
        """Lay them out."""
        self.runs, self.limits = models.runs, models.limits
        self.downloading = Allowance(min(1, models.limits.at_once_each))
        known = "; ".join(f"{name}: {corpus.about}" for name, corpus in KNOWN.items())
        self.name = gr.Textbox(
            label="Name of the data set",
            info=f"{known}; kaggle:owner/name; or owner/name on the Hugging Face Hub",
            elem_id="public",
        )
        self.button = gr.Button("Download", elem_id="fetch")
        self.downloaded = gr.State(None)

    def download(self, name: str | None, visitor: str) -> Iterator[Downloaded]:
        """Download a data set of this name for a visitor."""
        progress: list[str] = []

        def on_bytes(done: int, total: int | None) -> None:
            of_all = f" of {total / _MEGABYTE:.1f} MB" if total else ""
            progress.append(f"{done / _MEGABYTE:.1f} MB{of_all} so far")

        try:
            corpus = find(name or "")
            check_disk(self.runs, visitor, self.limits, self.limits.upload_mb * _MEGABYTE)
            running = {"state": "running", "headline": f"Downloading {corpus.name}…"}
            yield Downloaded(None, None, running)
            with self.downloading.used_by(visitor):
                for files in in_thread(lambda: self._fetch(corpus, visitor, on_bytes)):
                    if files is None:
                        yield Downloaded(None, None, running | {"lines": progress[-1:]})
                    else:
                        count = f"{len(files)} file{'s' * (len(files) != 1)}"
                        told = {"state": "done", "headline": f"{corpus.name} was downloaded: {count}."}
                        yield Downloaded([str(path) for path in files], corpus.column or "", told)
        except HeadlineError as error:
            count_refusal(error)
            yield Downloaded([], None, refusal(str(error)))

    def _fetch(self, corpus: PublicCorpus, visitor: str, on_bytes: Callable[[int, int | None], None]) -> list[Path]:
        """Download into the visitor's folder, in the place of what was downloaded before."""
        downloads = visitor_folder(self.runs, visitor) / "downloaded"
        shutil.rmtree(downloads, ignore_errors=True)
        folder = downloads / secrets.token_hex(4)
        most = self.limits.upload_mb
        try:
            if self.limits.public:
                return download_confined(corpus, folder, on_bytes, most, self.limits.reading_mb)
            return download(corpus, folder, on_bytes, most)
        except DownloadError:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def in_thread(work: Callable[[], Any]) -> Iterator:
    """Run `work` in a thread: yield None about twice a second, then what it returned. What it raises is raised."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        while True:
            try:
                yield future.result(timeout=_POLL_SECONDS)
                return
            except TimeoutError:
                if future.done():
                    raise
                yield None
