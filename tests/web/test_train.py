"""The Train tab's handlers, called as Gradio calls them, without a browser and without a run."""

from dataclasses import fields
from pathlib import Path

import gradio as gr
import pytest

from headline.errors import CorpusError, SettingError
from headline.model.config import ModelConfig
from headline.runs.job import Status, list_jobs
from headline.runs.limits import Limits
from headline.runs.visitors import visitor_folder
from headline.share.archive import pack
from headline.training.estimate import Estimate
from headline.web import parsed_corpus
from headline.web.models import BUNDLED_ID, Models
from headline.web.tabs import corpus_picker, train
from headline.web.tabs.corpus_picker import PASTE_CHOICE, SAMPLE_CHOICE, UPLOAD_CHOICE
from headline.web.tabs.settings_form import NOTHING_ID
from headline.web.tabs.train import TrainTab
from headline.web.tabs.write import LESSON_SEEDS, WriteTab
from tests.tiny import random_checkpoint

VISITOR = "0123456789abcdef" * 2


def build(folder: Path, **limits: int) -> TrainTab:
    random_checkpoint().save(folder / "bundled")
    sample = folder / "sample.csv"
    sample.write_text("headline\nMuseum opens late\nCouncil backs plan\n")
    models = Models(folder / "bundled", folder / "runs", Limits(**limits))
    (folder / "runs").mkdir(exist_ok=True)
    with gr.Blocks() as page:
        write = WriteTab(models, gr.BrowserState([]))
        tab = TrainTab(models, sample, write)
        tab.wire(page)
    return tab


@pytest.fixture
def tab(tmp_path) -> TrainTab:
    return build(tmp_path)


def given(tab: TrainTab, **changes) -> dict:
    """What Gradio passes to a handler: the components' first values, changed by name."""
    values = {component: getattr(component, "value", None) for component in tab.inputs}
    values |= {tab.write.box: {"text": "the gov"}, tab.mine: ["older"], tab.job_id: None, tab.visitor: VISITOR}
    values[tab.own.model] = values[tab.own.new_name] = values[tab.own.unpack_button] = None
    parts = {
        "source": tab.corpus.source,
        "files": tab.corpus.files,
        "pasted": tab.corpus.pasted,
        "column": tab.corpus.column,
        "preset": tab.settings.preset,
        "start_from": tab.settings.start_from,
        "job_id": tab.job_id,
        "model": tab.own.model,
        "new_name": tab.own.new_name,
        "zip": tab.own.unpack_button,
    } | tab.settings.fields
    return values | {parts[name]: value for name, value in changes.items()}


def upload(folder: Path, text: str = "id,title\n1,Museum opens late\n2,Museum  opens late\n3,\n") -> list[str]:
    (folder / "titles.csv").write_text(text)
    return [str(folder / "titles.csv")]


def test_the_sample_is_selected_at_first_and_read_where_it_is(tab):
    selected = tab.corpus.parsed_selection(given(tab))
    assert selected.paths == (tab.corpus.sample,) and not selected.temporary


def test_an_upload_is_parsed_once_for_preview_estimate_and_run(tab, tmp_path, monkeypatch):
    read = []
    run_confined = parsed_corpus.run_confined
    monkeypatch.setattr(parsed_corpus, "run_confined", lambda *args: read.append(args) or run_confined(*args))
    values = given(tab, source=UPLOAD_CHOICE, files=upload(tmp_path))
    shown = tab.corpus.show_preview(values)
    assert shown[tab.corpus.preview]["groups"][0]["sections"][0]["title"] == "1 headlines"
    options, temporary = tab.options(values)
    assert tab.options(values)[0] == options and temporary and len(read) == 1
    corpus = options.read_corpus()
    assert corpus.headlines == ["Museum opens late"]
    assert (corpus.report.rows, corpus.report.dropped_duplicate, corpus.report.columns) == (3, 1, ("title",))


def test_the_lessons_recipe_still_gets_the_raw_titles_and_the_duplicates(tab, tmp_path):
    values = given(tab, source=UPLOAD_CHOICE, files=upload(tmp_path), preset="notebook", batch_size=32)
    assert tab.options(values)[0].read_corpus().headlines == ["Museum opens late", "Museum  opens late"]


def test_a_changed_file_is_parsed_anew(tab, tmp_path):
    values = given(tab, source=UPLOAD_CHOICE, files=upload(tmp_path))
    tab.options(values)
    upload(tmp_path, "title\nCouncil backs plan\n")
    assert tab.options(values)[0].read_corpus().headlines == ["Council backs plan"]


def test_a_visitors_file_is_never_read_by_the_server_itself(tab, tmp_path, monkeypatch):
    monkeypatch.setattr(parsed_corpus, "read_file", None)
    values = given(tab, source=UPLOAD_CHOICE, files=upload(tmp_path))
    assert tab.options(values)[0].read_corpus().headlines == ["Museum opens late"]
    with pytest.raises(CorpusError, match=r"^titles.csv has no column “price”; its columns are “id”, “title”\.$"):
        tab.options(values | {tab.corpus.column: "price"})


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"source": UPLOAD_CHOICE}, "Choose a file of headlines first."),
        ({"source": PASTE_CHOICE, "pasted": " "}, "Paste some headlines first, one per line."),
        ({"learning_rate": 0}, "learning_rate must be above 0"),
    ],
)
def test_a_run_that_cannot_start_says_why(tab, changes, sentence):
    shown = tab.start(given(tab, **changes))
    assert shown.keys() == {tab.panel} and shown[tab.panel]["headline"].startswith(sentence)
    assert list(tab.estimate(given(tab, **changes)))[-1]["text"].startswith(sentence)


def test_what_is_not_headlines_is_said_before_the_run(tab, tmp_path):
    shown = tab.corpus.show_preview(given(tab, source=UPLOAD_CHOICE, files=upload(tmp_path, "title\n")))
    assert shown[tab.corpus.notice]["headline"].startswith("No headline is left from titles.csv")


def test_limits_of_a_public_page_are_kept(tmp_path):
    tab = build(tmp_path, upload_mb=1, epochs=7)
    upload(tmp_path, "title\n" + "Museum opens late\n" * 100_000)
    with pytest.raises(CorpusError, match=r"^This page takes up to 1 MB at once; this is 2 MB\.$"):
        tab.options(given(tab, source=UPLOAD_CHOICE, files=[str(tmp_path / "titles.csv")]))
    with pytest.raises(SettingError, match="epochs must be 7 or fewer on this page; it is 8"):
        tab.options(given(tab, epochs=8))
    assert tab.settings.show_preset(given(tab, preset="notebook"))[tab.settings.fields["epochs"]].value == 7


def test_a_preset_fills_in_the_settings_and_fixes_the_shape_of_a_model(tab):
    shown = tab.settings.show_preset(given(tab, start_from=BUNDLED_ID))
    units = shown[tab.settings.fields["units"]]
    config = ModelConfig(**tab.models.meta(BUNDLED_ID)["model"])
    assert (units.value, units.interactive) == (config.units, False)
    free = tab.settings.show_preset(given(tab, start_from=NOTHING_ID))
    assert free[tab.settings.fields["units"]].interactive
    assert not tab.settings.show_preset(given(tab, preset="notebook"))[tab.settings.start_from].visible


def test_a_run_is_started_with_what_the_page_holds(tab, monkeypatch):
    started = []

    class FakeJob:
        id = "new"

        def status(self) -> Status:
            return Status("waiting", "waiting", "", {}, [], {}, {}, 1)

    monkeypatch.setattr(train, "start_run", lambda *args, **named: started.append((args, named)) or FakeJob())
    values = given(tab, source=PASTE_CHOICE, pasted="One\nTwo", epochs=2)
    shown = tab.start(values)
    (((options, runs), named),) = started
    assert (options.settings.epochs, options.name, options.compare) == (2, "Pasted", True)
    assert options.samples == (*LESSON_SEEDS, "the gov") and options.read_corpus().headlines == ["One", "Two"]
    assert runs == tab.models.runs and named["keep_files"]
    assert shown[tab.mine] == ["older", "new"] and shown[tab.job_id] == "new" and shown[tab.timer].active


def test_a_run_that_was_deleted_is_no_longer_followed(tab):
    shown = tab.follow(given(tab, job_id="gone"))
    assert shown[tab.panel]["headline"] == "This run has been deleted." and not shown[tab.timer].active
    assert tab.follow(given(tab)).keys() == {tab.timer}


def test_a_run_that_has_ended_is_followed_by_its_model_and_a_batch_size_that_may_do(tab, monkeypatch):
    random_checkpoint().save(tab.models.runs / "run" / "model")
    (tab.models.runs / "run" / "job.json").write_text('{"name": "R", "files": [], "started": "2026", "pid": null}')
    ended = Status("failed", "", "Out of memory.", {}, [], {}, {}, suggested_settings={"batch_size": 16})
    monkeypatch.setattr("headline.runs.job.Job.status", lambda self: ended)
    shown = tab.follow(given(tab, job_id="run"))
    assert shown[tab.write.model].value == "run" and shown[tab.settings.fields["batch_size"]] == 16
    assert not shown[tab.timer].active and ("R (2026)", "run") in shown[tab.settings.start_from].choices
    assert tab.resume(["run"])[tab.panel]["headline"] == "Out of memory."


def test_a_model_is_uploaded_renamed_packed_and_deleted(tab, tmp_path):
    own = tab.own
    archive = pack(random_checkpoint().save(tmp_path / "mine"), tmp_path)
    shown = own.unpack(given(tab, zip=str(archive)))
    id_ = shown[own.mine][-1]
    assert shown[own.written_with].value == id_ and (id_, id_) in shown[own.model].choices
    shown = own.rename(given(tab, model=id_, new_name=" Mine "))
    assert ("Mine", id_) in shown[own.model].choices and "Mine" in str(shown[own.table])
    assert own.offer_zip(id_).link == f"/gradio_api/headline/zip?model={id_}" and not own.offer_zip(None).interactive
    shown = own.delete(given(tab, model=id_) | {own.mine: [id_]})
    assert shown[own.mine] == [] and shown[own.written_with].value == BUNDLED_ID and not shown[own.model].choices
    (tmp_path / "bad.zip").write_bytes(b"no zip")
    assert "holds no whole model" in own.unpack(given(tab, zip=str(tmp_path / "bad.zip")))[own.panel]["headline"]


def test_the_first_row_the_column_and_the_encoding_are_found_out_or_said(tab, tmp_path):
    corpus = tab.corpus
    values = given(tab, source=UPLOAD_CHOICE, files=upload(tmp_path, "Museum opens late,1\nCouncil backs plan,2\n"))
    shown = corpus.show_preview(values)
    assert shown[corpus.no_header].value is True
    assert shown[corpus.column].choices == [("Found: 1", ""), ("1", "1"), ("2", "2")]
    assert tab.options(values)[0].read_corpus().headlines == ["Museum opens late", "Council backs plan"]
    said = values | {corpus.header_asked: True}
    assert corpus.show_preview(said)[corpus.no_header].value is False
    assert tab.options(said)[0].read_corpus().headlines == ["Council backs plan"]
    assert tab.options(values | {corpus.column: "2"})[0].read_corpus().headlines == ["1", "2"]
    assert corpus.forget()[corpus.header_asked] is None
    (tmp_path / "titles.csv").write_bytes("title,url\nПривет всем,x\n".encode("koi8-r"))
    for encoding, first in (("koi8-r", "Привет всем"), ("cp1251", "рТЙЧЕФ ЧУЕН")):
        assert tab.options(values | {corpus.encoding: encoding})[0].read_corpus().headlines == [first]
    assert "no encoding “klingon”" in str(corpus.show_preview(values | {corpus.encoding: "klingon"})[corpus.notice])


def test_pasted_cells_of_a_table_can_be_chosen_from(tab):
    corpus = tab.corpus
    values = given(tab, source=PASTE_CHOICE, pasted="Museum opens late\t7\nCouncil backs plan\t8\n")
    assert corpus.show_preview(values)[corpus.reading_group].visible
    assert tab.options(values)[0].read_corpus().headlines == ["Museum opens late", "Council backs plan"]
    plain = corpus.show_preview(given(tab, source=PASTE_CHOICE, pasted="Museum opens late\nCouncil backs plan\n"))
    assert not plain[corpus.reading_group].visible


def test_the_source_shows_its_own_fields(tab):
    shown = tab.corpus.show_source(UPLOAD_CHOICE)
    visible = {component for component, update in shown.items() if update.visible}
    assert visible == {tab.corpus.upload_group, tab.corpus.reading_group}
    assert not any(update.visible for update in tab.corpus.show_source(SAMPLE_CHOICE).values())


@pytest.mark.parametrize("name, value", [("units", 8_000), ("layers", 30), ("batch_size", 10**6), ("max_words", 10**7)])
def test_sizes_are_checked_on_the_server(tmp_path, monkeypatch, name, value):
    monkeypatch.setenv("HEADLINE_PUBLIC", "1")
    tab = build(tmp_path, **{f.name: getattr(Limits.from_environment(), f.name) for f in fields(Limits)})
    shown = tab.start(given(tab, start_from=NOTHING_ID, **{name: value}))
    assert shown[tab.panel]["headline"].startswith(f"{name} must be ")
    assert not list(tab.models.runs.glob("*"))


def test_a_run_that_needs_too_much_memory_is_refused(tmp_path):
    tab = build(tmp_path, run_mb=1_000)
    shown = tab.start(given(tab, start_from=NOTHING_ID, units=2_000, embedding_size=2_000))
    assert "MB of memory, and this page allows 1,000" in shown[tab.panel]["headline"]


@pytest.mark.parametrize("value", [float("inf"), float("nan"), "many", [1]])
def test_a_field_that_is_no_number_is_told(tab, value):
    assert tab.start(given(tab, epochs=value))[tab.panel]["headline"].startswith("epochs must be a number; it is ")


def test_the_size_of_a_run_is_told_with_its_time(tab, monkeypatch):
    monkeypatch.setattr(train, "estimate_in_child", lambda options, seconds: Estimate(100, 60, "the CPU"))
    said = list(tab.estimate(given(tab)))[-1]["text"]
    assert "About 1:00 on the CPU" in said and said.endswith(" MB of memory.") and " parameters, about " in said


def test_a_visitor_may_have_a_few_runs_waiting(tmp_path, monkeypatch):
    monkeypatch.setattr("headline.runs.queue.slots", lambda: 0)  # nothing is started
    tab = build(tmp_path, public=True, waiting_each=2, upload_mb=5)
    shown = [tab.start(given(tab))[tab.panel] for _ in range(3)]
    assert [panel["state"] for panel in shown] == ["waiting", "waiting", "failed"]
    assert shown[2]["headline"].startswith("2 of your runs are waiting or training")
    assert tab.start(given(tab) | {tab.visitor: "f" * 32})[tab.panel]["state"] == "waiting"
    assert [job.visitor for job in list_jobs(tab.models.runs)] == ["f" * 32, VISITOR, VISITOR]


def test_pasted_text_is_kept_in_the_visitors_folder(tab):
    selected = tab.corpus.selection(given(tab, source=PASTE_CHOICE, pasted="One\nTwo"))
    folder = tab.models.runs / ".visitors" / VISITOR
    assert selected.paths[0].is_relative_to(folder) and folder.stat().st_mode & 0o777 == 0o700
    parsed = tab.corpus.parsed_selection(given(tab, source=PASTE_CHOICE, pasted="One\nTwo"))
    assert parsed.paths[0].is_relative_to(folder)


def test_too_much_pasted_text_is_refused_and_not_cut(tmp_path):
    tab = build(tmp_path, upload_mb=1)
    shown = tab.corpus.show_preview(given(tab, source=PASTE_CHOICE, pasted="é" * 2**20))
    assert shown[tab.corpus.notice]["headline"] == "This page takes up to 1 MB at once; this is 2 MB."
    assert not (tab.models.runs / ".visitors").exists()


def test_a_visitor_who_has_stored_too_much_is_told(tmp_path):
    tab = build(tmp_path, disk_mb_each=1)
    (visitor_folder(tab.models.runs, VISITOR) / "a").write_bytes(bytes(2**20 + 1))
    shown = tab.corpus.show_preview(given(tab, source=PASTE_CHOICE, pasted="One"))
    assert shown[tab.corpus.notice]["headline"].startswith("You have stored 1 MB on this page")
    assert tab.start(given(tab))[tab.panel]["headline"].startswith("You have stored 1 MB on this page")
    assert list_jobs(tab.models.runs) == []


def test_on_a_public_page_a_download_is_anonymous_and_bounded(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(corpus_picker, "download_confined", lambda *args: asked.append(args) or [tmp_path / "a.csv"])
    monkeypatch.setattr(corpus_picker, "download", None)
    tab = build(tmp_path, public=True, upload_mb=5, reading_mb=99)
    values = {tab.corpus.data_set: "owner/titles", tab.corpus.visitor: VISITOR}
    assert list(tab.corpus.download(values))[-1][tab.corpus.downloaded] == [str(tmp_path / "a.csv")]
    ((corpus, folder, _, most_mb, memory_mb),) = asked
    assert (corpus.name, most_mb, memory_mb) == ("owner/titles", 5, 99)
    assert folder.is_relative_to(tab.models.runs / ".visitors" / VISITOR / "downloaded")
