"""What the page fetches to answer by itself: modules, the list of a model's files, and these files."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from safetensors.numpy import load

from headline.corpus.split import SeenHeadlines
from headline.corpus.vocabulary import Vocabulary
from headline.generator.words.lexicon import Lexicon, listed
from headline.generator.words.word_classes import CLASSES
from headline.model.storage.checkpoint_files import MEMORY
from headline.model.storage.memory_file import drop_seen
from headline.paths import ASSETS
from headline.share.engine_files import shared_files
from headline.web.engine.page_code import code_version, page_code
from headline.web.http.engine_routes import engine_routes
from headline.web.models import BUNDLED_ID, Models
from headline.web.serve.questions import API
from tests.tiny import random_checkpoint, vocabulary


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    bundled = replace(random_checkpoint(), seen=SeenHeadlines.of(["One", "Two"])).save(tmp_path / "bundled")
    random_checkpoint(seed=1).save(tmp_path / "runs" / "mine")
    random_checkpoint("notebook").save(tmp_path / "runs" / "lesson")
    german = random_checkpoint()
    known = german.vocabulary
    german = replace(german, vocabulary=Vocabulary(known.written, known.counts, "headline", language="de"))
    german.save(tmp_path / "runs" / "german")
    app = FastAPI()
    app.router.routes.extend(engine_routes(Models(bundled, tmp_path / "runs")))
    return TestClient(app)


def read_list(content: bytes) -> tuple[str, dict[str, tuple[str, str, str]]]:
    """The first line of words.txt, and key -> (how it is written, hundredths of a power of ten, character of its class)."""
    attribution, _, lists = content.decode().partition("\n")
    lines, powers, [classes] = (part.split("\n") for part in lists.split("\n\n"))
    keys, forms = [""], []
    for rest, *form in (line.split("\t") for line in lines):
        keys.append(keys[-1][: ord(rest[0]) - ord("A")] + rest[1:])
        forms.append(form[0] if form else keys[-1])
    return attribution, dict(zip(keys[1:], zip(forms, powers, classes, strict=True), strict=True))


def files_of(client: TestClient, model: str) -> dict:
    return client.get(f"{API}/engine", params={"model": model}).json()["files"]


@pytest.mark.parametrize("model, folder", [(BUNDLED_ID, "bundled"), ("mine", "runs/mine")])
def test_every_file_of_a_model_comes_as_it_is_and_is_kept_by_the_browser(
    client: TestClient, tmp_path: Path, model: str, folder: str
):
    files = files_of(client, model)
    assert files.keys() >= {
        "checkpoint.json",
        "vocabulary.txt",
        "weights.safetensors",
        "words.txt",
        "blocked.txt",
        "delicate.txt",
    }
    for name, file in files.items():
        for encoding in ("br", "identity"):
            reply = client.get(file["url"], headers={"Accept-Encoding": encoding})
            assert reply.status_code == 200 and "immutable" in reply.headers["cache-control"]
            assert "private" in reply.headers["cache-control"]
            assert reply.headers.get("content-encoding", "identity") == encoding
            assert len(reply.content) == file["bytes"]
            assert hashlib.sha256(reply.content).hexdigest() == file["sha256"]
            if (path := tmp_path / folder / name).is_file():
                assert reply.content == (drop_seen(path.read_bytes()) if name == MEMORY else path.read_bytes())


def test_hashes_of_headlines_stay_on_the_server(client: TestClient, tmp_path: Path):
    stored = load((tmp_path / "bundled" / MEMORY).read_bytes())
    sent = load(client.get(files_of(client, BUNDLED_ID)[MEMORY]["url"]).content)
    assert len(stored["seen"]) > 0 and sent.keys() == stored.keys() - {"seen"}
    assert all((sent[name] == stored[name]).all() for name in sent)


def test_a_damaged_file_of_ngrams_is_not_sent(client: TestClient, tmp_path: Path):
    path = tmp_path / "runs" / "mine" / MEMORY
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert client.get(f"{API}/engine", params={"model": "mine"}).status_code == 404


def test_a_model_of_another_language_comes_with_its_rules_and_words(client: TestClient, monkeypatch):
    files = files_of(client, "german")
    german, english = (
        json.loads(client.get(f["language.json"]["url"]).content) for f in (files, files_of(client, "mine"))
    )
    assert (german["tag"], german["small_words"], german["with_marks"]["u"]) == ("de", None, "ü")
    assert english["tag"] == "en" and "the" in english["small_words"]
    assert "language=de" in files["words.txt"]["url"] and "model=german" in files["vocabulary.txt"]["url"]
    first, found = read_list(client.get(files["words.txt"]["url"]).content)
    assert first.startswith("German words of wordfreq") and "für" in found
    wrong = files["words.txt"]["url"].replace("language=de", "language=" + "x-" * 1000)
    assert client.get(wrong).status_code == 404


def test_a_word_that_is_written_otherwise_than_its_key_is_sent_with_both():
    assert read_list(shared_files("ko")["words.txt"].read())[1]["ㄷㅐㅌㅗㅇㄹㅕㅇ"][0] == "대통령"
    assert json.loads(shared_files("ja")["language.json"].read())["splitter"].keys() >= {"UW3", "BW2", "TW1"}
    assert shared_files("th")["words.txt"].read().count(b"\n") == 1  # wordfreq has none


def test_the_lessons_recipe_and_models_that_are_too_large_are_left_to_the_server(client: TestClient, monkeypatch):
    assert files_of(client, "lesson") is None
    assert files_of(client, "mine") is not None
    monkeypatch.setattr("headline.share.engine_files._LARGEST", 1000)
    assert files_of(client, "mine") is None


@pytest.mark.parametrize(
    "model, status", [("nobody", 404), ("../bundled", 400), ("a/b", 400), ("\0", 400), (".hidden", 400)]
)
def test_there_is_nothing_of_a_model_that_does_not_exist(client: TestClient, model: str, status: int):
    assert client.get(f"{API}/engine", params={"model": model}).status_code == status
    own = files_of(client, "mine")["weights.safetensors"]
    asked = {"model": model, "name": "weights.safetensors", "sha256": own["sha256"]}
    assert client.get(f"{API}/engine/file", params=asked).status_code == status


@pytest.mark.parametrize(
    "change", [{"sha256": "0" * 64}, {"name": "../mine/weights.safetensors"}, {"name": "README.md"}]
)
def test_only_the_listed_files_are_sent(client: TestClient, change: dict):
    file = files_of(client, "mine")["weights.safetensors"]
    asked = {"model": "mine", "name": "weights.safetensors", "sha256": file["sha256"]}
    assert client.get(f"{API}/engine/file", params=asked).status_code == 200
    assert client.get(f"{API}/engine/file", params=asked | change).status_code == 404


def test_a_damaged_checkpoint_has_no_files(client: TestClient, tmp_path: Path):
    (tmp_path / "runs" / "mine" / "checkpoint.json").write_text("{")
    assert client.get(f"{API}/engine", params={"model": "mine"}).status_code == 404


def test_the_modules_may_do_no_more_than_they_must(client: TestClient):
    reply = client.get(f"{API}/code/{code_version()}/engine/worker.js")
    assert reply.text == (ASSETS / "engine" / "worker.js").read_text(encoding="utf-8")
    assert reply.headers["content-type"].startswith("text/javascript")
    policy = reply.headers["content-security-policy"]
    assert policy == "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
    assert client.get(f"{API}/code/{code_version()}/engine/kernels.wasm").headers["content-type"] == "application/wasm"


@pytest.mark.parametrize(
    "path", ["engine/kernels.wat", "blocklist.txt", "engine/../blocklist.txt", "model/checkpoint.json"]
)
def test_no_other_file_of_the_program_is_sent(client: TestClient, path: str):
    assert client.get(f"{API}/code/{code_version()}/{path}").status_code == 404
    assert client.get(f"{API}/code/0000000000000000/engine/worker.js").status_code == 404
    assert all(name.startswith("engine/") for name in page_code())


@pytest.mark.parametrize("base", ["en", "de"])
def test_the_word_list_has_every_word_and_its_frequency(base: str):
    attribution, found = read_list(shared_files(base)["words.txt"].read())
    assert "Robyn Speer" in attribution and "CC BY-SA 4.0" in attribution
    words, written, shares, classes = listed(base)
    assert found.keys() == set(words) and [found[word][0] for word in words] == list(written)
    assert [10 ** (int(found[word][1]) / 100) for word in words] == pytest.approx(shares.tolist(), rel=1e-12)
    encoded = [word.encode("utf-16-be") for word in found]
    assert encoded == sorted(encoded)
    assert [ord(found[word][2]) - ord("!") for word in words] == classes.tolist()
    assert set(classes.tolist()) == (set(range(CLASSES + 1)) if base == "en" else {CLASSES})


def test_python_uses_the_same_list():
    assert Lexicon.beyond(vocabulary("autocomplete"))


def test_an_address_below_a_proxys_path(tmp_path: Path):
    bundled = replace(random_checkpoint(), seen=SeenHeadlines.of(["One", "Two"])).save(tmp_path / "bundled")
    app = FastAPI()
    app.router.routes.extend(engine_routes(Models(bundled, tmp_path / "runs")))
    files = files_of(TestClient(app, root_path="/app"), BUNDLED_ID)
    assert json.dumps(files).count('"/app/gradio_api/') == len(files)
