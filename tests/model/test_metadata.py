"""checkpoint.json and vocabulary.txt from anybody: every field is checked, and only CheckpointError is raised."""

import contextlib
import copy
import json
import random
from pathlib import Path

import pytest

from headline.errors import CheckpointError
from headline.model.checkpoint import Checkpoint
from headline.model.storage.checkpoint_files import META, WEIGHTS, WORDS
from headline.model.storage.metadata import DESCRIPTIONS, MAX_DEPTH, MAX_ITEMS, MAX_TEXT, Metadata, within_bounds
from headline.paths import BUNDLED_MODEL
from tests.tiny import random_checkpoint

STORED = json.loads((BUNDLED_MODEL / META).read_text(encoding="utf-8")) | {
    "style": "title",
    "language": "en-GB",
    "small_words": ["of", "with"],
}
HUGE = 10**400
WRONG = [
    None,
    True,
    -1,
    HUGE,
    -HUGE,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "x" * (MAX_TEXT + 1),
    "\ud800",
    [],
    [[]],
    {},
    {"a": {}},
    [1] * (MAX_ITEMS + 1),
    {str(i): i for i in range(MAX_ITEMS + 1)},
    b"bytes",
]


def nested(depth: int) -> list:
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


def paths(value: object, path: tuple = ()) -> list[tuple]:
    """The path of every field, in objects and lists within each other too."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [inner for key, part in parts for inner in paths(part, (*path, key))]


def changed(path: tuple, value: object) -> dict:
    stored = copy.deepcopy(STORED)
    place = stored
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return stored


def test_what_is_written_is_what_was_read():
    assert Metadata.from_dict(STORED).as_dict() == STORED


def test_style_language_and_small_words_have_defaults():
    older = {name: value for name, value in STORED.items() if name not in ("style", "language", "small_words")}
    metadata = Metadata.from_dict(older)
    assert (metadata.style, metadata.language, metadata.small_words) == ("sentence", "en", None)
    assert "small_words" not in metadata.as_dict()


@pytest.mark.parametrize("value", [[""], ["of", "of"], ["x" * 101], [3], ["of"] * 10_001, ["\ud800"], "of"])
def test_wrong_small_words_are_refused(value):
    with pytest.raises(CheckpointError, match="small_words"):
        Metadata.from_dict(changed(("small_words",), value))


@pytest.mark.parametrize("seed", range(20))
def test_any_field_with_any_wrong_value_is_read_or_refused(seed):
    rng = random.Random(seed)
    for path in paths(STORED):
        value = rng.choice([*WRONG, nested(MAX_DEPTH), nested(500)])
        try:
            Metadata.from_dict(changed(path, value))
        except CheckpointError as error:
            assert len(str(error)) < 300


@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:20] if value not in (HUGE, -HUGE) else "huge")
@pytest.mark.parametrize(
    "path", ["format", "model", "tokenizer", "precision", "style", "language", "small_words", "mixture", "corpus"]
)
def test_a_wrong_value_of_these_fields_is_refused(path, value):
    if path in ("mixture", "corpus") and isinstance(value, dict) and len(value) < 2 and value != {"a": {}}:
        return  # empty objects are allowed
    if path == "small_words" and value in (None, []):
        return  # a list without any, and one that has not learnt them
    if path == "corpus" and value == {"a": {}}:
        return  # an unknown field of a description is kept
    with pytest.raises(CheckpointError):
        Metadata.from_dict(changed((path,), value))


@pytest.mark.parametrize("field", list(STORED["model"]))
@pytest.mark.parametrize("value", [None, True, -1, HUGE, 2**31, "9", [], {}, float("nan"), 1.5])
def test_a_wrong_size_is_refused(field, value):
    with pytest.raises(CheckpointError):
        Metadata.from_dict(changed(("model", field), value))


def test_sizes_that_are_too_large_together_are_refused():
    with pytest.raises(CheckpointError, match=r"more than .* parameters"):
        Metadata.from_dict(STORED | {"model": STORED["model"] | {"vocab_size": 2_000_000, "embedding_size": 8_192}})


@pytest.mark.parametrize(
    "mixture", [[1, 2], {"lstm_weight": "1"}, {"temperature": [1]}, {"lstm_weight": True}, {"a": 1}]
)
def test_a_mixture_of_a_wrong_shape_is_refused(mixture):
    with pytest.raises(CheckpointError, match=r"mixture|lstm_weight|temperature"):
        Metadata.from_dict(STORED | {"mixture": mixture})


@pytest.mark.parametrize(
    "language", ["e", "english-", "en_GB", "en GB", "en-" + "a" * 9, "en" + "-abcdefgh" * 4, "日本"]
)
def test_a_language_that_is_no_tag_is_refused(language):
    with pytest.raises(CheckpointError, match="language must be a language tag"):
        Metadata.from_dict(STORED | {"language": language})


def test_unknown_fields_are_refused_at_the_top_and_kept_in_descriptions():
    with pytest.raises(CheckpointError, match="unknown field, weights"):
        Metadata.from_dict(STORED | {"weights": 1})
    for name in DESCRIPTIONS:
        kept = Metadata.from_dict(STORED | {name: {"new": [1, "a", None]}})
        assert getattr(kept, name) == {"new": [1, "a", None]}


def test_a_description_is_cut_before_it_is_stored():
    cut = within_bounds({"name": "x" * 9_999, "loss": float("nan"), "files": ["a"] * (MAX_ITEMS + 1), "half": "\ud800"})
    assert len(cut["name"]) == MAX_TEXT and cut["loss"] is None and len(cut["files"]) == MAX_ITEMS
    Metadata.from_dict(STORED | {"provenance": {"name": cut["name"]}, "corpus": {"files": cut["files"]}})


@pytest.mark.parametrize(
    "text", ["", "nul", '{"format": NaN}', "[" * 100_000, '{"format": 2' + "0" * 9_999 + "}", "\x00"]
)
def test_text_that_is_no_metadata_is_refused(tmp_path, text):
    (tmp_path / META).write_text(text)
    with pytest.raises(CheckpointError):
        Metadata.read(tmp_path)


def saved(tmp_path: Path) -> Path:
    return random_checkpoint().save(tmp_path / "model")


@pytest.mark.parametrize(
    "line",
    ["word", "word\t", "word\t-1", "word\t1.5", "word\t٣", "word\t" + "9" * 16, "\t1", "x" * 10_001 + "\t1", "the\t1"],
)
def test_a_line_of_the_vocabulary_that_cannot_be_is_refused(tmp_path, line):
    folder = saved(tmp_path)
    lines = (folder / WORDS).read_text(encoding="utf-8").splitlines()
    (folder / WORDS).write_text("\n".join([*lines[:-1], line]) + "\n", encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"vocabulary\.txt"):
        Checkpoint.load(folder)


def header_of(folder: Path) -> tuple[dict, bytes]:
    data = (folder / WEIGHTS).read_bytes()
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]), data[8 + length :]


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F64"},
        {"dtype": "BF16"},
        {"dtype": ["F32"]},
        {"dtype": None},
        {"shape": None},
        {"shape": [2**62, 2**62]},
        {"shape": [-16, -5]},
        {"shape": [16.0, 5.0]},
        {"shape": [True, 80]},
        {"shape": [80]},
        {"shape": [4, 4, 5]},
        {"data_offsets": [0, 2**63]},
        {"data_offsets": [-4, 0]},
        {"data_offsets": "0"},
    ],
    ids=str,
)
def test_a_header_that_does_not_agree_with_its_file_is_refused(tmp_path, entry):
    folder = saved(tmp_path)
    header, tensors = header_of(folder)
    header["embedding"] |= entry
    text = json.dumps(header).encode()
    (folder / WEIGHTS).write_bytes(len(text).to_bytes(8, "little") + text + tensors)
    with pytest.raises(CheckpointError, match=r"weights\.safetensors"):
        Checkpoint.load(folder)


@pytest.mark.parametrize("seed", range(10))
def test_a_flipped_byte_is_read_or_refused(tmp_path, seed):
    rng = random.Random(seed)
    folder = saved(tmp_path)
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for _ in range(10):
            spoilt = bytearray(whole)
            spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
            path.write_bytes(spoilt)
            with contextlib.suppress(CheckpointError):
                Checkpoint.load(folder)
        path.write_bytes(whole)
