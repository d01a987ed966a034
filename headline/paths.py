"""Where the program's own files are.

They are beside the package in a checkout and inside it once it is installed.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent  # where `python -m headline` works; in a checkout, the repository


def beside(package: Path, name: str) -> Path:
    """Return a folder that comes with a package; pyproject.toml puts it inside the installed package."""
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


ASSETS = beside(PACKAGE, "assets")
BUNDLED_MODEL = ASSETS / "model"  # the checkpoint that comes with the program
LESSON_MODEL = ASSETS / "lesson"  # the lesson's network, trained on the sample
SAMPLE_CORPUS = beside(PACKAGE, "data") / "sample.csv"


def read_asset(name: str) -> str:
    """Return the text of a file in assets/."""
    return (ASSETS / name).read_text(encoding="utf-8")
