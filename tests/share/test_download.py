"""Public corpora by name: what a name means, and the Hub's protocol against a stand-in on this machine."""

import subprocess
import sys
from pathlib import Path

import kagglehub
import pytest
import requests

from headline.errors import DownloadError
from headline.share.download import KNOWN, PublicCorpus, download, find, wanted
from tests.hub import Hub, Repo, point_at

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
