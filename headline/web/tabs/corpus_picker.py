"""Where the headlines of a run come from: the sample, uploaded files, pasted lines, or a public data set."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import gradio as gr

from headline.corpus.files import Reading
from headline.corpus.language.languages import LANGUAGES, check_language
from headline.corpus.preview import Preview
from headline.corpus.reading.encoding import CHOICES
from headline.corpus.reading.source import KINDS
from headline.errors import CorpusError, DownloadError, HeadlineError
from headline.runs.visitors import check_disk, visitor_folder, visitor_of
from headline.share.download import KNOWN, PublicCorpus, download, download_confined, find
from headline.web.allowance import Allowance
from headline.web.events import AT_ONCE, QUIET
from headline.web.given import text_of
from headline.web.http.metrics import count_refusal
from headline.web.models import Models
from headline.web.parsed_corpus import ParsedCorpus, parse, parse_confined
from headline.web.tabs.panels import panel_of, sheet_of, typed_pause
from headline.web.tabs.run_view import refusal
from headline.web.tabs.sheets import preview_sheet
from headline.web.tabs.train_parts.form_memory import named

SAMPLE_CHOICE = "The sample that comes with the app"
UPLOAD_CHOICE = "My own files"
PASTE_CHOICE = "Pasted lines"
DOWNLOAD_CHOICE = "A public data set"
FILE_TYPES = list(KINDS)
FOUND_COLUMN = [("Found out", "")]
FOUND_LANGUAGE = ("Found out", "auto")
_LANGUAGES = sorted((language.name, tag) for tag, language in LANGUAGES.items())
SOURCES = (SAMPLE_CHOICE, UPLOAD_CHOICE, PASTE_CHOICE, DOWNLOAD_CHOICE)
_PASTED = "pasted.txt"
_MEGABYTE = 2**20  # bytes
_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class CorpusSelection:
    """The chosen files."""

    paths: tuple[Path, ...]
    name: str  # of the model that learns from them
    reading: Reading = field(default_factory=Reading)  # how they are read
    column: str | None = None  # of the stored rows, once they were parsed
    preview: Preview | None = None  # once they were parsed
    temporary: bool = True  # a visitor's: a run must keep them, because they do not last


class NothingSelectedError(CorpusError):
    """Nothing is selected yet, which is no mistake before the run is started."""


class CorpusPicker:
    """Part of the Train tab: its components, the handlers of their events, and the wiring.

    The components that show the preview, or why there is none, are laid out by `lay_out_preview`.
    """

    def __init__(self, sample: Path, models: Models, visitor: gr.BrowserState):
        """Lay out the part. `visitor` holds the id of this browser."""
        self.sample, self.runs, self.limits, self.visitor = sample, models.runs, models.limits, visitor
        self.reading = models.reading
        self.downloading = Allowance(min(1, models.limits.at_once_each))
        self.source = gr.Radio(
            list(SOURCES),
            value=SAMPLE_CHOICE,
            label="Headlines to learn from",
            elem_id="source",
        )
        with gr.Column(visible=False) as self.upload_group:
            self.files = gr.File(
                label="CSV, TXT, JSON, Excel, RSS, SQLite, zip …",
                file_count="multiple",
                file_types=FILE_TYPES,
                elem_id="files",
            )
        with gr.Column(visible=False) as self.paste_group:
            self.pasted = gr.Textbox(label="Headlines, one per line", lines=8, max_lines=16, elem_id="pasted")
        with gr.Column(visible=False) as self.download_group:
            known = "; ".join(f"{name}: {corpus.about}" for name, corpus in KNOWN.items())
            self.data_set = gr.Textbox(
                label="Name of the data set",
                info=f"{known}; kaggle:owner/name; or owner/name on the Hugging Face Hub",
                elem_id="public",
            )
            self.download_button = gr.Button("Download", elem_id="fetch")
        self.pasting = typed_pause("#pasted", "pasting")  # in the page from the start, though the field is not
        with gr.Group(visible=False, elem_id="reading") as self.reading_group:
            self.column = gr.Dropdown(
                FOUND_COLUMN,
                value="",
                label="Column that holds the headlines",
                info="Its name, or its number from 1",
                allow_custom_value=True,
                elem_id="column",
            )
            self.no_header = gr.Checkbox(label="The first row is a title, not a heading", elem_id="no-header")
            self.encoding = gr.Dropdown(
                [("Found out", ""), *((label, name) for name, label in CHOICES.items())],
                value="",
                label="Encoding of text files",
                info="Change it if letters look wrong",
                elem_id="encoding",
            )
            self.table = gr.Dropdown(
                FOUND_COLUMN,
                value="",
                label="Sheet or table that holds the headlines",
                visible=False,
                elem_id="table",
            )
        self.language = gr.Dropdown(
            [FOUND_LANGUAGE, *_LANGUAGES],
            value="auto",
            label="Language of the headlines",
            info="Change it if the words look wrong",
            elem_id="language",
        )
        self.header_asked = gr.State(None)  # whether the first row has names, if the visitor said so
        self.downloaded = gr.State(None)
        self.read = gr.State(None)  # the files that the fields of the reading group belong to
        self.inputs = {self.source, self.files, self.pasted, self.downloaded, self.visitor}
        self.inputs |= {self.column, self.no_header, self.encoding, self.table, self.language, self.header_asked}

    def lay_out_notice(self) -> None:
        """Lay out where a sentence says that files cannot be used, or how far a download is."""
        self.notice = panel_of("look")

    def lay_out_preview(self) -> None:
        self.preview = sheet_of("preview")

    def wire(self, page: gr.Blocks) -> list:
        """Preview the headlines whenever others are selected, and return those events."""
        groups = [self.upload_group, self.paste_group, self.download_group, self.reading_group]
        shown = [self.preview, self.notice, self.language, self.column, self.no_header, self.table, self.reading_group]
        self.source.change(self.show_source, self.source, groups, **QUIET)
        page.load(self.show_preview, self.inputs, shown, **QUIET)
        self.download_button.click(
            self.download, {self.data_set, self.visitor}, [self.downloaded, self.notice, self.column], **AT_ONCE
        )
        # Other files are read anew: what was said of the last ones does not hold for them.
        forgotten = [self.language, self.column, self.no_header, self.encoding, self.table, self.header_asked]
        said = self.no_header.input(lambda no: not no, self.no_header, self.header_asked, **QUIET)
        changes = [
            self.source.change,
            self.files.change(self.forget_for, {self.files, self.read}, [*forgotten, self.read], **QUIET).then,
            self.column.input,
            self.encoding.input,
            self.language.input,
            # A column that was chosen is one of the sheet before.
            self.table.input(lambda: gr.Dropdown(choices=FOUND_COLUMN, value=""), None, self.column, **QUIET).then,
            said.then,
            self.pasting.paused,
            self.downloaded.change,
        ]
        return [change(self.show_preview, self.inputs, shown, **AT_ONCE) for change in changes]

    def forget_for(self, given: dict) -> dict:
        """Forget what was said of the last files; of those that a reload shows again it still holds."""
        if given[self.files] and given[self.files] == given[self.read]:
            return {self.read: given[self.read]}
        return self.forget() | {self.read: given[self.files]}

    def forget(self) -> dict:
        """The components that say how files are read, as they are before anything was said."""
        return {
            self.language: "auto",
            self.column: gr.Dropdown(choices=FOUND_COLUMN, value=""),
            self.no_header: False,
            self.encoding: "",
            self.table: gr.Dropdown(choices=FOUND_COLUMN, value="", visible=False),
            self.header_asked: None,
        }

    def show_source(self, source: str) -> dict:
        return {
            self.upload_group: gr.Column(visible=source == UPLOAD_CHOICE),
            self.paste_group: gr.Column(visible=source == PASTE_CHOICE),
            self.download_group: gr.Column(visible=source == DOWNLOAD_CHOICE),
            self.reading_group: gr.Group(visible=source in (UPLOAD_CHOICE, DOWNLOAD_CHOICE)),
        }

    def selection(self, given: dict) -> CorpusSelection:
        """The files that are selected, as a person gave them; `given` holds the values of `inputs`.

        Raises:
            CorpusError: nothing is selected yet, or it is too large.
            LimitError: the visitor has stored too much.
        """
        source = given[self.source]
        if source == SAMPLE_CHOICE:
            return CorpusSelection((self.sample,), "Sample", temporary=False)
        if source == PASTE_CHOICE:
            if not (given[self.pasted] or "").strip():
                raise NothingSelectedError("Paste some headlines first, one per line.")
            pasted = self._pasted_file(given[self.pasted], given[self.visitor])
            return CorpusSelection((pasted,), "Pasted", replace(self._reading(given), encoding=None))
        uploaded = source == UPLOAD_CHOICE
        paths = tuple(Path(file) for file in given[self.files if uploaded else self.downloaded] or ())
        if not paths:
            raise NothingSelectedError(
                "Choose a file of headlines first." if uploaded else "Download a data set first."
            )
        if missing := [path.name for path in paths if not path.is_file()]:
            raise CorpusError(f"{missing[0]} is no longer stored here: choose it again.")
        self._check_size(sum(path.stat().st_size for path in paths))
        return CorpusSelection(paths, paths[0].name.split(".")[0], self._reading(given))

    def _reading(self, given: dict) -> Reading:
        """How the visitor wants files to be read."""
        header = given[self.header_asked]
        return Reading(
            column=text_of(given[self.column]).strip() or None,
            header=header if isinstance(header, bool) else None,
            encoding=text_of(given[self.encoding]).strip() or None,
            table=text_of(given[self.table]) or None,
        )

    def language_of(self, given: dict) -> str:
        """The tag of the headlines' language as the visitor says it; "auto": it is found out.

        Raises:
            SettingError: there is no such language.
        """
        tag = text_of(given[self.language]).strip() or "auto"
        check_language(tag)
        return tag

    def parsed_selection(self, given: dict) -> CorpusSelection:
        """The same, but of uploaded files the rows as they were parsed once.

        Raises:
            CorpusError: nothing is selected, or it cannot be read as headlines.
        """
        selected = self.selection(given)
        parsed = self._parse(selected, given)
        if not selected.temporary:
            return replace(selected, preview=parsed.preview)
        return replace(selected, paths=parsed.files, column=parsed.preview.column or None, preview=parsed.preview)

    def _parse(self, selected: CorpusSelection, given: dict) -> ParsedCorpus:
        """The rows and the preview of the selected files; a visitor's are read by a process of its own."""
        language = self.language_of(given)
        if not selected.temporary:
            return parse(selected.paths, selected.reading, language)
        limits, visitor = self.limits, visitor_of(given[self.visitor])
        check_disk(self.runs, visitor, limits)
        folder = visitor_folder(self.runs, visitor)
        with self.reading.used_by(visitor):
            within = (limits.bounds, limits.reading_mb, limits.reading_seconds)
            return parse_confined(selected.paths, selected.reading, folder, *within, language)

    def _check_size(self, size: int) -> None:
        most = self.limits.upload_mb
        if most and size > most * _MEGABYTE:
            raise CorpusError(f"This page takes up to {most} MB at once; this is {size / _MEGABYTE:.0f} MB.")

    def _pasted_file(self, text: str, visitor: str | None) -> Path:
        """A file of the visitor's that holds a text, the same one for the same text."""
        content = text.encode("utf-8", "replace")
        self._check_size(len(content))
        visitor = visitor_of(visitor)
        name = blake2b(content, digest_size=16).hexdigest()
        path = visitor_folder(self.runs, visitor) / "pasted" / name / _PASTED
        if not path.is_file():  # kept as it is, so that it is parsed once
            check_disk(self.runs, visitor, self.limits, len(content))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return path

    def storable(self, form: dict, given: dict) -> dict:
        """A form's values as JSON can hold them: of a pasted text the name of its file."""
        pasted = given[self.source] == PASTE_CHOICE
        return form | {
            "pasted": self._pasted_file(given[self.pasted], given[self.visitor]).parent.name if pasted else ""
        }

    def restored(self, form: dict, visitor: str | None) -> dict:
        """Updates that show a selection again, as far as its files are still there. `form` is that of `storable`."""
        source = form.get("source")
        if source not in SOURCES:
            return {}
        shown: dict = {self.source: source}
        names = named([self], self.inputs - {self.source, self.visitor})
        for name, component in names.items():
            value = form.get(name)
            if component is self.pasted:
                file = visitor_folder(self.runs, visitor_of(visitor)) / "pasted" / str(value or "none") / _PASTED
                value = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
            elif isinstance(value, list):
                value = [path for path in value if isinstance(path, str) and Path(path).is_file()] or None
            shown[component] = value
        shown[self.language] = shown.get(self.language) or "auto"
        if shown.get(self.column):
            column = shown[self.column]
            shown[self.column] = gr.Dropdown(choices=[*FOUND_COLUMN, (column, column)], value=column)
        if shown.get(self.table):
            table = shown[self.table]
            shown[self.table] = gr.Dropdown(choices=[*FOUND_COLUMN, (table, table)], value=table)
        return shown | {self.read: shown.get(self.files)}

    def show_preview(self, given: dict) -> dict:
        """The preview of the selected headlines, or a sentence if they cannot be read."""
        try:
            shown = self._parse(self.selection(given), given).preview
        except NothingSelectedError:
            return {self.preview: {"groups": []}, self.notice: {}}
        except HeadlineError as error:
            count_refusal(error)
            return {self.preview: {"groups": []}, self.notice: refusal(str(error))}
        found = f"Found: {shown.column}" if shown.column else FOUND_COLUMN[0][0]
        return {
            self.preview: preview_sheet(shown),
            self.notice: {},
            self.language: gr.Dropdown(choices=[(f"Found: {shown.found}", "auto"), *_LANGUAGES]),
            self.column: gr.Dropdown(choices=[(found, ""), *((name, name) for name in shown.columns)]),
            self.no_header: gr.Checkbox(value=shown.header is False),
            self.table: self._offered_tables(shown),
            self.reading_group: gr.Group(visible=self._may_choose(given[self.source], bool(shown.columns))),
        }

    def _offered_tables(self, shown: Preview) -> gr.Dropdown:
        """The sheets or tables to choose from, where a file has more than one."""
        found = f"Read: {shown.tables[0]}" if shown.tables else FOUND_COLUMN[0][0]
        choices = [(found, ""), *((name, name) for name in shown.tables)]
        return gr.Dropdown(choices=choices, visible=len(shown.tables) > 1)

    def _may_choose(self, source: str, columns: bool) -> bool:
        """Whether it is of use to say how to read: for files, and for lines that were pasted from a table."""
        return source in (UPLOAD_CHOICE, DOWNLOAD_CHOICE) or (source == PASTE_CHOICE and columns)

    def download(self, given: dict) -> Iterator[dict]:
        """Download a public data set and show the progress."""
        name, visitor = given[self.data_set], visitor_of(given[self.visitor])
        progress: list[str] = []

        def on_bytes(done: int, total: int | None) -> None:
            of_all = f" of {total / _MEGABYTE:.1f} MB" if total else ""
            progress.append(f"{done / _MEGABYTE:.1f} MB{of_all} so far")

        try:
            corpus = find(name or "")
            check_disk(self.runs, visitor, self.limits, self.limits.upload_mb * _MEGABYTE)
            running = {"state": "running", "headline": f"Downloading {corpus.name}…"}
            yield {self.notice: running}
            with self.downloading.used_by(visitor):
                for files in in_thread(lambda: self._fetch(corpus, visitor, on_bytes)):
                    if files is None:
                        yield {self.notice: running | {"lines": progress[-1:]}}
                    else:
                        count = f"{len(files)} file{'s' * (len(files) != 1)}"
                        yield {
                            self.downloaded: [str(path) for path in files],
                            self.notice: {"state": "done", "headline": f"{corpus.name} was downloaded: {count}."},
                            self.column: gr.Dropdown(choices=FOUND_COLUMN, value=corpus.column or ""),
                        }
        except HeadlineError as error:
            count_refusal(error)
            yield {self.downloaded: None, self.notice: refusal(str(error))}

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
