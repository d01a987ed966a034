"""A stranger's file is read by a child process, within its memory and its time."""

import gzip
import os
import resource
import sys
import threading
import time
from dataclasses import asdict

import pytest

from headline.corpus.bounds import Bounds
from headline.corpus.files import Reading
from headline.errors import CorpusError
from headline.runs.confined import run_confined
from headline.runs.limits import Limits
from headline.web.parsed_corpus import parse_confined

PUBLIC = Limits(public=True, unpacked_mb=100, file_rows=1_000_000)
CHILD = """
import os, sys
from headline.errors import CorpusError
from headline.runs.confined import serve

def work(asked):
    if asked["do"] == "allocate":
        return {"bytes": len(bytearray(asked["mb"] * 2**20))}
    if asked["do"] == "crash":
        os.abort()
    if asked["do"] == "fail":
        raise RuntimeError("a bug")
    if asked["do"] == "refuse":
        raise CorpusError("“Élan” is\\nno headline \\ud83d.")
    if asked["do"] == "write":
        open("/no/such/folder/a", "w")
    while asked["do"] == "wait":
        pass
    return {"niceness": os.nice(0), "token": os.environ.get("HF_TOKEN")}

raise SystemExit(serve(work))
"""


@pytest.fixture
def child(tmp_path, monkeypatch):
    (tmp_path / "a_child.py").write_text(CHILD)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return lambda do, memory_mb=0, seconds=0, **other: run_confined(
        "a_child", {"do": do, "mb": 300}, "a.csv", CorpusError, memory_mb, seconds, **other
    )


def test_a_child_answers_at_a_lower_priority(child, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.delenv("HEADLINE_NICENESS")
    assert child("answer") == {"niceness": min(19, os.nice(0) + 10), "token": "hf_secret"}
    found = {"PYTHONPATH": os.environ["PYTHONPATH"], "PATH": os.environ["PATH"]}
    assert child("answer", environment=found)["token"] is None
    monkeypatch.setenv("HEADLINE_NICENESS", "3")
    assert child("answer")["niceness"] == min(19, os.nice(0) + 3)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit the address space")
def test_memory_is_bounded_and_what_fits_is_done(child):
    assert child("allocate", 400) == {"bytes": 300 * 2**20} == child("allocate")
    with pytest.raises(CorpusError, match=r"^a\.csv takes more than 200 MB of memory to read: give a smaller file\.$"):
        child("allocate", 200)


@pytest.mark.parametrize(
    "do, sentence",
    [
        ("wait", "a.csv took more than 1 seconds: give a smaller file."),
        ("crash", "a.csv cannot be read: is it damaged, or too large?"),
        ("fail", "a.csv cannot be read: is it damaged, or too large?"),
        ("refuse", "“Élan” is no headline \\ud83d."),
        ("write", "a: No such file or directory."),
    ],
)
def test_however_a_child_ends_there_is_a_sentence(child, do, sentence):
    with pytest.raises(CorpusError) as caught:
        child(do, seconds=1 if do == "wait" else 0)
    assert str(caught.value) == sentence


def test_a_child_is_ended_once_there_is_a_reason(child):
    reasons = iter(["", "That is enough."])
    with pytest.raises(CorpusError, match=r"^That is enough\.$"):
        child("wait", refusal=lambda: next(reasons))


def test_no_more_children_than_allowed_run_at_once(child):
    one = threading.Semaphore(1)
    running, most = 0, 0

    def refusal() -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.05)
        running -= 1
        return "enough"

    def ask() -> None:
        with pytest.raises(CorpusError):
            child("wait", at_once=one, refusal=refusal)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def resident() -> int:
    """Kilobytes of memory that this process had at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.parametrize(
    "name, data, told",
    [
        ("zeros.csv.gz", lambda: gzip.compress(b"headline\n" + bytes(b"a" * 2**28), 1), "more than 100 MB of text"),
        ("word.txt", lambda: b"w" * 50_000_000, "line 1 has more than 1,000,000 characters"),
        ("deep.jsonl", lambda: b'{"title": ' + b"[" * 10**5 + b"]" * 10**5 + b"}", "nested too deep"),
        ("digits.jsonl", lambda: b'{"title": ' + b"9" * 5_000 + b"}", "more than 4,300 digits"),
        ("names.csv", lambda: b"n" * 200_000 + b",b\n1,2\n", "no column called headline"),
    ],
)
def test_the_servers_memory_stays_as_it_was(tmp_path, name, data, told):
    (tmp_path / name).write_bytes(data())
    before = resident()
    with pytest.raises(CorpusError, match=told) as caught:
        parse_confined([tmp_path / name], Reading(), tmp_path / "out", PUBLIC.bounds, 1_000, 60)
    assert resident() - before < 8_000 and str(caught.value).startswith(name) and len(str(caught.value)) < 300
    assert not list(tmp_path.glob("out/parsed/*"))


def test_a_file_that_is_too_much_for_the_memory_is_refused(tmp_path):
    (tmp_path / "many.txt").write_text("".join(f"headline {i} of a list\n" for i in range(300_000)))
    with pytest.raises(CorpusError, match=r"^many\.txt takes more than 50 MB of memory to read"):
        parse_confined([tmp_path / "many.txt"], Reading(), tmp_path / "out", PUBLIC.bounds, 50, 60)


def test_the_bounds_of_a_public_page_reach_the_child(tmp_path):
    (tmp_path / "many.txt").write_text("one line\n" * 11)
    bounds = Bounds(**asdict(PUBLIC.bounds) | {"rows": 10})
    with pytest.raises(CorpusError, match=r"many\.txt has more than 10 rows"):
        parse_confined([tmp_path / "many.txt"], Reading(), tmp_path, bounds, 0, 0)
    assert parse_confined([tmp_path / "many.txt"], Reading(), tmp_path, PUBLIC.bounds, 0, 0).preview.headlines == 1
