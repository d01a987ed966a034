"""What the tests share: the public corpora, where they are at hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from headline.corpus.reader import read_headlines
from headline.corpus.report import Corpus
from tests.hub import Hub, serve
from tests.tiny import headlines

# The same inputs at every run; `python -m bench.fuzz` tries others, and many more.
settings.register_profile("tests", derandomize=True, database=None, deadline=None, max_examples=60)
settings.load_profile("tests")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes name no test: some have the time in them, and workers that name a test differently refuse to run."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory) -> Iterator[Path]:
    """A folder for what the program keeps of this machine, so that no test reads or writes the user's own."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADLINE_CACHE", str(folder))
        patch.setenv("HEADLINE_NICENESS", "0")  # whoever waits for a run is the test beside it
        yield folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public corpora that stands beside the repository."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(
            "This test reads public corpora that are not ours to distribute with the repository: "
            "data/README.md says where to get them and which folder beside the repository they go in."
        )
    return folder


@pytest.fixture(scope="session")
def lesson(shared_data: Path) -> Corpus:
    """The lesson's own headlines as its notebook reads them: as they are, duplicates and all."""
    return read_headlines(shared_data / "nyt", keep_duplicates=True, normalise=False)


@pytest.fixture
def corpus(tmp_path) -> Path:
    """A file of sixty made-up headlines."""
    path = tmp_path / "made-up.csv"
    path.write_text("headline\n" + "\n".join(headlines(60)) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def hub(monkeypatch, tmp_path) -> Iterator[Hub]:
    """An empty stand-in of the Hugging Face Hub, with a token for what belongs to “owner”."""
    with serve(monkeypatch, tmp_path) as hub:
        yield hub
