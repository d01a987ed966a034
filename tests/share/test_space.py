"""A Space starts at the first try: its settings are allowed, its requirements are all it needs, its page answers."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import gradio
import pytest
import yaml
from huggingface_hub import SpaceHardware
from packaging.requirements import Requirement

from headline.paths import read_asset
from headline.share.card import LICENCES
from headline.share.publish import space_content
from tests.test_imports import FILES, ROOT, imports, roots

COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
KEYS = """title emoji colorFrom colorTo sdk sdk_version python_version app_file short_description thumbnail
suggested_hardware tags license"""
# What a Space sets, as far as Gradio or this app reads it.
SPACE = {
    "SPACE_ID": "owner/name",
    "SPACE_HOST": "owner-name.hf.space",
    "SPACE_AUTHOR_NAME": "owner",
    "SYSTEM": "spaces",
}
# Where somebody chose KERAS_BACKEND=jax, exports to ONNX or gave --dask, which say what to install.
OPTIONAL = {"jax", "onnx", "dask", "distributed"}
SECONDS_TO_START = 60


@pytest.fixture(scope="module")
def header() -> dict:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return yaml.safe_load(re.match(r"---\n(.*?)\n---\n", readme, re.DOTALL)[1])


def test_the_header_says_what_a_space_reads(header):
    assert list(header) == KEYS.split()
    assert header["sdk"] == "gradio" and header["sdk_version"] == gradio.__version__
    assert header["python_version"] == "3.12"  # as a text: the number 3.10 would be 3.1
    assert (ROOT / header["app_file"]).is_file()


def test_the_header_holds_allowed_values(header):
    assert {header["colorFrom"], header["colorTo"]} <= COLOURS
    assert header["license"] in LICENCES
    assert header["suggested_hardware"] in {flavour.value for flavour in SpaceHardware}
    assert 0 < len(header["short_description"]) <= 60
    assert isinstance(header["tags"], list) and all(re.fullmatch(r"[a-z0-9-]+", tag) for tag in header["tags"])
    assert not header["emoji"].isascii() and len(header["emoji"]) <= 2
    assert (ROOT / header["thumbnail"]).is_file()


def test_the_space_installs_the_gradio_that_the_requirements_ask_for(header):
    (wanted,) = [r for r in required() if r.name == "gradio"]
    assert wanted.specifier.contains(header["sdk_version"])


def required() -> list[Requirement]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line.partition("#")[0]) for line in lines if line.partition("#")[0].strip()]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(wanted: list[Requirement]) -> set[str]:
    """Names of all distributions that installing these brings here."""
    found: set[str] = set()
    waiting = [(requirement, "") for requirement in wanted]
    done: set[tuple[str, str]] = set()
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonical(requirement.name)
        for inner in ("", *requirement.extras):
            if (name, inner) in done:
                continue
            done.add((name, inner))
            try:
                needs = metadata.requires(name) or []
            except metadata.PackageNotFoundError:
                continue
            found.add(name)
            waiting += [(Requirement(need), inner) for need in needs]
    return found


@pytest.fixture(scope="module")
def missing_on_a_space() -> set[str]:
    """Top-level modules that are installed here, for tests and the like, and would not be on a Space."""
    installed = closure(required())
    assert {"gradio", "numpy", "tensorflow", "starlette", "pyyaml"} <= installed
    of = metadata.packages_distributions()
    return {module for module, distributions in of.items() if not {canonical(d) for d in distributions} & installed}


def test_everything_that_is_imported_comes_with_the_requirements(missing_on_a_space):
    assert "pytest" in missing_on_a_space and "playwright" in missing_on_a_space
    there = metadata.packages_distributions().keys() - missing_on_a_space
    for path in [ROOT / "app.py", *FILES.values()]:
        wanted = roots(imports(path)) - sys.stdlib_module_names - {"headline", "app"} - OPTIONAL
        assert wanted <= there, path.name


# Put before everything else in the app's own process: hides modules as if they were not installed.
HIDE = """
import os, sys
from importlib.machinery import PathFinder

hidden = set(os.environ["HIDDEN_MODULES"].split())

class Hiding(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in hidden else PathFinder.find_spec(name, path, target)

sys.meta_path[:] = [Hiding if finder is PathFinder else finder for finder in sys.meta_path]
"""


def environment(folder: Path, hidden: set[str], **more: str) -> dict[str, str]:
    """That of a Space, with nothing of this one that speaks to Gradio, and without some modules."""
    (folder / "sitecustomize.py").write_text(HIDE, encoding="utf-8")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GRADIO_", "HEADLINE_", "HF_", "SPACE"))}
    paths = {"PYTHONPATH": str(folder), "HEADLINE_RUNS": str(folder / "runs")}
    return kept | SPACE | paths | {"HIDDEN_MODULES": " ".join(sorted(hidden))} | more


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def running(folder: Path, hidden: set[str], *program: str, **more: str) -> Iterator[str]:
    """The address of the app, started as a Space starts it, from the files that are uploaded and no others."""
    port = free_port()
    uploaded = folder / "uploaded"
    for name, data in space_content("owner/name").items():
        (uploaded / name).parent.mkdir(parents=True, exist_ok=True)
        (uploaded / name).write_bytes(data)
    settings = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)} | more
    log = folder / "log.txt"
    with log.open("wb") as out:
        app = subprocess.Popen(
            [sys.executable, *program],
            cwd=uploaded,
            env=environment(folder, hidden, **settings),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + SECONDS_TO_START
        while not answers(address):
            assert app.poll() is None and time.monotonic() < until, log.read_text(encoding="utf-8")
            time.sleep(0.1)
        yield address
    finally:
        app.terminate()
        try:
            app.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(app.pid, signal.SIGKILL)  # its own session: Node, too
            app.wait()


def answers(address: str) -> bool:
    try:
        return get(address)[0] == 200
    except (urllib.error.URLError, OSError):
        return False


def get(address: str) -> tuple[int, str, str]:
    with urllib.request.urlopen(address, timeout=20) as reply:
        return reply.status, reply.headers.get_content_type(), reply.read().decode()


def suggestions(address: str) -> list[str]:
    status, kind, text = get(address + "/gradio_api/headline/suggest?q=the%20gov")
    assert (status, kind) == (200, "application/json")
    return ["the gov" + item["completion"] for item in json.loads(text)["suggestions"]]


def test_what_is_hidden_cannot_be_imported(tmp_path, missing_on_a_space):
    """Or what follows could not fail."""
    code = "import gradio_client, numpy\ntry:\n    import pytest\nexcept ImportError:\n    print('hidden')"
    env = environment(tmp_path, missing_on_a_space)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.stdout.strip() == "hidden", done.stderr


def test_a_space_starts_with_its_requirements_alone(tmp_path, missing_on_a_space):
    """On a Space GRADIO_SSR_MODE is True. The app turns it off, for our script would not be in the page of Node."""
    with running(tmp_path, missing_on_a_space, "app.py", GRADIO_SSR_MODE="True") as address:
        assert "the government" in suggestions(address)
        assert json.loads(get(address + "/healthz")[2])["status"] == "ok" and get(address + "/metrics")[0] == 200
        _, kind, page = get(address)
        assert kind == "text/html" and page.partition("<head>")[2].startswith(f"<script>{read_asset('first.js')}")
    assert "Using 'demo'" not in (tmp_path / "log.txt").read_text(encoding="utf-8")  # the Space found it by its name


def test_the_route_is_reached_through_node_too(tmp_path, missing_on_a_space):
    """Where somebody does turn rendering on: through the address that a browser uses, not through Python's own."""
    node = shutil.which("node")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout if node else ""
    if int((re.match(r"v(\d+)", version) or [0, "0"])[1]) < 20:
        pytest.skip("Server-side rendering needs Node 20 or later.")
    code = "import app; app.launch(app.build_app(), ssr_mode=True)"
    with running(tmp_path, missing_on_a_space, "-c", code) as address:
        assert "the government" in suggestions(address)
        assert get(address)[1] == "text/html"
        assert "with SSR" in (tmp_path / "log.txt").read_text(encoding="utf-8")
