"""Where the files are that come with the program: beside the package in a checkout, inside it once installed."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent  # of the program, where `python -m headline` finds it; in a checkout, of the repository


def beside(package: Path, name: str) -> Path:
    """A folder that comes with a package: pyproject.toml puts it inside when the package is installed."""
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


ASSETS = beside(PACKAGE, "assets")
BUNDLED_MODEL = ASSETS / "model"  # the checkpoint that the app begins with
SAMPLE_CORPUS = beside(PACKAGE, "data") / "sample.csv"


def read_asset(name: str) -> str:
    """The text of a file in assets/."""
    return (ASSETS / name).read_text(encoding="utf-8")
