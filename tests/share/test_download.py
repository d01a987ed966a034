"""Public corpora by name: what a name means, and the Hub's protocol against a stand-in on this machine."""

import os
import subprocess
import sys
from pathlib import Path

import kagglehub
import pytest
import requests

from headline.errors import DownloadError
from headline.model.storage.folders import size_of
from headline.share.download import KNOWN, PublicCorpus, download, download_confined, find, wanted, without_tokens
from tests.hub import TOKEN, Hub, Repo, point_at

CSV = "headline\nA first one\nA second one\n"
FILES = {"data/train.csv": CSV, "README.md": "# card", "data/more.jsonl": '{"title": "A third"}\n'}


@pytest.fixture
def hub(hub) -> Hub:
    hub.repos["datasets", "owner/titles"] = Repo({path: text.encode() for path, text in FILES.items()})
    hub.repos["datasets", "owner/gated"] = Repo(gated=True)
    return hub


@pytest.mark.parametrize(
    "name, expected",
    [
        ("nyt", KNOWN["nyt"]),
        (" abc ", KNOWN["abc"]),
        ("kaggle:someone/some-titles", PublicCorpus("kaggle", "someone/some-titles")),
        ("owner/titles", PublicCorpus("hf", "owner/titles")),
        ("hf:owner/titles", PublicCorpus("hf", "owner/titles")),
    ],
)
def test_what_a_name_stands_for(name, expected):
    assert find(name) == expected


@pytest.mark.parametrize("name", ["", "titles", "https://example.org/a.csv", "a/b/c", "ftp:a/b", "../etc/passwd"])
def test_what_names_nothing_is_told(name):
    with pytest.raises(DownloadError, match="is not the name of a data set: write nyt, abc"):
        find(name)


def test_only_files_that_can_be_read_and_were_asked_for():
    assert wanted(KNOWN["nyt"], "ArticlesApril2017.csv") and not wanted(KNOWN["nyt"], "CommentsApril2017.csv")
    everything = PublicCorpus("hf", "a/b")
    assert wanted(everything, "x/train.parquet") and wanted(everything, "a.csv.gz") and not wanted(everything, "a.md")


def test_a_data_set_of_the_hub_is_fetched_with_progress(hub, tmp_path):
    told = []
    paths = download(find("owner/titles"), tmp_path / "corpus", lambda done, total: told.append((done, total)))
    assert [p.name for p in paths] == ["data_more.jsonl", "data_train.csv"]
    assert paths[1].read_text() == CSV
    total = len(CSV) + len(FILES["data/more.jsonl"])
    assert told[-1] == (total, total) and [d for d, _ in told] == sorted(d for d, _ in told)


@pytest.mark.parametrize(
    "name, message", [("owner/missing", "no public data set called owner/missing"), ("owner/gated", "is gated")]
)
def test_what_the_hub_does_not_give_is_told(hub, tmp_path, name, message):
    with pytest.raises(DownloadError, match=message):
        download(find(name), tmp_path / "corpus")


def test_without_a_network_it_says_so(monkeypatch, tmp_path):
    point_at(monkeypatch, "http://127.0.0.1:9", tmp_path)
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # between its five tries
    with pytest.raises(DownloadError, match=r"Hub could not be reached.*download the file yourself"):
        download(find("owner/titles"), tmp_path / "corpus")


def test_a_data_set_of_kaggle_is_fetched_with_progress(monkeypatch, tmp_path):
    asked = {}

    def dataset_download(handle, output_dir, force_download):
        asked.update(handle=handle)
        for name in ("ArticlesApril2017.csv", "CommentsApril2017.csv"):
            (Path(output_dir) / name).write_text(CSV)
        return output_dir

    monkeypatch.setattr(kagglehub, "dataset_download", dataset_download)
    assert [p.name for p in download(find("nyt"), tmp_path / "c")] == ["ArticlesApril2017.csv"]
    assert asked == {"handle": "aashita/nyt-comments"}


@pytest.mark.parametrize(
    "error, message",
    [
        (requests.ConnectionError("no route"), "Kaggle could not be reached"),
        (kagglehub.exceptions.UnauthenticatedError(), "needs you to sign in"),
        (kagglehub.exceptions.NotFoundError(), "no data set called someone/titles"),
    ],
)
def test_what_kaggle_does_not_give_is_told(monkeypatch, tmp_path, error, message):
    def dataset_download(*args, **options):
        raise error

    monkeypatch.setattr(kagglehub, "dataset_download", dataset_download)
    with pytest.raises(DownloadError, match=message):
        download(find("kaggle:someone/titles"), tmp_path / "c")


def test_a_data_set_without_a_readable_file_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(kagglehub, "dataset_download", lambda *args, output_dir, **options: output_dir)
    with pytest.raises(DownloadError, match="has no file that can be read"):
        download(find("abc"), tmp_path / "c")


def test_asking_loads_neither_client_before_a_download():
    code = (
        "import sys, headline.share.download; print([m for m in ('kagglehub', 'huggingface_hub') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.fixture
def visited(hub, monkeypatch, tmp_path) -> Hub:
    """The Hub as a child process reaches it, with the owner's tokens all around."""
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    monkeypatch.setenv("KAGGLE_API_TOKEN", "KGAT_of_owner")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for file in (".cache/huggingface/token", ".kaggle/access_token"):
        (tmp_path / "home" / file).parent.mkdir(parents=True)
        (tmp_path / "home" / file).write_text(TOKEN)
    return hub


def confined(name, folder, most_mb=50):
    return download_confined(find(name), folder, lambda done, total: None, most_mb, 2_000)


def test_a_visitors_download_sends_no_token(visited, tmp_path):
    paths = confined("owner/titles", tmp_path / "corpus")
    assert [path.name for path in paths] == ["data_more.jsonl", "data_train.csv"] and paths[1].read_text() == CSV
    assert visited.calls and set(visited.tokens) == {None}
    download(find("owner/titles"), tmp_path / "own")
    assert set(visited.tokens) == {None, f"Bearer {TOKEN}"}  # or the line above could not fail


def test_nothing_is_kept_twice(visited, tmp_path):
    for number, folder in enumerate((tmp_path / "visitor", tmp_path / "own")):
        (confined if number == 0 else lambda name, into: download(find(name), into))("owner/titles", folder)
        assert size_of(folder) == len(CSV) + len(FILES["data/more.jsonl"])
    assert not (tmp_path / "cache").exists()


def test_kaggle_gets_no_credentials_either(visited, tmp_path):
    code = "from kagglehub.config import get_kaggle_credentials as c; print(bool(c()))"

    def credentials(environment) -> str:
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
        return done.stdout.strip()

    assert credentials(os.environ) == "True" and credentials(without_tokens(tmp_path / "empty")) == "False"


def test_a_data_set_over_the_limit_is_not_fetched(visited, tmp_path):
    visited.repos["datasets", "owner/large"] = Repo({"a.csv": b"x" * 2**20, "b.csv": b"x" * 100})
    with pytest.raises(DownloadError, match=r"^owner/large is larger than 1 MB, the most that this page takes"):
        confined("owner/large", tmp_path / "corpus", most_mb=1)
    assert not [path for method, path in visited.calls if "resolve" in path]
    assert len(confined("owner/large", tmp_path / "other", most_mb=2)) == 2


def test_a_download_that_grows_beyond_the_limit_is_ended(visited, tmp_path, monkeypatch):
    monkeypatch.setattr("headline.share.download.size_of", lambda folder: 2**21 + 1)
    visited.delay = 60.0
    with pytest.raises(DownloadError, match="is larger than 1 MB"):
        confined("owner/titles", tmp_path / "corpus", most_mb=1)
