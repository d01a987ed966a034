"""What each visitor may keep and have waiting, and whose turn it is."""

import os
import stat
import subprocess
import sys
import time

import pytest

from headline.errors import LimitError
from headline.model.storage.folders import size_of
from headline.runs.job import Job, waiting_jobs
from headline.runs.limits import Limits
from headline.runs.queue import start, sweep
from headline.runs.visitors import (
    NOBODY,
    OWNER,
    UPLOADS,
    check_disk,
    check_waiting,
    make_private,
    new_visitor,
    visitor_folder,
    visitor_of,
)
from headline.training.options import RunOptions
from headline.training.settings import RECIPES

ADA, BEN, EVE = "a" * 32, "b" * 32, "e" * 32
MEGABYTE = bytes(2**20)


def add(runs, id_: str, visitor: str, **other) -> Job:
    (runs / id_).mkdir(parents=True)
    job = Job(runs / id_)
    job.describe({"name": "", "files": [], "started": "", "visitor": visitor} | other)
    return job


def test_an_id_is_random_and_anything_else_is_nobody():
    assert visitor_of(new_visitor()) != visitor_of(new_visitor()) != NOBODY
    for odd in (None, "", "../" + ADA[3:], ADA + "a", ADA.upper(), 7, [ADA], "é" * 32, ADA + "\n"):
        assert visitor_of(odd) == NOBODY


def test_only_the_server_may_open_a_visitors_folder(tmp_path):
    folder = visitor_folder(tmp_path, ADA)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent)] == [0o700, 0o700]
    assert visitor_folder(tmp_path, "../..") == tmp_path / ".visitors" / NOBODY


def test_visitors_take_turns(tmp_path):
    for i, visitor in enumerate([ADA, ADA, ADA, BEN, BEN, EVE]):
        add(tmp_path, f"{i}", visitor)
    order = [job.id for job in waiting_jobs(tmp_path)]
    assert order == ["0", "3", "5", "1", "4", "2"]
    assert [Job(tmp_path / id_).status().place for id_ in order] == [1, 2, 3, 4, 5, 6]


def test_a_run_that_trains_counts_as_a_turn(tmp_path, monkeypatch):
    add(tmp_path, "0", ADA, pid=1)
    for i, visitor in enumerate([ADA, ADA, BEN], start=1):
        add(tmp_path, f"{i}", visitor)
    monkeypatch.setattr(Job, "alive", lambda job: job.id == "0")
    assert [job.id for job in waiting_jobs(tmp_path)] == ["3", "1", "2"]


def test_runs_of_one_visitor_and_of_all_are_bounded(tmp_path):
    limits = Limits(waiting_each=2, waiting=3)
    add(tmp_path, "0", ADA)
    check_waiting(tmp_path, ADA, limits)
    add(tmp_path, "1", ADA)
    with pytest.raises(LimitError, match="2 of your runs are waiting or training"):
        check_waiting(tmp_path, ADA, limits)
    check_waiting(tmp_path, BEN, limits)
    add(tmp_path, "2", BEN)
    with pytest.raises(LimitError, match="3 runs are waiting, as many as this page takes"):
        check_waiting(tmp_path, EVE, limits)
    check_waiting(tmp_path, ADA, Limits())


def test_a_run_beyond_the_limit_leaves_nothing_behind(tmp_path):
    add(tmp_path, "0", ADA)
    options = RunOptions(files=(str(tmp_path / "a.txt"),), settings=RECIPES["autocomplete"])
    with pytest.raises(LimitError):
        start(options, tmp_path, visitor=ADA, limits=Limits(waiting_each=1))
    assert sorted(path.name for path in tmp_path.iterdir()) == [".queue", "0"]


def test_the_disk_of_one_visitor_and_of_all_is_bounded(tmp_path):
    limits = Limits(disk_mb_each=3, disk_mb=5)
    (visitor_folder(tmp_path, ADA) / "pasted.txt").write_bytes(MEGABYTE)
    (add(tmp_path, "run", ADA).folder / "weights").write_bytes(MEGABYTE)
    check_disk(tmp_path, ADA, limits)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / OWNER).write_text(ADA)
    (tmp_path / "model" / "weights").write_bytes(MEGABYTE)
    with pytest.raises(LimitError, match="You have stored 3 MB on this page"):
        check_disk(tmp_path, ADA, limits)
    check_disk(tmp_path, BEN, limits, more=2**20)
    with pytest.raises(LimitError, match="This page has stored as much as it can keep"):
        check_disk(tmp_path, BEN, limits, more=3 * 2**20 - 1)
    check_disk(tmp_path, ADA, Limits(), more=2**40)


def test_a_file_with_two_names_is_stored_once(tmp_path):
    (tmp_path / "a").write_bytes(MEGABYTE)
    os.link(tmp_path / "a", tmp_path / "b")
    assert size_of(tmp_path) == 2**20


def test_a_run_keeps_its_list_without_storing_it_twice(tmp_path, monkeypatch):
    monkeypatch.setattr("headline.runs.queue.slots", lambda: 0)  # nothing is started
    list_ = visitor_folder(tmp_path, ADA) / "list.txt"
    list_.write_bytes(MEGABYTE)
    options = RunOptions(files=(str(list_),), settings=RECIPES["autocomplete"])
    job = start(options, tmp_path, keep_files=True, visitor=ADA)
    assert size_of(tmp_path) < 2**20 + 10_000 and job.visitor == ADA
    list_.unlink()
    assert (job.folder / "corpus" / "00-list.txt").stat().st_size == 2**20
    assert stat.S_IMODE(job.folder.stat().st_mode) == 0o700


def test_what_a_visitor_has_not_used_for_a_day_is_swept_away(tmp_path):
    for visitor, hours in ((ADA, 25), (BEN, 1)):
        folder = visitor_folder(tmp_path, visitor)
        (folder / "pasted.txt").write_text("one")
        for path in (folder / "pasted.txt", folder):
            os.utime(path, (time.time() - 3600 * hours,) * 2)
    sweep(tmp_path, 24)
    assert [path.name for path in (tmp_path / ".visitors").iterdir()] == [BEN]


def test_uploads_are_swept_away_too(tmp_path):
    for name, hours in (("old", 25), ("new", 1)):
        folder = tmp_path / UPLOADS / name
        folder.mkdir(parents=True)
        (folder / "list.csv").write_text("one")
        for path in (folder / "list.csv", folder):
            os.utime(path, (time.time() - 3600 * hours,) * 2)
    sweep(tmp_path, 24)
    assert [path.name for path in (tmp_path / UPLOADS).iterdir()] == ["new"]


def test_a_public_page_keeps_uploads_where_they_are_swept_and_nobody_looks(tmp_path):
    code = "import os, app; print(os.environ.get('GRADIO_TEMP_DIR'))"

    def uploads(**changes: str) -> str:
        environment = {k: v for k, v in os.environ.items() if k not in ("GRADIO_TEMP_DIR", "SPACE_ID")}
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment | {"HEADLINE_RUNS": str(tmp_path)} | changes,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    assert uploads(HEADLINE_PUBLIC="1") == str(tmp_path / UPLOADS)
    assert uploads(HEADLINE_PUBLIC="0") == "None"
    (tmp_path / UPLOADS).mkdir(mode=0o777)
    make_private(tmp_path / UPLOADS)
    assert stat.S_IMODE((tmp_path / UPLOADS).stat().st_mode) == 0o700
