"""The pages say what the code does: settings, variables, formats, licences, figures, links."""

import ast
import html
import json
import re
import subprocess
import sys
from dataclasses import fields
from importlib import metadata, util
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from headline.corpus.report import CorpusReport
from headline.runs.limits import Limits
from headline.training.settings import FINE_TUNING, RECIPES, TrainingConfig
from tests.tiny import CONFIGS, random_checkpoint

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md")), *sorted((ROOT / "assets").rglob("*.md"))]
VARIABLE = re.compile(r"(?:HEADLINE|GRADIO|KERAS|SPACE|SPACES|TF|HF|KAGGLE|JAX|TORCH|CUDA|XLA)_[A-Z_]+|PYTHONPATH")


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def rows(text: str, first: str) -> list[list[str]]:
    """The cells of the table whose first heading this is, the backticks of each cell taken off."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {first} |"))
    table = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        table.append([html.unescape(cell.strip().strip("`")) for cell in line.strip("|").split("|")])
    return table


def test_settings_lists_each_one_with_the_values_of_both_recipes():
    own, notebook = RECIPES["autocomplete"], RECIPES["notebook"]
    told = [
        [f.name, str(getattr(own, f.name)), str(getattr(notebook, f.name)), f.metadata["about"]]
        for f in fields(TrainingConfig)
    ]
    assert rows(page("settings.md"), "setting") == told


def test_settings_says_what_a_model_to_start_from_changes():
    text = page("settings.md").split("With `--start-from`")[1]
    assert dict(rows(text, "setting")) == {name: str(value) for name, value in FINE_TUNING.items()}


def variables_in(path: Path) -> set[str]:
    """Environment variables that stand in a file as texts of their own; those that it makes up, by their beginning."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if VARIABLE.fullmatch(text)}


def test_settings_lists_each_variable_that_the_program_reads_and_no_other():
    code = set().union(*map(variables_in, [ROOT / "app.py", *(ROOT / "headline").rglob("*.py")]))
    code.remove("HEADLINE_MAX_")
    code |= {f"HEADLINE_MAX_{f.name.upper()}" for f in fields(Limits) if f.name != "public"}
    told = [row[0] for row in rows(page("settings.md"), "variable")]
    assert len(told) == len(set(told)) and set(told) == code


def test_the_limits_on_the_page_are_those_of_a_public_page(monkeypatch):
    for row in rows(page("settings.md"), "variable"):
        monkeypatch.delenv(row[0], raising=False)
    home = Limits.from_environment()
    monkeypatch.setenv("HEADLINE_PUBLIC", "1")
    public = Limits.from_environment()
    for name, default, *_ in rows(page("settings.md"), "variable"):
        if name.startswith("HEADLINE_MAX_"):
            limit = name.removeprefix("HEADLINE_MAX_").lower()
            assert default == f"{getattr(home, limit)}; in public {getattr(public, limit):,}"


def beneath() -> list[list[str]]:
    return rows(page("settings.md").split("Read by the libraries beneath")[1], "variable")


@pytest.mark.parametrize("name, package", [(row[0], row[3]) for row in beneath()])
def test_a_library_knows_the_variable_that_is_said_to_be_its_own(name, package):
    folder = Path(util.find_spec(package).submodule_search_locations[0])
    sources = sorted(folder.rglob("*.py"), key=lambda path: len(path.parts))
    assert any(f'"{name}"' in path.read_text(encoding="utf-8", errors="replace") for path in sources)


def test_checkpoint_lists_each_field_and_tensor(tmp_path):
    text = page("checkpoint.md")
    checkpoint = random_checkpoint()
    checkpoint.vocabulary.leave_small(["of"])  # a field that only some models have
    folder = checkpoint.save(tmp_path / "model")
    meta = json.loads((folder / "checkpoint.json").read_text(encoding="utf-8"))
    assert [row[0] for row in rows(text, "field")] == list(meta)
    told = {name for row in rows(text, "field of `model`") for name in re.findall(r"\w+", row[0])}
    assert told == {name for config in CONFIGS for name in config.as_dict()} >= set(meta["model"])
    assert {path.name for path in folder.iterdir()} == {row[0] for row in rows(text, "file")}
    tensors = {name for row in rows(text, "tensor") for name in re.findall(r"[\w.]+", row[0])}
    first = [re.sub(r"lstm_\d", "lstm_0", name) for config in CONFIGS for name in config.shapes()]
    assert tensors == {re.sub(r"(?<=mogrifier_)\d", lambda n: str(int(n[0]) % 2), name) for name in first}
    assert {name for name in CorpusReport().as_dict() if f"`{name}`" not in text} == set()


def test_a_checkpoint_is_read_without_the_program():
    code = re.search(r"```python\n(.*?)```", page("checkpoint.md"), re.DOTALL)[1]
    refused = "import sys; sys.modules['headline'] = None\n"
    done = subprocess.run([sys.executable, "-c", refused + code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    words = ast.literal_eval(done.stdout)
    assert len(words) == 5 and {"a", "the"} < set(words)


def requirements() -> list[str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line.split("#")[0]).name for line in lines if line.split("#")[0].strip()]


def test_licences_lists_each_dependency_and_no_other():
    assert [row[0] for row in rows(page("licences.md"), "package")] == requirements()


@pytest.mark.parametrize("package, told", rows(page("licences.md"), "package"))
def test_a_licence_is_what_the_package_says_of_itself(package, told):
    says = metadata.metadata(package)
    classifiers = [c.split(" :: ")[-1] for c in says.get_all("Classifier") or [] if c.startswith("License")]
    said = " ".join([says.get("License-Expression") or "", says.get("License") or "", *classifiers])
    first = told.split(" ")[0].rstrip(";,")
    family = first.split("-")[0]  # older metadata has "Apache License 2.0" where newer has "Apache-2.0"
    assert family in said


def test_recipes_has_no_figure_that_was_not_measured():
    numbers = re.compile(r"\d[\d,]*\.?\d+")
    measured = numbers.findall((ROOT / "README.md").read_text(encoding="utf-8") + page("quality.md") + page("speed.md"))
    text = re.sub(r"\(\w[\w &]* et al\. \d{4}\)|\(\w+ & \w+ \d{4}\)", "", page("recipes.md"))
    figures = {n for n in numbers.findall(text) if len(n.replace(",", "").replace(".", "")) > 2}
    assert figures - set(measured) == set() and len(figures) > 8


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(path):
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    links = re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", text)
    inner = [a or b for a, b in links if not re.match(r"\w+:", a or b)]
    assert [link for link in inner if not (path.parent / link.split("#")[0]).exists()] == []


def first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]


def test_the_readme_has_the_tree_of_rooms():
    """One line per room and per module beside the rooms: the first sentence of each."""
    package = ROOT / "headline"
    rooms = {path.parent.name + "/": first_line(path) for path in package.glob("*/__init__.py")}
    modules = {path.name: first_line(path) for path in package.glob("[a-z]*.py")}
    tree = (ROOT / "README.md").read_text(encoding="utf-8").split("\nheadline/\n")[1].split("\n```")[0]
    listed = dict(re.findall(r"^  (\S+) +(\S.*)$", tree, re.MULTILINE))
    assert listed == rooms | modules


def test_every_page_of_docs_is_named_where_contributors_look():
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [path.name for path in DOCS.glob("*.md") if f"docs/{path.name}" not in told] == []


def test_each_test_that_the_page_on_security_names_is_there():
    named = set(re.findall(r"`(tests/[\w/.]+)`", page("security.md")))
    assert len(named) > 10 and [path for path in sorted(named) if not (ROOT / path).is_file()] == []
    claims = rows(page("security.md"), "claim")
    assert all("tests/" in cells[-1] for cells in claims)
