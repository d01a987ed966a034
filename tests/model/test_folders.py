"""Looking into folders that change meanwhile."""

import os
import subprocess

import pytest

from headline.model.storage import folders
from headline.model.storage.folders import newest_change, size_of, states


@pytest.fixture
def folder(tmp_path):
    """Two files of 100 bytes, one of them with two names, in folders within folders."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one").write_bytes(b"x" * 100)
    (tmp_path / "a" / "b" / "two").write_bytes(b"x" * 100)
    os.link(tmp_path / "a" / "one", tmp_path / "a" / "b" / "one")
    return tmp_path


def test_size_and_newest_change(folder):
    os.utime(folder / "a" / "b" / "two", (5e9, 5e9))
    assert (size_of(folder), newest_change(folder)) == (200, 5e9)
    assert (size_of(folder / "a" / "one"), newest_change(folder / "a" / "b" / "two")) == (100, 5e9)
    assert (size_of(folder / "gone"), newest_change(folder / "gone")) == (0, None)


@pytest.mark.parametrize("gone, left", [("a", 0), ("a/b", 100), ("a/b/two", 100)])
def test_what_is_deleted_while_one_looks_is_left_out(folder, monkeypatch, gone, left):
    """At the moment that a name is about to be looked at, another process deletes it."""
    seen = os.lstat

    def lstat(path):
        if str(path) == str(folder / gone):
            subprocess.run(["rm", "-rf", path], check=True)
        return seen(path)

    monkeypatch.setattr(folders.os, "lstat", lstat)
    assert size_of(folder) == left
    assert newest_change(folder) is not None


def test_a_link_is_not_followed(folder):
    (folder / "a" / "b" / "loop").symlink_to(folder, target_is_directory=True)
    assert len(list(states(folder))) == 7
