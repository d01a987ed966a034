"""The network in other formats, loaded again and held to the NumPy one; and the command that writes them."""

import json
import sys

import numpy as np
import pytest

from headline.cli import main
from headline.corpus.sequences import pad_left
from headline.errors import ExportError
from headline.model.checkpoint import Checkpoint
from headline.model.network import Network, log_softmax
from headline.paths import BUNDLED_MODEL
from headline.share import export as module
from headline.share.export import FORMATS, export
from tests.tiny import CONFIGS, config_name, random_checkpoint, random_weights, vocabulary

# The largest difference of a logit, a probability, or a number of a state: about ten times what was seen.
TOLERANCE = 1e-5
TOLERANCE_BUNDLED = 1e-4  # whose sums are of hundreds of numbers
WORDS = 12  # longer than every row of the tiny configurations


def checkpoint_of(config, temperature=1.3) -> Checkpoint:
    marks = len(vocabulary(config.recipe, ()))
    words = vocabulary(config.recipe, [f"word{i}" for i in range(config.vocab_size - marks)])
    return Checkpoint(config, words, random_weights(config), temperature=temperature)


def onnx_step(path):
    """(ids, states) -> every output by its name."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return lambda ids, states: dict(zip(names, session.run(None, {"ids": ids} | states), strict=True))


def tflite_step(path):
    run = interpreter(path).get_signature_runner()
    return lambda ids, states: run(ids=ids, **states)


def interpreter(path):
    import tensorflow as tf

    return tf.lite.Interpreter(str(path))


def read(step, config, rows):
    """Every output after each column of ids (B, n), the state carried on from zeros."""
    states = {name: np.zeros((len(rows), config.units), np.float32) for name in config.state_names}
    outputs = []
    for ids in rows.T:
        outputs.append(step(np.ascontiguousarray(ids, np.int64), states))
        states = {name: outputs[-1][f"next_{name}"] for name in states}
    return outputs


def close(got, expected, tolerance=TOLERANCE):
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance)


def check_steps(step, checkpoint, rows, tolerance=TOLERANCE):
    """A step format against the NumPy network on rows of words (B, n), for every number of words up to n."""
    config = checkpoint.config
    network = Network(config, checkpoint.weights)
    if config.causal:
        outputs = read(step, config, rows)
    else:  # each number of words is a padded row of its own
        padded = (np.stack([pad_left(row[:n], config.block_size - 1) for row in rows]) for n in range(1, 1 + WORDS))
        outputs = [read(step, config, ids)[-1] for ids in padded]
    for n, output in enumerate(outputs, 1):
        state = network.read(rows[:, :n])
        logits = network.logits(state)
        close(output["logits"], logits, tolerance)
        probabilities = np.exp(log_softmax(logits / np.float32(checkpoint.temperature)))
        close(output["probabilities"], probabilities, tolerance)
        lane = 0 if config.causal else network.lanes - 1 - state.ids.shape[1]
        for i in range(config.layers):
            close(output[f"next_h_{i}"], state.h[i][:, lane], tolerance)
            close(output[f"next_c_{i}"], state.c[i][:, lane], tolerance)


def rows_for(config, batch=3):
    return np.random.default_rng(1).integers(1, config.vocab_size, (batch, WORDS))


@pytest.mark.parametrize("config", CONFIGS, ids=config_name)
def test_onnx_equals_the_numpy_network_step_by_step(config, tmp_path):
    checkpoint = checkpoint_of(config)
    assert export(checkpoint, tmp_path / "m.onnx") == [tmp_path / "m.onnx"]
    step = onnx_step(tmp_path / "m.onnx")
    for batch in (1, 3):
        check_steps(step, checkpoint, rows_for(config, batch))


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated")  # it still is what TensorFlow comes with
@pytest.mark.parametrize("config", [CONFIGS[i] for i in (0, 2, 4, 5)], ids=config_name)
def test_tflite_equals_the_numpy_network_step_by_step(config, tmp_path):
    checkpoint = checkpoint_of(config)
    export(checkpoint, tmp_path / "m.tflite")
    step = tflite_step(tmp_path / "m.tflite")
    for batch in (1, 3):
        check_steps(step, checkpoint, rows_for(config, batch))


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated")
def test_tflite_needs_only_what_every_runtime_has(tmp_path):
    export(random_checkpoint(), tmp_path / "m.tflite")
    operations = {o["op_name"] for o in interpreter(tmp_path / "m.tflite")._get_ops_details()} - {"DELEGATE"}
    builtin = {"GATHER", "FULLY_CONNECTED", "ADD", "SPLIT", "LOGISTIC", "TANH", "MUL", "DIV", "SOFTMAX"}
    assert {"GATHER", "FULLY_CONNECTED", "LOGISTIC"} <= operations <= builtin


@pytest.mark.parametrize("config", CONFIGS, ids=config_name)
def test_keras_loads_again_and_equals_the_numpy_network(config, tmp_path):
    import keras

    import headline.model  # noqa: F401  (registers the layers that are ours)

    checkpoint = checkpoint_of(config)
    export(checkpoint, tmp_path / "m.keras")
    model = keras.saving.load_model(tmp_path / "m.keras")
    network = Network(config, checkpoint.weights)
    rows = rows_for(config)
    if config.causal:
        got = np.asarray(model(rows))  # (B, T, V)
        for n in range(1, 1 + WORDS):
            close(got[:, n - 1], network.logits(network.read(rows[:, :n])))
    else:
        for n in range(1, 1 + WORDS):
            got = np.asarray(model(np.stack([pad_left(row[:n], config.block_size - 1) for row in rows])))
            close(got, np.exp(log_softmax(network.logits(network.read(rows[:, :n])))))


def test_the_words_shared_by_both_ends_of_the_network_are_stored_once(tmp_path):
    checkpoint = random_checkpoint(words=[f"w{i}" for i in range(5000)])
    embedding = checkpoint.weights["embedding"].nbytes
    for name in ("m.onnx", "m.tflite"):
        export(checkpoint, tmp_path / name)
        assert (tmp_path / name).stat().st_size < 2 * embedding


@pytest.mark.parametrize("recipe", ["autocomplete", "notebook"])
def test_onnx_tells_its_words_name_licence_and_source(recipe, tmp_path):
    import onnx

    checkpoint = random_checkpoint(recipe)
    checkpoint.provenance.update(name="Zeitung – “a”")
    checkpoint.licence.update(weights="CC0-1.0", data=[{"name": "ours"}])
    export(checkpoint, tmp_path / "m.onnx")
    model = onnx.load(tmp_path / "m.onnx")
    told = {entry.key: entry.value for entry in model.metadata_props}
    assert told["vocabulary"].split("\n") == checkpoint.vocabulary.written
    assert (told["name"], told["licence"]) == ("Zeitung – “a”", "CC0-1.0")
    assert json.loads(told["source"])["on"] == [{"name": "ours"}]
    assert float(told["temperature"]) == checkpoint.temperature
    assert ("2 begins a headline" in told["ids"]) == (recipe == "autocomplete")
    assert ("give 7 ids" in told["ids"]) == (recipe == "notebook")
    assert [i.name for i in model.graph.input] == ["ids", "h_0", "c_0"]
    assert [o.name for o in model.graph.output] == ["logits", "probabilities", "next_h_0", "next_c_0"]


@pytest.mark.parametrize("kind", ["keras", "tflite"])
def test_the_others_have_the_same_beside_them(kind, tmp_path):
    checkpoint = random_checkpoint("notebook")
    written = export(checkpoint, tmp_path / f"m.{kind}")
    assert written == [tmp_path / f"m.{kind}", tmp_path / f"m.{kind}.json"]
    told = json.loads(written[1].read_text(encoding="utf-8"))
    assert told["vocabulary"] == checkpoint.vocabulary.written
    assert told["licence"] == "not stated"
    assert ("padded with 0 on the left" in told["ids"]) == (kind == "keras")


def test_a_failed_export_leaves_the_older_file_whole(tmp_path, monkeypatch):
    def fails(checkpoint, path):
        path.write_bytes(b"half")
        raise OSError("no space left")

    monkeypatch.setitem(FORMATS, "onnx", fails)
    (tmp_path / "m.onnx").write_bytes(b"older")
    with pytest.raises(OSError, match="no space left"):
        export(random_checkpoint(), tmp_path / "m.onnx")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"older"]


def test_a_model_beyond_two_gigabytes_is_refused_where_a_file_cannot_hold_it(tmp_path, monkeypatch):
    checkpoint = random_checkpoint()
    monkeypatch.setattr(module, "_LARGEST", 4 * checkpoint.config.parameters)
    for kind in ("onnx", "tflite"):
        with pytest.raises(ExportError, match=f"too large for {kind}.*as keras"):
            export(checkpoint, tmp_path / f"m.{kind}")
    export(checkpoint, tmp_path / "m.keras")


def test_the_command_writes_the_bundled_model_by_default(capsys, tmp_path):
    out = tmp_path / "made" / "bundled.onnx"
    assert main(["export", "--format", "onnx", "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}  {out.stat().st_size / 1e6:.1f} MB\n"
    checkpoint = Checkpoint.load(BUNDLED_MODEL)
    rows = np.array([checkpoint.vocabulary.encode("the prime minister says")])
    check_steps(onnx_step(out), checkpoint, rows, TOLERANCE_BUNDLED)


def test_the_command_takes_a_model_and_the_format_from_the_name(capsys, tmp_path):
    model = random_checkpoint("notebook").save(tmp_path / "model")
    out = tmp_path / "m.keras"
    assert main(["export", str(model), "--out", str(out)]) == 0
    assert [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()] == [str(out), f"{out}.json"]
    assert out.is_file()


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["MODEL", "--out", "m.pb"], "must be one of onnx, keras, tflite"),
        (["MODEL", "--out", "model"], "by the end of model"),
        (["MODEL", "--format", "torch", "--out", "m.onnx"], "must be one of onnx, keras, tflite"),
        (["MODEL", "--format", "keras", "--out", "m.onnx"], "must end in .keras"),
        (["MODEL", "--out", "folder.onnx"], "folder.onnx is a folder"),
        (["nowhere", "--out", "m.onnx"], "nowhere is not a checkpoint"),
    ],
)
def test_what_cannot_be_exported_is_told_in_one_line(capsys, tmp_path, monkeypatch, arguments, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.onnx").mkdir()
    random_checkpoint().save(tmp_path / "MODEL")
    before = set(tmp_path.iterdir())
    assert main(["export", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("headline: ") and said.err.count("\n") == 1 and told in said.err
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("kind, package", [("onnx", "onnx"), ("tflite", "tensorflow")])
def test_a_package_that_is_missing_is_named(capsys, tmp_path, monkeypatch, kind, package):
    model = random_checkpoint().save(tmp_path / "model")
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, "headline.share.onnx_export", raising=False)  # or it has the package already
    assert main(["export", str(model), "--out", str(tmp_path / f"m.{kind}")]) == 2
    said = capsys.readouterr().err
    assert said == f"headline: To write {kind} files the package {package} is needed: pip install {package}.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
