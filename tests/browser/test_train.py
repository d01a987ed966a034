"""What a person does on the Train tab: bring headlines, train, watch, stop, type with the result, keep models."""

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, Locator, Page, expect

from headline.share.archive import pack
from tests.browser.box import BOX, expect_rows
from tests.browser.conftest import served
from tests.browser.test_accessibility import violations
from tests.tiny import headlines, random_checkpoint

pytestmark = pytest.mark.save_data
RUN_SECONDS = 180_000  # milliseconds at most, for a run of a few epochs on two busy cores
SAID = "#run .run-headline"


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def setting(page: Page, name: str) -> Locator:
    """A field of the settings, which are folded away and then not in the page at all."""
    field = page.locator(f"#setting-{name} input")
    if not field.count():
        page.locator("#settings button").first.click()
    return field


def set_number(page: Page, name: str, value: int) -> None:
    field = setting(page, name)
    field.fill(str(value))
    field.press("Tab")


def violations_of_ours(page: Page) -> list[str]:
    """The parts that break a rule, without Gradio's own: its field of files has a button in a button, and small ones."""
    return [part for parts in violations(page).values() for part in parts if "svelte-" not in part]


def bring(page: Page, *files: Path) -> None:
    open_tab(page, "Train")
    page.get_by_label("My own files").check()
    page.locator("#files input[type=file]").set_input_files(list(files))


def council(folder: Path, count: int = 100) -> Path:
    titles = folder / "titles.csv"
    lines = [f"{i},Council {w} plan for park number {i}" for i in range(count) for w in ("backs", "drops")]
    titles.write_text("\n".join(["id,title", *lines]))
    return titles


def running_job(runs: Path) -> dict:
    """What the newest run's folder says."""
    return json.loads(max(runs.glob("*/job.json")).read_text())


@pytest.fixture
def public(browser: Browser, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """An app of its own, open to everybody: its address, and its folder of runs."""
    with served(tmp_path, HEADLINE_PUBLIC="1", HEADLINE_MAX_UPLOAD_MB="1", HEADLINE_MAX_EPOCHS="7") as url:
        yield url, tmp_path / "runs"


@pytest.mark.save_data(False)  # the engine takes up the new model
def test_from_an_upload_to_typing_with_the_result(page: Page, tmp_path: Path):
    bring(page, council(tmp_path))
    preview = page.locator("#preview")
    expect(preview).to_contain_text("200 headlines")
    expect(preview).to_contain_text("council 200")
    assert preview.locator("tbody tr, tr").filter(has_text="Council").count() == 20
    # The time is there before one asks, also that of the other presets.
    expect(page.locator("#start")).to_have_text(
        re.compile(r"^\s*Train on 200 titles, (about \d+ \w+|a few seconds)\s*$"), timeout=RUN_SECONDS
    )
    expect(page.locator("#preset")).to_contain_text(re.compile(r"Quick try · (about \d+ \w+|a few seconds)"))
    page.get_by_label("Quick try").check()
    expect(setting(page, "epochs")).to_have_value("3")
    expect(page.locator("#estimated")).to_contain_text("3 passes over your titles")
    expect(page.locator("#stop")).to_have_count(0)  # there is nothing to stop
    page.click("#start")
    said = page.locator(SAID)
    expect(said).not_to_be_empty()
    expect(said).to_be_in_viewport()
    expect(page.locator("#stop")).to_be_in_viewport()
    expect(said).to_contain_text("pass 1 of 3", timeout=RUN_SECONDS)
    # Typing goes on meanwhile, and a page that is opened again finds the run, its list and its settings.
    open_tab(page, "Write")
    page.locator(BOX).fill("the gov")
    expect_rows(page, 'row.startsWith("the gov")')
    page.reload()
    open_tab(page, "Train")
    expect(page.get_by_label("My own files")).to_be_checked()
    expect(page.locator("#files")).to_contain_text("titles")
    expect(page.locator("#preview")).to_contain_text("200 headlines")
    expect(page.get_by_label("Quick try")).to_be_checked()
    expect(setting(page, "epochs")).to_have_value("3")
    expect(said).to_contain_text("Done.", timeout=RUN_SECONDS)
    expect(page.locator("#stop")).to_have_count(0)
    run = page.locator("#run")
    verdict = r"With this model you press \d+ % fewer keys on titles like yours; with the bundled one \d+ %\."
    expect(run.locator(".run-said")).to_have_text(re.compile(verdict))
    expect(run.locator(".run-samples li").first).to_contain_text("Council")  # beginnings of this list
    expect(run.locator("svg")).not_to_be_visible()
    run.locator("summary").click()
    assert run.locator("tbody tr").count() == 3
    for curve in ("loss", "held", "baseline"):
        assert run.locator(f"polyline.{curve}").get_attribute("points")
        expect(run.locator(f"text.{curve}")).to_contain_text(re.compile(r"\d\.\d\d"))  # its name, beside it
    expect(run.locator("dl")).to_contain_text("Perplexity")
    perplexity = re.search(r"Perplexity ([\d.,]+),", run.inner_text())[1]
    expect(page.locator("#chosen")).to_have_text("It is chosen in the Write tab.")
    assert violations_of_ours(page) == []
    page.click("#use")
    expect(page.locator("#model input")).to_have_value(re.compile("^titles"))
    expect(page.locator("#about-model")).to_contain_text("200 headlines · ")
    expect(page.locator("#about-model")).to_contain_text(f"perplexity {perplexity}")
    page.locator(BOX).fill("Council backs plan for ")
    expect(page.locator("#headline-list .words").first).to_contain_text("park")
    choose(page, "#model", "Bundled model")
    open_tab(page, "Train")
    expect(page.locator("#chosen")).to_have_text("The Write tab uses another model.")
    page.click("#use")
    expect(page.locator("#about-model")).to_contain_text("200 headlines")
    page.reload()  # what came of it can be read again later, and the model is still chosen
    expect(page.locator("#about-model")).to_contain_text("200 headlines")
    open_tab(page, "Train")
    expect(said).to_contain_text("Done.")
    expect(page.locator("#chosen")).to_have_text("It is chosen in the Write tab.")


def choose(page: Page, field: str, name: str | re.Pattern) -> None:
    """Choose from a dropdown."""
    page.locator(f"{field} input").click()
    page.get_by_role("option", name=name).first.click()


def test_a_press_on_stop_right_after_start_is_not_lost(page: Page, tmp_path: Path):
    bring(page, council(tmp_path))
    set_number(page, "epochs", 50)
    expect(page.locator("#start")).to_contain_text("200 titles")
    # The second click comes as soon as there is a button, long before the run has been added.
    page.evaluate(
        """() => {
          document.querySelector("#start").click();
          const seek = setInterval(() => {
            const stop = document.querySelector("#stop");
            if (stop) { clearInterval(seek); stop.click(); }
          }, 1);
        }"""
    )
    expect(page.locator(SAID)).to_contain_text(re.compile("stopped", re.I), timeout=RUN_SECONDS)
    expect(page.locator("#stop")).to_have_count(0)


def test_a_paste_is_previewed_without_leaving_the_field(page: Page):
    open_tab(page, "Train")
    page.get_by_label("Pasted lines").check()
    page.locator("#pasted textarea").fill("\n".join(f"Museum number {i} opens late" for i in range(40)))
    expect(page.locator("#preview")).to_contain_text("40 headlines")
    expect(page.locator("#start")).to_contain_text("Train on 40 titles")
    page.locator("#pasted textarea").press_sequentially("\nMuseum of keys opens")
    expect(page.locator("#preview")).to_contain_text("41 headlines")
    assert page.evaluate("document.activeElement.closest('#pasted') !== null")  # the field was not left


def test_choosing_a_model_never_changes_the_width(page: Page, runs: Path):
    name = "A very long name of a model that somebody has given to it, " * 2
    random_checkpoint(words=[f"{'w' * 60}{i}" for i in range(20)]).save(runs / "wide")
    (runs / "wide" / "name.txt").write_text(name)
    for width in (1100, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.reload()
        page.locator("#headline-list li").first.wait_for()
        widths = "() => ['main', '#search-box', '#model-row'].map((s) => document.querySelector(s).getBoundingClientRect().width)"
        before = page.evaluate(widths)
        for title in (re.compile("^A very long"), "Bundled model"):
            choose(page, "#model", title)
            expect(page.locator("#about-model")).to_contain_text("words" if title == "Bundled model" else "24 words")
            assert page.evaluate(widths) == before
            assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.save_data(False)  # the engine holds the model that is deleted
def test_another_page_hears_that_its_model_was_deleted(page: Page, runs: Path, app_url: str):
    random_checkpoint().save(runs / "shared")
    (runs / "shared" / "name.txt").write_text("Shared")
    page.reload()
    choose(page, "#model", "Shared")
    expect(page.locator("#about-model")).to_contain_text("16 words")
    other = page.context.new_page()
    errors: list[str] = []
    other.on("pageerror", lambda error: errors.append(str(error)))
    other.goto(app_url)
    choose(other, "#model", "Shared")
    expect(other.locator("#about-model")).to_contain_text("16 words")
    open_tab(page, "Train")
    page.locator("#runs button").first.click()
    choose(page, "#run-choice", "Shared")
    page.click("#delete")
    page.click("#delete-yes")
    expect(page.locator("#own-told")).to_contain_text(
        "“Shared” was deleted. The Write tab uses the bundled model again."
    )
    open_tab(other, "Inside")  # a key would do too, unless the engine in the page answers it
    open_tab(other, "Write")
    other.locator(BOX).fill("the gov")
    expect(other.locator("#model-told")).to_have_text(
        "The model that you wrote with has been deleted. The bundled model answers now."
    )
    expect(other.locator("#model input")).to_have_value("Bundled model")
    expect_rows(other, 'row.startsWith("the gov")')
    assert errors == []
    page.click("#delete-undo")
    expect(page.locator("#own-told")).to_have_text("“Shared” is back, and chosen in the Write tab.")
    expect(page.locator("#model input")).to_have_value("Shared")
    expect(page.locator("#delete")).to_be_enabled()
    expect(page.locator("#compare")).to_contain_text("Shared")


def test_a_run_is_stopped_and_its_best_is_kept_while_another_waits(page: Page, browser: Browser, tmp_path: Path):
    bring(page, council(tmp_path))
    page.get_by_label("Quick try").check()
    expect(setting(page, "epochs")).to_have_value("3")
    set_number(page, "epochs", 50)
    page.click("#start")
    said = page.locator(SAID)
    expect(said).to_contain_text(re.compile("pass [2-9]"), timeout=RUN_SECONDS)  # there is a best to keep
    # Somebody else's run waits for its turn, and says so; stopped, it never begins.
    other = browser.new_context().new_page()
    other.goto(page.url)
    open_tab(other, "Train")
    expect(other.locator(SAID)).to_contain_text("pass")  # at home everybody sees what goes on
    other.get_by_label("Pasted lines").check()
    other.locator("#pasted textarea").fill("\n".join(f"Museum number {i} opens late" for i in range(40)))
    other.click("#start")
    expect(other.locator(SAID)).to_contain_text("place 1", timeout=60_000)
    other.click("#stop")
    expect(other.locator(SAID)).to_contain_text("The run was stopped before there was anything to keep")
    other.context.close()
    page.click("#stop")
    expect(said).to_contain_text("Stopped; the best so far is kept", timeout=RUN_SECONDS)
    open_tab(page, "Write")
    expect(page.locator("#model input")).to_have_value(re.compile("^titles"))
    page.locator(BOX).fill("Council ba")
    expect(page.locator("#headline-list .words").first).to_have_text(re.compile("^Council backs"))


def test_a_run_that_is_killed_is_told_and_harms_nothing(page: Page, runs: Path, tmp_path: Path):
    bring(page, council(tmp_path))
    set_number(page, "epochs", 50)
    page.click("#start")
    said = page.locator(SAID)
    expect(said).to_contain_text("pass 1 of", timeout=RUN_SECONDS)
    os.kill(running_job(runs)["pid"], signal.SIGKILL)
    expect(said).to_contain_text("The run was killed, most likely because memory ran out")
    open_tab(page, "Write")
    page.locator(BOX).fill("the gov")
    expect_rows(page, 'row.startsWith("the gov")')


@pytest.mark.parametrize(
    "name, content, sentence",
    [
        ("prices.csv", b"shop,price\nCorner,12\n", "has no column called headline or title"),
        ("empty.txt", b"", "empty"),
        ("header.csv", b"headline\n", "No headline is left"),
        ("photo.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200), "photo.csv"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_at_once(page: Page, tmp_path: Path, name, content, sentence):
    (tmp_path / name).write_bytes(content)
    bring(page, tmp_path / name)
    said = page.locator("#look .run-headline")
    expect(said).to_contain_text(sentence)
    expect(said).to_contain_text(name)
    assert "Traceback" not in page.locator("body").inner_text()
    assert "words per second" not in page.locator("body").inner_text()


def test_what_is_not_there_yet_is_asked_for(page: Page):
    open_tab(page, "Train")
    page.get_by_label("My own files").check()
    page.click("#start")
    expect(page.locator(SAID)).to_contain_text("Choose a file of headlines first")
    page.get_by_label("Pasted lines").check()
    page.click("#start")
    expect(page.locator(SAID)).to_contain_text("Paste some headlines first")
    page.get_by_label("A public data set").check()
    page.locator("#public textarea, #public input").first.fill("no such thing")
    page.click("#fetch")
    expect(page.locator("#look .run-headline")).to_contain_text("is not the name of a data set")
    page.locator("#pasted").wait_for(state="hidden")
    page.get_by_label("The sample that comes").check()
    set_number(page, "learning_rate", 0)
    page.click("#start")
    expect(page.locator(SAID)).to_contain_text("learning_rate must be above 0")


def test_the_first_row_and_the_column_are_changed_by_keys(page: Page, tmp_path: Path):
    titles = tmp_path / "titles.csv"
    titles.write_text(
        "".join(f"Council backs the plan for park {i},Storm closes school number {i}\n" for i in range(5))
    )
    bring(page, titles)
    heading = page.locator("#preview h3").first
    expect(heading).to_have_text("5 headlines")
    box = page.get_by_label("The first row is a title, not a heading")
    expect(box).to_be_checked()
    box.press("Space")
    expect(heading).to_have_text("4 headlines")
    box.press("Space")
    expect(heading).to_have_text("5 headlines")
    column = page.locator("#column input")
    expect(column).to_have_value("Found: 1")
    column.press("ArrowDown")
    column.fill("2")
    column.press("Enter")
    expect(page.locator("#preview table")).to_contain_text("Storm closes school number 4")
    assert violations_of_ours(page) == []


def test_another_sheet_of_a_workbook_is_chosen(page: Page, tmp_path: Path):
    book = Workbook()
    book.remove(book.active)
    for name, count, words in (("News", 24, "Council backs plan for park"), ("Sport", 21, "Late goal decides match")):
        sheet = book.create_sheet(name)
        for row in ("title", *(f"{words} number {i}" for i in range(count))):
            sheet.append([row])
    book.save(tmp_path / "titles.xlsx")
    bring(page, tmp_path / "titles.xlsx")
    heading, table, start = page.locator("#preview h3").first, page.locator("#preview table"), page.locator("#start")
    field = page.locator("#table input")
    for chosen, count, seen in (
        ("News", 24, "Council backs"),
        ("Sport", 21, "Late goal"),
        ("News", 24, "Council backs"),
    ):
        if field.count():  # the first sheet is read unasked
            choose(page, "#table", chosen)
        expect(heading).to_have_text(f"{count} headlines")
        expect(table).to_contain_text(seen)
        expect(start).to_contain_text(f"Train on {count} titles")
    expect(field).to_have_value("News")
    assert violations_of_ours(page) == []


def test_few_lines_are_refused_until_there_are_more(page: Page):
    open_tab(page, "Train")
    page.get_by_label("Pasted lines").check()
    page.locator("#pasted textarea").fill("One title\nTwo titles\nThree titles")
    expect(page.locator("#preview")).to_contain_text("3 headlines are too few to train on")
    expect(page.locator("#estimated")).to_contain_text("too few to train on")
    page.click("#start")
    expect(page.locator(SAID)).to_contain_text("too few to train on")
    page.locator("#pasted textarea").fill("\n".join(headlines(24)))
    expect(page.locator("#start")).to_contain_text("Train on 24 titles")
    expect(page.locator(SAID)).to_be_hidden()


def test_presets_fill_the_settings_in(page: Page):
    open_tab(page, "Train")
    page.get_by_label("The lesson’s notebook").check()
    expect(setting(page, "units")).to_have_value("100")
    expect(setting(page, "epochs")).to_have_value("30")
    expect(page.locator("#begin")).to_be_hidden()
    page.get_by_label("Best").check()
    expect(page.locator("#begin")).to_be_visible()
    expect(setting(page, "epochs")).to_have_value("6")
    expect(setting(page, "units")).to_be_disabled()  # the bundled model's shape
    page.locator("#begin input").click()
    page.get_by_role("option", name="Random weights", exact=True).click()
    expect(setting(page, "epochs")).to_have_value("8")
    expect(setting(page, "units")).to_be_enabled()


def test_a_model_is_brought_renamed_compared_taken_along_and_deleted(page: Page, tmp_path: Path):
    archive = pack(random_checkpoint().save(tmp_path / "mine"), tmp_path)
    open_tab(page, "Train")
    page.locator("#runs button").first.click()
    page.locator("#runs input[type=file]").set_input_files(archive)
    expect(page.locator(SAID)).to_contain_text("was uploaded. It is chosen in the Write tab.")
    open_tab(page, "Write")
    expect(page.locator("#model input")).to_have_value(re.compile("^model-"))
    open_tab(page, "Train")
    page.locator("#run-choice input").click()
    page.get_by_role("option", name=re.compile("^model-")).click()
    page.locator("#new-name textarea, #new-name input").first.fill("<b>Mine</b>")
    page.click("#rename")
    expect(page.locator("#compare")).to_contain_text("<b>Mine</b>")
    assert page.locator("#compare b").count() == 0
    with page.expect_download() as downloading:
        page.click("#pack")  # the first click, right after the name was changed
    assert downloading.value.suggested_filename == "b-Mine-b.zip"
    with page.expect_download() as downloading:
        page.click("#web-folder")
    assert downloading.value.suggested_filename == "b-Mine-b-web.zip"
    expect(page.locator("#own-told")).to_contain_text("Unpack the zip on any web host")
    assert violations_of_ours(page) == []
    page.click("#delete")
    expect(page.locator("#own-told")).to_contain_text("Delete “<b>Mine</b>”?")
    page.click("#delete-no")
    expect(page.locator("#own-told")).to_have_text("It is kept.")
    page.click("#delete")
    page.click("#delete-yes")
    expect(page.locator("#compare")).not_to_contain_text("<b>Mine</b>")
    open_tab(page, "Write")
    expect(page.locator("#model input")).to_have_value("Bundled model")


def test_in_public_a_visitors_models_are_theirs_alone(browser: Browser, public: tuple[str, Path], tmp_path: Path):
    url, runs = public
    archive = pack(random_checkpoint().save(tmp_path / "mine"), tmp_path)
    mine, theirs = browser.new_context().new_page(), browser.new_context().new_page()
    for page in (mine, theirs):
        page.goto(url)
        page.locator("#headline-list li").first.wait_for()
    open_tab(mine, "Train")
    mine.locator("#runs button").first.click()
    mine.locator("#runs input[type=file]").set_input_files(archive)
    expect(mine.locator(SAID)).to_contain_text("was uploaded")
    assert len(list(runs.glob("*/checkpoint.json"))) == 1
    for page, own in ((mine, 1), (theirs, 0)):
        page.reload()
        page.locator("#headline-list li").first.wait_for()
        page.wait_for_timeout(1000)
        page.locator("#model input").click()
        expect(page.get_by_role("option", name=re.compile("^model-"))).to_have_count(own)
        page.keyboard.press("Escape")
    # Limits are told in a sentence.
    large = tmp_path / "large.txt"
    large.write_text("A long title about the town and its people\n" * 40_000)
    open_tab(theirs, "Train")
    expect(theirs.locator("#limits")).to_contain_text(
        "A run may have 100,000 titles, 1 MB of files, 7 passes and 20 minutes."
    )
    expect(theirs.locator("#limits")).to_contain_text("deleted 24 hours after they were used last")
    theirs.get_by_label("The lesson’s notebook").check()
    expect(setting(theirs, "units")).to_have_value("100")  # the lesson's settings are there now
    expect(setting(theirs, "epochs")).to_have_value("7")
    set_number(theirs, "epochs", 8)
    theirs.click("#start")
    expect(theirs.locator(SAID)).to_contain_text("epochs must be 7 or fewer on this page")
    for page in (mine, theirs):
        page.context.close()
