"""A model as a zip: there and back, and what is no model."""

import json
import os
import random
import re
import tracemalloc
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import safetensors.numpy

from headline.errors import ArchiveError, LimitError
from headline.model.checkpoint import Checkpoint
from headline.model.ngrams.ngram import NGram
from headline.model.storage.checkpoint_files import MEMORY, META, WEIGHTS, WORDS
from headline.runs.limits import Limits
from headline.runs.visitors import OWNER, visitor_folder
from headline.share.archive import pack, pack_confined, unpack, unpack_confined
from headline.web.http.answers import Answers
from headline.web.models import Models
from headline.web.tabs.sheets import models_sheet
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
    with pytest.raises(ArchiveError, match=r"odd\.zip holds no whole model") as refused:
        unpack(path, tmp_path / "runs")
    assert str(tmp_path) not in str(refused.value)
    assert not list((tmp_path / "runs").glob("*")) and not (tmp_path.parent / "evil.txt").exists()


def test_an_entry_without_a_name_is_passed_over(tmp_path):
    path = packed(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("NAME", "x")
    path.write_bytes(path.read_bytes().replace(b"NAME", b"\0\0\0\0"))  # zipfile reads a name up to the first NUL
    assert sorted(os.listdir(unpack(path, tmp_path / "runs"))) == sorted(os.listdir(tmp_path / "model"))


def test_a_file_that_is_no_zip_is_refused(tmp_path):
    path = tmp_path / "junk.zip"
    path.write_bytes(b"\x00\x01junk")
    with pytest.raises(ArchiveError, match=r"junk\.zip holds no whole model"):
        unpack(path, tmp_path / "runs")


def refused(path, tmp_path, message):
    runs = tmp_path / "runs"
    tracemalloc.start()
    with pytest.raises(ArchiveError, match=message):
        unpack(path, runs)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 * 2**20
    assert not runs.exists() or os.listdir(runs) == []


def rewritten(path, out, change):
    """Copy a zip; `change` is called with the new zip, each name and its content, and writes them."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            change(new, info.filename, old.read(info))
    return out


@pytest.mark.parametrize(
    "name, size, message",
    [
        (META, 9, "META.*too large"),
        (WORDS, 65, "too large"),
        (WEIGHTS, 3, "more weights than its"),
        (WEIGHTS, 501, "too large|more than 500 MB"),
    ],
)
def test_a_zip_of_zeros_is_refused_by_its_sizes(tmp_path, name, size, message):
    def zeros(new, inside, data):
        if inside != name:
            return new.writestr(inside, data)
        with new.open(inside, "w") as file:
            for _ in range(size):
                file.write(bytes(2**20))

    path = rewritten(packed(tmp_path), tmp_path / "zeros.zip", zeros)
    assert path.stat().st_size < 2**20
    refused(path, tmp_path, message.replace("META", r"checkpoint\.json"))


def test_a_zip_of_ten_thousand_entries_is_refused(tmp_path):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(10_000):
            archive.writestr(f"file{i}", "")
    refused(path, tmp_path, "too many entries")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_compression_is_refused(tmp_path, method):
    path = rewritten(packed(tmp_path), tmp_path / "a.zip", lambda new, name, data: new.writestr(name, data, method))
    refused(path, tmp_path, "compressed in a way")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_refused(tmp_path):
    def twice(new, name, data):
        new.writestr(name, data)
        if name == WORDS:
            new.writestr(name, data)

    refused(rewritten(packed(tmp_path), tmp_path / "a.zip", twice), tmp_path, "same file twice")


def test_two_models_in_one_zip_are_refused(tmp_path):
    def both(new, name, data):
        new.writestr(f"a/{name}", data)
        new.writestr(f"b/{name}", data)

    refused(rewritten(packed(tmp_path), tmp_path / "a.zip", both), tmp_path, "more than one model")


@pytest.mark.parametrize("seed", range(30))
def test_a_damaged_zip_is_unpacked_whole_or_refused(tmp_path, seed):
    rng = random.Random(seed)
    path = packed(tmp_path)
    data = bytearray(path.read_bytes())
    for _ in range(rng.randrange(1, 5)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data[: rng.choice([len(data), rng.randrange(len(data))])])
    runs = tmp_path / "runs"
    try:
        Checkpoint.load(unpack(path, runs))
    except ArchiveError:
        assert not runs.exists() or os.listdir(runs) == []


@pytest.mark.parametrize(
    "name", ["-" * 300 + "rf", "\U0001d4d0" * 2000, "<svg/onload=x>", "--help", "../" * 90, "\x1b[31m"]
)
def test_any_name_of_a_model_makes_a_plain_file_name(tmp_path, name):
    folder = replace(random_checkpoint(), provenance={"name": name}).save(tmp_path / "model")
    zipped = pack(folder, tmp_path)
    assert zipped.parent == tmp_path and re.fullmatch(r"\w[\w-]*\.zip", zipped.name)
    assert len(zipped.name.encode()) <= 255 and unpack(zipped, tmp_path / "runs").is_dir()


PUBLIC = Limits(public=True, layers=2, units=64, embedding_size=64, block_size=64, model_mb=50, reading_mb=500)
ADA = "a" * 32


def confined(path, tmp_path, limits=PUBLIC):
    return unpack_confined(path, tmp_path / "runs", limits, ADA)


def left(tmp_path):
    return sorted(path.name for path in (tmp_path / "runs").glob("*"))


def test_a_visitors_zip_becomes_a_model_of_theirs(tmp_path):
    folder = confined(packed(tmp_path), tmp_path)
    assert Checkpoint.load(folder) and (folder / OWNER).read_text() == ADA
    assert folder.stat().st_mode & 0o777 == 0o700 and left(tmp_path) == [folder.name]
    assert zipfile.ZipFile(pack_confined(folder, tmp_path, PUBLIC)).namelist()[0] == META


@pytest.mark.parametrize("name, value", [("layers", 3), ("units", 65), ("embedding_size", 65), ("block_size", 65)])
def test_a_model_beyond_the_sizes_of_the_page_is_refused_before_its_weights_are_read(tmp_path, name, value):
    def larger(new, inside, data):
        if inside == META:
            stored = json.loads(data)
            stored["model"][name] = value
            del stored["sha256"]
            data = json.dumps(stored).encode()
        new.writestr(inside, data if inside == META else b"")

    path = rewritten(packed(tmp_path), tmp_path / "large.zip", larger)
    (tmp_path / "runs").mkdir()
    with pytest.raises(ArchiveError, match=rf"large\.zip holds no whole model: {name} must be .* it is {value}\.$"):
        confined(path, tmp_path)
    assert left(tmp_path) == []


def test_a_model_that_takes_too_much_memory_is_refused(tmp_path):
    words = [f"word{i}" for i in range(100_000)]
    path = pack(random_checkpoint(words=words).save(tmp_path / "model"), tmp_path)
    with pytest.raises(ArchiveError, match=r"This model takes \d+ MB of memory, and this page allows 50\.$"):
        confined(path, tmp_path)
    assert left(tmp_path) == []
    assert confined(path, tmp_path, Limits())


def test_a_zip_that_takes_too_much_memory_to_check_leaves_nothing(tmp_path):
    words = [f"word{i}" for i in range(100_000)]
    path = pack(random_checkpoint(words=words).save(tmp_path / "model"), tmp_path)
    with pytest.raises(ArchiveError, match=r"model\.zip takes more than 20 MB of memory to read"):
        confined(path, tmp_path, Limits(reading_mb=20))
    assert left(tmp_path) == []


def test_a_visitor_without_room_gets_no_model(tmp_path):
    path = packed(tmp_path)
    visitor_folder(tmp_path / "runs", ADA).joinpath("a").write_bytes(bytes(2**20))
    with pytest.raises(LimitError, match="You have stored 1 MB"):
        confined(path, tmp_path, Limits(disk_mb_each=1))
    assert left(tmp_path) == [".visitors"]


def test_a_refusal_names_no_folder_of_this_machine(tmp_path):
    def without_words(new, name, data):
        if name != WORDS:
            new.writestr(name, data)

    path = rewritten(packed(tmp_path), tmp_path / "a.zip", without_words)
    with pytest.raises(ArchiveError, match=r"has no vocabulary\.txt") as caught:
        unpack(path, tmp_path / "runs")
    assert str(tmp_path) not in str(caught.value)


def damaged(path, seed):
    """A zip with a value of checkpoint.json replaced by something odd."""
    rng = random.Random(seed)
    odd = [None, [], {}, "x", -1, 1e308, 10**30, True, [[[[[[[[[[]]]]]]]]]], {"a": {}}, "\ud83d", "x" * 3_000]

    def change(new, name, data):
        if name == META:
            stored = json.loads(data)
            del stored["sha256"]
            key = rng.choice(sorted(stored))
            if rng.random() < 0.3:
                del stored[key]
            elif isinstance(stored[key], dict) and stored[key] and rng.random() < 0.6:
                stored[key][rng.choice(sorted(stored[key]))] = rng.choice(odd)
            else:
                stored[key] = rng.choice(odd)
            data = json.dumps(stored).encode()
        new.writestr(name, data)

    return rewritten(path, path.with_name("damaged.zip"), change)


@pytest.mark.parametrize("seed", range(60))
def test_an_odd_field_is_refused_or_the_model_can_be_described_and_used(tmp_path, seed):
    path = damaged(packed(tmp_path), seed)
    models = Models(tmp_path / "model", tmp_path / "runs")
    try:
        folder = unpack(path, tmp_path / "runs")
    except ArchiveError:
        assert left(tmp_path) == []
        return
    assert models.find(folder.name).suggest("") and models.describe(folder.name)
    assert models_sheet([("a", models.meta(folder.name))])
    assert Answers(models).models()


@pytest.mark.parametrize(
    "name, change",
    [
        ("2.shares", lambda x: np.where(np.arange(len(x)) == 0, np.inf, x)),
        ("2.left", lambda x: np.full_like(x, np.nan)),
        ("2.words", lambda x: np.full_like(x, 250)),
        ("2.words", lambda x: x[:-1]),
        ("2.children", lambda x: x + 1),
        ("unigrams", lambda x: -x),
        ("unigrams", lambda x: x[:, None]),
        ("3.words", lambda x: np.zeros(0, np.int64)),
    ],
)
def test_odd_ngrams_are_refused(tmp_path, name, change):
    checkpoint = random_checkpoint()
    rows = [[2, *ids, 3] for ids in ([4, 5, 6], [4, 6, 5], [5, 4])]
    ngram = NGram.build(rows, len(checkpoint.vocabulary), [0, 2], 3)
    folder = replace(checkpoint, ngram=ngram).save(tmp_path / "model")
    tensors = safetensors.numpy.load_file(folder / MEMORY)
    tensors[name] = change(tensors[name])
    safetensors.numpy.save_file(tensors, folder / MEMORY)
    meta = json.loads((folder / META).read_text())
    del meta["sha256"]  # which whoever made the zip may leave out
    (folder / META).write_text(json.dumps(meta))
    path = tmp_path / "odd.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    refused(path, tmp_path, "memory.safetensors")
