"""Pictures of the box in a form, in Neovim and on a phone, for docs/embedding.md and docs/editors.md.

    python -m bench.everywhere           # writes assets/pictures/form.png, editor.png and phone.png

Needs the packages of requirements-test.txt, and tmux and Neovim for the editor.
"""

import html
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from headline.paths import ROOT
from headline.share.web_folder import web_content
from tests.browser import chromium
from tests.browser.foreign import hosted

OUT = ROOT / "assets" / "pictures"
TYPED = "Prime minister ann"
_LINES, _COLUMNS = 9, 48
_COLOURED = re.compile("\x1b\\[([0-9;]*)m")
_BRIGHT = {"30": "#111", "94": "#5c8df6", "96": "#7d8a99", "39": "#ddd"}  # of the terminal's text


def page_picture(browser: Browser, address: str, field: str, path: Path, width: int, height: int, phone: bool) -> None:
    """Type into a field of a page and keep the picture once the list is there."""
    page = browser.new_page(viewport={"width": width, "height": height}, has_touch=phone, is_mobile=phone)
    page.goto(address)
    page.click(field)
    page.keyboard.type(TYPED)
    page.locator("[role=option]").first.wait_for()
    page.wait_for_timeout(3000)  # the model loads meanwhile
    page.screenshot(path=path)
    page.close()


def screen() -> str:
    """What a terminal shows, with its colours, while somebody types a heading in Neovim as docs/editors.md sets it up."""
    lua = re.search(r"```lua\n(.*?)```", (ROOT / "docs" / "editors.md").read_text("utf-8"), re.DOTALL)
    assert lua is not None
    command = f'{{ "{sys.executable}", "-m", "headline", "lsp" }}'
    with TemporaryDirectory() as home:
        plugin = Path(home, "nvim", "plugin", "headline.lua")
        plugin.parent.mkdir(parents=True)
        plugin.write_text(lua[1].replace('{ "headline", "lsp" }', command), "utf-8")
        editor = f"XDG_CONFIG_HOME={home} LANG=C.UTF-8 TERM=screen-256color nvim -n {shlex.quote(home + '/post.md')}"
        tmux = ["tmux", "-L", Path(home).name, "-f", "/dev/null"]
        size = ["-x", str(_COLUMNS), "-y", str(_LINES + 2)]
        subprocess.run([*tmux, "new-session", "-d", *size, editor], check=True, cwd=ROOT)
        try:
            time.sleep(6)  # until the model is there
            for key in f"i# {TYPED}":
                subprocess.run([*tmux, "send-keys", "-l", key], check=True)
                time.sleep(0.15)
            time.sleep(1)
            shown = subprocess.run([*tmux, "capture-pane", "-pe"], check=True, capture_output=True, text=True).stdout
        finally:
            subprocess.run([*tmux, "kill-server"], check=False)
    return shown


def terminal_page(shown: str) -> str:
    """A terminal's text as a page: text colours and the list's background."""
    parts, colour, background = [], "#ddd", "transparent"
    for number, part in enumerate(_COLOURED.split("\n".join(shown.splitlines()[:_LINES]))):
        if number % 2:
            for code in part.split(";"):
                colour = _BRIGHT.get(code, colour)
                background = {"105": "#d7a8f0", "49": "transparent"}.get(code, background)
        else:
            parts.append(f'<span style="color:{colour};background:{background}">{html.escape(part)}</span>')
    return f'<body style="margin:0;background:#181a1f"><pre style="margin:12px;font:16px/1.3 monospace">{"".join(parts)}</pre>'


def main() -> None:
    with sync_playwright() as playwright, hosted(web_content()) as site:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.ARGUMENTS)
        page_picture(browser, f"{site.url}field.html", "#title", OUT / "form.png", 720, 520, False)
        page_picture(browser, site.url, "input:not([type=checkbox]), textarea", OUT / "phone.png", 390, 520, True)
        page = browser.new_page(viewport={"width": 520, "height": 220})
        page.set_content(terminal_page(screen()))
        page.screenshot(path=OUT / "editor.png")
        browser.close()


if __name__ == "__main__":
    main()
