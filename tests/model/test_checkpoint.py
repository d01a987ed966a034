"""A model as one folder: there and back, in three precisions, through crashes, and what is said of a damaged one."""

import hashlib
import json
import os
import re
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from headline.corpus.split import SeenHeadlines
from headline.corpus.vocabulary import Vocabulary
from headline.errors import CheckpointError
from headline.model import checkpoint
from headline.model.checkpoint import Checkpoint
from headline.model.ngrams.interpolated_ngram import interpolated
from headline.model.ngrams.ngram import NGram
from headline.model.storage import metadata
from headline.model.storage.checkpoint_files import CHECKPOINT_FILES, MEMORY, META, WEIGHTS, WORDS
from headline.model.storage.quantization import pack_weights, unpack_weights
from tests.tiny import CONFIGS, config_name, random_weights, vocabulary

PARTS = {
    "training": {"settings": {"recipe": "notebook"}, "history": [{"loss": 1.5}]},
    "metrics": {"test": {"perplexity": 12.5}},
    "corpus": {"files": ["a.csv"], "rows": 3},
    "provenance": {"name": "“Füße” में"},
    "licence": {"weights": "CC0"},
    "style": "title",
}


def made(config=CONFIGS[1], seed=0, **parts):
    marks = 4 if config.causal else 1
    known = vocabulary(config.recipe, ["NASA", "won't", "में", *(f"word{i}" for i in range(20 - marks))])
    return Checkpoint(config, known, random_weights(config, seed), **parts)


def same(one, other):
    weights = all(np.array_equal(one.weights[name], w) for name, w in other.weights.items())
    return weights and one.weights.keys() == other.weights.keys() and one.config == other.config


@pytest.mark.parametrize("config", CONFIGS, ids=config_name)
def test_save_and_load(tmp_path, config):
    before = made(config, **PARTS)
    assert before.save(tmp_path / "some" / "model") == tmp_path / "some" / "model"
    after = Checkpoint.load(str(tmp_path / "some" / "model"))
    assert same(before, after)
    assert {name: getattr(after, name) for name in PARTS} == PARTS
    assert after.vocabulary.written == before.vocabulary.written
    assert after.vocabulary.counts.tolist() == before.vocabulary.counts.tolist()
    assert after.vocabulary.tokenizer == before.vocabulary.tokenizer


def test_the_language_is_stored(tmp_path):
    known = vocabulary("autocomplete", ["İstanbul", "ılık"])
    turkish = Vocabulary(known.written, known.counts, "headline", language="tr-TR")
    config = replace(CONFIGS[1], vocab_size=len(turkish))
    after = Checkpoint.load(Checkpoint(config, turkish, random_weights(config)).save(tmp_path / "model"))
    assert after.language == "tr-TR" and after.vocabulary.itos[4:] == ["istanbul", "ılık"]


@pytest.mark.parametrize("small", [[], ["of", "with"]])
def test_the_small_words_of_a_list_are_stored(tmp_path, small):
    before = made()
    before.vocabulary.leave_small(small)
    after = Checkpoint.load(before.save(tmp_path / "model"))
    assert after.vocabulary.own_small_words == small
    assert after.vocabulary.tokenizer == before.vocabulary.tokenizer


@pytest.mark.parametrize("config", [CONFIGS[2], CONFIGS[4]], ids=config_name)
@pytest.mark.parametrize("precision", ["float16", "int8"])
@pytest.mark.filterwarnings("error")
def test_smaller_precisions_come_back_within_their_bounds(tmp_path, config, precision):
    before = made(config)
    before.weights["embedding"][3] = 0
    after = Checkpoint.load(before.save(tmp_path / "model", precision))
    for name, w in before.weights.items():
        if precision == "float16":
            bound = np.abs(w) * 2.0**-11 + 2.0**-25  # half a unit in the last of 11 bits, or of the smallest number
        elif w.ndim == 1:
            bound = np.zeros_like(w)
        else:
            largest = np.abs(w).max(axis=1 if name == "embedding" else 0, keepdims=True)
            bound = largest / 127 / 2 * 1.0001
        assert after.weights[name].dtype == np.float32
        assert (np.abs(after.weights[name] - w) <= bound).all()
    assert not after.weights["embedding"][3].any()
    assert json.loads((tmp_path / "model" / META).read_text())["precision"] == precision


def test_each_precision_takes_less_room():
    weights = {"embedding": np.ones((50, 40)), "softmax.bias": np.ones(50)}
    sizes = [sum(w.nbytes for w in pack_weights(weights, p).values()) for p in ("float32", "float16", "int8")]
    assert sizes == [8200, 4100, 2000 + 50 * 4 + 200]
    again = unpack_weights(pack_weights(weights, "int8"))
    assert {name: w.tolist() for name, w in again.items()} == {name: w.tolist() for name, w in weights.items()}


def test_the_folder_holds_text_and_tensors_and_nothing_pickled(tmp_path):
    folder = made(**PARTS).save(tmp_path / "model")
    assert sorted(p.name for p in folder.iterdir()) == [META, MEMORY, WORDS, WEIGHTS]
    assert "“Füße” में" in (folder / META).read_text(encoding="utf-8")
    assert "में\t" in (folder / WORDS).read_text(encoding="utf-8")
    data = (folder / WEIGHTS).read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert header.keys() - {"__metadata__"} == CONFIGS[1].shapes().keys()


def test_other_files_in_the_folder_survive(tmp_path):
    folder = made(seed=0).save(tmp_path / "model")
    (folder / "README.md").write_text("card")
    (folder / "pictures").mkdir()
    (folder / "pictures" / "loss.svg").write_text("<svg/>")
    newer = made(seed=1)
    newer.save(folder)
    assert same(Checkpoint.load(folder), newer)
    assert (folder / "README.md").read_text() == "card"
    assert (folder / "pictures" / "loss.svg").read_text() == "<svg/>"
    assert os.listdir(tmp_path) == ["model"]


def failing(at: int, error: BaseException, real=None):
    """A function whose call number `at` raises; the others do what the real one does."""
    calls = []

    def call(*args, **options):
        calls.append(args)
        if len(calls) == at:
            raise error
        return real(*args, **options) if real else None

    return call


@pytest.mark.parametrize(
    ("target", "name", "at"),
    [(metadata.json, "dumps", 1), (checkpoint, "write_tensors", 1), (os, "replace", 1), (os, "replace", 2)],
    ids=["settings", "weights", "first-rename", "second-rename"],
)
def test_a_save_that_fails_leaves_the_older_checkpoint_whole(tmp_path, monkeypatch, target, name, at):
    older = made(seed=0)
    folder = older.save(tmp_path / "model")
    (folder / "README.md").write_text("card")
    with monkeypatch.context() as patch:
        patch.setattr(target, name, failing(at, OSError("no room"), getattr(target, name)))
        with pytest.raises(OSError, match="no room"):
            made(seed=1).save(folder)
    assert (folder / META).is_file()  # before there is any need to mend
    assert same(Checkpoint.load(folder), older)
    assert (folder / "README.md").read_text() == "card"
    assert os.listdir(tmp_path) == ["model"]


def test_a_first_save_that_fails_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "write_tensors", failing(1, OSError("no room")))
    with pytest.raises(OSError, match="no room"):
        made().save(tmp_path / "model")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("then", ["load", "save"])
def test_a_crash_between_the_renames_is_mended(tmp_path, monkeypatch, then):
    older, newer = made(seed=0), made(seed=1)
    folder = older.save(tmp_path / "model")
    (folder / "README.md").write_text("card")
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing(2, KeyboardInterrupt(), os.replace))
        with pytest.raises(KeyboardInterrupt):
            newer.save(folder)
    assert not folder.exists()
    if then == "save":
        newer.save(folder)
    assert same(Checkpoint.load(folder), newer if then == "save" else older)
    assert (folder / "README.md").read_text() == "card"
    assert os.listdir(tmp_path) == ["model"]


def edit(change, keep_hash=False):
    """A change to the settings, by somebody who removes their hash, or does not."""

    def apply(folder):
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
        if not keep_hash:
            meta["sha256"].pop(META, None)
        (folder / META).write_text(json.dumps(change(meta)), encoding="utf-8")

    return apply


def size(**sizes):
    return edit(lambda meta: meta | {"model": meta["model"] | sizes})


def tensors(change):
    """A change to the tensors."""

    def apply(folder):
        weights = load_file(folder / WEIGHTS)
        change(weights)
        save_file(weights, folder / WEIGHTS)

    return apply


def data(name, change):
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes()))


DAMAGE = {
    "no settings": (lambda folder: (folder / META).unlink(), r"has no checkpoint\.json"),
    "no words": (lambda folder: (folder / WORDS).unlink(), r"has no vocabulary\.txt"),
    "no weights": (lambda folder: (folder / WEIGHTS).unlink(), r"has no weights\.safetensors"),
    "cut settings": (data(META, lambda old: old[: len(old) // 2]), r"checkpoint\.json in .* cannot be read"),
    "settings no text": (data(META, lambda old: b"\xff" + old), r"checkpoint\.json in .* cannot be read"),
    "settings a list": (data(META, lambda old: b"[1]"), "the file must be a JSON object; it is a list"),
    "another format": (edit(lambda meta: meta | {"format": 99}), "format 99; this program reads format 2 only"),
    "no format": (edit(lambda meta: {k: v for k, v in meta.items() if k != "format"}), "lacks format"),
    "no sizes": (edit(lambda meta: {k: v for k, v in meta.items() if k != "model"}), "lacks model"),
    "more settings": (size(heads=8), r"has an unknown field, model\.heads"),
    "a size too few": (edit(lambda meta: meta["model"].pop("units") and meta), r"lacks model\.units"),
    "no number": (size(vocab_size="many"), r"checkpoint\.json: vocab_size must be a whole number .* 'many'"),
    "null": (size(units=None), r"checkpoint\.json: units must be a whole number .* None"),
    "no layers": (size(layers=0), r"checkpoint\.json: layers must be a whole number"),
    "more words": (size(vocab_size=24), r"vocabulary\.txt has 23 words; checkpoint\.json says 24"),
    "fewer words": (data(WORDS, lambda old: old[: old.rindex(b"word")]), r"vocabulary\.txt has 22 words"),
    "words no text": (data(WORDS, lambda old: old + b"\xff\t1\n"), r"vocabulary\.txt is damaged"),
    "no counts": (data(WORDS, lambda old: old.replace(b"\t", b" ")), r"vocabulary\.txt is damaged"),
    "no marks": (data(WORDS, lambda old: old.replace(b"<s>", b"s")), r"vocabulary\.txt lacks <s> and </s>"),
    "wider": (size(units=8), r"lstm_0\.kernel has shape \(5, 28\), not \(5, 32\)"),
    "other recipe": (size(recipe="notebook"), r"a tensor that this network does not have, projection\.bias"),
    "tensor missing": (tensors(lambda w: w.pop("lstm_0.bias")), r"weights\.safetensors lacks lstm_0\.bias"),
    "tensor too many": (
        tensors(lambda w: w.update(extra=np.ones(2, np.float32))),
        "a tensor that this network does not have, extra",
    ),
    "turned": (tensors(lambda w: w.update(embedding=w["embedding"].T.copy())), r"embedding has shape \(5, 23\)"),
    "not a number": (tensors(lambda w: np.put(w["softmax.bias"], 3, np.nan)), r"softmax\.bias holds .* not finite"),
    "infinite": (tensors(lambda w: np.put(w["embedding"], 3, -np.inf)), r"embedding holds .* not finite"),
    "cut weights": (data(WEIGHTS, lambda old: old[:-9]), r"weights\.safetensors is damaged"),
    "empty weights": (data(WEIGHTS, lambda old: b""), r"weights\.safetensors is damaged"),
    "no scale": (tensors(lambda w: w.update(embedding=np.ones((23, 5), np.int8))), r"lacks embedding\.scale"),
}


@pytest.mark.parametrize(("damage", "told"), DAMAGE.values(), ids=DAMAGE)
def test_what_is_damaged_or_does_not_agree_is_named(tmp_path, damage, told):
    folder = made().save(tmp_path / "model")
    Checkpoint.load(folder)
    damage(folder)
    with pytest.raises(CheckpointError, match=told):
        Checkpoint.load(folder)


def test_no_folder_at_all(tmp_path):
    with pytest.raises(CheckpointError, match=r"nowhere is not a checkpoint: it has no checkpoint\.json"):
        Checkpoint.load(tmp_path / "nowhere")


def test_what_does_not_agree_is_not_written_over_what_does(tmp_path):
    older = made(seed=0)
    folder = older.save(tmp_path / "model")
    broken = made(seed=1)
    broken.weights["softmax.bias"][0] = np.nan
    with pytest.raises(CheckpointError, match="not finite"):
        broken.save(folder)
    with pytest.raises(CheckpointError, match="23 words"):
        replace(older, config=replace(older.config, vocab_size=5)).save(folder)
    assert same(Checkpoint.load(folder), older)


def remembering(seed: int = 0) -> Checkpoint:
    """With n-grams, headlines seen, and a mixture."""
    plain = made(seed=seed)
    rows = [[2, *np.random.default_rng(n).integers(4, 23, 4), 3] for n in range(20)]
    ngram = NGram.build(rows, len(plain.vocabulary), [0, 2])
    seen = SeenHeadlines.of(["One headline", "Another"])
    return replace(plain, ngram=ngram, lstm_weight=0.75, temperature=1.1, seen=seen)


def test_what_was_said_word_for_word_comes_back(tmp_path):
    before = remembering()
    after = Checkpoint.load(before.save(tmp_path / "model", "int8"))
    assert (after.lstm_weight, after.temperature) == (0.75, 1.1)
    assert "ONE headline!" in after.seen and "A third" not in after.seen
    stored = before.stored_as("int8")
    for context in ([2], [2, 5], [7, 7, 7]):
        np.testing.assert_array_equal(after.ngram.next_word(context), stored.ngram.next_word(context))


def test_interpolated_ngrams_come_back_and_their_damage_is_named(tmp_path):
    before = remembering()
    other = NGram.build([[2, 5, 6, 3]] * 3, len(before.vocabulary), [0, 2])
    before = replace(before, ngram=interpolated([before.ngram, other], [0.75, 0.25]))
    folder = before.save(tmp_path / "model")
    after = Checkpoint.load(folder).ngram
    assert after.weights == [0.75, 0.25]
    for context in ([2], [2, 5], [7, 7, 7]):
        np.testing.assert_allclose(after.next_word(context), before.ngram.next_word(context), atol=1e-3)
    stored = load_file(folder / "memory.safetensors")
    for damage in (
        {"weights": np.array([0.9, 0.9], dtype=np.float32)},
        {"weights": np.ones(100_000, dtype=np.float32)},
        {"2:unigrams": stored["unigrams"]},
        {"1:2.words": stored["1:2.words"][:-1]},
        {"1:unigrams": stored["1:unigrams"][:-1]},
    ):
        save_file(stored | damage, folder / "memory.safetensors")
        with pytest.raises(CheckpointError, match=r"memory\.safetensors"):
            Checkpoint.load(folder)


def test_format_1_is_refused(tmp_path):
    folder = made().save(tmp_path / "model")
    edit(lambda meta: meta | {"format": 1})(folder)
    with pytest.raises(CheckpointError, match=r"checkpoint\.json has format 1; this program reads format 2 only"):
        Checkpoint.load(folder)


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda stored: stored | {"3.words": stored["3.words"][:-1]}, r"3\.shares .* its length must be"),
        (lambda stored: {k: t for k, t in stored.items() if k != "unigrams"}, "lacks unigrams"),
        (lambda stored: stored | {"unigrams": np.ones(22, np.float32)}, r"unigrams .* its length must be 23"),
        (lambda stored: stored | {"unigrams": np.full(23, np.inf, np.float32)}, "unigrams holds values that are not"),
        (lambda stored: stored | {"2.left": np.full_like(stored["2.left"], np.nan)}, r"2\.left holds values"),
        (lambda stored: stored | {"2.shares": stored["2.shares"] * 0 - 1}, r"2\.shares holds values"),
        (lambda stored: stored | {"2.words": stored["2.words"].astype(np.int8)}, r"2\.words has type I8"),
        (lambda stored: stored | {"2.words": np.full_like(stored["2.words"], 23)}, "not in the vocabulary"),
        (lambda stored: stored | {"2.words": stored["2.words"][::-1].copy()}, "not sorted"),
        (lambda stored: stored | {"2.children": stored["2.children"] + np.uint8(1)}, "do not agree in number"),
        (lambda stored: stored | {"seen": np.ones((2, 2), np.uint32)}, "seen has type U32"),
        (lambda stored: stored | {"9.words": np.ones(3, np.uint8)}, r"does not belong there, 9\.words"),
    ],
)
def test_damaged_ngrams_are_refused(tmp_path, spoil, message):
    folder = remembering().save(tmp_path / "model")
    save_file(spoil(load_file(folder / MEMORY)), folder / MEMORY)
    with pytest.raises(CheckpointError, match=message):
        Checkpoint.load(folder)
    (folder / MEMORY).write_bytes(b"no tensors")
    with pytest.raises(CheckpointError, match=f"{MEMORY} is damaged"):
        Checkpoint.load(folder)


@pytest.mark.parametrize("parts", [{"lstm_weight": 1.2}, {"temperature": 0.0}, {"lstm_weight": float("nan")}])
def test_a_mixture_that_cannot_be_is_refused(parts):
    with pytest.raises(CheckpointError, match="must be a number from 0"):
        replace(remembering(), **parts).verify()


def test_a_saved_checkpoint_has_the_hash_of_every_file(tmp_path):
    folder = remembering().save(tmp_path / "model")
    stored = json.loads((folder / META).read_text(encoding="utf-8"))["sha256"]
    assert sorted(stored) == sorted(CHECKPOINT_FILES)
    for name in (MEMORY, WEIGHTS, WORDS):
        assert stored[name] == hashlib.sha256((folder / name).read_bytes()).hexdigest()


@pytest.mark.parametrize("name", CHECKPOINT_FILES)
def test_a_flipped_bit_is_told_by_the_name_of_its_file(tmp_path, name):
    folder = remembering().save(tmp_path / "model")
    whole = (folder / name).read_bytes()
    rng = np.random.default_rng(0)
    for bit in rng.choice(8 * len(whole), 150, replace=False).tolist():
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        (folder / name).write_bytes(flipped)
        if name == META and means_the_same(flipped, whole):
            continue  # such as another kind of space
        with pytest.raises(CheckpointError, match=re.escape(name)):
            Checkpoint.load(folder)
    (folder / name).write_bytes(whole)
    Checkpoint.load(folder)


def means_the_same(one: bytes, other: bytes) -> bool:
    try:
        return json.loads(one) == json.loads(other)
    except ValueError:
        return False


def test_a_checkpoint_without_hashes_is_read_as_it_is(tmp_path):
    before = remembering()
    folder = before.save(tmp_path / "model")
    edit(lambda meta: {k: v for k, v in meta.items() if k != "sha256"})(folder)
    data(WORDS, lambda old: old.replace(b"word7", b"word_"))(folder)
    assert same(Checkpoint.load(folder), before)


def test_settings_that_were_edited_are_refused_and_the_way_out_works(tmp_path):
    folder = made().save(tmp_path / "model")
    edit(lambda meta: meta | {"style": "upper"}, keep_hash=True)(folder)
    with pytest.raises(CheckpointError, match=r"edited: .* remove “checkpoint\.json” from its field “sha256”\."):
        Checkpoint.load(folder)
    edit(lambda meta: meta)(folder)
    assert Checkpoint.load(folder).style == "upper"


def test_a_file_of_which_only_the_hash_is_there_is_missing(tmp_path):
    folder = remembering().save(tmp_path / "model")
    (folder / MEMORY).unlink()  # a checkpoint may be without it, but this one was saved with it
    with pytest.raises(CheckpointError, match=r"memory\.safetensors cannot be read"):
        Checkpoint.load(folder)


@pytest.mark.parametrize("wrong", [[], {"a.txt": "0" * 64}, {WORDS: "0" * 63}, {WORDS: "G" * 64}, {WORDS: 0}, None])
def test_hashes_of_a_wrong_form_are_refused(tmp_path, wrong):
    folder = made().save(tmp_path / "model")
    edit(lambda meta: meta | {"sha256": wrong})(folder)
    with pytest.raises(CheckpointError, match="sha256 must be an object"):
        Checkpoint.load(folder)


def test_tensors_that_share_their_bytes_are_refused(tmp_path):
    """Two names for one place in the file: more numbers than bytes."""
    folder = made(CONFIGS[0]).save(tmp_path / "model")
    stored = (folder / WEIGHTS).read_bytes()
    length = int.from_bytes(stored[:8], "little")
    header = json.loads(stored[8 : 8 + length])
    assert header["lstm_0.kernel"]["shape"] == header["lstm_0.recurrent_kernel"]["shape"]
    header["lstm_0.kernel"]["data_offsets"] = header["lstm_0.recurrent_kernel"]["data_offsets"]
    text = json.dumps(header).encode()
    (folder / WEIGHTS).write_bytes(len(text).to_bytes(8, "little") + text + stored[8 + length :])
    with pytest.raises(CheckpointError, match=r"weights\.safetensors is damaged"):
        Checkpoint.load(folder)
