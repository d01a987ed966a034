"""The engine in the page answers what Python answers. `python -m bench.engine` holds it to many more keystrokes."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from bench.engine import compare, listed, site
from bench.engine_cases import ODD_TEXTS, Case, keystrokes, small_checkpoint, wide_checkpoint
from headline.corpus.reader import read_headlines
from headline.paths import BUNDLED_MODEL, SAMPLE_CORPUS
from headline.web.engine.engine_files import engine_files
from tests.tiny import random_checkpoint

PROBABILITY = (
    1e-3  # the largest difference that is allowed: sums in another order differ by less than a thousandth of it
)
OPEN = """(files) => new Promise((resolve) => {
  const worker = new Worker("/engine/worker.js", { type: "module" });
  worker.onmessage = ({ data }) => { if (data.failed || data.opened) resolve(data); };
  worker.postMessage({ open: files });
})"""


@pytest.fixture(scope="module")
def headlines() -> list[str]:
    return read_headlines(SAMPLE_CORPUS).headlines


def held(browser: Browser, folder: Path, cases: list[Case]) -> None:
    found = compare(browser, folder, cases)
    assert found.cases == len(cases)
    assert [(case.text, case.texts, answer["texts"]) for case, answer in found.differing] == []
    assert found.largest < PROBABILITY


def test_the_bundled_model(browser: Browser, headlines: list[str]):
    held(browser, BUNDLED_MODEL, keystrokes(headlines, 500))


def test_texts_that_ask_one_rule_each(browser: Browser):
    held(browser, BUNDLED_MODEL, [Case(text) for text in ODD_TEXTS])


def test_a_small_model_of_several_layers_and_ngram_models(browser: Browser, headlines: list[str], tmp_path: Path):
    held(browser, small_checkpoint(headlines).save(tmp_path / "small", "float16"), keystrokes(headlines, 200))


@pytest.mark.parametrize("precision", ["mixed", "float32"])
def test_a_large_vocabulary_without_ngrams(browser: Browser, headlines: list[str], tmp_path: Path, precision: str):
    model = wide_checkpoint(4500, precision)
    held(browser, model.save(tmp_path / "wide", precision), keystrokes(headlines, 150))


@pytest.fixture
def opened(browser: Browser) -> Page:
    page = browser.new_page()
    yield page
    page.close()


def test_a_file_that_is_not_what_its_hash_says_is_refused(opened: Page, tmp_path: Path):
    folder = random_checkpoint().save(tmp_path / "model")
    files = engine_files(folder)
    contents = {f"/{name}": file.read() for name, file in files.items()}
    damaged = bytearray(contents["/weights.safetensors"])
    damaged[-1] ^= 1
    with site(contents | {"/weights.safetensors": bytes(damaged)}) as url:
        opened.goto(url)
        assert opened.evaluate(OPEN, listed(files)) == {"failed": "weights.safetensors is damaged"}
    with site(contents) as url:
        opened.goto(url)
        assert opened.evaluate(OPEN, listed(files)) == {"opened": True}


def test_the_lessons_recipe_is_left_to_the_server(opened: Page, tmp_path: Path):
    files = engine_files(random_checkpoint("notebook").save(tmp_path / "model"))
    with site({f"/{name}": file.read() for name, file in files.items()}) as url:
        opened.goto(url)
        assert opened.evaluate(OPEN, listed(files)) == {"failed": "the server answers for the recipe notebook"}


def test_eigenvectors_are_those_of_lapack(opened: Page):
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(40, 30))
    squares = matrix.T @ matrix
    with site({}) as url:
        opened.goto(url)
        found = opened.evaluate(
            """async (rows) => {
              const { eigenvectors } = await import("/engine/eigenvectors.js");
              const { values, vectors } = eigenvectors(rows.map((row) => Float64Array.from(row)));
              return { values: [...values], vectors: vectors.map((vector) => [...vector]) };
            }""",
            squares.tolist(),
        )
    values, vectors = np.linalg.eigh(squares)
    assert found["values"] == pytest.approx(values[::-1], rel=1e-9)
    along = np.abs(np.array(found["vectors"]) @ vectors[:, ::-1])
    assert along == pytest.approx(np.eye(30), abs=1e-8)


def test_a_difference_would_be_seen(browser: Browser, headlines: list[str], tmp_path: Path):
    """Python's answers for one model are not the engine's for another."""
    one, other = (random_checkpoint(seed=seed).save(tmp_path / str(seed)) for seed in (0, 1))
    found = compare(browser, one, [Case("the ", min_probability=0.0)], engine_folder=other)
    assert found.same == 0
