"""Downloads public corpora by name from Kaggle and the Hugging Face Hub.

    nyt, abc                  the lesson's data, and a million headlines of ABC News (Kaggle)
    kaggle:owner/name         a data set of Kaggle
    owner/name, hf:owner/name a data set of the Hugging Face Hub

Nothing is downloaded when this module is imported. For a visitor of a public page, `download_confined` downloads in a
child process, `python -m headline.share.download`, that has none of the server's tokens.
"""

import os
import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

from tqdm import tqdm

from headline.corpus.bounds import MEGABYTE
from headline.corpus.reading.source import KINDS
from headline.errors import DownloadError
from headline.model.storage.folders import size_of
from headline.runs.confined import run_confined, serve
from headline.share.hub import translate_hub_errors

# Kinds that are downloaded. A public data set describes itself in files of others, such as dataset_infos.json.
_TABLES = frozenset(suffix for suffix, kind in KINDS.items() if kind in ("csv", "txt", "parquet")) | {
    ".jsonl",
    ".ndjson",
}
_SECONDS_BETWEEN_LOOKS = 0.5
_PARTS = "parts"  # folder of a file that is being downloaded
_LONGEST = 600  # seconds of a visitor's download
_DOWNLOADS = threading.BoundedSemaphore(2)  # of visitors at once; further ones wait
# What a visitor's download gets of the server's environment: no token, and no home where one could be stored.
_HARMLESS = [
    *"PATH PYTHONPATH LANG LC_ALL TZ TMPDIR SYSTEMROOT SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE".split(),
    *"CURL_CA_BUNDLE HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy".split(),
    "HF_ENDPOINT",
]
# called with the bytes downloaded so far, and the total if it is known
OnBytes = Callable[[int, int | None], None]


@dataclass(frozen=True)
class PublicCorpus:
    """A data set, and which of its files have headlines."""

    source: str  # "kaggle" or "hf"
    name: str  # owner/name
    files: str = "*"  # which of its files
    column: str | None = None  # None: found by its name
    about: str = ""


KNOWN = {
    "nyt": PublicCorpus(
        "kaggle",
        "aashita/nyt-comments",
        "Articles*.csv",
        "headline",
        "New York Times 2017–2018, the lesson's own data (CC BY-NC-SA 4.0: not for commercial use)",
    ),
    "abc": PublicCorpus(
        "kaggle",
        "therohk/million-headlines",
        "*.csv",
        "headline_text",
        "ABC News, Australia, 2003–2021, over a million headlines (CC0)",
    ),
}
_NAME = re.compile(r"(?:(kaggle|hf):)?([\w.-]+/[\w.-]+)")


def find(name: str) -> PublicCorpus:
    """Return the data set of a name.

    Raises:
        DownloadError: the name has a wrong form.
    """
    name = name.strip()
    if name in KNOWN:
        return KNOWN[name]
    named = _NAME.fullmatch(name)
    if not named:
        raise DownloadError(
            f"“{name}” is not the name of a data set: write {', '.join(KNOWN)}, kaggle:owner/name, or owner/name "
            "of the Hugging Face Hub."
        )
    return PublicCorpus(named[1] or "hf", named[2])


def download(
    corpus: PublicCorpus,
    folder: Path,
    on_bytes: OnBytes = lambda done, total: None,
    most_mb: int = 0,
    anonymous: bool = False,
) -> list[Path]:
    """Download the files of a data set that can be read to a folder, and return their paths.

    Args:
        corpus: the data set.
        folder: that the files are stored in, and nowhere else.
        on_bytes: called on the way.
        most_mb: megabytes of those files at most; 0: no limit.
        anonymous: whether to send no token to the Hub.

    Raises:
        DownloadError: it cannot be reached, does not exist, is too large, or has no file that can be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if corpus.source == "kaggle":
        paths = _from_kaggle(corpus, folder, on_bytes)
    else:
        paths = _from_hub(corpus, folder, on_bytes, most_mb, anonymous)
    found = [path for path in paths if wanted(corpus, path.name)]
    for other in set(paths) - set(found):
        other.unlink()
    _check_size(corpus.name, sum(path.stat().st_size for path in found), most_mb)
    if not found:
        raise DownloadError(f"{corpus.name} has no file that can be read: CSV, TXT, JSONL or Parquet.")
    return sorted(found)


def download_confined(
    corpus: PublicCorpus, folder: Path, on_bytes: OnBytes, most_mb: int, memory_mb: int
) -> list[Path]:
    """Download as a visitor of a public page: anonymously, and ended once there are more than `most_mb` megabytes.

    Raises:
        DownloadError: as for `download`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    home = folder / "home"
    home.mkdir()

    def refusal() -> str:
        done = size_of(folder)
        on_bytes(done, None)
        # While it is unpacked, a data set of Kaggle is there twice.
        return _too_large(corpus.name, most_mb) if most_mb and done > 2 * most_mb * MEGABYTE else ""

    try:
        found = run_confined(
            "headline.share.download",
            {"corpus": vars(corpus), "folder": str(folder.resolve() / "files"), "most_mb": most_mb},
            corpus.name,
            DownloadError,
            memory_mb,
            _LONGEST,
            environment=without_tokens(home),
            at_once=_DOWNLOADS,
            refusal=refusal,
        )
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return [Path(path) for path in found["paths"]]


def without_tokens(home: Path) -> dict[str, str]:
    """The harmless part of this process's environment, with another home."""
    kept = {name: os.environ[name] for name in _HARMLESS if name in os.environ}
    return kept | {"HOME": str(home.resolve()), "USERPROFILE": str(home.resolve())}


def _check_size(name: str, size: int, most_mb: int) -> None:
    if most_mb and size > most_mb * MEGABYTE:
        raise DownloadError(_too_large(name, most_mb))


def _too_large(name: str, most_mb: int) -> str:
    return f"{name} is larger than {most_mb} MB, the most that this page takes: choose a smaller one."


def wanted(corpus: PublicCorpus, name: str) -> bool:
    """Return whether a file of this name can be read and belongs to the corpus."""
    suffix = Path(name.removesuffix(".gz")).suffix.lower()
    return suffix in _TABLES and fnmatch(Path(name).name, corpus.files)


def _from_kaggle(corpus: PublicCorpus, folder: Path, on_bytes: OnBytes) -> list[Path]:
    import kagglehub  # takes half a second
    import requests
    from kagglehub import exceptions

    # kagglehub has no progress callback, so the size of the folder is watched.
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(folder, over, on_bytes), daemon=True)
    watcher.start()
    try:
        path = kagglehub.dataset_download(corpus.name, output_dir=str(folder), force_download=True)
    except (exceptions.UnauthenticatedError, exceptions.CredentialError) as error:
        raise DownloadError(
            f"Kaggle needs you to sign in for {corpus.name}: make a token at kaggle.com/settings and set "
            "KAGGLE_API_TOKEN to it."
        ) from error
    except (exceptions.KaggleApiHTTPError, exceptions.NotFoundError) as error:
        raise DownloadError(f"Kaggle has no data set called {corpus.name}, or does not let you read it.") from error
    except (requests.RequestException, OSError, exceptions.BackendError) as error:
        raise DownloadError(f"Kaggle could not be reached, so {_undone(corpus.name)}") from error
    finally:
        over.set()
        watcher.join()
    return [p for p in Path(path).rglob("*") if p.is_file()]


def _watch(folder: Path, over: threading.Event, on_bytes: OnBytes) -> None:
    while not over.wait(_SECONDS_BETWEEN_LOOKS):
        on_bytes(size_of(folder), None)


def _from_hub(corpus: PublicCorpus, folder: Path, on_bytes: OnBytes, most_mb: int, anonymous: bool) -> list[Path]:
    from huggingface_hub import HfApi, RepoFile, hf_hub_download

    token = False if anonymous else None  # None: the token of the environment or of the user, if there is one
    with translate_hub_errors(corpus.name, "data set", DownloadError, _undone(corpus.name)):
        files = [
            entry
            for entry in HfApi(token=token).list_repo_tree(corpus.name, repo_type="dataset", recursive=True)
            if isinstance(entry, RepoFile) and wanted(corpus, entry.path)
        ]
        total, before = sum(entry.size for entry in files), 0
        _check_size(corpus.name, total, most_mb)
        paths = []
        for entry in files:
            bar = _counting(partial(_report, on_bytes, before, total))
            got = hf_hub_download(
                corpus.name, entry.path, repo_type="dataset", tqdm_class=bar, local_dir=folder / _PARTS, token=token
            )
            # Files in different folders may have the same name.
            path = folder / entry.path.replace("/", "_")
            os.replace(got, path)
            paths.append(path)
            before += entry.size
            on_bytes(before, total)
        shutil.rmtree(folder / _PARTS, ignore_errors=True)
        return paths


def _undone(name: str) -> str:
    return f"{name} was not downloaded: check the network connection, or download the file yourself."


def _report(on_bytes: OnBytes, before: int, total: int, more: int) -> None:
    on_bytes(before + more, total)


def _counting(report: Callable[[int], None]) -> type[tqdm]:
    """Return a tqdm class that draws nothing and reports the bytes downloaded."""

    class Bar(tqdm):
        def __init__(self, *args, **options):
            options.pop("name", None)
            super().__init__(*args, **options | {"disable": True})
            self._done = int(options.get("initial") or 0)

        def update(self, n: float | None = 1) -> None:
            self._done += int(n or 0)
            report(self._done)

    return Bar


def _answer(asked: dict) -> dict:
    found = download(PublicCorpus(**asked["corpus"]), Path(asked["folder"]), most_mb=asked["most_mb"], anonymous=True)
    return {"paths": [str(path) for path in found]}


if __name__ == "__main__":
    raise SystemExit(serve(_answer))
