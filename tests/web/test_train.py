"""The Train tab's handlers, called as Gradio calls them, without a browser and without a run."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path

import gradio as gr
import pytest
from gradio.context import LocalContext

from headline.commands.progress_bar import _result
from headline.errors import CorpusError, HeadlineError, SettingError
from headline.model.config import ModelConfig
from headline.model.storage.checkpoint_files import META
from headline.runs.job import Status, list_jobs
from headline.runs.limits import Limits
from headline.runs.trash import MINUTES
from headline.runs.visitors import visitor_folder
from headline.share.archive import pack
from headline.training.duration.speed import correct_factor
from headline.web import parsed_corpus
from headline.web.models import BUNDLED_ID, Models
from headline.web.tabs import train
from headline.web.tabs.corpus_picker import PASTE_CHOICE, SAMPLE_CHOICE, UPLOAD_CHOICE
from headline.web.tabs.run_view import describe, figures, verdict
from headline.web.tabs.settings_form import NOTHING_ID
from headline.web.tabs.train import TrainTab
from headline.web.tabs.train_parts import public_data_set
from headline.web.tabs.train_parts.limits_line import limits_line
from headline.web.tabs.train_parts.newest_runs import NewestRuns
from headline.web.tabs.train_parts.where import where_to_train
from headline.web.tabs.write import WriteTab
from tests.tiny import headlines, random_checkpoint

VISITOR = "0123456789abcdef" * 2


PASTED = "\n".join(["One title here", "Two more titles", "Three", *headlines(20)])


def build(folder: Path, **limits: int) -> TrainTab:
    random_checkpoint().save(folder / "bundled")
    sample = folder / "sample.csv"
    sample.write_text("\n".join(["headline", "Museum opens late", "Council backs plan", *headlines(20)]))
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
    values |= {tab.write.model: BUNDLED_ID, tab.mine: ["older"], tab.job_id: None, tab.visitor: VISITOR}
    values |= dict.fromkeys([tab.own.model, tab.own.new_name, tab.own.unpack_button, tab.own.deleted, tab.write.chosen])
    parts = {
        "source": tab.corpus.source,
        "files": tab.corpus.files,
        "pasted": tab.corpus.pasted,
        "column": tab.corpus.how.column,
        "language": tab.corpus.how.language,
        "preset": tab.settings.preset,
        "start_from": tab.settings.start_from,
        "job_id": tab.job_id,
        "model": tab.own.model,
        "deleted": tab.own.deleted,
        "written": tab.write.model,
        "chosen": tab.write.chosen,
        "new_name": tab.own.new_name,
        "zip": tab.own.unpack_button,
    } | tab.settings.fields
    return values | {parts[name]: value for name, value in changes.items()}


@contextmanager
def within_a_handler() -> Iterator[None]:
    """As Gradio calls it: components made within are updates, which have no attributes but their arguments."""
    token = LocalContext.in_event_listener.set(True)
    try:
        yield
    finally:
        LocalContext.in_event_listener.reset(token)


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
        tab.options(values | {tab.corpus.how.column: "price"})


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
    assert shown.keys() == {tab.panel, tab.stop_button} and shown[tab.panel]["headline"].startswith(sentence)
    assert not shown[tab.stop_button].visible and shown[tab.panel]["show"]
    assert list(tab.offer(given(tab, **changes)))[-1][tab.estimated]["text"].startswith(sentence)


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
        folder = tab.models.runs / "new"

        def status(self) -> Status:
            return Status("waiting", "waiting", "", {}, [], {}, {}, 1)

    FakeJob.folder.mkdir()
    monkeypatch.setattr(train, "start_run", lambda *args, **named: started.append((args, named)) or FakeJob())
    values = given(tab, source=PASTE_CHOICE, pasted=PASTED, epochs=2)
    shown = tab.start(values)
    (((options, runs), named),) = started
    assert (options.settings.epochs, options.name, options.compare) == (2, "Pasted", True)
    assert options.samples[:2] == ("One title", "Two more") and len(options.read_corpus().headlines) == 23
    assert runs == tab.models.runs and named["keep_files"]
    assert shown[tab.mine] == ["older", "new"] and shown[tab.job_id] == "new" and shown[tab.timer].active


def test_too_few_titles_are_refused_before_a_run_and_after_others_are_pasted_that_is_said_no_more(tab, measured):
    few = given(tab, source=PASTE_CHOICE, pasted="One title here\nTwo more titles\nThree")
    said = "3 headlines are too few to train on: give at least 20, better 1,000."
    (offered,) = tab.offer(few)
    assert offered[tab.start_button] == "Train" and offered[tab.estimated]["text"] == said
    assert said in str(tab.corpus.show_preview(few)[tab.corpus.preview])
    tab.press_start()
    assert tab.start(few)[tab.panel]["headline"] == said
    cleared, offered = tab.offer(given(tab, source=PASTE_CHOICE, pasted=PASTED))
    assert cleared == {tab.panel: {}} and offered[tab.start_button].startswith("Train on 23 titles, ")
    assert tab.follow(given(tab)).keys() == {tab.timer}, "the next look at the run does not bring it back"
    assert all(tab.panel not in shown for shown in tab.offer(few)), "a run that was not refused stays in view"
    tab.press_start()
    tab.start(few)
    (told,) = tab.offer(given(tab, source=UPLOAD_CHOICE))
    assert told[tab.panel]["headline"] == "Choose a file of headlines first.", "what is wrong now"
    tab.press_start()
    assert tab.follow(given(tab))[tab.panel]["headline"] == "Starting…"


def test_without_files_nothing_is_said_to_be_found(tab):
    shown = tab.corpus.show_preview(given(tab, source=UPLOAD_CHOICE))
    assert shown[tab.corpus.how.column].choices == [("Found out", "")]
    assert shown[tab.corpus.how.language].choices[0] == ("Found out", "auto")


def test_a_run_that_was_deleted_is_no_longer_followed(tab):
    shown = tab.follow(given(tab, job_id="gone"))
    assert shown[tab.panel]["headline"] == "This run has been deleted." and not shown[tab.timer].active
    assert tab.follow(given(tab)).keys() == {tab.timer}


def test_a_run_that_has_ended_is_followed_by_its_model_and_a_batch_size_that_may_do(tab, monkeypatch):
    random_checkpoint().save(tab.models.runs / "run" / "model")
    (tab.models.runs / "run" / "job.json").write_text('{"name": "R", "files": [], "started": "2026", "pid": null}')
    ended = Status("failed", "", "Out of memory.", {}, [], {}, {}, suggested_settings={"batch_size": 16})
    monkeypatch.setattr("headline.runs.job.Job.status", lambda self: ended)
    shown = tab.follow(given(tab, job_id="run") | {tab.mine: ["run"]})
    assert shown[tab.write.model].value == "run" and shown[tab.settings.fields["batch_size"]] == 16
    assert not shown[tab.timer].active and ("R (2026)", "run") in shown[tab.settings.start_from].choices
    assert tab.resume(given(tab) | {tab.mine: ["run"]})[tab.panel]["headline"] == "Out of memory."


def test_a_model_is_uploaded_renamed_deleted_and_brought_back(tab, tmp_path):
    own = tab.own
    archive = pack(random_checkpoint().save(tmp_path / "mine"), tmp_path)
    shown = own.unpack(given(tab, zip=str(archive)))
    id_ = shown[own.mine][-1]
    assert shown[own.written_with].value == id_ and (id_, id_) in shown[own.model].choices
    assert own.show_choice(id_)[own.pack_button].interactive and not own.show_choice(None)[own.pack_button].interactive
    assert own.show_choice(id_)[own.web_button].interactive and "index.html" in own.tell_web_folder()[own.told]["text"]
    unfit = random_checkpoint("notebook").save(tab.models.runs / "unfit")
    assert not own.show_choice("unfit")[own.web_button].interactive
    (unfit / META).write_text("{}")
    assert not own.show_choice("unfit")[own.web_button].interactive
    shutil.rmtree(unfit)
    shown = own.rename(given(tab, model=id_, new_name=" Mine "))
    assert ("Mine", id_) in shown[own.model].choices and "Mine" in str(shown[own.table])
    assert tab.models.name(id_) == "Mine"
    asked = own.ask(id_)
    assert (
        asked[own.asking].visible
        and f"Delete “Mine”? You can undo it for {MINUTES} minutes." in asked[own.told]["text"]
    )
    assert tab.models.exists(id_) and not own.keep()[own.asking].visible
    shown = own.delete(given(tab, model=id_, written=id_) | {own.mine: [id_]})
    assert shown[own.mine] == [] and shown[own.written_with].value == BUNDLED_ID and not shown[own.model].choices
    assert shown[own.undo_button].visible and shown[own.deleted] == [id_, True]
    assert shown[own.told]["text"] == "“Mine” was deleted. The Write tab uses the bundled model again."
    shown = own.undo(given(tab, deleted=[id_, True]) | {own.mine: []})
    assert shown[own.written_with].value == id_ and shown[own.model].value == id_
    assert shown[own.told]["text"] == "“Mine” is back, and chosen in the Write tab."
    assert shown[own.mine] == [id_] and ("Mine", id_) in shown[own.model].choices and tab.models.exists(id_)
    assert "is gone" in own.undo(given(tab, deleted=["other", False]))[own.told]["text"]
    (tmp_path / "bad.zip").write_bytes(b"no zip")
    assert "holds no whole model" in own.unpack(given(tab, zip=str(tmp_path / "bad.zip")))[own.panel]["headline"]


def test_the_first_row_the_column_and_the_encoding_are_found_out_or_said(tab, tmp_path):
    corpus = tab.corpus
    values = given(tab, source=UPLOAD_CHOICE, files=upload(tmp_path, "Museum opens late,1\nCouncil backs plan,2\n"))
    shown = corpus.show_preview(values)
    assert shown[corpus.how.no_header].value is True
    assert shown[corpus.how.column].choices == [("Found: 1", ""), ("1", "1"), ("2", "2")]
    assert tab.options(values)[0].read_corpus().headlines == ["Museum opens late", "Council backs plan"]
    said = values | {corpus.how.header_asked: True}
    assert corpus.show_preview(said)[corpus.how.no_header].value is False
    assert tab.options(said)[0].read_corpus().headlines == ["Council backs plan"]
    assert tab.options(values | {corpus.how.column: "2"})[0].read_corpus().headlines == ["1", "2"]
    assert corpus.how.forget()[corpus.how.header_asked] is None
    (tmp_path / "titles.csv").write_bytes("title,url\nПривет всем,x\n".encode("koi8-r"))
    for encoding, first in (("koi8-r", "Привет всем"), ("cp1251", "рТЙЧЕФ ЧУЕН")):
        assert tab.options(values | {corpus.how.encoding: encoding})[0].read_corpus().headlines == [first]
    assert "no encoding “klingon”" in str(corpus.show_preview(values | {corpus.how.encoding: "klingon"})[corpus.notice])


def test_pasted_cells_of_a_table_can_be_chosen_from(tab):
    corpus = tab.corpus
    values = given(tab, source=PASTE_CHOICE, pasted="Museum opens late\t7\nCouncil backs plan\t8\n")
    assert corpus.show_preview(values)[corpus.how.group].visible
    assert tab.options(values)[0].read_corpus().headlines == ["Museum opens late", "Council backs plan"]
    plain = corpus.show_preview(given(tab, source=PASTE_CHOICE, pasted="Museum opens late\nCouncil backs plan\n"))
    assert not plain[corpus.how.group].visible


def test_another_model_stays_chosen_when_one_is_deleted(tab, tmp_path):
    random_checkpoint().save(tab.models.runs / "one")
    shown = tab.own.delete(given(tab, model="one", written="two"))
    assert "value" not in shown[tab.own.written_with].constructor_args
    assert "Write tab" not in shown[tab.own.told]["text"]


def test_the_language_that_was_found_can_be_changed(tab):
    pasted = given(tab, source="Pasted lines", pasted="Der Rat stimmt für den Plan\nDie Bank senkt den Zins")
    found = tab.corpus.show_preview(pasted)[tab.corpus.how.language]
    assert found.choices[0] == ("Found: German", "auto") and ("Turkish", "tr") in found.choices
    assert tab.options(pasted)[0].settings.language == "auto"
    changed = pasted | {tab.corpus.how.language: "tr"}
    assert tab.options(changed)[0].settings.language == "tr"
    shown = tab.corpus.show_preview(changed)
    assert "Language: Turkish, as you say; the titles look like German." in str(shown[tab.corpus.preview])
    refused = tab.corpus.show_preview(pasted | {tab.corpus.how.language: "no language"})
    assert "language must be" in refused[tab.corpus.notice]["headline"]


def test_a_page_whose_model_was_deleted_elsewhere_hears_of_it(tab):
    write = tab.write
    gone = write.check_model("deleted", [])
    assert gone[write.model].value == BUNDLED_ID and "has been deleted" in gone[write.told]["text"]
    assert write.model not in write.check_model(BUNDLED_ID, [])
    assert "has been deleted" in write.refresh_models("deleted", [])[write.told]["text"]
    settings = {write.box: {"text": "a"}, write.number: 1, write.temperature: 1, write.words: 0, write.mine: []}
    (shown,) = write.finish(settings | {write.model: "deleted"})
    assert shown[write.model].value == BUNDLED_ID and shown[write.finished]["items"] == []
    refused = tab.start(given(tab, start_from="deleted"))
    assert refused[tab.panel]["headline"].startswith("The model to start from has been deleted")
    assert "has been deleted" in tab.own.rename(given(tab, model="deleted", new_name="x"))[tab.own.told]["text"]


def test_the_model_that_was_chosen_is_chosen_after_a_reload(tab):
    random_checkpoint().save(tab.models.runs / "mine")
    assert tab.write.choose_model("mine")[tab.write.chosen] == "mine"
    assert tab.write.refresh_models("mine", [])[tab.write.model].value == "mine"
    for stored in ("", None, 7, "../x"):
        assert tab.write.refresh_models(stored, [])[tab.write.model].value == BUNDLED_ID


def test_the_source_shows_its_own_fields(tab):
    shown = tab.corpus.show_source(UPLOAD_CHOICE)
    visible = {component for component, update in shown.items() if update.visible}
    assert visible == {tab.corpus.upload_group, tab.corpus.how.group}
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


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """A machine whose speed is known."""
    monkeypatch.setenv("HEADLINE_CACHE", str(tmp_path / "cache"))
    correct_factor(1.0, 1.0)


def test_the_start_button_says_what_it_will_do(tab, measured):
    (shown,) = tab.offer(given(tab))
    assert re.fullmatch(r"Train on 22 titles, (a few|about \d+) seconds", shown[tab.start_button])
    said = shown[tab.estimated]["text"]
    assert (
        said.startswith("4 passes over your titles on ")
        and " It goes on if you close this page." in said
        and said.endswith(" MB of memory.")
        and " numbers (its parameters) and takes about " in said
    )
    (patient,) = tab.offer(given(tab, patience=2))
    assert "It ends earlier if it stops getting better, and goes on if" in patient[tab.estimated]["text"]
    titles = [title for title, _ in shown[tab.settings.preset].choices]
    assert len(titles) == 4 and all(" · " in title for title in titles)
    (longer,) = tab.offer(given(tab, epochs=100_000))
    assert "hour" in longer[tab.start_button] or "minutes" in longer[tab.start_button]


def test_the_speed_is_measured_once_and_meanwhile_the_page_says_so(tab, tmp_path, monkeypatch):
    monkeypatch.setenv("HEADLINE_CACHE", str(tmp_path / "none"))
    monkeypatch.setattr(train, "machine_factor", lambda: 1.0)
    first, second = tab.offer(given(tab))
    assert first[tab.start_button] == "Train on 22 titles" and "being measured" in first[tab.estimated]["text"]
    assert second[tab.start_button].startswith("Train on 22 titles, ")


def test_a_machine_that_cannot_be_measured_still_trains(tab, tmp_path, monkeypatch):
    monkeypatch.setenv("HEADLINE_CACHE", str(tmp_path / "none"))

    def fails():
        raise HeadlineError("Too busy.")

    monkeypatch.setattr(train, "machine_factor", fails)
    *_, last = tab.offer(given(tab))
    assert last[tab.start_button] == "Train on 22 titles" and last[tab.estimated]["text"] == "Too busy."


class Stopped:
    def __init__(self):
        self.times = 0

    def stop(self):
        self.times += 1


def test_a_press_on_stop_before_the_run_is_there_is_not_lost():
    newest, older, job = NewestRuns(), Stopped(), Stopped()
    newest.pressed_start("page")
    newest.pressed_stop("page", older)  # the run that the page showed before is not meant
    newest.added("page", job)
    assert (job.times, older.times) == (1, 0)
    newest.pressed_stop("page", job)
    assert job.times == 2


def test_a_press_on_stop_means_this_pages_run():
    newest, mine, other = NewestRuns(), Stopped(), Stopped()
    newest.pressed_start("page")
    newest.added("page", mine)
    newest.pressed_stop("page", None)  # the page has not heard of its run yet
    newest.pressed_stop("another page", other)  # which follows a run that it did not start
    assert (mine.times, other.times) == (1, 1)


def test_a_press_on_stop_for_a_run_that_was_refused_does_not_stop_the_next():
    newest, job = NewestRuns(), Stopped()
    newest.pressed_start("page")
    newest.pressed_stop("page", None)
    newest.refused("page", {})
    newest.pressed_start("page")
    newest.added("page", job)
    assert job.times == 0


def test_after_a_refusal_stop_means_the_run_that_is_shown():
    newest, shown = NewestRuns(), Stopped()
    newest.pressed_start("page")
    newest.refused("page", {})
    newest.pressed_stop("page", shown)
    assert shown.times == 1


def test_from_the_press_on_start_no_other_run_is_shown(tab, monkeypatch):
    for id_ in ("other", "mine"):
        (tab.models.runs / id_).mkdir()
        (tab.models.runs / id_ / "job.json").write_text('{"name": "R", "files": [], "started": "2026", "pid": null}')
    monkeypatch.setattr(
        "headline.runs.job.Job.status", lambda self: Status("failed", "", f"This is {self.id}.", {}, [], {}, {})
    )
    ticks = given(tab, job_id="other")  # at home everybody sees what goes on
    assert tab.follow(ticks)[tab.panel]["headline"] == "This is other."
    assert tab.press_start()[tab.panel]["headline"] == "Starting…"
    said = tab.follow(ticks)
    assert said.keys() == {tab.panel} and said[tab.panel]["headline"] == "Starting…" and "show" not in said[tab.panel]
    tab.newest.added("", tab.models.job("mine"))
    assert tab.follow(ticks)[tab.panel]["headline"] == "This is mine."  # before the page has heard of its id, too
    tab.press_start()
    refused = tab.start(given(tab, learning_rate=0, job_id="other"))[tab.panel]
    said = tab.follow(ticks)
    assert said[tab.panel] == refused and "learning_rate" in refused["headline"] and not said[tab.timer].active


def test_stop_is_live_only_while_there_is_something_to_stop(tab, monkeypatch):
    (tab.models.runs / "run").mkdir()
    (tab.models.runs / "run" / "job.json").write_text('{"name": "R", "files": [], "started": "2026", "pid": null}')
    states = {"running": True, "waiting": True, "done": False, "failed": False, "stopped": False}
    for state, live in states.items():
        status = Status(state, "training", "", {}, [], {}, {})
        monkeypatch.setattr("headline.runs.job.Job.status", lambda self, status=status: status)
        button = tab.follow(given(tab, job_id="run"))[tab.stop_button]
        assert button.visible == live and button.value == "Stop and keep the best"
    assert not tab.stop_button.visible
    (tab.models.runs / "run" / "stop").touch()
    button = tab.follow(given(tab, job_id="run"))[tab.stop_button]
    assert button.value == "Stopping…" and not button.interactive


def test_it_says_that_a_model_is_chosen_only_when_it_is(tab):
    folder = tab.models.runs / "run"
    random_checkpoint().save(folder / "model")
    (folder / "job.json").write_text('{"name": "R", "files": [], "started": "2026", "pid": null}')
    (folder / "progress.jsonl").write_text('{"event": "done", "stopped": false, "metrics": {}}\n')
    followed = tab.follow(given(tab, job_id="run") | {tab.mine: ["run"]})
    assert followed[tab.write.model].value == "run" and followed[tab.chosen]["text"] == "It is chosen in the Write tab."
    foreign = tab.follow(given(tab, job_id="run") | {tab.mine: []})  # somebody else's run does not change my model
    assert tab.write.model not in foreign and "another model" in foreign[tab.chosen]["text"]
    told = tab.tell_chosen(given(tab, job_id="run", written=BUNDLED_ID))
    assert "another model" in told[tab.chosen]["text"] and told[tab.use_button] == "Choose it and write"
    assert tab.use(given(tab, job_id="run") | {tab.mine: ["run"]}).value == "run"
    assert not tab.tell_chosen(given(tab, job_id="gone"))[tab.use_row].visible
    assert "Write tab" not in str(followed[tab.panel])


def test_a_reload_shows_the_list_the_settings_and_the_run(tab, monkeypatch):
    monkeypatch.setattr(train, "start_run", lambda *args, **named: started(args, named))

    def started(args, named):
        folder = tab.models.runs / "run"
        folder.mkdir()
        job = {"name": "R", "files": [], "started": "2026", "visitor": named["visitor"]}
        (folder / "job.json").write_text(json.dumps(job))
        return train.Job(folder)

    text = PASTED
    values = given(tab, source=PASTE_CHOICE, pasted=text, preset="quick", start_from=NOTHING_ID, epochs=4, units=96)
    tab.start(values)
    with within_a_handler():
        shown = tab.resume(given(tab) | {tab.mine: ["run"]})
    assert shown[tab.corpus.source] == PASTE_CHOICE and shown[tab.corpus.pasted] == text
    assert (
        shown[tab.settings.preset] == "quick" and shown[tab.settings.start_from].constructor_args["value"] == NOTHING_ID
    )
    values = [shown[tab.settings.fields[name]].constructor_args["value"] for name in ("epochs", "units")]
    assert values == [4, 96]
    assert shown[tab.job_id] == "run" and shown[tab.timer].constructor_args["active"]
    assert shown[tab.stop_button].constructor_args["visible"]
    (tab.models.runs / "run" / "form.json").write_text("{")
    assert tab.corpus.source not in tab.resume(given(tab) | {tab.mine: ["run"]})


def test_a_reload_forgets_files_that_are_gone(tab, tmp_path):
    here = upload(tmp_path)
    form = {"source": UPLOAD_CHOICE, "files": [*here, str(tmp_path / "gone.csv")], "column": "title", "pasted": ""}
    shown = tab.corpus.restored(form, VISITOR)
    assert shown[tab.corpus.files] == here and shown[tab.corpus.how.column].value == "title"
    kept = tab.corpus.forget_for({tab.corpus.files: here, tab.corpus.read: shown[tab.corpus.read]})
    assert kept == {tab.corpus.read: here}  # what was said of them still holds
    other = tab.corpus.forget_for({tab.corpus.files: ["other"], tab.corpus.read: here})
    assert other[tab.corpus.how.column].value == "" and other[tab.corpus.read] == ["other"]
    assert tab.corpus.restored({"source": "no such"}, VISITOR) == {}


def test_a_public_page_states_its_limits_first(monkeypatch):
    monkeypatch.setenv("HEADLINE_PUBLIC", "1")
    said = limits_line(Limits.from_environment())
    for part in ("100,000 titles", "50 MB", "20 passes", "20 minutes", "deleted 24 hours after"):
        assert part in said
    monkeypatch.setenv("HEADLINE_MAX_HOURS", "0")
    assert "deleted" not in limits_line(Limits.from_environment())
    assert limits_line(Limits()) == ""


def status(**changes) -> Status:
    values = dict(state="done", stage="", message="", progress={}, history=[], metrics={"headlines": 90}, corpus={})
    return Status(**values | changes)


def test_the_verdict_is_one_plain_sentence():
    saved = {"this": 0.784, "bundled": 0.381, "ngram": 0.7, "headlines": 90}
    said, measured = verdict(status(compared=saved))
    assert said == "With this model you press 78 % fewer keys on titles like yours; with the bundled one 38 %."
    assert measured == "Measured by typing 90 of your titles that it did not learn from."
    worse, rough = verdict(status(compared=saved | {"this": 0.3, "headlines": 12}))
    assert "it has not become better" in worse and "30 %" in worse and "so few that" in rough
    assert verdict(status()) == []  # stopped before it was compared
    unmeasured = verdict(status(metrics={}))
    assert "learnt from all of your titles" in unmeasured[0] and "longer list" in unmeasured[1]
    for others in ({"state": "running"}, {"state": "stopped"}, {"message": "The run was killed."}):
        assert verdict(status(metrics={}, **others)) == []


def test_the_perplexity_is_the_same_everywhere(tab):
    metrics = {"headlines": 90, "perplexity": 61.74, "top5": 0.5}
    replace(random_checkpoint(), metrics={"test": metrics}).save(tab.models.runs / "mine")
    places = [
        " ".join(figures(status(metrics=metrics))),
        tab.models.describe("mine"),
        str(tab.own.compare([])),
        _result({"model": "m", "stopped": False, "metrics": metrics}),
    ]
    for said in places:
        assert re.search(r"\b62\b", said), said


def test_every_term_of_the_figures_is_explained_on_the_spot():
    shown = describe(status(metrics={"headlines": 90, "perplexity": 61.74, "top5": 0.5}))
    assert {term for term, _ in shown["terms"]} >= {"Loss", "Perplexity", "Counts alone", "Right word among five"}
    assert all(meaning.endswith(".") for _, meaning in shown["terms"])


def test_a_running_run_says_what_happens_and_how_long():
    now = dict(
        epoch=2,
        epochs=8,
        step=5,
        steps=10,
        loss=5.0,
        validation_loss=None,
        words_per_second=9.0,
        seconds=20.0,
        seconds_left=60.0,
        epoch_ended=False,
    )
    said = describe(status(state="running", stage="training", progress=now, curve=[now], seconds_left=60.0))
    assert said["headline"] == "Training: pass 2 of 8 over your titles · about 1 minute left" and said["share"] == 0.25
    said = describe(status(state="running", stage="measuring", progress=now, seconds_left=4.0))
    assert said["headline"] == "Measuring, on titles that it did not learn from · a few seconds left"
    said = describe(status(state="running", stage="starting", seconds_left=40.0))
    assert said["headline"] == "Getting ready: the training library is being loaded · about 40 seconds left"
    said = describe(status(state="running", stage="reading"))
    assert said["headline"] == "Reading your titles…" and said["share"] == 0.0


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
    monkeypatch.setattr(public_data_set, "download_confined", lambda *args: asked.append(args) or [tmp_path / "a.csv"])
    monkeypatch.setattr(public_data_set, "download", None)
    tab = build(tmp_path, public=True, upload_mb=5, reading_mb=99)
    values = {tab.corpus.public.name: "owner/titles", tab.corpus.visitor: VISITOR}
    assert list(tab.corpus.download(values))[-1][tab.corpus.public.downloaded] == [str(tmp_path / "a.csv")]
    ((corpus, folder, _, most_mb, memory_mb),) = asked
    assert (corpus.name, most_mb, memory_mb) == ("owner/titles", 5, 99)
    assert folder.is_relative_to(tab.models.runs / ".visitors" / VISITOR / "downloaded")


def test_machines_of_hugging_face_are_offered_to_whose_token_it_is_and_to_no_visitor(tmp_path, monkeypatch):
    token = [None]
    monkeypatch.setattr("huggingface_hub.get_token", lambda: token[0])
    tab = build(tmp_path)
    values = given(tab)
    assert not tab.where.visible
    with pytest.raises(SettingError, match="trains on its own machine only"):
        tab.options(values | {tab.where: "t4-small"})
    token[0] = "hf_of_owner"
    assert where_to_train(Limits()).visible and not where_to_train(Limits(public=True)).visible
    assert tab.options(values | {tab.where: "t4-small"})[0].flavor == "t4-small"
    assert tab.options(values)[0].flavor == ""
    with pytest.raises(SettingError, match="no hardware called abacus"):
        tab.options(values | {tab.where: "abacus"})
    (offered,) = tab.offer(values | {tab.where: "t4-small"})
    assert offered[tab.start_button] == "Train on t4-small of Hugging Face"


def test_every_field_has_a_label(tab):
    """One that is made while events are wired has none, and would be shown at the end of the page."""
    page = tab.start_button.parent
    fields = [block for block in page.blocks.values() if isinstance(block, gr.components.FormComponent)]
    fields = [field for field in fields if not isinstance(field, gr.State | gr.BrowserState | gr.Timer | gr.HTML)]
    assert len(fields) > 20 and [field for field in fields if field.visible and not field.label] == []
