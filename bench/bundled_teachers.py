"""The models that taught the bundled one: earlier bundled models, from this repository's history.

    python -m bench.bundled_teachers runs/bundled/teachers

They read other rows and began with other vectors, so that each errs in its own way.
"""

import argparse
import io
import subprocess
import tarfile
from pathlib import Path

from headline.paths import BUNDLED_MODEL, ROOT

# Commits, the newest first, with what their model has that the one before it lacks.
EARLIER = {
    "01b22a7": "vectors of what a larger model makes of words",
    "68ea766": "headlines that a larger model made up",
    "8bc4e2c": "GloVe's vectors, recurrent dropout",
    "2f9f0d9": "eight epochs",
}


def earlier_models(folder: Path, commits: tuple[str, ...] = tuple(EARLIER), repository: Path = ROOT) -> list[Path]:
    """Unpack the bundled models of some commits into a folder, unless they are there, and return their folders.

    Raises:
        SystemExit: a commit is not there, as in a copy without the whole history.
    """
    inside = BUNDLED_MODEL.relative_to(ROOT).as_posix()
    found = []
    for commit in commits:
        model = folder / commit / inside
        if not model.is_dir():
            asked = ["git", "-C", str(repository), "archive", "--format=tar", commit, inside]
            packed = subprocess.run(asked, capture_output=True, check=False)
            if packed.returncode:
                raise SystemExit(
                    f"The bundled model of {commit}, which teaches the new one, is not in this copy's history: clone "
                    "the repository without --depth, or give --no-teachers."
                )
            with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
                archive.extractall(folder / commit, filter="data")
        found.append(model)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    for model in earlier_models(parser.parse_args().folder):
        print(model)


if __name__ == "__main__":
    main()
