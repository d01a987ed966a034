"""Models from anybody: whatever was changed in one, it is loaded whole, and suggests, or it is refused by a sentence."""

import io
import json
import os
import stat
import tempfile
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headline.corpus.split import SeenHeadlines
from headline.errors import ArchiveError, CheckpointError
from headline.model.checkpoint import Checkpoint
from headline.model.ngrams.ngram import NGram
from headline.model.storage.checkpoint_files import CHECKPOINT_FILES, META
from headline.model.storage.hashes import FIELD
from headline.share.archive import unpack
from tests import tiny
from tests.properties.changes import damaged, with_another_value

RECIPES = ("autocomplete", "notebook")
PRECISIONS = ("float32", "float16", "int8", "mixed", "int4")
Files = dict[str, bytes]  # of a checkpoint, by name


@cache
def model(recipe: str, precision: str) -> Files:
    """The files of a small model with n-grams, headlines seen, and descriptions."""
    plain = tiny.random_checkpoint(recipe)
    described = replace(
        plain,
        training={"settings": {"recipe": recipe, "units": 7}, "history": [{"epoch": 1, "loss": 2.5}]},
        metrics={"test": {"perplexity": 12.5, "top5": None}},
        corpus={"files": ["a.csv"], "kept": 3},
        provenance={"name": "tiny", "seconds": 1.5},
        licence={"weights": "CC0-1.0", "data": [{"name": "made up"}]},
        seen=SeenHeadlines.of(["the government says"]),
    )
    if recipe == "autocomplete":
        rows = [[2, *np.random.default_rng(n).integers(4, len(plain.vocabulary), 4), 3] for n in range(20)]
        described = replace(described, ngram=NGram.build(rows, len(plain.vocabulary), [0, 2]), lstm_weight=0.7)
    with tempfile.TemporaryDirectory() as folder:
        described.save(Path(folder) / "model", precision)
        return {path.name: path.read_bytes() for path in (Path(folder) / "model").iterdir()}


def without_hashes(files: Files) -> Files:
    """What somebody hands over who can compute hashes too: every other check has to find the change."""
    meta = json.loads(files[META])
    del meta[FIELD]
    return files | {META: json.dumps(meta).encode()}


models = st.builds(model, st.sampled_from(RECIPES), st.sampled_from(PRECISIONS))
unhashed_models = models.map(without_hashes)


def loaded(files: Files) -> Checkpoint | None:
    """The checkpoint in a folder of these files, None if it is refused by a sentence."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        try:
            return Checkpoint.load(folder)
        except CheckpointError as error:
            assert str(error) and len(str(error)) < 2_000
            return None


def check_usable(checkpoint: Checkpoint) -> None:
    """Whatever is loaded answers, and can be saved again."""
    for text in ("", "the ", "the gov", "NASA won't "):
        for suggestion in tiny.suggester(checkpoint).suggest(text, 3):
            assert 0 <= suggestion.probability <= 1.0001
    with tempfile.TemporaryDirectory() as folder:
        again = Checkpoint.load(checkpoint.save(Path(folder) / "again"))
    assert all(np.array_equal(again.weights[name], w) for name, w in checkpoint.weights.items())


@given(st.data(), models, st.sampled_from(CHECKPOINT_FILES))
def test_a_damaged_file_is_found_by_its_hash(data, files, name):
    changed = files | {name: data.draw(damaged(files[name]))}
    checkpoint = loaded(changed)
    if name != META and changed[name] != files[name]:
        assert checkpoint is None
    elif checkpoint:
        check_usable(checkpoint)


@given(st.data(), unhashed_models, st.sampled_from(CHECKPOINT_FILES))
def test_any_bytes_load_and_suggest_or_are_refused(data, files, name):
    checkpoint = loaded(files | {name: data.draw(damaged(files[name]))})
    if checkpoint:
        check_usable(checkpoint)


@given(st.data(), unhashed_models)
def test_any_value_of_checkpoint_json_loads_and_suggests_or_is_refused(data, files):
    meta = data.draw(with_another_value(json.loads(files[META])))
    checkpoint = loaded(files | {META: json.dumps(meta).encode("utf-8", "surrogatepass")})
    if checkpoint:
        check_usable(checkpoint)


# Where an entry of a zip might end up if its name were believed.
HOSTILE = st.sampled_from(
    ["../evil", "../../evil", "/tmp/evil", "a/../../evil", "..\\evil", "C:\\evil", "evil", "x" * 300, "con", ".", ""]
)
prefixes = st.sampled_from(["", "model/", "../", "/", "a/b/../../../", "./", "..\\"])


@st.composite
def zips(draw) -> bytes:
    """A model's zip, perhaps with entries that have no place in it: other names, links, folders, files twice."""
    files = draw(models)
    prefix = draw(prefixes)
    written = io.BytesIO()
    method = draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
    with zipfile.ZipFile(written, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(prefix + name), data, method)  # without the time of day
        for name in draw(st.lists(HOSTILE | st.sampled_from(CHECKPOINT_FILES), max_size=3, unique=True)):
            entry = zipfile.ZipInfo(draw(prefixes) + name)
            kind = draw(st.sampled_from([stat.S_IFREG, stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO]))
            entry.external_attr = (kind | 0o777) << 16
            if entry.filename not in archive.namelist():
                archive.writestr(entry, draw(st.sampled_from([b"/etc/passwd", b"../../evil", b""])))
    return written.getvalue()


def check_unpacked(data: bytes) -> None:
    """A zip becomes one folder with a whole model and plain files, or leaves nothing behind."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "brought.zip").write_bytes(data)
        runs = Path(folder) / "inner" / "runs"
        runs.mkdir(parents=True)
        try:
            unpacked = unpack(Path(folder) / "brought.zip", runs)
        except ArchiveError as error:
            assert str(error).startswith("brought.zip ") and folder not in str(error)
            assert os.listdir(runs) == []
        else:
            check_usable(Checkpoint.load(unpacked))
            assert os.listdir(runs) == [unpacked.name]
            assert all(stat.S_ISREG(path.lstat().st_mode) for path in unpacked.iterdir())
        assert sorted(os.listdir(folder)) == ["brought.zip", "inner"] and os.listdir(runs.parent) == ["runs"]


@given(zips())
def test_a_zip_is_unpacked_whole_into_its_own_folder_or_leaves_nothing(data):
    check_unpacked(data)


@given(st.data(), zips())
def test_a_damaged_zip_is_unpacked_whole_or_leaves_nothing(data, archive):
    check_unpacked(data.draw(damaged(archive)))
