"""The command line, called as a function; and twice as the program that it is."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from headline.cli import main
from headline.generator.generator import Generator
from headline.generator.suggester import Suggester
from headline.model.checkpoint import Checkpoint
from headline.training import loading
from headline.training.duration import run_time, speed
from tests.tiny import bigram_checkpoint, headlines, random_checkpoint

ROOT = Path(__file__).resolve().parent.parent
SMALL = ["units=4", "embedding_size=4", "min_count=1", "candidates=0", "batch_size=32", "validation=0.1", "test=0.1"]
SETS = [part for setting in SMALL for part in ("--set", setting)]


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    return random_checkpoint().save(tmp_path_factory.mktemp("cli") / "model")


@pytest.fixture
def signals():
    """`train` answers Ctrl-C and a polite kill in its own way; here they are given back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def call(capsys, *arguments) -> list[str]:
    """The lines that a call which succeeds prints."""
    assert main([str(argument) for argument in arguments]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    return told.out.splitlines()


def test_suggest_prints_probabilities_and_texts(capsys, model):
    expected = Suggester.load(model).suggest("the gov", 2)
    lines = call(capsys, "suggest", "the gov", "--model", model, "-k", 2)
    assert lines == [f"{s.probability:7.1%}  {s.text}" for s in expected]
    assert len(lines) == 2


def test_suggest_says_what_follows_in_brackets(capsys, tmp_path):
    sure = bigram_checkpoint({"the": {"government": 20}, "government": {"says": 20}}).save(tmp_path / "sure")
    (line,) = call(capsys, "suggest", "the gov", "--model", sure, "-k", 1, "--phrases")
    assert line.endswith("%  the government [says]")


def test_suggest_as_json(capsys, model):
    (line,) = call(capsys, "suggest", "the gov", "--model", model, "--json")
    expected = [vars(s) for s in Suggester.load(model).suggest("the gov")]
    assert json.loads(line) == {"text": "the gov", "suggestions": expected}
    (line,) = call(capsys, "suggest", "", "--model", model, "--json")
    assert len(json.loads(line)["suggestions"]) == 8


def test_suggest_answers_each_line_that_comes_in(capsys, model, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("the gov\nwe \n\nNAS"))
    answers = [json.loads(line) for line in call(capsys, "suggest", "--model", model, "--json", "-k", 1)]
    assert [answer["text"] for answer in answers] == ["the gov", "we ", "", "NAS"]
    assert answers[3]["suggestions"][0]["text"] == "NASA"


def test_generate_prints_a_headline_a_line(capsys, model):
    expected = Generator(Suggester.load(model)).generate("the gov", words=3)
    assert call(capsys, "generate", "the gov", "--model", model, "--words", 3, "--temperature", 0) == [expected.text]
    many = call(capsys, "generate", "we", "--model", model, "--number", 4, "--temperature", 1)
    assert len(set(many)) == 4 and all(line.startswith("we ") for line in many)
    assert many == call(capsys, "generate", "we", "--model", model, "--number", 4, "--temperature", 1)


def test_generate_as_json_and_by_beam(capsys, model):
    lines = call(capsys, "generate", "we", "--model", model, "--beam", 4, "--number", 3, "--words", 2, "--json")
    expected = Generator(Suggester.load(model)).beam("we", words=2, width=4, number=3)
    assert [json.loads(line) for line in lines] == [vars(made) for made in expected]


def test_evaluate_prints_figures(capsys, model, corpus):
    (line,) = call(capsys, "evaluate", corpus, "--model", model, "--split", "all", "--json")
    figures = json.loads(line)
    assert figures["headlines"] == 60 and figures["unknown"] == sum(len(h.split()) for h in headlines(60))
    lines = call(capsys, "evaluate", corpus, "--model", model, "--split", "all")
    assert [line.split()[0] for line in lines[:2]] == ["headlines", "words"]
    assert f"{figures['perplexity']:,.4f}" in "\n".join(lines)


def test_the_sides_of_a_split_are_all_of_it(capsys, model, corpus):
    counts = {
        side: json.loads(call(capsys, "evaluate", corpus, "--model", model, "--split", side, "--json")[0])["headlines"]
        for side in ("train", "validation", "test", "all")
    }
    assert counts["all"] == 60 == counts["train"] + counts["validation"] + counts["test"] > counts["train"]


def test_train_as_json_ends_in_done_and_leaves_a_model(capsys, corpus, tmp_path, signals, monkeypatch):
    monkeypatch.setattr(run_time, "_SECONDS_BETWEEN", 0.001)
    out, told = tmp_path / "model", tmp_path / "said" / "progress.jsonl"
    code = main(
        [
            "train",
            str(corpus),
            "--out",
            str(out),
            "--epochs",
            "2",
            "--json",
            "--progress",
            str(told),
            "--name",
            "Tiny",
            *SETS,
        ]
    )
    assert code == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [json.loads(line) for line in told.read_text(encoding="utf-8").splitlines()] == events
    names = [event["event"] for event in events]
    assert "left" in names and names[-1] == "done"  # nothing is told after the end
    names = [name for name in names if name != "left"]
    assert names[:2] == ["reading", "corpus"] and names[-2:] == ["measuring", "done"]
    assert [event["epoch"] for event in events if event.get("epoch_ended")] == [1, 2]
    assert events[1]["kept"] == 60
    done = events[-1]
    assert done["stopped"] is False and done["model"] == str(out)
    checkpoint = Checkpoint.load(out)
    assert checkpoint.metrics["test"] == done["metrics"]
    assert (checkpoint.provenance["name"], checkpoint.config.units) == ("Tiny", 4)


def test_train_tells_a_person_on_the_other_stream(capsys, corpus, tmp_path, signals):
    assert main(["train", str(corpus), "--out", str(tmp_path / "m"), "--epochs", "1", *SETS]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "60 rows from 1 file: 60 kept" in told.err and "epoch 1/1" in told.err
    assert told.err.rstrip().endswith("on the test headlines.")


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--set", "unit=4"], "no setting unit"),
        (["--set", "units=many"], "units must be a whole number"),
        (["--set", "units=4.5"], "units must be a whole number"),
        (["--set", "units"], "units must be a whole number"),
        (["--set", "keep_duplicates=1"], "keep_duplicates must be true or false"),
        (["--set", "units=0"], "units must be 1 or more"),
        (["--set", "learning_rate=NaN"], "learning_rate must be a number"),
        (["--set", "learning_rate=Infinity"], "learning_rate must be a number"),
        (["--set", "learning_rate=1" + "0" * 400], "learning_rate must be a number"),
        (["--set", "units=1" + "0" * 5000], "units must be a whole number"),
        (["--set", "units=3000000000"], "units must be below 2**31"),
        (["--minutes", "nan"], "minutes must be a number"),
        (["--minutes", "-1"], "minutes must be a number"),
        (["--rows", "-1"], "rows must be 0 or more"),
        (["--start-from", "nowhere"], "nowhere is not a checkpoint"),
        (["--set", "seed=99999999999999999999"], "seed must be"),
        (["--set", "schedule=linear"], "schedule must be"),
        (["--epochs", "0"], "epochs must be 1 or more"),
        (["--column", "titel"], "no column “titel”"),
        (["nowhere.csv"], "no file or folder called nowhere.csv"),
    ],
)
def test_what_cannot_be_trained_is_told_in_one_line(capsys, corpus, tmp_path, signals, arguments, told):
    code = main(
        ["train", *([] if "nowhere.csv" in arguments else [str(corpus)]), "--out", str(tmp_path / "m"), *arguments]
    )
    told_err = capsys.readouterr().err
    assert code == 2
    assert told_err.startswith("headline: ") and told_err.count("\n") == 1 and told in told_err
    assert not (tmp_path / "m").exists()


def test_a_folder_that_cannot_be_made_is_told_in_one_line(capsys, corpus, tmp_path, signals):
    (tmp_path / "file").touch()
    assert main(["train", str(corpus), "--out", str(tmp_path / "m"), "--progress", str(tmp_path / "file" / "p")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["suggest", "the", "--model", "nowhere"], "nowhere is not a checkpoint"),
        (["generate", "--model", "nowhere"], "nowhere is not a checkpoint"),
        (["evaluate", "CORPUS", "--model", "nowhere"], "nowhere is not a checkpoint"),
        (["evaluate", "nowhere.csv", "--model", "MODEL"], "no file or folder called nowhere.csv"),
        (["evaluate", "ONE", "--model", "MODEL"], "--split all"),
        (["generate", "--model", "MODEL", "--temperature", "-1"], "temperature must be 0 or more"),
        (["generate", "--model", "MODEL", "--temperature", "nan"], "temperature must be 0 or more"),
        (["generate", "--model", "MODEL", "--random-seed", "-1"], "--random-seed must be 0 or more"),
        (["generate", "--model", "MODEL", "--number", "0"], "--number must be 1 or more"),
        (["generate", "--model", "MODEL", "--beam", "0"], "--beam must be 1 or more"),
        (["suggest", "the", "--model", "MODEL", "-k", "0"], "-k must be 1 or more"),
        (["suggest", "the", "--model", "MODEL", "--min-probability", "nan"], "--min-probability must be from 0 to 1"),
    ],
)
def test_what_cannot_be_answered_is_told_in_one_line(capsys, model, corpus, tmp_path, arguments, told):
    (tmp_path / "one.txt").write_text("bake moli nara\n", encoding="utf-8")
    places = {"MODEL": str(model), "CORPUS": str(corpus), "ONE": str(tmp_path / "one.txt")}
    code = main([places.get(argument, argument) for argument in arguments])
    said = capsys.readouterr()
    assert code == 2 and said.out == ""
    assert said.err.startswith("headline: ") and said.err.count("\n") == 1 and told in said.err


@pytest.mark.parametrize(
    "arguments", [[], ["sing"], ["suggest", "-k", "few"], ["train"], ["evaluate", "x", "--split", "best"]]
)
def test_a_call_that_makes_no_sense_gets_the_usage(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m headline" in capsys.readouterr().err


def program(*arguments) -> subprocess.Popen:
    command = [sys.executable, "-m", "headline", *map(str, arguments)]
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONWARNINGS": "error"}, **pipes)


def test_as_a_program_an_error_is_one_line_and_no_traceback(tmp_path):
    child = program("suggest", "the", "--model", tmp_path)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out) == (2, "")
    assert err.startswith("headline: ") and err.count("\n") == 1


def test_as_a_program_a_reader_that_has_seen_enough_is_no_error(model):
    child = program("suggest", "--model", model)
    child.stdin.write("the \n")
    child.stdin.flush()
    assert "%" in child.stdout.readline()
    child.stdout.close()
    with pytest.raises(BrokenPipeError):
        for _ in range(100_000):
            child.stdin.write("we \n" * 100)
            child.stdin.flush()
    assert child.stderr.read() == ""
    assert child.wait(60) == 0


def test_preview_tells_what_files_hold(capsys, corpus):
    lines = call(capsys, "preview", corpus)
    assert lines[0].startswith("60 rows from 1 file")
    assert any("different ones" in line for line in lines)
    (line,) = call(capsys, "preview", corpus, "--json")
    seen = json.loads(line)
    assert seen["headlines"] == 60 and len(seen["rows"]) == 20 and sum(n for _, n in seen["lengths"]) == 60


def test_preview_says_which_language_was_found_and_takes_the_one_that_is_given(capsys, tmp_path):
    titles = tmp_path / "titles.txt"
    titles.write_text("Die Straße ist gesperrt\nDer Rat sagt nein zu dem Plan\nWas das Haus kostet und wer es kauft\n")
    assert call(capsys, "preview", titles)[0].endswith("kept. Language: German.")
    said = call(capsys, "preview", titles, "--language", "nl")
    assert said[0].endswith("kept. Language: Dutch, as you say; the titles look like German.")
    assert any(line.startswith("The titles are in Dutch:") for line in said)
    (line,) = call(capsys, "preview", titles, "--language", "pt-BR", "--json")
    assert {name: json.loads(line)[name] for name in ("language", "found")} == {
        "language": "Portuguese",
        "found": "German",
    }


@pytest.mark.parametrize("command", [["preview"], ["train", "--out", "never"], ["time"]])
@pytest.mark.parametrize("tag", ["gr", "german", "d", "de_DE", "x" * 100])
def test_a_language_that_is_not_known_is_refused_with_a_sentence(capsys, corpus, command, tag):
    assert main([*command, str(corpus), "--language", tag]) == 2
    said = capsys.readouterr()
    told = said.err or said.out
    assert f"such as de or pt-BR; it is {tag[:35]}. Known are ar, az," in told and "Traceback" not in told


def test_time_speaks_in_words(capsys, corpus):
    (line,) = call(capsys, "time", corpus, "--epochs", 7, *SETS)
    said = r"(About \d+ \w+|A few seconds) on .+: 7 passes over 60 headlines\."
    assert re.fullmatch(said, line)


def test_time_as_json_is_measured_once(capsys, corpus, monkeypatch):
    (line,) = call(capsys, "time", corpus, "--epochs", 70, "--json", *SETS)
    found = json.loads(line)
    assert found.keys() == {"seconds", "headlines", "epochs", "device", "may_end_early"} and found["seconds"] > 0
    monkeypatch.setattr(speed, "_step_seconds", None)  # it is not asked again
    (line,) = call(capsys, "time", corpus, "--epochs", 7000, "--json", *SETS)
    assert json.loads(line)["seconds"] > 5 * found["seconds"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["preview", "TITLES"],
        ["preview", "TITLES", "--json"],
        ["train", "--help"],
        ["train", "TITLES", "--out", "OUT", "--epochs", "1", "--compare", "--sample", "Žižkov", *SETS],
        ["train", "TITLES", "--out", "OUT", "--epochs", "1", "--json", *SETS],
        ["preview", "missing-😀.csv"],
    ],
)
def test_a_terminal_of_any_encoding_gets_its_lines(monkeypatch, tmp_path, signals, encoding, arguments):
    titles = tmp_path / "titles.txt"
    lines = [line.replace("b", "ž") + " – “naïve” 東京" for line in headlines(60)]
    titles.write_text("\n".join(lines), encoding="utf-8")
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding) for _ in range(2))
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    places = {"TITLES": str(titles), "OUT": str(tmp_path / "m")}
    try:
        code = main([places.get(argument, argument) for argument in arguments])
    except SystemExit as ended:  # --help
        code = ended.code
    assert code == (2 if "missing-😀.csv" in arguments else 0)
    out.flush()
    said = out.buffer.getvalue().decode(encoding)
    if "--json" in arguments:
        events = [json.loads(line) for line in said.splitlines()]
        assert events
        if "preview" in arguments:
            assert lines[0] in events[0]["rows"]


def test_tensorflows_own_lines_stay_out(corpus, tmp_path):
    for arguments in (
        ["train", corpus, "--out", tmp_path / "m", "--epochs", "1", *SETS],
        ["export", tmp_path / "m", "--out", tmp_path / "m.keras"],
    ):
        command = [sys.executable, "-m", "headline", *map(str, arguments)]
        environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stderr
        assert not re.search(r"^[IWE]0000|absl|oneDNN|cuda", done.stdout + done.stderr, re.M | re.I)


def test_what_is_said_while_loading_is_kept_if_it_fails(capfd):
    with pytest.raises(ImportError), loading._stderr_set_aside():
        os.write(2, b"undefined symbol\n")
        raise ImportError
    with loading._stderr_set_aside():
        os.write(2, b"a log line\n")
    assert capfd.readouterr().err == "undefined symbol\n"


def test_rows_are_taken_from_all_over_the_list(capsys, corpus, tmp_path, signals):
    out = call(capsys, "train", corpus, "--out", tmp_path / "m", "--json", "--epochs", 1, "--rows", 40, *SETS)
    assert json.loads(out[-1])["event"] == "done"
    corpus_told = Checkpoint.load(tmp_path / "m").corpus
    assert sum(corpus_told[side] for side in ("train", "validation", "test")) == 40


def test_a_run_tells_samples_the_baseline_and_what_is_saved(capsys, corpus, tmp_path, signals):
    out = call(
        capsys, "train", corpus, "--out", tmp_path / "m", "--json", "--epochs", 2, "--compare", "--sample", "the", *SETS
    )
    events = [json.loads(line) for line in out]
    told = {event["event"]: event for event in events}
    assert [e["epoch"] for e in events if e["event"] == "samples"] == [1, 2]
    assert told["samples"]["headlines"][0].startswith("the")
    assert told["baseline"]["nats"] > 0
    assert told["compared"].keys() >= {"this", "bundled", "ngram"}
    assert Checkpoint.load(tmp_path / "m").metrics["keystrokes_saved"]["this"] == told["compared"]["this"]


def test_a_run_ends_after_its_minutes(capsys, corpus, tmp_path, signals):
    out = call(capsys, "train", corpus, "--out", tmp_path / "m", "--json", "--epochs", 10_000, "--minutes", 0.05, *SETS)
    assert json.loads(out[-1])["event"] == "done"
    assert len(Checkpoint.load(tmp_path / "m").training["history"]) < 10_000


def test_a_bug_keeps_its_traceback(monkeypatch, model):
    def fail(*arguments):
        raise ValueError("a bug")

    monkeypatch.setattr(Suggester, "suggest", fail)
    with pytest.raises(ValueError, match="a bug"):
        main(["suggest", "the", "--model", str(model)])


def test_bytes_that_are_no_utf8_are_answered(model):
    child = program("suggest", "--model", model, "--json", "-k", 1)
    child.stdin.buffer.write(b"the \xff\n")
    out, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, "") and len(json.loads(out)["suggestions"]) == 1
