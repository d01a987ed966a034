"""A model as a zip: there and back, and what is no model."""

import zipfile
from dataclasses import replace

import pytest

from headline.errors import ArchiveError
from headline.model.checkpoint import Checkpoint
from headline.share.archive import pack, unpack
from tests.tiny import random_checkpoint


def packed(tmp_path, name="My “titles” / 1"):
    checkpoint = replace(random_checkpoint(), provenance={"name": name})
    folder = checkpoint.save(tmp_path / "model")
    (folder / "README.md").write_text("card")
    return pack(folder, tmp_path)


def test_there_and_back(tmp_path):
    path = packed(tmp_path)
    assert path.name == "My-titles-1.zip"
    folder = unpack(path, tmp_path / "runs")
    assert folder.parent == tmp_path / "runs" and folder.name.startswith("My-titles-1-")
    assert (folder / "README.md").read_text() == "card"
    before, after = (Checkpoint.load(tmp_path / "model"), Checkpoint.load(folder))
    assert before.vocabulary.written == after.vocabulary.written
    assert unpack(path, tmp_path / "runs") != folder


def test_a_zip_with_a_folder_in_it_is_taken_too(tmp_path):
    path = packed(tmp_path)
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(path) as a, zipfile.ZipFile(other, "w") as b:
        for info in a.infolist():
            b.writestr(f"model/{info.filename}", a.read(info))
    assert Checkpoint.load(unpack(other, tmp_path / "runs"))


@pytest.mark.parametrize("names", [["../../evil.txt"], ["checkpoint.json"], ["/etc/passwd", "a/../../b"], []])
def test_what_holds_no_model_leaves_nothing_behind(tmp_path, names):
    path = tmp_path / "odd.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    with pytest.raises(ArchiveError, match=r"odd\.zip holds no whole model"):
        unpack(path, tmp_path / "runs")
    assert not list((tmp_path / "runs").glob("*")) and not (tmp_path.parent / "evil.txt").exists()


def test_what_is_no_zip_is_told(tmp_path):
    path = tmp_path / "junk.zip"
    path.write_bytes(b"\x00\x01junk")
    with pytest.raises(ArchiveError, match=r"junk\.zip holds no whole model"):
        unpack(path, tmp_path / "runs")
