"""Checkpoints that somebody shared on the Hub, from a stand-in of it on this machine."""

import json
import subprocess
import sys

import pytest

from headline.cli import main
from headline.errors import CheckpointError, HubError
from headline.generator.suggester import Suggester
from headline.model.checkpoint import WEIGHTS, Checkpoint
from headline.share.hub import check_name, fetch_checkpoint
from tests.hub import Hub, Repo, point_at
from tests.tiny import headlines, random_checkpoint


@pytest.fixture
def shared(hub, tmp_path) -> Hub:
    """A Hub with a checkpoint on it, beside other files, and with what is none."""
    folder = random_checkpoint().save(tmp_path / "model")
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    hub.repos["models", "owner/model"] = Repo(files | {"README.md": b"# card", "large.bin": b"0" * 1000})
    hub.repos["models", "owner/other"] = Repo({"config.json": b"{}"})
    hub.repos["models", "owner/broken"] = Repo(files | {WEIGHTS: files[WEIGHTS][:-8]})
    hub.repos["models", "owner/gated"] = Repo(gated=True)
    return hub


def test_a_checkpoint_comes_back_as_it_was(shared):
    folder = fetch_checkpoint("owner/model")
    assert Suggester.load(folder).suggest("the gov", 3) == Suggester(random_checkpoint()).suggest("the gov", 3)
    fetched = {
        path.partition("/main/")[2] or path.rpartition("/")[2] for _, path in shared.calls if "/resolve/" in path
    }
    assert fetched == {"checkpoint.json", "vocabulary.txt", "weights.safetensors", "memory.safetensors"}


def test_what_was_downloaded_once_is_there_without_a_network(shared, monkeypatch, tmp_path):
    folder = fetch_checkpoint("owner/model")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    point_at(monkeypatch, "http://127.0.0.1:9", tmp_path)
    assert fetch_checkpoint("owner/model") == folder


@pytest.mark.parametrize(
    "name, message",
    [
        ("owner/missing", "no public model called owner/missing"),
        ("owner/gated", "owner/gated is gated: ask for access on its page, then set HF_TOKEN"),
        ("owner/other", r"owner/other .* is not a checkpoint of this program: it has no checkpoint\.json"),
        ("owner/broken", r"owner/broken .*weights\.safetensors is damaged"),
        ("broken", "“broken” is not a name .* write owner/name"),
        ("../etc", "write owner/name"),
    ],
)
def test_what_the_hub_does_not_give_is_told(shared, name, message):
    with pytest.raises(CheckpointError, match=message):
        fetch_checkpoint(name)


def test_a_token_that_is_out_of_date_is_told(shared, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_of_nobody")
    with pytest.raises(CheckpointError, match="refuses this token for owner/model: make a new one") as told:
        fetch_checkpoint("owner/model")
    assert "hf_of_nobody" not in str(told.value)


def test_without_a_network_it_says_so(monkeypatch, tmp_path):
    point_at(monkeypatch, "http://127.0.0.1:9", tmp_path)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(CheckpointError, match="could not be reached, so owner/model was not downloaded"):
        fetch_checkpoint("owner/model")


@pytest.mark.parametrize("name", ["a/b", "Ada_1/head-line.v2"])
def test_a_name_of_a_repository(name):
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "a", "a/b/c", "/b", "a/", "a/..", ".a/b", "a b/c", "a/b\n", "é/b", "a/" + 99 * "b"]
)
def test_what_is_no_name_of_a_repository(name):
    with pytest.raises(HubError, match="is not a name"):
        check_name(name)


def test_the_command_line_takes_a_model_from_the_hub(shared, capsys, corpus):
    assert main(["suggest", "the gov", "--from-hub", "owner/model", "--json"]) == 0
    expected = [vars(s) for s in Suggester(random_checkpoint()).suggest("the gov")]
    assert json.loads(capsys.readouterr().out)["suggestions"] == expected
    assert main(["generate", "the", "--from-hub", "owner/model", "--words", "2"]) == 0
    assert capsys.readouterr().out.startswith("the ")
    assert main(["evaluate", str(corpus), "--from-hub", "owner/model", "--split", "all", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["headlines"] == len(headlines(60))


def test_a_run_starts_from_a_model_of_the_hub(shared, capsys, monkeypatch):
    from headline import cli
    from headline.commands.options import run_options

    started = cli._parser().parse_args(["train", "x.csv", "--out", "m", "--start-from", "hub:owner/model"])
    options = run_options(started)
    base = options.load_start()
    assert base.config == random_checkpoint().config and options.settings.units == base.config.units
    missing = cli._parser().parse_args(["train", "x.csv", "--out", "m", "--start-from", "hub:owner/missing"])
    with pytest.raises(CheckpointError, match="no public model called owner/missing"):
        run_options(missing)


def test_two_models_at_once_make_no_sense(capsys):
    with pytest.raises(SystemExit):
        main(["suggest", "the", "--model", "m", "--from-hub", "owner/model"])
    assert "not allowed with argument" in capsys.readouterr().err


def test_what_was_published_comes_back(hub, tmp_path, capsys):
    folder = random_checkpoint(seed=5).save(tmp_path / "m")
    assert main(["publish", "owner/round", "--model", str(folder)]) == 0
    back = Checkpoint.load(fetch_checkpoint("owner/round"))
    assert all((back.weights[name] == w).all() for name, w in random_checkpoint(seed=5).weights.items())


def test_the_client_is_not_loaded_before_it_is_needed():
    code = (
        "import sys, headline.share.hub, headline.share.publish, headline.cli; print('huggingface_hub' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
