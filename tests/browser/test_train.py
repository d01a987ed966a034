"""What a person does on the Train tab: bring headlines, train, watch, stop, type with the result, keep models."""

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from headline.share.archive import pack
from tests.browser.box import BOX, expect_rows
from tests.browser.conftest import served
from tests.browser.test_accessibility import violations
from tests.tiny import random_checkpoint

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


def test_from_an_upload_to_typing_with_the_result(page: Page, tmp_path: Path):
    bring(page, council(tmp_path))
    preview = page.locator("#preview")
    expect(preview).to_contain_text("200 headlines")
    expect(preview).to_contain_text("council 200")
    assert preview.locator("tbody tr, tr").filter(has_text="Council").count() == 20
    expect(page.locator("#estimated")).to_contain_text(re.compile(r"About \d+:\d\d on "), timeout=RUN_SECONDS)
    page.get_by_label("Quick try").check()
    expect(setting(page, "epochs")).to_have_value("3")
    page.click("#start")
    said = page.locator(SAID)
    expect(said).to_contain_text("Epoch", timeout=RUN_SECONDS)
    # Typing goes on meanwhile, and a page that is opened again finds the run.
    open_tab(page, "Write")
    page.locator(BOX).fill("the gov")
    expect_rows(page, 'row.startsWith("the gov")')
    page.reload()
    open_tab(page, "Train")
    expect(said).to_contain_text("Done.", timeout=RUN_SECONDS)
    run = page.locator("#run")
    assert run.locator("tbody tr").count() == 3
    for curve in ("loss", "held", "baseline"):
        assert run.locator(f"polyline.{curve}").get_attribute("points")
    expect(run.locator(".run-samples")).to_contain_text("washington dc is")
    expect(run).to_contain_text(re.compile(r"Keystrokes saved .* this model \d+\.\d%, the bundled model"))
    assert violations(page) == {}
    page.reload()  # what came of it can be read again later
    open_tab(page, "Train")
    expect(said).to_contain_text("Done.")
    open_tab(page, "Write")
    page.locator("#model input").click()
    page.get_by_role("option", name=re.compile("^titles")).first.click()
    expect(page.locator("#model input")).to_have_value(re.compile("^titles"))
    expect(page.locator("#about-model")).to_contain_text("200 headlines")
    page.locator(BOX).fill("Council backs plan for ")
    expect(page.locator("#headline-list .words").first).to_contain_text("park")


def test_a_run_is_stopped_and_its_best_is_kept_while_another_waits(page: Page, browser: Browser, tmp_path: Path):
    bring(page, council(tmp_path))
    page.get_by_label("Quick try").check()
    expect(setting(page, "epochs")).to_have_value("3")
    set_number(page, "epochs", 50)
    page.click("#start")
    said = page.locator(SAID)
    expect(said).to_contain_text(re.compile("Epoch [2-9]"), timeout=RUN_SECONDS)  # there is a best to keep
    # Somebody else's run waits for its turn, and says so; stopped, it never begins.
    other = browser.new_context().new_page()
    other.goto(page.url)
    open_tab(other, "Train")
    expect(other.locator(SAID)).to_contain_text("Epoch")  # at home everybody sees what goes on
    other.get_by_label("Pasted lines").check()
    other.locator("#pasted textarea").fill("\n".join(f"Museum number {i} opens late" for i in range(40)))
    other.click("#start")
    expect(other.locator(SAID)).to_contain_text("place 1", timeout=10_000)
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
    expect(said).to_contain_text("Epoch", timeout=RUN_SECONDS)
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
    assert violations(page).keys() <= {"nested-interactive"}  # Gradio's own field of files has a button in a button


def test_few_lines_are_told_by_the_run(page: Page):
    open_tab(page, "Train")
    page.get_by_label("Pasted lines").check()
    page.locator("#pasted textarea").fill("One title\nTwo titles\nThree titles")
    page.locator("#pasted textarea").blur()
    expect(page.locator("#preview")).to_contain_text("3 headlines are few")
    page.click("#start")
    expect(page.locator(SAID)).to_contain_text("too few to train on", timeout=RUN_SECONDS)


def test_presets_fill_the_settings_in(page: Page):
    open_tab(page, "Train")
    page.get_by_label("The lesson’s notebook").check()
    expect(setting(page, "units")).to_have_value("100")
    expect(setting(page, "epochs")).to_have_value("30")
    expect(page.locator("#begin")).to_be_hidden()
    page.get_by_label("Best").check()
    expect(page.locator("#begin")).to_be_visible()
    expect(setting(page, "epochs")).to_have_value("14")
    expect(setting(page, "units")).to_be_disabled()  # the bundled model's shape
    page.locator("#begin input").click()
    page.get_by_role("option", name="Random weights", exact=True).click()
    expect(setting(page, "epochs")).to_have_value("15")
    expect(setting(page, "units")).to_be_enabled()


def test_a_model_is_brought_renamed_compared_taken_along_and_deleted(page: Page, tmp_path: Path):
    archive = pack(random_checkpoint().save(tmp_path / "mine"), tmp_path)
    open_tab(page, "Train")
    page.locator("#runs button").first.click()
    page.locator("#runs input[type=file]").set_input_files(archive)
    expect(page.locator(SAID)).to_contain_text("was uploaded. The Write tab uses it now.")
    open_tab(page, "Write")
    expect(page.locator("#model input")).to_have_value(re.compile("^model-"))
    open_tab(page, "Train")
    page.locator("#run-choice input").click()
    page.get_by_role("option", name=re.compile("^model-")).click()
    page.locator("#new-name textarea, #new-name input").first.fill("<b>Mine</b>")
    page.click("#rename")
    expect(page.locator("#compare")).to_contain_text("<b>Mine</b>")
    assert page.locator("#compare b").count() == 0
    page.locator("#run-choice input").click()
    page.get_by_role("option", name="<b>Mine</b>").click()
    with page.expect_download() as downloading:
        page.click("#pack")
    assert downloading.value.suggested_filename.endswith(".zip")
    assert violations(page) == {}
    page.click("#delete")
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
    theirs.get_by_label("The lesson’s notebook").check()
    expect(setting(theirs, "units")).to_have_value("100")  # the lesson's settings are there now
    expect(setting(theirs, "epochs")).to_have_value("7")
    set_number(theirs, "epochs", 8)
    theirs.click("#start")
    expect(theirs.locator(SAID)).to_contain_text("epochs must be 7 or fewer on this page")
    for page in (mine, theirs):
        page.context.close()
