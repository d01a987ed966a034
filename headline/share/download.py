"""Downloads public corpora by name from Kaggle and the Hugging Face Hub.

    nyt, abc                  the lesson's data, and a million headlines of ABC News (Kaggle)
    kaggle:owner/name         a data set of Kaggle
    owner/name, hf:owner/name a data set of the Hugging Face Hub

Nothing is downloaded when this module is imported.
"""

import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

from tqdm import tqdm

from headline.corpus.files import KINDS
from headline.errors import DownloadError
from headline.share.hub import translate_hub_errors

_SECONDS_BETWEEN_LOOKS = 0.5
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


def download(corpus: PublicCorpus, folder: Path, on_bytes: OnBytes = lambda done, total: None) -> list[Path]:
    """Download the files of a data set that can be read to a folder, and return their paths.

    Raises:
        DownloadError: it cannot be reached, does not exist, or has no file that can be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fetch = {"kaggle": _from_kaggle, "hf": _from_hub}[corpus.source]
    found = [path for path in fetch(corpus, folder, on_bytes) if wanted(corpus, path.name)]
    if not found:
        raise DownloadError(f"{corpus.name} has no file that can be read: CSV, TXT, JSONL or Parquet.")
    return sorted(found)


def wanted(corpus: PublicCorpus, name: str) -> bool:
    """Return whether a file of this name can be read and belongs to the corpus."""
    kind = Path(name.removesuffix(".gz")).suffix.lower()
    return kind in KINDS and fnmatch(Path(name).name, corpus.files)


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
        on_bytes(sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()), None)


def _from_hub(corpus: PublicCorpus, folder: Path, on_bytes: OnBytes) -> list[Path]:
    from huggingface_hub import HfApi, RepoFile, hf_hub_download

    with translate_hub_errors(corpus.name, "data set", DownloadError, _undone(corpus.name)):
        files = [
            entry
            for entry in HfApi().list_repo_tree(corpus.name, repo_type="dataset", recursive=True)
            if isinstance(entry, RepoFile) and wanted(corpus, entry.path)
        ]
        total, before = sum(entry.size for entry in files), 0
        paths = []
        for entry in files:
            bar = _counting(partial(_report, on_bytes, before, total))
            got = hf_hub_download(corpus.name, entry.path, repo_type="dataset", tqdm_class=bar)
            # Files in different folders may have the same name.
            path = folder / entry.path.replace("/", "_")
            shutil.copyfile(got, path)
            paths.append(path)
            before += entry.size
            on_bytes(before, total)
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
