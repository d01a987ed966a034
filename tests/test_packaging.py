"""What `pip install .` installs: the program with all that it needs, and that it works away from the repository."""

import email
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.markers import Marker
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
        "assert read_asset('search_box/box.js') and OWN_LIST.is_file()\n"
        "print(paths.ASSETS, paths.SAMPLE_CORPUS, paths.SAMPLE_CORPUS.is_file(), sep='\\n')"
    )
    package = installed.resolve() / "headline"
    told = elsewhere(installed, tmp_path, "-c", code).split()
    assert told == [str(package / "assets"), str(package / "data" / "sample.csv"), "True"]


LOCKED = {name: (ROOT / f"{name}.lock").read_text(encoding="utf-8") for name in ("requirements", "requirements-test")}
PIN = re.compile(r"^([\w.-]+)==(\S+)(?: ; (.+?))?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE)


def listed(name: str) -> list[Requirement]:
    """The requirements of a list and of those that it includes."""
    found = []
    for line in (ROOT / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        text = line.split("#")[0].strip()
        if text.startswith("-r "):
            found += listed(text.removeprefix("-r ").removesuffix(".txt"))
        elif text:
            found.append(Requirement(text))
    return found


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("name", LOCKED)
def test_the_lock_has_one_release_of_each_requirement_and_it_is_allowed(name, python):
    """If this fails, a list was changed and its lock was not: `make lock`."""
    here = {"python_version": python, "python_full_version": f"{python}.0"}
    pins: dict[str, list[str]] = {}
    for package, version, marker, _ in PIN.findall(LOCKED[name]):
        if not marker or Marker(marker).evaluate(here):
            pins.setdefault(package, []).append(version)
    assert {package for package, versions in pins.items() if len(versions) > 1} == set()
    wanted = listed(name)
    assert len(wanted) > 10
    for requirement in wanted:
        assert requirement.specifier.contains(pins[requirement.name][0]), requirement.name


@pytest.mark.parametrize("name", LOCKED)
def test_everything_in_a_lock_has_a_hash_and_nothing_names_a_host(name):
    lines = LOCKED[name].splitlines()
    pinned = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert len(pinned) == len(PIN.findall(LOCKED[name])) > 50
    assert [line for line in lines if "://" in line or "index" in line or "find-links" in line] == []


def test_what_the_app_and_its_tests_have_in_common_is_the_same_release():
    app, test = (
        {(name, marker): version for name, version, marker, _ in PIN.findall(lock)} for lock in LOCKED.values()
    )
    assert {name: version for name, version in app.items() if test.get(name) != version} == {}


@pytest.mark.parametrize("uv", [True, False])
@pytest.mark.parametrize("lock", [True, False])
def test_make_installs_by_the_lock_and_with_uv_where_they_are_there(tmp_path, uv, lock):
    """A new folder with a Python that only says what it was asked for."""
    tools, log = tmp_path / "tools", tmp_path / "log"
    for program in (tools / "uv", tmp_path / ".venv" / "bin" / "python"):
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\necho "{program.name} $*" >> {log}\n')
        program.chmod(0o755)
    if not uv:
        (tools / "uv").unlink()
    for name in ("Makefile", "requirements.txt", *(["requirements.lock"] if lock else [])):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    path = os.pathsep.join([str(tools), "/usr/bin", "/bin"])
    command = ["make", "setup", f"UV={shutil.which('uv', path=str(tools)) or ''}", "REQUIREMENTS=requirements.txt"]
    for _ in range(2):  # the second time there is nothing to do
        done = subprocess.run(command, cwd=tmp_path, env={"PATH": path}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    wanted = "--require-hashes -r requirements.lock" if lock else "-r requirements.txt"
    installer = "uv pip install --quiet --python .venv/bin/python" if uv else "python -m pip install --quiet"
    [line] = log.read_text().splitlines()
    assert line.startswith(installer) and line.endswith(wanted)
