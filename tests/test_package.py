"""The names that others build on: what the package's docstring says, `__all__` lists and Python imports."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import headline
from tests.tiny import random_checkpoint

ROOT = Path(__file__).resolve().parent.parent


def fresh(code: str) -> str:
    """What a Python that has loaded nothing yet prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_docstring_lists_what_can_be_imported_a_line_each():
    told = re.findall(r"^(\w+) {2,}\S", headline.__doc__, re.MULTILINE)
    assert sorted(told) == sorted(headline.__all__) and len(told) == len(set(told))


def test_every_public_name_is_there_without_keras_but_for_train():
    code = (
        "import sys, headline\n"
        "for name in headline.__all__:\n"
        "    if name != 'train':\n"
        "        value = getattr(headline, name)\n"
        "        assert getattr(value, '__name__', name) == name\n"
        "print('keras' in sys.modules, *sorted(set(headline.__all__) - set(vars(headline))))"
    )
    assert fresh(code) == "False train"


def test_train_is_the_function_that_trains():
    from headline import train
    from headline.training.train import train as inner

    assert train is inner


def test_names_are_told_before_they_are_loaded():
    assert fresh("import headline; print(set(headline.__all__) <= set(dir(headline)) - set(vars(headline)))") == "True"


def test_a_name_that_is_not_there_is_missed_as_elsewhere():
    with pytest.raises(AttributeError, match="module 'headline' has no attribute 'suggestions'"):
        _ = headline.suggestions
    with pytest.raises(ImportError, match="cannot import name 'suggestions'"):
        from headline import suggestions  # noqa: F401


def test_type_checkers_see_the_names_where_they_are_loaded_from():
    tree = ast.parse(Path(headline.__file__).read_text(encoding="utf-8"))
    [seen] = [node for node in tree.body if isinstance(node, ast.If)]
    names = {alias.name: node.module for node in seen.body for alias in node.names}
    assert names == {name: f"headline.{module}" for name, module in headline._MODULES.items()}
    assert sorted(names) == sorted(headline.__all__)


def test_four_lines_suggest(tmp_path):
    from headline import Suggester

    random_checkpoint().save(tmp_path / "model")
    found = Suggester.load(tmp_path / "model").suggest("the gov", k=2)
    assert found and all(isinstance(s, headline.Suggestion) for s in found)
