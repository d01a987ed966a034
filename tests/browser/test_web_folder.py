"""The web folder on a plain file host: the box as an app and offline, and in the form of a page that is not ours."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.engine_cases import small_checkpoint
from headline.corpus.reader import read_headlines
from headline.generator.box.shown import shown
from headline.generator.suggester import Suggester
from headline.paths import ROOT, SAMPLE_CORPUS
from headline.share.web_folder import web_content
from tests.browser.foreign import Site, hosted
from tests.browser.test_accessibility import violations
from tests.browser.test_policy import WATCH

READY = "() => document.querySelector('.list').dataset.engine === '1'"
# A page that styles everything it can reach.
FOREIGN_CSS = """html { font-size: 5px } * { margin: 9px !important; color: #7a1f1f !important; letter-spacing: 3px }
headline-field { display: none !important; position: static !important } div, ul, li, p { border: 7px solid lime !important }
form { display: flex; flex-direction: column; width: 600px } input, textarea { font: 20px monospace; background: #fffbe6 }
form > :last-child { text-transform: uppercase }"""
FOREIGN = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Write</title>
<link rel="stylesheet" href="/style.css">{line}</head><body><h1>Write</h1><form action="/sent.html">
<label for="title">Title</label><input id="title" name="q"><label for="other">Other</label><input id="other">
<label for="summary">Summary</label><textarea id="summary" rows="3"></textarea><button>Send</button></form></body></html>"""
IN_ROOT = "document.querySelector('headline-field').shadowRoot"
LOOK = """() => [...document.querySelectorAll("body *:not(headline-field)")].map((element) => {
  const { width, height, x, y } = element.getBoundingClientRect(), style = getComputedStyle(element);
  return [element.outerHTML.replace(' autocomplete="off"', ""), width, height, x, y, style.color, style.margin, style.font];
})"""


def snippet(name: str) -> str:
    """The lines that docs/embedding.md gives to copy."""
    text = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
    return re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```", text, re.DOTALL)[1]


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    checkpoint = small_checkpoint(read_headlines(SAMPLE_CORPUS).headlines[:300])
    return checkpoint.save(tmp_path_factory.mktemp("models") / "small", "int4")


@pytest.fixture(scope="module")
def folder(model) -> dict[str, bytes]:
    return web_content(model)


@pytest.fixture(scope="module")
def suggester(model) -> Suggester:
    return Suggester.load(model)


@pytest.fixture
def foreign(folder) -> Iterator[Site]:
    """The page at /, with the folder at /headline/. The document's own lines make it."""
    files = {f"headline/{path}": data for path, data in folder.items()}
    script = {"own.js": snippet("a script").encode() + b"window.attached = attached;"}
    pages = {
        "index.html": FOREIGN.format(line=snippet("one line")).encode(),
        "scripted.html": FOREIGN.format(line='<script type="module" src="/own.js"></script>').encode(),
        "both.html": FOREIGN.format(line=snippet("one line").replace("title", "title&amp;for=summary")).encode(),
        "plain.html": FOREIGN.format(line="").encode(),
        "sent.html": b"sent",
        "style.css": FOREIGN_CSS.encode(),
    }
    with hosted(files | script | pages) as site:
        yield site


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in which nothing may be refused by its policy, and nothing may fail."""
    context = browser.new_context(viewport={"width": 1100, "height": 800})
    page = context.new_page()
    page.add_init_script(WATCH)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    refused = page.evaluate("window.refused ?? []")
    context.close()
    assert (errors, refused) == ([], [])


def ready(page: Page) -> None:
    """Wait until the field that has the focus is attached and the engine answers."""
    page.wait_for_function(
        f"() => document.querySelector('headline-field') && {IN_ROOT}.querySelector('.list').dataset.engine === '1'"
    )


def expect_list(page: Page, suggester: Suggester, text: str) -> None:
    page.wait_for_function(
        f"(text) => {{ const {{ typed, exact }} = {IN_ROOT}.querySelector('.list').dataset; return typed === text && exact; }}",
        arg=text,
    )
    rows = page.locator("headline-field .list li").evaluate_all(
        "rows => rows.map((row) => row.querySelector('.rest').textContent + row.querySelector('.more').textContent)"
    )
    assert rows == [s.completion + s.more for s in shown(suggester, text).suggestions]


def test_one_line_makes_a_field_of_a_strict_page_suggest(page: Page, foreign: Site, suggester: Suggester):
    page.goto(f"{foreign.url}plain.html")
    before, names = page.evaluate(LOOK), page.evaluate("Object.getOwnPropertyNames(window)")
    page.goto(foreign.url)
    refused = page.evaluate("WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(() => 0, () => 1)")
    assert refused == 1, "this page's policy allows WebAssembly, so that this test shows less than it says"
    page.evaluate("window.refused = []")
    assert foreign.asked.count("/headline/model.json") == 0  # nothing is fetched before somebody is in the field
    page.focus("#title")
    ready(page)
    text = "Prime min"
    for end, letter in enumerate(text, start=1):
        page.keyboard.type(letter)
        expect_list(page, suggester, text[:end])
    expect(page.locator("headline-field .list")).to_be_visible()
    # Styles: none of the page's in the list, none of ours in the page.
    row = page.locator("headline-field .list li").first
    style = row.evaluate(
        "row => { const s = getComputedStyle(row); return [s.fontSize, s.margin, s.borderTopWidth, s.letterSpacing]; }"
    )
    assert style == ["16px", "0px", "0px", "normal"]
    page.fill("#title", "")
    page.locator("#title").blur()
    expect(page.locator("headline-field")).to_be_hidden()
    assert page.evaluate(LOOK) == before
    assert page.evaluate("Object.getOwnPropertyNames(window)") == names
    assert page.evaluate("[...document.body.children].map((child) => child.localName)") == [
        "h1",
        "form",
        "headline-field",
    ]
    hosts = {request for request in foreign.asked if not request.startswith("/")}
    assert hosts == set()


def test_its_keys_take_and_the_others_are_the_forms(page: Page, foreign: Site, suggester: Suggester):
    page.goto(f"{foreign.url}both.html")
    page.focus("#title")
    ready(page)
    first = shown(suggester, "the ").suggestions[0]
    page.keyboard.type("the ")
    expect_list(page, suggester, "the ")
    page.keyboard.press("ArrowDown")
    expect(page.locator("headline-field .status")).to_contain_text(first.completion.strip())
    expect(page.locator("headline-field [aria-selected=true]")).to_have_count(1)
    grey = page.locator("headline-field .ghost-rest").text_content()
    assert grey == first.completion + first.more
    place = page.evaluate(f"""() => {{
      const typed = {IN_ROOT}.querySelector(".ghost-typed").getBoundingClientRect(), field = document.querySelector("#title").getBoundingClientRect();
      return [typed.left - field.left, (typed.top + typed.bottom) / 2 - (field.top + field.bottom) / 2]; }}""")
    assert place[0] < 10 and abs(place[1]) < 2  # over the field's own letters
    page.keyboard.press("Enter")
    taken = page.input_value("#title")
    assert taken.startswith("the " + first.completion.strip())
    expect_list(page, suggester, taken)
    page.keyboard.press("Escape")
    expect(page.locator("headline-field .list")).to_be_hidden()
    assert page.input_value("#title") == taken
    page.keyboard.press("Control+z")
    assert page.input_value("#title") == "the "
    # The second field: its own line is what counts, and the engine is the same.
    page.focus("#summary")
    page.wait_for_function("() => document.querySelectorAll('headline-field').length === 2")
    page.keyboard.type("First line\nthe ")
    page.wait_for_function(
        "() => document.querySelectorAll('headline-field')[1].shadowRoot.querySelector('.list').dataset.exact && document.querySelectorAll('headline-field')[1].shadowRoot.querySelector('.list').dataset.typed === 'the '"
    )
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.input_value("#summary").startswith("First line\nthe " + first.completion.strip())
    assert len([path for path in foreign.asked if path.endswith("worker.js")]) == 1
    page.focus("#title")
    page.keyboard.press("End")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")  # nothing is chosen: it sends the form
    page.wait_for_url("**/sent.html?q=*")


def test_a_script_attaches_to_a_field_and_takes_it_off_again(page: Page, foreign: Site, suggester: Suggester):
    page.goto(f"{foreign.url}scripted.html")
    before = page.evaluate(LOOK)
    page.focus("#title")
    ready(page)
    page.keyboard.type("the ")
    expect_list(page, suggester, "the ")
    page.evaluate("attached.detach()")
    page.fill("#title", "")
    page.locator("#title").blur()
    expect(page.locator("headline-field")).to_have_count(0)
    assert page.evaluate(LOOK) == before
    told = page.evaluate("import('/headline/headline.js').then(({ attach }) => attach(document.body)).catch(String)")
    assert "attaches to an <input>" in told


def test_the_folder_may_be_on_another_host(page: Page, folder: dict[str, bytes], suggester: Suggester):
    with hosted(folder) as cdn:
        line = f'<script type="module" src="{cdn.url}headline.js?for=title"></script>'
        host = cdn.url.removesuffix("/")
        policy = f"default-src 'self'; script-src 'self' {host}; connect-src 'self' {host}; worker-src blob: {host}"
        with hosted({"index.html": FOREIGN.format(line=line).encode(), "style.css": b""}, policy) as site:
            page.goto(site.url)
            page.focus("#title")
            ready(page)
            page.keyboard.type("the ")
            expect_list(page, suggester, "the ")


@pytest.mark.parametrize("zoomed", ["html", "form"])
def test_a_page_that_zooms_itself_has_text_and_list_in_their_places(page: Page, foreign: Site, zoomed: str):
    page.goto(f"{foreign.url}both.html")
    page.evaluate("name => { document.querySelector(name).style.zoom = 1.5 }", zoomed)
    page.focus("#title")
    ready(page)
    page.keyboard.type("the ")
    expect(page.locator("headline-field [role=option]").first).to_be_visible()
    field, rows, ghost = (
        page.evaluate(f"() => {of}.getBoundingClientRect().toJSON()")
        for of in (
            "document.querySelector('#title')",
            f"{IN_ROOT}.querySelector('.list')",
            f"{IN_ROOT}.querySelector('.ghost')",
        )
    )
    assert rows["left"] == pytest.approx(field["left"], abs=1)
    assert 0 <= rows["top"] - field["bottom"] < 12 or 0 <= field["top"] - rows["bottom"] < 12
    assert ghost["top"] == pytest.approx(field["top"], abs=6) and ghost["height"] <= field["height"]


def test_the_variables_of_the_document_style_it(page: Page, foreign: Site):
    foreign.files["style.css"] = snippet("style").encode()
    page.goto(foreign.url)
    page.focus("#title")
    ready(page)
    page.keyboard.type("t")
    style = page.locator("headline-field .list").evaluate(
        "list => { const s = getComputedStyle(list); return [s.backgroundColor, s.borderTopColor, s.borderTopLeftRadius, s.fontFamily]; }"
    )
    assert style == ["rgb(255, 255, 255)", "rgb(140, 143, 148)", "3px", "Georgia, serif"]
    grey = page.locator("headline-field .ghost-rest").evaluate("part => getComputedStyle(part).color")
    assert grey == "rgb(100, 105, 112)"


def test_a_second_visit_needs_no_network(browser: Browser, folder: dict[str, bytes], suggester: Suggester):
    with hosted(folder) as site, browser.new_context() as context:
        page = context.new_page()
        page.goto(site.url)
        page.wait_for_function(READY)
        page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
        page.wait_for_function("() => navigator.serviceWorker.controller")
        page.close()
        site.asked.clear()
        site.stop()
        again = context.new_page()
        again.goto(site.url)
        again.wait_for_function(READY)
        again.keyboard.type("the ")
        again.wait_for_function(
            "() => { const l = document.querySelector('.list').dataset; return l.typed === 'the ' && l.exact; }"
        )
        rows = again.locator(".list li .rest").all_text_contents()
        assert rows == [s.completion for s in shown(suggester, "the ").suggestions]
        again.goto(f"{site.url}field.html")
        expect(again.locator("h1")).to_have_text("New post")
        assert site.asked == []


@pytest.mark.parametrize("width, scheme", [(1100, "light"), (360, "dark")])
@pytest.mark.parametrize("path", ["index.html", "field.html"])
def test_nothing_stands_in_anybodys_way(browser: Browser, folder: dict[str, bytes], path: str, width: int, scheme: str):
    with (
        hosted(folder, policy="") as site,
        browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
        ) as context,
    ):
        page = context.new_page()
        page.goto(f"{site.url}{path}")
        if path == "field.html":
            page.focus("#title")
            ready(page)
        else:
            page.wait_for_function(READY)
        page.keyboard.type("the ")
        expect(page.locator(".list li").first).to_be_visible()
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(page) == {}
