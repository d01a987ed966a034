"""The search box without Gradio: in a shadow root, with answers of its own."""

from playwright.sync_api import Browser, expect

from headline.generator.box.rules import RULES
from headline.paths import read_asset
from headline.web.engine.one_script import one_script

MAKE = """([markup, rules]) => {
  const element = document.createElement("div"), root = element.attachShadow({ mode: "open" });
  root.innerHTML = markup;
  document.body.append(element);
  const { SearchBox } = modules["search_box/box.js"];
  window.told = [];
  const answers = (heard) => ({
    local: true, choose() {}, close() {}, learn() {}, forget() {},
    ask: (text) => heard.onAnswer({
      text, complete: 0,
      suggestions: ["prime minister", "press"].filter((word) => word.startsWith(text) && word !== text).map(
        (word) => ({ completion: word.slice(text.length), probability: 0.5, kind: "word", replaces: 0 })),
    }),
  });
  const on = { onText: (text) => told.push(["text", text]), onSubmit: (text) => told.push(["submit", text]) };
  window.box = new SearchBox({ root, element: root, rules, answers, on });
  box.choose("mine");
  box.focus();
}"""


def test_the_box_works_in_a_shadow_root(browser: Browser):
    page = browser.new_page()
    page.add_script_tag(content=one_script("search_box/box.js"))
    page.evaluate(MAKE, [read_asset("search_box.html"), RULES])
    field, rows = page.locator(".box"), page.locator(".list li")
    expect(rows).to_have_count(2)
    page.keyboard.type("pri")
    expect(page.locator(".ghost-rest")).to_have_text("me minister")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".ghost-rest")).to_have_text("")  # inside the word there is no room for it
    page.keyboard.press("End")
    page.keyboard.press("Tab")
    expect(field).to_have_value("prime minister ")
    page.keyboard.press("Control+z")
    expect(field).to_have_value("pri")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.evaluate("told.at(-1)") == ["submit", "prime minister "]
    assert "?" not in page.url
    page.close()
