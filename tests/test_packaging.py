"""What `pip install .` installs: the program with all that it needs, and that it works away from the repository."""

import email
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import headline

ROOT = Path(__file__).resolve().parent.parent
ASSETS_LEFT_OUT = {"pictures"}  # of the README


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    """The wheel as pip would have it built, by what is installed here and without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    [path] = folder.iterdir()
    with zipfile.ZipFile(path) as opened:
        yield opened


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    wheel.extractall(folder)
    return folder


def elsewhere(installed: Path, cwd: Path, *arguments: str) -> str:
    """What Python prints in some other folder, with the installed package and none of the repository."""
    environment = os.environ | {"PYTHONPATH": str(installed)}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(folder: str) -> set[str]:
    paths = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in paths if path.suffix != ".pyi"}


def test_the_wheel_holds_the_package_its_assets_and_the_sample(wheel):
    assets = {f"headline/{name}" for name in files("assets") if name.split("/")[1] not in ASSETS_LEFT_OUT}
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert held == files("headline") | assets | {"headline/data/sample.csv"}


def test_the_wheel_says_what_it_is_and_what_it_needs(wheel):
    [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    told = email.message_from_bytes(wheel.read(name))
    assert told["Version"] == headline.__version__ and told["License-Expression"] == "Apache-2.0"
    assert told["Requires-Python"] == "<3.14,>=3.11"
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = {str(Requirement(line.split("#")[0])) for line in lines if line.split("#")[0].strip()}
    assert {str(Requirement(line)) for line in told.get_all("Requires-Dist")} == wanted and len(wanted) > 5
    scripts = wheel.read(name.replace("METADATA", "entry_points.txt")).decode()
    assert scripts.split("\n")[:2] == ["[console_scripts]", "headline = headline.cli:main"]


def test_it_suggests_away_from_the_repository(installed, tmp_path):
    script = "import sys; from headline.cli import main; sys.exit(main())"  # as pip writes it
    told = json.loads(elsewhere(installed, tmp_path, "-c", script, "suggest", "the gov", "-k", "2", "--json"))
    assert told["suggestions"][0]["text"] == "the government" and len(told["suggestions"]) == 2


def test_the_page_finds_its_files_away_from_the_repository(installed, tmp_path):
    code = (
        "from headline import paths\n"
        "from headline.generator.words.blocklist import OWN_LIST\n"
        "from headline.paths import read_asset\n"
        "assert read_asset('search_box.js') and OWN_LIST.is_file()\n"
        "print(paths.ASSETS, paths.SAMPLE_CORPUS, paths.SAMPLE_CORPUS.is_file(), sep='\\n')"
    )
    package = installed.resolve() / "headline"
    told = elsewhere(installed, tmp_path, "-c", code).split()
    assert told == [str(package / "assets"), str(package / "data" / "sample.csv"), "True"]
