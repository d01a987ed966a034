"""The page runs under its own security policy, and what gets in past everything else still runs nothing."""

import http.server
import threading
from collections.abc import Iterator

import pytest
from gradio_client import Client
from gradio_client.exceptions import AuthenticationError
from playwright.sync_api import Browser, Page, expect

from tests.browser.box import BOX
from tests.browser.conftest import served
from tests.browser.test_hostile_text import upload
from tests.browser.test_train import open_tab

WATCH = """window.refused = [];
document.addEventListener('securitypolicyviolation', (e) => refused.push(`${e.violatedDirective} ${e.blockedURI}`));"""
INJECT = """() => {
  const div = document.createElement("div");
  div.innerHTML = `<img src="https://evil.example/a.png"><img src="x" onerror="window.ran = 1">
    <a id="bad" href="javascript:window.ran = 1">x</a><iframe src="https://evil.example/"></iframe>`;
  const script = document.createElement("script");
  script.textContent = "window.ran = 1";
  document.body.append(div, script);
  document.getElementById("bad").click();
}"""


def test_nothing_of_the_page_is_refused_on_any_tab(page: Page, app_url: str):
    page.add_init_script(WATCH)
    page.goto(app_url)
    page.locator(BOX).fill("crime has ")
    page.click("#finish")
    expect(page.locator("#finished .choice").first).to_be_visible()
    open_tab(page, "Inside")
    expect(page.locator("#inside .bars").first).to_be_visible()
    open_tab(page, "Train")
    page.get_by_label("My own files").check()
    upload(page, "#files input[type=file]", "titles.txt", b"Council backs plan\nMuseum opens late\n" * 20)
    expect(page.locator("#preview")).to_contain_text("2 headlines")
    expect(page.locator("#estimated .line")).not_to_be_empty(timeout=60_000)
    page.get_by_text("Use via API").click()
    page.get_by_text("/suggest").first.wait_for(state="attached")
    assert page.evaluate("refused") == []


def test_what_is_put_into_the_page_runs_and_loads_nothing(browser: Browser, app_url: str):
    page = browser.new_page()
    page.goto(app_url)
    page.evaluate(WATCH)
    asked: list[str] = []
    page.on("response", lambda response: asked.append(response.url) if "evil" in response.url else None)
    page.evaluate(INJECT)
    page.wait_for_function("refused.length >= 5")
    assert page.evaluate("window.ran === undefined") and asked == []
    found = " ".join(page.evaluate("refused"))
    for directive in (
        "img-src https://evil.example",
        "script-src-attr",
        "script-src-elem",
        "frame-src https://evil.example",
    ):
        assert directive in found, found
    page.close()


@pytest.fixture
def other_site(app_url: str) -> Iterator[str]:
    """A page of another origin that shows ours in a frame."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<iframe src="{app_url}"></iframe>'.encode())

        def log_message(self, *args) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_another_site_cannot_show_the_page_in_a_frame(browser: Browser, other_site: str):
    page = browser.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.goto(other_site)
    page.wait_for_timeout(500)
    assert any("frame-ancestors" in text for text in told)
    page.close()


def test_with_a_login_the_page_works_and_without_it_nothing_answers(browser: Browser, tmp_path):
    with served(tmp_path, HEADLINE_AUTH="ada:correct horse", HEADLINE_HOSTS="app.example") as url:
        stranger = browser.new_page()
        for path in (
            "",
            "config",
            "gradio_api/suggest?q=a",
            "gradio_api/headline/engine",
            "gradio_api/mcp/",
            "gradio_api/info",
            "metrics",
        ):
            assert stranger.request.get(url + path).status == 401
        assert stranger.request.post(url + "gradio_api/run/suggest", data={"data": ["a"]}).status == 401
        stranger.close()
        context = browser.new_context(http_credentials={"username": "ada", "password": "correct horse"})
        page = context.new_page()
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(url)
        page.locator(BOX).fill("crime has ")
        expect(page.locator("#headline-list li").first).to_be_visible()
        page.click("#finish")
        expect(page.locator("#finished .choice").first).to_be_visible()
        assert errors == []
        told = Client(url, httpx_kwargs={"auth": ("ada", "correct horse")}, verbose=False)
        assert len(told.predict("the gov", 3, api_name="/suggest")) == 3
        with pytest.raises(AuthenticationError):
            Client(url, verbose=False)
        other = context.request.get(url, headers={"Host": "evil.example"})
        assert other.status == 400
        context.close()
