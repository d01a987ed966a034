"""The models that a visitor trained or uploaded: rename, delete, compare, download and upload them."""

import tempfile
from pathlib import Path

import gradio as gr

from headline.errors import ArchiveError
from headline.share.archive import pack, unpack
from headline.web.events import QUIET
from headline.web.given import ids_of, name_of
from headline.web.http.metrics import count_refusal
from headline.web.models import BUNDLED_ID, Models
from headline.web.tabs.panels import sheet_of
from headline.web.tabs.run_view import refusal
from headline.web.tabs.sheets import models_sheet

_LONGEST_NAME = 80  # characters


class OwnModels:
    """Part of the Train tab: its components, the handlers of their events, and the wiring."""

    def __init__(self, models: Models, written_with: gr.Dropdown, mine: gr.BrowserState, panel: gr.HTML):
        """Lay out the part.

        `written_with` is the Write tab's choice of a model, `mine` holds the ids of this browser's models, and
        `panel` shows what came of an upload.
        """
        self.models, self.written_with, self.mine, self.panel = models, written_with, mine, panel
        with gr.Accordion("Your models", open=False, elem_id="runs") as self.accordion:
            with gr.Row():
                self.model = gr.Dropdown([], label="Model", elem_id="run-choice")
                self.new_name = gr.Textbox(label="New name", elem_id="new-name")
            with gr.Row():
                self.rename_button = gr.Button("Rename", elem_id="rename")
                self.delete_button = gr.Button("Delete", elem_id="delete")
                self.pack_button = gr.DownloadButton("Download as a zip", elem_id="pack")
                self.unpack_button = gr.UploadButton("Upload a zip", file_types=[".zip"], elem_id="unpack")
            self.table = sheet_of("compare")

    def wire(self) -> None:
        changed = [self.model, self.written_with, self.table, self.mine]
        self.accordion.expand(self.compare, self.mine, self.table, **QUIET)
        self.rename_button.click(self.rename, {self.model, self.new_name, self.mine}, changed, **QUIET)
        self.delete_button.click(self.delete, {self.model, self.mine}, changed, **QUIET)
        self.model.change(self.pack, self.model, self.pack_button, **QUIET)
        self.unpack_button.upload(self.unpack, {self.unpack_button, self.mine}, [self.panel, *changed], **QUIET)

    def choice(self, mine: list[str] | None) -> gr.Dropdown:
        """The dropdown with the models that there are now."""
        return gr.Dropdown(choices=[(title, id_) for title, id_ in self.models.choices(mine) if id_ != BUNDLED_ID])

    def compare(self, mine: list[str] | None) -> dict:
        """A table of all models side by side."""
        return models_sheet([(title, self.models.meta(id_)) for title, id_ in self.models.choices(mine)])

    def rename(self, given: dict) -> dict:
        id_, name, mine = given[self.model], name_of(given[self.new_name], _LONGEST_NAME), given[self.mine]
        if id_ and name:
            self.models.rename(id_, name)
        return {
            self.model: self.choice(mine),
            self.written_with: gr.Dropdown(choices=self.models.choices(mine)),
            self.table: self.compare(mine),
        }

    def delete(self, given: dict) -> dict:
        id_ = given[self.model]
        if id_:
            self.models.delete(id_)
        mine = [other for other in ids_of(given[self.mine]) if other != id_]
        return {
            self.model: gr.Dropdown(choices=self.choice(mine).choices, value=None),
            self.written_with: gr.Dropdown(choices=self.models.choices(mine), value=BUNDLED_ID),
            self.table: self.compare(mine),
            self.mine: mine,
        }

    def pack(self, id_: str | None) -> str | None:
        """The path of a zip of the chosen model."""
        return str(pack(self.models.folder(id_), Path(tempfile.mkdtemp()))) if id_ else None

    def unpack(self, given: dict) -> dict:
        """Add the model of an uploaded zip, and write with it."""
        try:
            folder = unpack(Path(given[self.unpack_button]), self.models.runs)
        except ArchiveError as error:
            count_refusal(error)
            return {self.panel: refusal(str(error))}
        mine = [*ids_of(given[self.mine]), folder.name]
        return {
            self.panel: {"state": "done", "headline": f"{folder.name} was uploaded. The Write tab uses it now."},
            self.model: self.choice(mine),
            self.written_with: gr.Dropdown(choices=self.models.choices(mine), value=folder.name),
            self.table: self.compare(mine),
            self.mine: mine,
        }
