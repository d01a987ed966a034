"""The engine in the page answers what Python answers. `python -m bench.engine` holds it to many more keystrokes."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from bench.engine import compare, listed, site
from bench.engine_cases import ODD_TEXTS, Case, keystrokes, small_checkpoint, wide_checkpoint
from bench.languages import LISTS
from headline.corpus.reader import read_headlines
from headline.corpus.segmentation import tokenizer
from headline.generator.words import lexicon
from headline.paths import ASSETS, BUNDLED_MODEL, SAMPLE_CORPUS
from headline.share.engine_files import engine_files, shared_files
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


def held(browser: Browser, folder: Path, cases: list[Case], policy: str = "") -> None:
    found = compare(browser, folder, cases, policy=policy)
    assert found.cases == len(cases)
    assert [(case.text, case.texts, answer["texts"]) for case, answer in found.differing] == []
    assert found.largest < PROBABILITY


def test_the_bundled_model(browser: Browser, headlines: list[str]):
    held(browser, BUNDLED_MODEL, keystrokes(headlines, 500))


def test_texts_that_ask_one_rule_each(browser: Browser):
    held(browser, BUNDLED_MODEL, [Case(text) for text in ODD_TEXTS])


def test_a_small_model_of_several_layers_and_ngram_models(browser: Browser, headlines: list[str], tmp_path: Path):
    held(browser, small_checkpoint(headlines).save(tmp_path / "small", "float16"), keystrokes(headlines, 200))


@pytest.mark.parametrize(
    "words, precision, number",
    [(4_500, "int4", 150), (4_500, "float32", 150), (80_000, "int8", 60)],  # of more than 65,536 some are rare
)
def test_a_large_vocabulary_without_ngrams(
    browser: Browser, headlines: list[str], tmp_path: Path, words: int, precision: str, number: int
):
    model = wide_checkpoint(words, precision)
    held(browser, model.save(tmp_path / "wide", precision), keystrokes(headlines, number))


# Texts that ask one rule of a language each, besides the titles of tests/languages.
ASKED = {
    "ar": ["الحك", "المطر، ث", "مُحَمَّد", "محـمد ي", "ماذا؟ ا", "في ٢٠٢٦ ا", "٣٫٥ م"],
    "de": ["STRAS", "strasse g", "Burgerm", "„Die Reg", "Die Regierung P", "Die Regierung Plant N", "Straße"],
    "es": ["¿Por q", "¿Por qué no? ¡y", "Los Colegios A", "ayuntamiemto", "¡", "¿", "Espana p"],
    "fr": ["L’ét", "l'ete", "« Les é", "Les Pompiers S", "L’été : l", "ecole", "à l’h"],
    "he": ["הממ", 'צה"', "צה״", "שָׁלוֹם ה", "הממשלה NASA ה", "בן־ג"],
    "hi": ["सरक", "तू\u092b\u093c", "हुई। ", "सरकर", "१२ घ", "क्‍ष अ"],
    "ja": ["市議", "新しい図", "新型iPh", "ＮＨＫ", "「市", "市長、自転", "何か？市", "市議会 新"],
    "ko": ["대토", "ㄷㅐ", "시의호", "대통영", "정부, 세", "대통령 3ㅁ", "美 대"],
    "ru": ["првительство", "Правительство О", "ПРАВИТЕЛЬСТВО О", "елка", "«Пр"],
    "th": ["น้ำท", "รัฐบาลประ", "รัฐบาล ประ", "สภาเมือง", "นํ้า"],
    "tr": ["ist", "İst", "IST", "BELEDİYE MECLİSİ Y", "Belediye ve Y", "belediye baskani", "ILIK", "Istanbul'da ", "İstanbul’da k"],
    "zh": ["市中心房", "警方寻", "警方，市", "什么？市", "市A", "iPhone发"],
}  # fmt: skip


@pytest.mark.parametrize("tag", ASKED)
def test_another_language(browser: Browser, tmp_path: Path, monkeypatch, tag: str):
    """The titles are typed with a model that lacks their rare words; these are the general list."""
    titles = (LISTS / f"{tag}.txt").read_text(encoding="utf-8").splitlines()
    tokens = tokenizer("headline", tag)
    counted = Counter(tokens.lower(word) for title in titles for word in tokens.words(title))
    monkeypatch.setattr(lexicon, "listed_words", lambda _: {word: n / 2000 for word, n in counted.most_common()})
    for cached in (lexicon.listed, shared_files):
        cached.cache_clear()
    folder = small_checkpoint(titles, tag=tag).save(tmp_path / tag, "float16")
    cases = [Case(text) for text in ASKED[tag]] + [Case(text, style="title") for text in ASKED[tag][:3]]
    held(browser, folder, [*cases, *keystrokes(titles, 60, tag=tag)[12:]])
    for cached in (lexicon.listed, shared_files):
        cached.cache_clear()


def test_it_answers_the_same_where_there_is_no_webassembly(browser: Browser, tmp_path: Path):
    """A policy forbids it; then JavaScript multiplies."""
    model = wide_checkpoint(4500, "int4").save(tmp_path / "wide", "int4")
    held(browser, model, [Case(text) for text in ODD_TEXTS[:30]], "default-src 'self'")


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


FORESEE = """({ files, text, options }) => new Promise((resolve, reject) => {
  const worker = new Worker("/engine/worker.js", { type: "module" }), heard = [];
  const ask = (number, text, ahead) => worker.postMessage({ ask: { number, text, options, ahead } });
  worker.onmessage = ({ data: { opened, failed, foreseen, answered } }) => {
    if (failed) reject(new Error(failed));
    if (opened) ask(0, text, options);
    if (foreseen && heard.push({ foreseen }) === 3) ask(0, heard[0].foreseen.text);
    if (answered?.text === heard[answered.number]?.foreseen.text) {
      heard[answered.number].answered = answered;
      if (answered.number === 2) resolve(heard.slice(0, 3));
      else ask(answered.number + 1, heard[answered.number + 1].foreseen.text);
    }
  };
  worker.postMessage({ open: files });
})"""


def test_the_letters_that_probably_come_next_are_answered_before_they_are_typed(opened: Page):
    files = engine_files(BUNDLED_MODEL)
    options = {"k": 6, "phrases": True, "minProbability": 0.01}
    worker = (ASSETS / "engine" / "worker.js").read_text(encoding="utf-8")
    patient = worker.replace("const SLOW = 25;", "const SLOW = Infinity;")  # a busy machine foresees them all the same
    assert patient != worker
    contents = {f"/{name}": file.read() for name, file in files.items()}
    with site(contents | {"/engine/worker.js": patient.encode()}) as url:
        opened.goto(url)
        found = opened.evaluate(FORESEE, {"files": listed(files), "text": "The pres", "options": options})
    texts = [one["foreseen"]["text"] for one in found]
    assert texts[0] == "The presi" and all(text[:-1] == "The pres" for text in texts) and len(set(texts)) == 3
    for one in found:
        assert one["foreseen"]["options"] == options
        assert one["foreseen"]["suggestions"] == one["answered"]["suggestions"]
        assert one["foreseen"]["complete"] == one["answered"]["complete"]


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
