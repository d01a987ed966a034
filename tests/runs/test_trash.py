"""What was deleted can be brought back for a few minutes."""

import os
import shutil
import time
from types import SimpleNamespace

import pytest

from headline.runs import trash
from headline.runs.job import list_jobs
from headline.runs.leftovers import remove_leftovers


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "job.json").write_text('{"name": "R", "files": [], "started": "2026", "pid": null}')
    return folder


def test_a_folder_comes_back_as_it_was(run, tmp_path):
    assert trash.discard(run) and not run.exists() and list_jobs(tmp_path) == []
    assert trash.bring_back(tmp_path, "run") and '"R"' in (run / "job.json").read_text()
    assert not trash.bring_back(tmp_path, "run") and not trash.bring_back(tmp_path, "other")


def test_after_ten_minutes_it_is_gone_for_good(run, tmp_path):
    trash.discard(run)
    kept = tmp_path / trash.FOLDER / "run"
    remove_leftovers(tmp_path)
    assert kept.is_dir()
    old = time.time() - 60 * trash.MINUTES - 1
    os.utime(kept, (old, old))
    remove_leftovers(tmp_path)
    assert not kept.exists() and not trash.bring_back(tmp_path, "run")


def test_on_a_full_disk_it_is_deleted_at_once(run, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=2**20))
    assert not trash.discard(run) and not run.exists() and not list(tmp_path.glob(".trash/*"))


def test_what_is_already_gone_is_no_error(tmp_path):
    assert not trash.discard(tmp_path / "none")
