"""Where the headlines of a run come from: the sample, uploaded files, pasted lines, or a public data set."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

import gradio as gr

from headline.corpus.files import Reading
from headline.corpus.preview import Preview
from headline.corpus.reading.source import KINDS
from headline.errors import CorpusError, HeadlineError
from headline.runs.visitors import check_disk, visitor_folder, visitor_of
from headline.web.events import AT_ONCE, QUIET
from headline.web.http.metrics import count_refusal
from headline.web.models import Models
from headline.web.parsed_corpus import ParsedCorpus, parse, parse_confined
from headline.web.tabs.panels import panel_of, sheet_of, typed_pause
from headline.web.tabs.run_view import refusal
from headline.web.tabs.sheets import preview_sheet
from headline.web.tabs.train_parts.form_memory import named
from headline.web.tabs.train_parts.public_data_set import PublicDataSet
from headline.web.tabs.train_parts.reading_fields import FOUND_COLUMN, ReadingFields

SAMPLE_CHOICE = "The sample that comes with the app"
UPLOAD_CHOICE = "My own files"
PASTE_CHOICE = "Pasted lines"
DOWNLOAD_CHOICE = "A public data set"
FILE_TYPES = list(KINDS)
SOURCES = (SAMPLE_CHOICE, UPLOAD_CHOICE, PASTE_CHOICE, DOWNLOAD_CHOICE)
_PASTED = "pasted.txt"
_MEGABYTE = 2**20  # bytes


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
            self.public = PublicDataSet(models)
        self.pasting = typed_pause("#pasted", "pasting")  # in the page from the start, though the field is not
        self.how = ReadingFields()
        self.read = gr.State(None)  # the files that the fields of the reading group belong to
        self.inputs = {self.source, self.files, self.pasted, self.public.downloaded, self.visitor} | self.how.inputs
        self.parts = [self, self.how, self.public]  # that hold components

    def lay_out_notice(self) -> None:
        """Lay out where a sentence says that files cannot be used, or how far a download is."""
        self.notice = panel_of("look")

    def lay_out_preview(self) -> None:
        self.preview = sheet_of("preview")

    def wire(self, page: gr.Blocks) -> list:
        """Preview the headlines whenever others are selected, and return those events."""
        how, public = self.how, self.public
        groups = [self.upload_group, self.paste_group, self.download_group, how.group]
        shown = [self.preview, self.notice, *how.of_preview]
        self.source.change(self.show_source, self.source, groups, **QUIET)
        page.load(self.show_preview, self.inputs, shown, **QUIET)
        public.button.click(
            self.download, {public.name, self.visitor}, [public.downloaded, self.notice, how.column], **AT_ONCE
        )
        # Other files are read anew: what was said of the last ones does not hold for them.
        said = how.no_header.input(lambda no: not no, how.no_header, how.header_asked, **QUIET)
        changes = [
            self.source.change,
            self.files.change(self.forget_for, {self.files, self.read}, [*how.said, self.read], **QUIET).then,
            how.column.input,
            how.encoding.input,
            how.language.input,
            # A column that was chosen is one of the sheet before.
            how.table.input(lambda: gr.Dropdown(choices=FOUND_COLUMN, value=""), None, how.column, **QUIET).then,
            said.then,
            self.pasting.paused,
            public.downloaded.change,
        ]
        return [change(self.show_preview, self.inputs, shown, **AT_ONCE) for change in changes]

    def forget_for(self, given: dict) -> dict:
        """Forget what was said of the last files; of those that a reload shows again it still holds."""
        if given[self.files] and given[self.files] == given[self.read]:
            return {self.read: given[self.read]}
        return self.how.forget() | {self.read: given[self.files]}

    def show_source(self, source: str) -> dict:
        return {
            self.upload_group: gr.Column(visible=source == UPLOAD_CHOICE),
            self.paste_group: gr.Column(visible=source == PASTE_CHOICE),
            self.download_group: gr.Column(visible=source == DOWNLOAD_CHOICE),
            self.how.group: gr.Group(visible=source in (UPLOAD_CHOICE, DOWNLOAD_CHOICE)),
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
            return CorpusSelection((pasted,), "Pasted", replace(self.how.reading(given), encoding=None))
        uploaded = source == UPLOAD_CHOICE
        paths = tuple(Path(file) for file in given[self.files if uploaded else self.public.downloaded] or ())
        if not paths:
            raise NothingSelectedError(
                "Choose a file of headlines first." if uploaded else "Download a data set first."
            )
        if missing := [path.name for path in paths if not path.is_file()]:
            raise CorpusError(f"{missing[0]} is no longer stored here: choose it again.")
        self._check_size(sum(path.stat().st_size for path in paths))
        return CorpusSelection(paths, paths[0].name.split(".")[0], self.how.reading(given))

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
        language = self.how.language_of(given)
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
        names = named(self.parts, self.inputs - {self.source, self.visitor})
        for name, component in names.items():
            value = form.get(name)
            if component is self.pasted:
                file = visitor_folder(self.runs, visitor_of(visitor)) / "pasted" / str(value or "none") / _PASTED
                value = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
            elif isinstance(value, list):
                value = [path for path in value if isinstance(path, str) and Path(path).is_file()] or None
            shown[component] = value
        return shown | self.how.restored(shown) | {self.read: shown.get(self.files)}

    def show_preview(self, given: dict) -> dict:
        """The preview of the selected headlines, or a sentence if they cannot be read."""
        try:
            shown = self._parse(self.selection(given), given).preview
        except NothingSelectedError:
            return {self.preview: {"groups": []}, self.notice: {}} | self.how.nothing_found()
        except HeadlineError as error:
            count_refusal(error)
            return {self.preview: {"groups": []}, self.notice: refusal(str(error))}
        return {
            self.preview: preview_sheet(shown),
            self.notice: {},
            **self.how.found(shown, self._may_choose(given[self.source], bool(shown.columns))),
        }

    def _may_choose(self, source: str, columns: bool) -> bool:
        """Whether it is of use to say how to read: for files, and for lines that were pasted from a table."""
        return source in (UPLOAD_CHOICE, DOWNLOAD_CHOICE) or (source == PASTE_CHOICE and columns)

    def download(self, given: dict) -> Iterator[dict]:
        """Download a public data set and show the progress."""
        for files, column, told in self.public.download(given[self.public.name], visitor_of(given[self.visitor])):
            shown: dict = {self.notice: told}
            if files is not None:
                shown |= {self.public.downloaded: files or None}
            if column is not None:
                shown |= {self.how.column: gr.Dropdown(choices=FOUND_COLUMN, value=column)}
            yield shown
