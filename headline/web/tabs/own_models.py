"""The models that a visitor trained or uploaded: rename, delete, compare, download and upload them."""

from pathlib import Path

import gradio as gr

from headline.errors import CheckpointError, HeadlineError
from headline.model.storage.metadata import Metadata
from headline.runs.trash import MINUTES
from headline.runs.visitors import visitor_of
from headline.share.archive import unpack_confined
from headline.share.engine_files import runs_in_page
from headline.web.events import AT_ONCE, QUIET
from headline.web.given import ids_of, name_of
from headline.web.http.metrics import count_refusal
from headline.web.models import BUNDLED_ID, Models
from headline.web.search_box import search_api_path
from headline.web.tabs.panels import line, line_of, sheet_of
from headline.web.tabs.run_view import next_stamp, refusal
from headline.web.tabs.sheets import models_sheet

_LONGEST_NAME = 80  # characters
_DOWNLOAD = """(id) => {
  const link = document.createElement("a");
  link.href = `%s/zip?model=${encodeURIComponent(id)}%s`;
  link.download = ""; // the answer says the name
  link.click();
}"""


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
                self.rename_button = gr.Button("Rename", elem_id="rename", interactive=False)
                self.delete_button = gr.Button("Delete…", elem_id="delete", interactive=False)
                self.pack_button = gr.Button("Download as a zip", elem_id="pack", interactive=False)
                self.web_button = gr.Button("Download for a website", elem_id="web-folder", interactive=False)
                self.unpack_button = gr.UploadButton("Upload a zip", file_types=[".zip"], elem_id="unpack")
            self.told = line_of("own-told")
            with gr.Row(visible=False) as self.asking:
                self.yes_button = gr.Button("Yes, delete it", variant="stop", elem_id="delete-yes")
                self.no_button = gr.Button("No, keep it", elem_id="delete-no")
            self.undo_button = gr.Button("Undo", visible=False, elem_id="delete-undo")
            self.deleted = gr.State(None)  # what Undo brings back: a model's id, and whether it was written with
            self.table = sheet_of("compare")

    def wire(self) -> None:
        changed = [self.model, self.written_with, self.table, self.mine]
        said = [self.told, self.asking, self.undo_button]
        chosen = {self.model, self.mine}
        self.accordion.expand(self.compare, self.mine, self.table, **QUIET)
        self.model.change(self.show_choice, self.model, self._buttons, **QUIET)
        self.model.input(self.say_nothing, None, said, **QUIET)
        self.rename_button.click(self.rename, {self.new_name, *chosen}, [*changed, *said], **QUIET)
        self.delete_button.click(self.ask, self.model, said, **QUIET)
        self.no_button.click(self.keep, None, said, **QUIET)
        written = {self.written_with, *chosen}
        self.yes_button.click(self.delete, written, [*changed, *said, self.deleted], **QUIET)
        self.undo_button.click(self.undo, {self.deleted, self.mine}, [*changed, *said], **QUIET)
        # The browser goes to the address at once; the answer is a file, so the page stays.
        self.pack_button.click(None, self.model, None, js=_DOWNLOAD % (search_api_path(), ""))
        packed = self.web_button.click(None, self.model, None, js=_DOWNLOAD % (search_api_path(), "&web=true"))
        packed.then(self.tell_web_folder, None, said, **QUIET)
        asked = {self.unpack_button, self.mine, self.visitor, self.written_with}
        self.unpack_button.upload(self.unpack, asked, [self.panel, *changed], **AT_ONCE)

    @property
    def _buttons(self) -> list[gr.Button]:
        """The buttons that do something with the chosen model."""
        return [self.rename_button, self.delete_button, self.pack_button, self.web_button]

    def choice(self, mine: list[str] | None, chosen: str | None = None) -> gr.Dropdown:
        """The dropdown with the models that there are now; one of them is chosen if it is given and there."""
        choices = self._choices(mine)
        value = {"value": chosen} if chosen in [id_ for _, id_ in choices] else {}
        return gr.Dropdown(choices=choices, **value)

    def compare(self, mine: list[str] | None) -> dict:
        """A table of all models side by side."""
        return models_sheet([(title, self.models.meta(id_)) for title, id_ in self.models.choices(mine)])

    def show_choice(self, id_: str | None) -> dict:
        """The buttons for a model that was chosen."""
        live = self.models.exists(id_ or "")
        shown = {button: gr.Button(interactive=live) for button in self._buttons}
        shown[self.web_button] = gr.Button(interactive=live and self._runs_in_page(id_ or ""))
        return shown

    def say_nothing(self) -> dict:
        """What was said of the model before goes once somebody chooses another, but not its Undo."""
        return {self.told: line(""), self.asking: gr.Row(visible=False)}

    def rename(self, given: dict) -> dict:
        """Give the chosen model a name."""
        id_, name, mine = given[self.model], name_of(given[self.new_name], _LONGEST_NAME), given[self.mine]
        if not id_ or not name:
            return {self.told: line("Choose a model and write its new name first.")}
        if not self.models.exists(id_):
            return self._gone(mine)
        self.models.rename(id_, name)
        return self._lists(mine) | {self.told: line(f"It is called “{name}” now, and downloads under that name.")}

    def _runs_in_page(self, id_: str) -> bool:
        try:
            return runs_in_page(Metadata.read(self.models.folder(id_)))
        except CheckpointError:
            return False

    def tell_web_folder(self) -> dict:
        """Say what to do with the zip of a web folder."""
        return {
            self.told: line(
                "Unpack the zip on any web host and open its index.html there: the box works with this model, also "
                "offline, and field.html shows the line that puts it into a form of your own."
            ),
            self.asking: gr.Row(visible=False),
        }

    def ask(self, id_: str | None) -> dict:
        """Ask whether a model is to be deleted."""
        if not id_:
            return {self.told: line("Choose a model first.")}
        question = f"Delete “{self.models.name(id_)}”? You can undo it for {MINUTES} minutes."
        return {
            self.told: line(question),
            self.asking: gr.Row(visible=True),
            self.undo_button: gr.Button(visible=False),
        }

    def keep(self) -> dict:
        return {self.told: line("It is kept."), self.asking: gr.Row(visible=False)}

    def delete(self, given: dict) -> dict:
        """Delete the chosen model. If the Write tab used it, the bundled one takes its place there."""
        id_ = given[self.model]
        if not id_:
            return {self.asking: gr.Row(visible=False)}
        name, kept, used = self.models.name(id_), self.models.delete(id_), given[self.written_with] == id_
        mine = [other for other in ids_of(given[self.mine]) if other != id_]
        said = f"“{name}” was deleted."
        if used:
            said += " The Write tab uses the bundled model again."
        if not kept:
            said += " The disk is nearly full, so this cannot be undone."
        lists = self._lists(mine, BUNDLED_ID if used else None)
        return lists | {
            self.model: gr.Dropdown(choices=self._choices(mine), value=None),
            self.mine: mine,
            self.told: line(said),
            self.asking: gr.Row(visible=False),
            self.undo_button: gr.Button(visible=kept),
            self.deleted: [id_, used] if kept else None,
        }

    def undo(self, given: dict) -> dict:
        """Bring back the model that was deleted last, also to the Write tab if it was used there."""
        id_, used = given[self.deleted] or (None, False)
        mine = ids_of(given[self.mine])
        hidden = {self.undo_button: gr.Button(visible=False)}
        if not id_ or not self.models.restore(id_):
            return hidden | {self.told: line(f"It is gone: a deleted model is kept for {MINUTES} minutes.")}
        mine = [*mine, id_]
        said = f"“{self.models.name(id_)}” is back" + (", and chosen in the Write tab." if used else ".")
        lists = self._lists(mine, id_ if used else None) | {self.model: self.choice(mine, id_)}
        return hidden | lists | {self.mine: mine, self.told: line(said)}

    def _gone(self, mine: list[str] | None) -> dict:
        """What is shown when the chosen model was deleted somewhere else."""
        said = {self.told: line("This model has been deleted in another tab or page.")}
        return self._lists(mine) | {self.model: gr.Dropdown(choices=self._choices(mine), value=None)} | said

    def _choices(self, mine: list[str] | None) -> list[tuple[str, str]]:
        return [(title, id_) for title, id_ in self.models.choices(mine) if id_ != BUNDLED_ID]

    def _lists(self, mine: list[str] | None, write_with: str | None = None) -> dict:
        """The lists of models as they are now; `write_with` is chosen in the Write tab if it is given."""
        choices = self.models.choices(mine)
        chosen = {"value": write_with} if write_with else {}
        return {
            self.model: self.choice(mine),
            self.written_with: gr.Dropdown(choices=choices, **chosen),
            self.table: self.compare(mine),
        }

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
        said = f"{folder.name} was uploaded. It is chosen in the Write tab."
        return self._lists(mine, folder.name) | {
            self.panel: {"state": "done", "headline": said, "show": next_stamp()},
            self.mine: mine,
        }
