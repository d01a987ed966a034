"""Records somebody typing in the Write tab, as an animated picture for the README.

    python -m bench.recording            # writes assets/pictures/typing.webp, and write.png for the Space's card

Needs the packages of requirements-test.txt. It starts the app on a free port, types letter by letter in a headless
Chromium, takes suggestions, and keeps one picture per change.
"""

import argparse
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from headline.paths import ROOT
from tests.browser import chromium
from tests.browser.conftest import served

OUT = ROOT / "assets" / "pictures" / "typing.webp"
SIZE = {"width": 860, "height": 470}  # CSS pixels
LETTER, LOOK, LAST = 140, 900, 2500  # milliseconds that a picture is shown: after a letter, a choice, at the end
_THUMBNAIL = 19  # the step whose picture stands for the app
# What is pressed, one entry per picture; a name in brackets is a key.
SCRIPT = [*"scientists f", "[Tab]", *"new ev", "[Tab]", *"of wat", "[Tab]", *"on mars"]


def record(address: str, executable: str | None) -> list[tuple[Image.Image, int]]:
    """Play the script and return (picture, milliseconds) of each step."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=chromium.ARGUMENTS)
        page = browser.new_page(viewport=SIZE, device_scale_factor=1)
        page.goto(address)
        box = page.locator("#headline-input")
        box.wait_for()
        box.click()
        frames = [(_picture(page), LOOK)]
        for step in SCRIPT:
            if step.startswith("["):
                page.keyboard.press(step.strip("[]"))
            else:
                page.keyboard.type(step)
            page.wait_for_timeout(350)  # until the list for this text is there
            frames.append((_picture(page), LOOK if step.startswith("[") else LETTER))
        browser.close()
    frames[-1] = (frames[-1][0], LAST)
    return frames


def _picture(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    with TemporaryDirectory() as runs, served(Path(runs)) as address:
        frames = record(address, chromium.find())
    pictures, durations = zip(*frames, strict=True)
    pictures[0].save(
        options.out, save_all=True, append_images=pictures[1:], duration=list(durations), loop=0, quality=70, method=6
    )
    pictures[_THUMBNAIL].save(options.out.with_name("write.png"))
    print(f"{options.out}: {len(frames)} pictures, {options.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
