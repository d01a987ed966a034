"""A model as a folder for a file host: what is in it, how it is written, packed and published."""

import gzip
import hashlib
import json
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from safetensors.numpy import load

from headline.cli import main
from headline.corpus.split import SeenHeadlines
from headline.errors import ExportError
from headline.generator.box.rules import RULES
from headline.model.checkpoint import Checkpoint
from headline.model.ngrams.ngram import NGram
from headline.paths import ASSETS, BUNDLED_MODEL
from headline.share.engine_files import engine_files, shared_files
from headline.share.publish import MANIFEST
from headline.share.web_folder import MODEL, first_visit_bytes, web_content, write_web_folder, zip_web_folder
from tests.tiny import headlines, random_checkpoint


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A model with n-grams and hashes of headlines, whose texts are nobody's friends."""
    checkpoint = random_checkpoint()
    rows = [[2, *checkpoint.vocabulary.encode("the government says"), 3]] * 3
    words = {"name": 'Mine: "<b>" \n---', "created": "2026"}
    made = Checkpoint(
        checkpoint.config,
        checkpoint.vocabulary,
        checkpoint.weights,
        NGram.build(rows, len(checkpoint.vocabulary), [0, 2]),
        seen=SeenHeadlines.of(headlines(20)),
        provenance=words,
        licence={"weights": "free", "data": [{"name": "[x](y)", "source": "<s>", "licence": "CC0"}]},
    )
    return made.save(tmp_path_factory.mktemp("models") / "mine")


@pytest.fixture(scope="module")
def content(folder) -> dict[str, bytes]:
    return web_content(folder)


def unpacked(content: dict[str, bytes]) -> dict[str, bytes]:
    """The model's files by their names, as a page has them once it has checked them."""
    found = {}
    for name, file in json.loads(content[MODEL])["files"].items():
        data = gzip.decompress(content[file["url"]])
        assert (len(data), hashlib.sha256(data).hexdigest(), file["packed"]) == (file["bytes"], file["sha256"], True)
        found[name] = data
    return found


def test_the_model_is_whole_but_for_the_hashes_of_its_headlines(content, folder, tmp_path):
    files = unpacked(content)
    assert files.keys() == engine_files(folder).keys()
    assert {name: files[name] for name in shared_files()} == {n: f.read() for n, f in shared_files().items()}
    for name in ("checkpoint.json", "vocabulary.txt", "weights.safetensors", "memory.safetensors"):
        (tmp_path / name).write_bytes(files[name])
    loaded, stored = Checkpoint.load(tmp_path), Checkpoint.load(folder)
    assert len(stored.seen) > 0 == len(loaded.seen) and "seen" not in load(files["memory.safetensors"])
    assert len(loaded.ngram) == len(stored.ngram) > 0
    assert files["weights.safetensors"] == (folder / "weights.safetensors").read_bytes()
    assert json.loads(content[MODEL])["rules"] == RULES


def test_every_file_that_a_page_or_a_module_names_is_there(content):
    for path, data in content.items():
        if Path(path).suffix not in {".js", ".html", ".css", ".webmanifest"}:
            continue
        text = re.sub(r"^\s*//.*$|/\*\*.*?\*/", "", data.decode(), flags=re.MULTILINE | re.DOTALL)
        named = re.findall(r'from "(\.[^"]+)"|(?:src|href)(?:=|": )"(?!data:)([^"#]+)"|"src": "([^"]+)"', text)
        for name in (part.split("?")[0] for parts in named for part in parts if part):
            assert (Path("/") / Path(path).parent / name).resolve().relative_to("/").as_posix() in content, (path, name)
    assert "search_box.js" not in content and "engine/kernels.wasm" in content


def test_no_page_needs_more_than_its_own_host(content):
    """Nothing is written into a page that `default-src 'self'` refuses, and no address names a host."""
    for path in ("index.html", "field.html"):
        text = content[path].decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|https?://", text), path
    assert b'class="box"' in content["index.html"]  # the same box as in the app


def test_the_service_worker_keeps_all_but_the_model_and_has_another_version_for_other_files(content, folder):
    worker = content["service_worker.js"].decode()
    kept = set(json.loads(re.search(r"FILES = (\[.*\])", worker)[1]))
    left = {path for path in content if path.startswith("model/")} | {"README.md", "service_worker.js"}
    assert kept == content.keys() - left | {"./"}
    again = web_content(folder)
    assert again == content
    other = web_content(folder, name="another name")["service_worker.js"].decode()
    assert re.search(r'OURS \+ "(\w{16})"', worker)[1] != re.search(r'OURS \+ "(\w{16})"', other)[1]


def test_the_readme_makes_a_static_space_and_names_the_sources_as_text(content):
    head, text = re.fullmatch(r"---\n(.*?)\n---\n(.*)", content["README.md"].decode(), re.DOTALL).groups()
    header = yaml.safe_load(head)
    assert header["sdk"] == "static" and header["app_file"] in content
    assert (
        "wordfreq" in text and "CC BY-SA 4.0" in text and "free" in text and "<s>" not in text and "[x](y)" not in text
    )


@pytest.mark.parametrize("lighter, most", [(False, 14e6), (True, 5e6)])
def test_the_bundled_model_is_small_enough(lighter, most):
    assert most / 2 < first_visit_bytes(web_content(lighter=lighter)) <= most


def test_a_folder_is_written_over_an_older_export_and_never_over_something_else(content, folder, tmp_path):
    site = tmp_path / "site"
    write_web_folder(content, site)
    (site / "CNAME").write_text("example.org")
    other = web_content(random_checkpoint(seed=1).save(tmp_path / "other"))
    write_web_folder(other, site)
    found = {p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*") if p.is_file()}
    assert found == other | {"CNAME": b"example.org"}
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "thesis.txt").write_text("mine")
    with pytest.raises(ExportError, match="has other files: name a new folder"):
        write_web_folder(content, tmp_path / "own")
    with pytest.raises(ExportError, match="is a file"):
        write_web_folder(content, tmp_path / "own" / "thesis.txt")


def test_a_zip_of_it(content, tmp_path):
    zip_web_folder(content, tmp_path / "site.zip")
    with zipfile.ZipFile(BytesIO((tmp_path / "site.zip").read_bytes())) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == content


def test_a_model_that_a_page_cannot_run_is_told(tmp_path):
    with pytest.raises(ExportError, match="cannot run this model by itself"):
        web_content(random_checkpoint("notebook").save(tmp_path / "lesson"))


def call(capsys, *arguments) -> tuple[int, str, str]:
    code = main([*map(str, arguments)])
    return code, *capsys.readouterr()


def test_the_command_says_how_large_it_is_and_what_a_light_one_loses(capsys, folder, tmp_path):
    code, out, err = call(capsys, "export", "--to", "web", tmp_path / "site", "--model", folder)
    files = [path for path in (tmp_path / "site").rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    assert (code, err) == (0, "") and out.startswith(f"{tmp_path / 'site'}: {len(files)} files, {size:.1f} MB; a first")
    code, out, err = call(capsys, "export", folder, "--to", "web", tmp_path / "light", "--light")
    assert code == 0 and re.search(r"the light model saves [\d.]+%, the whole one [\d.]+%: -?[\d.]+% fewer", out)


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--to", "pdf", "x"], "--to takes “web” and a folder"),
        (["--out", "x.onnx", "--light"], "--light is for --to web"),
        ([BUNDLED_MODEL, "--model", BUNDLED_MODEL, "--to", "web", "x"], "Name the model once"),
    ],
)
def test_what_does_not_go_together_is_told(capsys, arguments, said):
    code, _, err = call(capsys, "export", *arguments)
    assert code == 2 and said in err


def test_a_static_space_holds_the_folder(capsys, hub, folder, content):
    code, out, _ = call(capsys, "publish", "owner/page", "--static", "--model", folder)
    assert (code, out) == (0, f"{hub.endpoint}/spaces/owner/page\n")
    space = hub.repos["spaces", "owner/page"]
    assert space.asked["sdk"] == "static" and "hardware" not in space.asked
    assert {path: data for path, data in space.files.items() if path not in (MANIFEST, ".gitattributes")} == content
    space.files["own.txt"] = b"kept"
    call(capsys, "publish", "owner/page", "--static", "--light", "--model", folder)  # whose files have other names
    lighter = web_content(folder, lighter=True)
    assert {p for p in space.files if p.startswith("model/")} == {p for p in lighter if p.startswith("model/")}
    assert space.files["own.txt"] == b"kept"


def test_a_static_space_has_no_hardware(capsys):
    code, _, err = call(capsys, "publish", "owner/page", "--static", "--gpu")
    assert code == 2 and "a static one has no program" in err
    assert call(capsys, "publish", "owner/page", "--light")[0] == 2


def test_the_icons_have_the_sizes_that_the_manifest_says():
    for icon in json.loads((ASSETS / "web_folder" / "manifest.webmanifest").read_text())["icons"]:
        data = (ASSETS / "web_folder" / icon["src"]).read_bytes()
        if icon["type"] == "image/png":
            width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
            assert icon["sizes"] == f"{width}x{height}"
