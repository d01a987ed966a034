"""Pictures of the box in each language, for docs/languages.md: the lists of tests/languages, a model of each.

    python -m bench.language_pictures FOLDER [--language he] [--phone]

The models are kept in FOLDER, as an app's folder of runs. The machine needs fonts of all these scripts, such as those of
the Debian packages fonts-noto-cjk, fonts-lohit-deva and fonts-tlwg-loma-ttf.
"""

import argparse
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.languages import LISTS, SETTINGS
from headline.corpus.report import Corpus
from headline.training.train import train
from tests.browser import chromium
from tests.browser.conftest import served

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "languages"
TYPED = {
    "ar": "الحكومة تعلن خ",
    "de": "Die Regierung plant h",
    "es": "¿Por qué s",
    "fr": "Les écoles r",
    "he": "הממשלה הכריזה על ת",
    "hi": "सरकार ने अस्प",
    "ja": "市長、自転",
    "ko": "대통령, 병",
    "ru": "Правительство о",
    "th": "รัฐบาลประ",
    "tr": "İstanbul’da k",
    "zh": "市中心房",
}
DESKTOP, PHONE = {"width": 760, "height": 900}, {"width": 390, "height": 844}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", action="append", choices=list(TYPED), help="all of them if not given")
    parser.add_argument("--phone", action="store_true", help="as a phone shows them")
    options = parser.parse_args()
    tags = options.language or list(TYPED)
    runs = options.folder / "runs"
    for tag in tags:
        if not (runs / tag).is_dir():
            titles = (LISTS / f"{tag}.txt").read_text(encoding="utf-8").splitlines()
            train(Corpus(titles), SETTINGS, name=tag).save(runs / tag)
    PICTURES.mkdir(exist_ok=True)
    with served(options.folder) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.ARGUMENTS)
        page = browser.new_page(viewport=PHONE if options.phone else DESKTOP, has_touch=options.phone)
        page.goto(url)
        page.wait_for_timeout(10_000)  # Gradio may reload the page once
        for tag in tags:
            draw(page, tag, PICTURES / f"{tag}{'-phone' if options.phone else ''}.png")
        browser.close()


def draw(page: Page, tag: str, path: Path) -> None:
    """Choose the model, type, and take a picture of the box with its list."""
    chosen = page.locator("#model input")
    while chosen.input_value() != tag:
        chosen.click()
        with page.expect_response(lambda response: "/suggest?" in response.url and f"model={tag}" in response.url):
            page.get_by_role("option", name=tag, exact=True).click()
        page.wait_for_timeout(1000)
    page.evaluate("scrollTo(0, 0)")
    box = page.locator("#headline-input")
    box.fill("")
    box.press_sequentially(TYPED[tag], delay=60)
    page.locator("#headline-list[data-exact='1'] li").first.wait_for()
    page.wait_for_timeout(500)
    around = page.locator(".search").bounding_box()
    assert around is not None
    below = page.locator("#headline-list").bounding_box()
    assert below is not None
    height = below["y"] + below["height"] - around["y"]
    page.screenshot(path=path, clip={**around, "height": height})


if __name__ == "__main__":
    main()
