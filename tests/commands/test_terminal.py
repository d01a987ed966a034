"""Control characters in headlines, models and names never reach the terminal."""

import ast
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

import headline.commands
from headline.cli import main
from headline.commands.progress_bar import ProgressBar
from headline.commands.terminal import say, say_json, visible
from tests.tiny import WORDS, random_checkpoint

# Clear the screen, set the window's title, the same in C1, and hide text by its direction.
ESCAPES = "\x1b[2J\x1b]0;title\x07\x9b31m\u202egnp\u2066"
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def model(tmp_path) -> str:
    words = [*WORDS, f"a{ESCAPES}b"]
    return str(random_checkpoint(words=words).save(tmp_path / "model"))


def test_controls_are_shown_as_escapes_and_letters_stay():
    assert visible("é“x” 💥") == "é“x” 💥"
    assert visible("a\x1bb\nc\x9bd\u202ee") == r"a\x1bb\nc\x9bd\u202ee"


def test_json_reads_back_as_the_same(capsys):
    value = {"text": ESCAPES + "é\n"}
    say_json(value)
    printed = capsys.readouterr().out
    assert json.loads(printed) == value and not CONTROL.search(printed)


def test_a_line_is_one_line(capsys):
    say("a\nb\r")
    assert capsys.readouterr().out == "a\\nb\\r\n"


@pytest.mark.parametrize("json_", [[], ["--json"]])
@pytest.mark.parametrize(
    "command", [["suggest", "a", "-k", "50"], ["suggest", ESCAPES], ["generate", "a" + ESCAPES, "--number", "3"]]
)
def test_suggestions_and_headlines(model, capsys, command, json_):
    assert main([*command, "--model", model, *json_]) == 0
    assert not CONTROL.search(capsys.readouterr().out)


@pytest.mark.parametrize("json_", [[], ["--json"]])
def test_a_preview_of_hostile_headlines(tmp_path, capsys, json_):
    path = tmp_path / "titles.csv"
    path.write_text(
        "headline\n" + "".join(f"Council {ESCAPES} plan{ESCAPES} {n}\n" for n in range(30)), encoding="utf-8"
    )
    assert main(["preview", str(path), *json_]) == 0
    assert not CONTROL.search(capsys.readouterr().out)


def test_errors_that_quote_a_files_name(tmp_path, capsys):
    path = tmp_path / f"x{ESCAPES}.csv"
    path.write_text("")
    for arguments in (["preview", str(path)], ["preview", f"{path}gone"], ["suggest", "a", "--model", str(path)]):
        assert main(arguments) == 2
    with pytest.raises(SystemExit):
        main(["train", f"--{ESCAPES}"])
    printed = capsys.readouterr().err
    assert "x\\x1b[2J" in printed and not CONTROL.search(printed)


def test_the_progress_of_a_run_on_hostile_files(capsys):
    ProgressBar().show({"event": "corpus", "summary": ESCAPES})
    ProgressBar().show({"event": "done", "metrics": {}, "model": ESCAPES, "stopped": False})
    assert not CONTROL.search(capsys.readouterr().err)


def test_every_command_prints_by_these_functions():
    folder = Path(headline.commands.__file__).parent
    files = [path for path in folder.glob("*.py") if path.name != "terminal.py"] + [folder.parent / "cli.py"]
    for path in files:
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        assert not [
            call for call in calls if ast.unparse(call.func) in ("print", "sys.stdout.write", "sys.stderr.write")
        ], path


@pytest.mark.parametrize("name", ["-rf.csv", "--help.csv"])
def test_a_files_name_may_begin_with_a_hyphen(tmp_path, monkeypatch, capsys, name):
    monkeypatch.chdir(tmp_path)
    Path(name).write_text("headline\n" + "Council backs plan\n" * 3)
    assert main(["preview", "--", name]) == 0
    assert "1" in capsys.readouterr().out


def test_a_models_own_name_in_a_checkpoint_is_never_printed_raw(tmp_path, capsys):
    folder = replace(random_checkpoint(), provenance={"name": ESCAPES}).save(tmp_path / "model")
    main(["publish", "ada/model", "--model", str(folder), "--dry-run"])
    assert not CONTROL.search("".join(capsys.readouterr()))
