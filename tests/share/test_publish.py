"""The app as a Space and a checkpoint as a model, against a stand-in of the Hub on this machine."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from headline.cli import main
from headline.model.checkpoint import MEMORY, META
from headline.paths import ROOT
from headline.share.publish import MANIFEST, space_content, space_files, with_gpu
from tests.hub import point_at
from tests.tiny import random_checkpoint

PAGE = "---\ntitle: x\nthumbnail: assets/pictures/a.png\nsuggested_hardware: cpu-basic\n---\n"


@pytest.fixture
def checkout(tmp_path, monkeypatch) -> Path:
    """A small repository as ours is laid out, under git."""
    files = {
        "app.py": "print()",
        "requirements.txt": "gradio>=6\ntensorflow>=2.21,<2.22  # trains\n",
        "LICENSE": "free",
        "README.md": PAGE
        + '![a](assets/pictures/a.png) <img src="assets/pictures/b.png"> [more](docs/more.md) [off](../secret.md)'
        " [tests](tests/test_a.py) [far](https://example.org/x.png)\n",
        "headline/a.py": "",
        "headline/web/b.py": "",
        "headline/notes.txt": "",
        "headline/__pycache__/a.pyc": "",
        "assets/page.css": "",
        "assets/model/checkpoint.json": "{}",
        "assets/pictures/a.png": "png",
        "assets/pictures/b.png": "png",
        "assets/pictures/unshown.png": "png",
        "data/sample.csv": "headline\n",
        "data/private.csv": "headline\n",
        "data/.hidden": "",
        "docs/more.md": "![p](p.svg) [back](../README.md) [itself](more.md)",
        "docs/p.svg": "<svg/>",
        "docs/unlinked.md": "",
        "runs/mine/checkpoint.json": "{}",
        "tests/test_a.py": "",
        "bench/b.py": "",
        ".gitignore": "__pycache__/\nruns/\n/data/private.csv\n",
    }
    root = tmp_path / "checkout"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    monkeypatch.setattr("headline.share.publish.space_content.__defaults__", (root, None))
    monkeypatch.setattr("headline.share.publish.publish_space.__defaults__", (None, False, root))
    return root


BELONG = """LICENSE README.md app.py assets/model/checkpoint.json assets/page.css assets/pictures/a.png
assets/pictures/b.png data/sample.csv docs/more.md docs/p.svg headline/a.py headline/web/b.py requirements.txt"""


def names(root: Path) -> set[str]:
    return {path.as_posix() for path in space_files(root)}


def test_exactly_what_belongs_on_a_space(checkout):
    subprocess.run(["git", "init", "-q"], cwd=checkout, check=True)
    subprocess.run(["git", "add", "-A"], cwd=checkout, check=True)
    (checkout / "data/my-own-titles.csv").write_text("headline\n", encoding="utf-8")  # which git does not keep
    assert names(checkout) == set(BELONG.split())
    assert space_files(checkout) == sorted(space_files(checkout))


def test_without_git_plain_patterns_are_still_ignored(checkout, monkeypatch):
    def no_git(*args, **options):
        raise FileNotFoundError("git")

    (checkout / ".gitignore").write_text("# caches\n\n__pycache__/\n*.css\nprivate.csv\n", encoding="utf-8")
    monkeypatch.setattr(subprocess, "run", no_git)
    assert names(checkout) == set(BELONG.split()) - {"assets/page.css"}


def test_links_out_of_the_checkout_are_not_followed(checkout, tmp_path):
    (checkout / "assets" / "link.css").symlink_to(tmp_path / "secret.md")
    assert "assets/link.css" not in names(checkout)


def test_a_checkout_that_lacks_a_part_is_told(checkout):
    (checkout / "LICENSE").unlink()
    with pytest.raises(ValueError, match="has no LICENSE: run this in a checkout"):
        space_files(checkout)


def test_what_this_repository_puts_on_a_space():
    found = names(ROOT)
    assert {"app.py", "headline/web/http/front.py", "assets/model/weights.safetensors", "data/sample.csv"} <= found
    assert not [name for name in found if re.match(r"(tests|bench|runs|\.)|.*(\.pyc|__pycache__)", name)]
    pages = [name for name in found if name == "README.md" or re.fullmatch(r"docs/.*\.md", name)]
    texts = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in pages)
    shown = set(re.findall(r"assets/pictures/\w+\.(?:png|webp)", texts))
    assert {name for name in found if name.startswith("assets/pictures/")} == shown
    # Every file of the package, so that none is forgotten that the app imports.
    assert {p.relative_to(ROOT).as_posix() for p in (ROOT / "headline").rglob("*.py")} <= found


def test_the_requirements_for_a_gpu_are_those_of_the_list_for_one():
    changed = with_gpu((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    (wanted,) = re.findall(r"^tensorflow\[.*$", (ROOT / "requirements-gpu.txt").read_text(encoding="utf-8"), re.M)
    assert [line.split()[0] for line in changed.splitlines() if line.startswith("tensorflow")] == [wanted]
    before = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert changed.replace("tensorflow[and-cuda]", "tensorflow") == before != changed


def test_the_header_says_which_space_it_is_of(checkout):
    readme = space_content("owner/app", checkout, "t4-small")["README.md"].decode()
    assert "thumbnail: https://huggingface.co/spaces/owner/app/resolve/main/assets/pictures/a.png\n" in readme
    assert "suggested_hardware: t4-small\n" in readme
    assert readme.partition("\n---\n")[2] == (checkout / "README.md").read_text().partition("\n---\n")[2]


def call(capsys, *arguments) -> tuple[int, str, str]:
    code = main(["publish", *map(str, arguments)])
    return code, *capsys.readouterr()


def test_a_dry_run_lists_every_file_and_reaches_nothing(capsys, checkout, monkeypatch, tmp_path):
    point_at(monkeypatch, "http://127.0.0.1:9", tmp_path)  # and has no token
    code, out, err = call(capsys, "owner/app", "--dry-run")
    *lines, last = out.splitlines()
    assert (code, err) == (0, "")
    assert {line.split()[1] for line in lines} == set(BELONG.split())
    total = sum(int(line.split()[0].replace(",", "")) for line in lines)
    assert last.strip() == f"{total:,}  bytes in {len(lines)} files; nothing was uploaded"


def test_a_new_space_holds_what_belongs_there(capsys, hub, checkout):
    code, out, err = call(capsys, "owner/app", "--private")
    assert (code, out) == (0, f"{hub.endpoint}/spaces/owner/app\n") and "headline: " not in err
    space = hub.repos["spaces", "owner/app"]
    assert space.asked["sdk"] == "gradio" and space.asked["visibility"] == "private"
    assert "hardware" not in space.asked and hub.hardware == []
    assert space.files.keys() == {*BELONG.split(), ".gitattributes", MANIFEST}
    assert space.files["requirements.txt"] == (checkout / "requirements.txt").read_bytes()
    assert space.files["assets/pictures/a.png"] == b"png"  # a large file, which travels by itself
    assert len(hub.commits) == 1 and {line["key"] for line in hub.commits[0]} == {"header", "file", "lfsFile"}


def test_an_update_deletes_what_an_earlier_one_put_there_and_nothing_else(capsys, hub, checkout):
    call(capsys, "owner/app")
    space = hub.repos["spaces", "owner/app"]
    space.files["added-on-the-hub.txt"] = b"by its owner"
    (checkout / "headline" / "a.py").unlink()
    (checkout / "assets" / "page.css").write_text("b {}", encoding="utf-8")
    assert call(capsys, "owner/app")[0] == 0
    changes = {line["value"]["path"]: line["key"] for line in hub.commits[1][1:]}
    assert changes == {"headline/a.py": "deletedFile", "assets/page.css": "file", MANIFEST: "file"}
    assert {"added-on-the-hub.txt", ".gitattributes"} <= space.files.keys()
    assert call(capsys, "owner/app")[0] == 0
    assert len(hub.commits) == 2  # nothing new: no commit


def test_a_list_of_earlier_files_cannot_have_what_the_hub_keeps_deleted(capsys, hub, checkout):
    call(capsys, "owner/app")
    hub.repos["spaces", "owner/app"].files[MANIFEST] += b".gitattributes\nnowhere.txt\n"
    assert call(capsys, "owner/app")[0] == 0
    assert ".gitattributes" in hub.repos["spaces", "owner/app"].files


def test_a_space_on_a_gpu(capsys, hub, checkout):
    assert call(capsys, "owner/app", "--gpu")[0] == 0
    space = hub.repos["spaces", "owner/app"]
    assert space.asked["hardware"] == "t4-small" and hub.hardware == []  # it has it from the beginning
    assert b"\ntensorflow[and-cuda]>=2.21,<2.22 " in space.files["requirements.txt"]
    assert call(capsys, "owner/app", "--hardware", "l4x1")[0] == 0
    assert hub.hardware == ["l4x1"]
    assert b"tensorflow[and-cuda]" in space.files["requirements.txt"]
    assert call(capsys, "owner/app", "--hardware", "cpu-basic")[0] == 0
    assert hub.hardware == ["l4x1", "cpu-basic"] and b"[and-cuda]" not in space.files["requirements.txt"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["owner/app", "--hardware", "zero-a10g"], "ZeroGPU (zero-a10g) runs PyTorch only"),
        (["owner/app", "--hardware", "abacus"], "no hardware called abacus; there are cpu-basic,"),
        (["owner/app", "--gpu", "--hardware", "cpu-basic"], "cpu-basic has no GPU"),
        (["app"], "write owner/name"),
        (["../app"], "write owner/name"),
        (["https://huggingface.co/spaces/owner/app"], "write owner/name"),
        (["owner/app", "--model", "nowhere"], "nowhere is not a checkpoint"),
        (["owner/app", "--model", "nowhere", "--gpu"], "a model on the Hub does not run"),
        (["other/app"], "The token may not write to other/app: make one with write access to other"),
    ],
)
def test_what_cannot_be_published_is_told_in_one_line(capsys, hub, checkout, arguments, message):
    code, out, err = call(capsys, *arguments)
    assert (code, out) == (2, "") and err.count("\n") == 1 and err.startswith("headline: ") and message in err
    assert not hub.repos and not hub.commits


def test_without_a_token_it_says_how_to_get_one(capsys, hub, checkout, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    code, _, err = call(capsys, "owner/app")
    assert code == 2 and "https://huggingface.co/settings/tokens and set HF_TOKEN" in err
    assert hub.calls == []


def test_a_token_that_the_hub_does_not_know_is_told_without_showing_it(capsys, hub, checkout, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_of_nobody")
    code, _, err = call(capsys, "owner/app")
    assert code == 2 and "does not accept the token" in err and "hf_of_nobody" not in err


def test_an_account_that_would_have_to_pay_is_told(capsys, hub, checkout):
    hub.pays = False
    code, _, err = call(capsys, "owner/app")
    assert code == 2 and "asks for a subscription" in err and err.count("\n") == 1


def test_metadata_that_the_hub_refuses_is_told(capsys, hub, checkout):
    page = (checkout / "README.md").read_text(encoding="utf-8")
    (checkout / "README.md").write_text(page.replace("title: x", "title: x\nlicense: nonsense"), encoding="utf-8")
    code, _, err = call(capsys, "owner/app")
    assert code == 2 and '"license" must be one of the known ones' in err and err.count("\n") == 1
    assert not hub.commits


@pytest.mark.parametrize("arguments", [["owner/app"], ["owner/m", "--model", "MODEL"]])
def test_without_a_network_it_says_so(capsys, checkout, monkeypatch, tmp_path, arguments):
    point_at(monkeypatch, "http://127.0.0.1:9", tmp_path)
    monkeypatch.setenv("HF_TOKEN", "hf_x")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    model = random_checkpoint().save(tmp_path / "m")
    code, _, err = call(capsys, *(str(model) if a == "MODEL" else a for a in arguments))
    assert code == 2 and err.count("\n") == 1
    assert "could not be reached" in err and f"{arguments[0]} was not published" in err


def test_a_model_and_its_card(capsys, hub, tmp_path):
    model = random_checkpoint().save(tmp_path / "m")
    code, out, err = call(capsys, "owner/m", "--model", model)
    assert (code, out) == (0, f"{hub.endpoint}/owner/m\n") and "headline: " not in err
    files = hub.repos["models", "owner/m"].files
    assert files.keys() == {p.name for p in model.iterdir()} | {".gitattributes", "README.md"}
    assert files["README.md"].startswith(b"---\nlanguage: en\n") and b"--from-hub owner/m" in files["README.md"]
    for name in ("weights.safetensors", "vocabulary.txt"):
        assert files[name] == (model / name).read_bytes()


def test_a_card_that_is_there_is_used_with_its_metadata_in_front(capsys, hub, tmp_path):
    model = random_checkpoint().save(tmp_path / "m")
    (model / "README.md").write_text("# Mine\n", encoding="utf-8")
    (model / "notes.txt").write_text("not for others", encoding="utf-8")
    call(capsys, "owner/m", "--model", model)
    files = hub.repos["models", "owner/m"].files
    assert files["README.md"].endswith(b"\n---\n\n# Mine\n") and "notes.txt" not in files
    (model / "README.md").write_text("---\nlicense: mit\n---\n# Mine\n", encoding="utf-8")
    call(capsys, "owner/m", "--model", model)
    assert hub.repos["models", "owner/m"].files["README.md"] == b"---\nlicense: mit\n---\n# Mine\n"


def test_a_part_that_a_newer_checkpoint_lacks_goes(capsys, hub, tmp_path):
    model = random_checkpoint().save(tmp_path / "m")
    call(capsys, "owner/m", "--model", model)
    (model / MEMORY).unlink()
    meta = json.loads((model / META).read_text(encoding="utf-8"))
    (model / META).write_text(json.dumps({k: v for k, v in meta.items() if k != "sha256"}), encoding="utf-8")
    hub.repos["models", "owner/m"].files["mine.txt"] = b"kept"
    call(capsys, "owner/m", "--model", model)
    files = hub.repos["models", "owner/m"].files
    assert MEMORY not in files and files["mine.txt"] == b"kept"


def test_a_dry_run_of_a_model(capsys, hub, tmp_path):
    code, out, _ = call(capsys, "owner/m", "--model", random_checkpoint().save(tmp_path / "m"), "--dry-run")
    assert code == 0 and "weights.safetensors" in out and "in 5 files" in out and hub.calls == []
