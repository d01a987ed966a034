"""Public corpora by name, fetched when somebody asks for one: from Kaggle and the Hugging Face Hub.

    nyt, abc                  the lesson's own data, and a million headlines of ABC News (Kaggle)
    kaggle:owner/name         any data set of Kaggle
    owner/name, hf:owner/name any data set of the Hugging Face Hub

Nothing here is called at import, at start-up or in a test that reaches the network.
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
# bytes so far, and bytes in all where they are known
OnBytes = Callable[[int, int | None], None]


@dataclass(frozen=True)
class PublicCorpus:
    """A data set elsewhere, and which of its files hold headlines."""

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
    """What a name stands for.

    Raises:
        DownloadError: it is none.
    """
    name = name.strip()
    if name in KNOWN:
        return KNOWN[name]
    named = _NAME.fullmatch(name)
    if not named:
        raise DownloadError(
            f"“{name}” names no data set: say {', '.join(KNOWN)}, kaggle:owner/name, or owner/name of the "
            "Hugging Face Hub."
        )
    return PublicCorpus(named[1] or "hf", named[2])


def download(corpus: PublicCorpus, folder: Path, on_bytes: OnBytes = lambda done, total: None) -> list[Path]:
    """The files of a data set that can be read as headlines, put into a folder.

    Raises:
        DownloadError: it could not be reached, or is not there, or holds nothing that can be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fetch = {"kaggle": _from_kaggle, "hf": _from_hub}[corpus.source]
    found = [path for path in fetch(corpus, folder, on_bytes) if wanted(corpus, path.name)]
    if not found:
        raise DownloadError(f"{corpus.name} holds no file that can be read here: CSV, TXT, JSONL or Parquet.")
    return sorted(found)


def wanted(corpus: PublicCorpus, name: str) -> bool:
    """Whether a file, by its name, can be read and is one of those asked for."""
    kind = Path(name.removesuffix(".gz")).suffix.lower()
    return kind in KINDS and fnmatch(Path(name).name, corpus.files)


def _from_kaggle(corpus: PublicCorpus, folder: Path, on_bytes: OnBytes) -> list[Path]:
    import kagglehub  # takes half a second
    import requests
    from kagglehub import exceptions

    # kagglehub draws a bar of its own and calls nobody back: what has come is read off the folder.
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(folder, over, on_bytes), daemon=True)
    watcher.start()
    try:
        path = kagglehub.dataset_download(corpus.name, output_dir=str(folder), force_download=True)
    except (exceptions.UnauthenticatedError, exceptions.CredentialError) as error:
        raise DownloadError(
            f"Kaggle gives {corpus.name} to signed-in people only: make a token at kaggle.com/settings and set "
            "KAGGLE_API_TOKEN to it."
        ) from error
    except (exceptions.KaggleApiHTTPError, exceptions.NotFoundError) as error:
        raise DownloadError(f"Kaggle has no data set called {corpus.name}, or does not give it to you.") from error
    except (requests.RequestException, OSError, exceptions.BackendError) as error:
        raise DownloadError(f"Kaggle could not be reached, so that {_undone(corpus.name)}") from error
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
            bar = _counting(partial(_tell_more, on_bytes, before, total))
            got = hf_hub_download(corpus.name, entry.path, repo_type="dataset", tqdm_class=bar)
            # Parts of one data set may share a name in different folders.
            path = folder / entry.path.replace("/", "_")
            shutil.copyfile(got, path)
            paths.append(path)
            before += entry.size
            on_bytes(before, total)
        return paths


def _undone(name: str) -> str:
    return f"{name} was not downloaded: look whether this machine is online, or bring the file yourself."


def _tell_more(on_bytes: OnBytes, before: int, total: int, more: int) -> None:
    on_bytes(before + more, total)


def _counting(tell: Callable[[int], None]) -> type[tqdm]:
    """A progress bar that draws nothing and tells how many bytes have come."""

    class Bar(tqdm):
        def __init__(self, *args, **options):
            options.pop("name", None)
            super().__init__(*args, **options | {"disable": True})
            self._come = int(options.get("initial") or 0)

        def update(self, n: float | None = 1) -> None:
            self._come += int(n or 0)
            tell(self._come)

    return Bar
