"""The models that a person made or brought: rename, delete, compare, take along as a zip, bring one."""

import tempfile
from pathlib import Path

import gradio as gr

from headline.errors import ArchiveError
from headline.share.archive import pack, unpack
from headline.web.models import BUNDLED_ID, Models
from headline.web.panels import sheet_of
from headline.web.run_view import refusal
from headline.web.sheets import runs_sheet
from headline.web.write import QUIET


def own_models(models: Models, model: gr.Dropdown, mine: gr.BrowserState, panel: gr.HTML) -> gr.Dropdown:
    """Lay the part out and wire it; the list of one's own models. `model` is the Write tab's choice, `panel` where
    a zip that was brought is spoken of."""

    def compare(mine: list | None) -> dict:
        return runs_sheet([(title, models.meta(id_)) for title, id_ in models.choices(mine)])

    def rename(run: str | None, name: str, mine: list | None) -> tuple:
        if run and name.strip():
            models.rename(run, name.strip()[:80])
        return listed(models, mine), gr.Dropdown(choices=models.choices(mine)), compare(mine)

    def delete(run: str | None, mine: list | None) -> tuple:
        if run:
            models.delete(run)
        kept = [id_ for id_ in mine or [] if id_ != run]
        left = gr.Dropdown(choices=listed(models, kept).choices, value=None)
        return left, gr.Dropdown(choices=models.choices(kept), value=BUNDLED_ID), compare(kept), kept

    def packed(run: str | None) -> str | None:
        return str(pack(models.folder(run), Path(tempfile.mkdtemp()))) if run else None

    def unpacked(file: str, mine: list | None) -> tuple:
        try:
            folder = unpack(Path(file), models.runs)
        except ArchiveError as error:
            return refusal(str(error)), gr.skip(), gr.skip(), gr.skip()
        kept = [*(mine or []), folder.name]
        done = {"state": "done", "headline": f"{folder.name} is here: it is chosen in the Write tab."}
        return done, gr.Dropdown(choices=models.choices(kept), value=folder.name), listed(models, kept), kept

    with gr.Accordion("Models of your own", open=False, elem_id="runs") as runs_part:
        with gr.Row():
            run = gr.Dropdown([], label="Model", elem_id="run-choice")
            new_name = gr.Textbox(label="New name", elem_id="new-name")
        with gr.Row():
            rename_button = gr.Button("Rename", elem_id="rename")
            delete_button = gr.Button("Delete", elem_id="delete")
            pack_button = gr.DownloadButton("Download as a zip", elem_id="pack")
            unpack_button = gr.UploadButton("Bring a zip", file_types=[".zip"], elem_id="unpack")
        table = sheet_of("compare")

    runs_part.expand(compare, mine, table, **QUIET)
    rename_button.click(rename, [run, new_name, mine], [run, model, table], **QUIET)
    delete_button.click(delete, [run, mine], [run, model, table, mine], **QUIET)
    run.change(packed, run, pack_button, **QUIET)
    unpack_button.upload(unpacked, [unpack_button, mine], [panel, model, run, mine], **QUIET)
    return run


def listed(models: Models, mine: list[str] | None) -> gr.Dropdown:
    """The list anew."""
    return gr.Dropdown(choices=[(title, id_) for title, id_ in models.choices(mine) if id_ != BUNDLED_ID])
