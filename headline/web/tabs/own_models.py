"""The models that a visitor trained or uploaded: rename, delete, compare, download and upload them."""

from pathlib import Path
from urllib.parse import quote

import gradio as gr

from headline.errors import HeadlineError
from headline.runs.visitors import visitor_of
from headline.share.archive import unpack_confined
from headline.web.events import AT_ONCE, QUIET
from headline.web.given import ids_of, is_id, name_of
from headline.web.http.metrics import count_refusal
from headline.web.models import BUNDLED_ID, Models
from headline.web.search_box import search_api_path
from headline.web.tabs.panels import sheet_of
from headline.web.tabs.run_view import refusal
from headline.web.tabs.sheets import models_sheet

_LONGEST_NAME = 80  # characters


class OwnModels:
    """Part of the Train tab: its components, the handlers of their events, and the wiring."""

    def __init__(
        self,
        models: Models,
        written_with: gr.Dropdown,
        mine: gr.BrowserState,
        visitor: gr.BrowserState,
        panel: gr.HTML,
    ):
        """Lay out the part.

        `written_with` is the Write tab's choice of a model, `mine` holds the ids of this browser's models, `visitor`
        that of this browser, and `panel` shows what came of an upload.
        """
        self.models, self.written_with, self.mine, self.visitor = models, written_with, mine, visitor
        self.panel = panel
        with gr.Accordion("Your models", open=False, elem_id="runs") as self.accordion:
            with gr.Row():
                self.model = gr.Dropdown([], label="Model", elem_id="run-choice")
                self.new_name = gr.Textbox(label="New name", elem_id="new-name")
            with gr.Row():
                self.rename_button = gr.Button("Rename", elem_id="rename")
                self.delete_button = gr.Button("Delete", elem_id="delete")
                self.pack_button = gr.Button("Download as a zip", elem_id="pack", interactive=False)
                self.unpack_button = gr.UploadButton("Upload a zip", file_types=[".zip"], elem_id="unpack")
            self.table = sheet_of("compare")

    def wire(self) -> None:
        changed = [self.model, self.written_with, self.table, self.mine]
        self.accordion.expand(self.compare, self.mine, self.table, **QUIET)
        self.rename_button.click(self.rename, {self.model, self.new_name, self.mine}, changed, **QUIET)
        self.delete_button.click(self.delete, {self.model, self.mine}, changed, **QUIET)
        self.model.change(self.offer_zip, self.model, self.pack_button, **QUIET)
        asked = {self.unpack_button, self.mine, self.visitor}
        self.unpack_button.upload(self.unpack, asked, [self.panel, *changed], **AT_ONCE)

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

    def offer_zip(self, id_: str | None) -> gr.Button:
        """The button that downloads the chosen model. The zip is made when it is pressed, and is not kept."""
        link = f"{search_api_path()}/zip?model={quote(id_, safe='')}" if is_id(id_) else None
        return gr.Button(link=link, interactive=link is not None)

    def unpack(self, given: dict) -> dict:
        """Add the model of an uploaded zip, and write with it."""
        path, visitor = Path(given[self.unpack_button]), visitor_of(given[self.visitor])
        try:
            with self.models.reading.used_by(visitor):
                folder = unpack_confined(path, self.models.runs, self.models.limits, visitor)
        except HeadlineError as error:
            count_refusal(error)
            return {self.panel: refusal(str(error))}
        finally:
            path.unlink(missing_ok=True)
        mine = [*ids_of(given[self.mine]), folder.name]
        return {
            self.panel: {"state": "done", "headline": f"{folder.name} was uploaded. The Write tab uses it now."},
            self.model: self.choice(mine),
            self.written_with: gr.Dropdown(choices=self.models.choices(mine), value=folder.name),
            self.table: self.compare(mine),
            self.mine: mine,
        }
