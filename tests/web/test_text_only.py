"""No text of a visitor, a file or a model reaches what Gradio renders as Markdown or HTML."""

import ast
from pathlib import Path

import gradio as gr
import pytest

from app import build_app
from headline.web.models import Models
from headline.web.tabs.panels import line
from tests.tiny import random_checkpoint

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT / "app.py", *sorted((ROOT / "headline" / "web").rglob("*.py"))]
OURS = {"NAME", "ABOUT"}  # constants of headline/web/http/opensearch.py
RENDERED = {"Markdown", "Info", "Warning", "Success", "Label", "Chatbot", "HighlightedText", "Progress"}


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> gr.Blocks:
    folder = tmp_path_factory.mktemp("page")
    random_checkpoint().save(folder / "bundled")
    return build_app(folder / "bundled", folder / "runs")


def calls(path: Path) -> list[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("gr.")]


def is_ours(node: ast.expr) -> bool:
    """Whether an expression is made of texts in the source alone."""
    if isinstance(node, ast.JoinedStr):
        return all(is_ours(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return is_ours(node.value)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id in OURS)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_what_is_rendered_is_written_in_the_source(path):
    for call in calls(path):
        if ast.unparse(call.func) in {f"gr.{name}" for name in RENDERED | {"Error"}}:
            shown = [*call.args, *(one.value for one in call.keywords if one.arg != "elem_id")]
            assert all(is_ours(value) for value in shown), ast.unparse(call)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_template_is_fixed(path):
    for call in calls(path):
        if ast.unparse(call.func) == "gr.HTML":
            parts = {one.arg: one.value for one in call.keywords}
            template = parts["html_template"]
            asset = isinstance(template, ast.Call) and ast.unparse(template.func) == "read_asset"
            assert isinstance(template, ast.Constant) or asset, ast.unparse(call)


def test_no_event_writes_into_what_is_rendered(page):
    outputs = [output for fn in page.fns.values() for output in fn.outputs]
    assert any(isinstance(output, gr.HTML) for output in outputs)  # or this could not fail
    assert [output for output in outputs if type(output).__name__ in RENDERED] == []


def test_a_template_evaluates_nothing_and_its_value_is_data(page):
    found = [block for block in page.blocks.values() if isinstance(block, gr.HTML)]
    assert len(found) > 5
    for block in found:
        assert "{{" not in block.html_template and "${" not in block.html_template
        assert isinstance(block.value, dict)


def test_a_line_is_data(tmp_path):
    random_checkpoint().save(tmp_path / "bundled")
    described = Models(tmp_path / "bundled", tmp_path / "runs").describe(None)
    assert line(described) == {"text": described}
