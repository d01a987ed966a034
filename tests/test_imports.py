"""What each part of the house loads, and that imports point one way."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "headline"
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
HEAVY = {"tensorflow", "keras", "jax", "torch"}
# The rooms, from the top of the house down: a module imports its own room and those above it.
HOUSE = ["paths", "errors", "corpus", "model", "generator", "training", "runs", "share", "web", "commands"]
ROOMS = [name for name in HOUSE if (PACKAGE / name).is_dir()]
ENTRANCES = {"headline", "headline.cli", "headline.__main__"}  # they may import any room
# Loaded by a training process only.
NETWORK = "keras_model keras_export fused_adamw batches accelerator objective rows"
WITH_KERAS = {
    "headline.training.distribute.processes",
    "headline.training.fitting.callbacks",
    "headline.training.fitting.fit",
}
WITH_KERAS |= {f"headline.training.data.{name}" for name in ("training_data", "of_list", "of_shards")}
WITH_KERAS |= {f"headline.training.network.{name}" for name in NETWORK.split()}
WITH_KERAS |= {f"headline.training.network.layers.{name}" for name in ("fast_lstm", "mogrifier_lstm", "candidate_nats")}
LIGHT = [
    "generator.suggester",
    "generator.generator",
    "model.evaluation",
    "runs.queue",
    "web.machine_speed",
    "cli",
    "corpus.reader",
]
LIGHT += [
    "training.settings",
    "training.run",
    "training.device",
    "training.presets",
    "share.export",
    "share.lsp.server",
    "share.publish",
]


def imported(node: ast.AST) -> set[str]:
    """Modules that one import statement names: `from headline import jobs` names headline.jobs."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports name the whole way"
        inner = {f"{node.module}.{alias.name}" for alias in node.names}
        return (inner & FILES.keys()) or {node.module}
    return set()


def imports(path: Path, anywhere: bool = True) -> set[str]:
    """Modules that a file imports, in functions too or at its top level only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top_level: list[ast.AST] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        top_level.append(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and not for_type_checkers(node):
            waiting += ast.iter_child_nodes(node)
    return set().union(*map(imported, ast.walk(tree) if anywhere else top_level))


def for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def roots(modules: set[str]) -> set[str]:
    return {module.split(".")[0] for module in modules}


def loaded_by(statement: str) -> set[str]:
    """Top-level modules that a fresh Python has loaded after a statement."""
    code = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", LIGHT)
def test_what_answers_a_keystroke_loads_no_keras(module):
    loaded = loaded_by(f"import headline.{module}")
    assert "headline" in loaded and not loaded & HEAVY


def test_the_package_alone_loads_not_even_numpy():
    assert not loaded_by("import headline") & (HEAVY | {"numpy", "pandas", "safetensors", "gradio"})


def test_the_scan_finds_imports_where_they_are():
    """Or what follows could not fail."""
    assert "keras" in imports(FILES["headline.training.network.keras_model"], anywhere=False)
    assert "headline.training.fitting.fit" in imports(FILES["headline.training.train"])
    assert "headline.training.fitting.fit" not in imports(FILES["headline.training.train"], anywhere=False)
    assert "gradio" in roots(set().union(*(imports(path) for name, path in FILES.items() if ".web." in name)))


@pytest.mark.parametrize("name", FILES)
def test_keras_is_imported_where_models_are_trained_and_nowhere_else(name):
    if name not in WITH_KERAS:
        assert not roots(imports(FILES[name])) & HEAVY
        assert not imports(FILES[name], anywhere=False) & WITH_KERAS


@pytest.mark.parametrize(
    "path", [ROOT / "app.py", *sorted((PACKAGE / "web").rglob("*.py"))], ids=lambda path: path.name
)
def test_the_web_server_never_loads_keras(path):
    """Not even in a function: whoever wants a file for other programs asks the command line."""
    assert not imports(path) & WITH_KERAS


@pytest.mark.parametrize("name", FILES)
def test_gradio_is_imported_by_the_page_alone(name):
    if not name.startswith("headline.web"):
        assert not roots(imports(FILES[name])) & {"gradio", "gradio_client", "app"}
        served = {"headline.web.serve.start"} if name == "headline.commands.servers.serve" else set()
        assert not any(module.startswith("headline.web") for module in imports(FILES[name]) - served)


def test_the_server_of_suggestions_alone_loads_no_gradio():
    loaded = loaded_by("import headline.web.serve.start")
    assert "uvicorn" in loaded and not loaded & (HEAVY | {"gradio", "fastapi", "pandas"})


@pytest.mark.parametrize("name", sorted(FILES.keys() - {"headline"}))
def test_the_package_offers_names_to_others_and_takes_none_of_them_itself(name):
    tree = ast.parse(FILES[name].read_text(encoding="utf-8"))
    taken = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "headline"]
    names = {alias.name for node in taken for alias in node.names}
    assert not {name for name in names if f"headline.{name}" not in FILES} - {"__version__"}


def room_of(module: str) -> str:
    return module.split(".")[1]


@pytest.mark.parametrize("name", sorted(FILES.keys() - ENTRANCES))
def test_a_room_imports_only_itself_and_the_rooms_above_it(name):
    allowed = HOUSE[: HOUSE.index(room_of(name)) + 1]
    assert {m for m in imports(FILES[name]) & FILES.keys() - {"headline"} if room_of(m) not in allowed} == set()


def test_there_are_the_rooms_that_the_house_lists_and_no_others():
    assert {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()} == set(ROOMS)


@pytest.mark.parametrize(
    "folder", [path.parent for path in PACKAGE.glob("*/**/__init__.py")], ids=lambda path: path.name
)
def test_a_folder_has_few_files(folder):
    """A reader finds a file in a room, or in a part of it, at one glance."""
    assert len(list(folder.glob("[a-z]*.py"))) <= 12


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_in_one_sentence_what_happens_in_it(room):
    tree = ast.parse((PACKAGE / room / "__init__.py").read_text(encoding="utf-8"))
    sentence = ast.get_docstring(tree)
    assert sentence and sentence.endswith(".") and "\n" not in sentence
    assert len(tree.body) == 1, "a room's front door loads nothing"


def test_imports_have_no_circles():
    # The package's own __init__ is loaded by all and loads nothing until a name is asked for: it takes no part.
    graph = {name: (imports(path) & FILES.keys()) - {"headline"} for name, path in FILES.items()}
    list(TopologicalSorter(graph).static_order())  # raises CycleError, with the circle, where there is one
