"""Knowledge distillation: what teachers expect, and a network that learns it."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from headline.cli import main
from headline.corpus.report import Corpus
from headline.errors import SettingError
from headline.model.checkpoint import Checkpoint
from headline.model.language_model import LanguageModel
from headline.training.distillation import teachers as module
from headline.training.distillation.teachers import NotTaught, Teachers
from headline.training.network.candidate_nats import CandidateNats
from headline.training.network.keras_model import TiedEmbedding
from headline.training.options import RunOptions
from headline.training.settings import RECIPES
from headline.training.train import train
from tests.tiny import WORDS, headlines, random_checkpoint, vocabulary

TINY = RECIPES["autocomplete"].changed(
    min_count=1, embedding_size=8, units=12, batch_size=16, validation=0.1, test=0.0, patience=0, epochs=3
)


def softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def expected(taught, row: int, width: int, size: int) -> np.ndarray:
    """What the teachers expect at each place of a row: (T, V)."""
    given = taught.inputs(np.array([row]), width, np.arange(size))
    vectors, table = (given[name].astype(np.float64) for name in ("taught", "teachers_rows"))
    return softmax(vectors[0] @ table.T + given["teachers_bias"])


def test_a_single_teacher_expects_what_its_model_does():
    model = replace(random_checkpoint(seed=3), temperature=1.3)
    rows = [[2, 5, 7, 4, 3], [2, 9, 3], [2, 6, 6, 8, 11, 4, 3]]
    taught = Teachers([model], model.vocabulary).read(rows)
    size = len(model.vocabulary)
    network = LanguageModel(model)
    for number, row in enumerate(rows):
        wanted = [network.network_probabilities(network.network.output(state))[0] for state in _states(network, row)]
        assert expected(taught, number, len(row) - 1, size) == pytest.approx(np.array(wanted), abs=3e-3)
    assert not taught.inputs(np.array([1]), 6, np.arange(size))["taught"][0, 2:].any()  # padding


def _states(model: LanguageModel, row: list[int]):
    state = model.network.start()
    for token in row[:-1]:
        state = model.network.step(state, np.array([token]))
        yield state


def test_the_mean_of_several_is_that_of_their_logits():
    models = [random_checkpoint(seed=seed) for seed in (1, 2)]
    rows, size = [[2, 5, 7, 3]], len(models[0].vocabulary)
    alone = [np.log(expected(Teachers([m], m.vocabulary).read(rows), 0, 3, size)) for m in models]
    both = expected(Teachers(models, models[0].vocabulary).read(rows), 0, 3, size)
    assert both == pytest.approx(softmax((alone[0] + alone[1]) / 2), abs=3e-3)


def test_words_that_a_teacher_lacks_share_what_it_expects_of_unknown_words():
    model = random_checkpoint(seed=5)
    ours = vocabulary("autocomplete", (*WORDS[3:], "zebra", "quagga"))  # other ids, and two new words
    taught = Teachers([model], ours).read([[2, ours.stoi["zebra"], ours.stoi["says"], 3]])
    found = expected(taught, 0, 3, len(ours))
    theirs = Teachers([model], model.vocabulary).read([[2, 1, model.vocabulary.stoi["says"], 3]])
    wanted = expected(theirs, 0, 3, len(model.vocabulary))
    ratio = found[:, ours.stoi["london"]] / found[:, ours.stoi["rise"]]
    places = [model.vocabulary.stoi[word] for word in ("london", "rise")]
    assert ratio == pytest.approx(wanted[:, places[0]] / wanted[:, places[1]], rel=0.02)
    zebra, quagga = (found[:, ours.stoi[word]] for word in ("zebra", "quagga"))
    assert zebra / quagga == pytest.approx(2.0, rel=0.02)  # they occur twice and once
    unknown = (zebra + quagga + found[:, ours.unk]) / found[:, ours.stoi["rise"]]
    assert unknown == pytest.approx(wanted[:, 1] / wanted[:, places[1]], rel=0.02)


def test_held_out_rows_are_given_the_same_inputs_empty():
    model = random_checkpoint()
    taught = Teachers([model], model.vocabulary).read([[2, 5, 3]]).inputs(np.array([0]), 4, np.arange(6))
    empty = NotTaught().inputs(np.array([0]), 4, np.arange(6))
    assert {name: (a.ndim, a.dtype) for name, a in taught.items()} == {
        name: (a.ndim, a.dtype) for name, a in empty.items()
    }
    assert empty["taught"].size == empty["teachers_rows"].size == 0


@pytest.mark.parametrize("weight", [0.3, 1.0])
def test_the_loss_is_the_mean_of_the_word_and_what_is_expected(weight):
    rng = np.random.default_rng(0)
    embedding = TiedEmbedding(12, 6)
    embedding.build()
    embedding.set_weights([rng.normal(size=w.shape) for w in embedding.get_weights()])
    vectors, targets = rng.normal(size=(2, 4, 6)).astype("float32"), rng.integers(0, 5, (2, 4)).astype("int32")
    candidates, chance = np.array([0, 7, 2, 9, 4], "int32"), np.log(np.array([1, 0.5, 0.1, 0.3, 0.9], "float32"))
    given = tuple(rng.normal(size=shape).astype("float32") for shape in ((2, 4, 3), (5, 3), (5,)))

    table, bias = (keras.ops.convert_to_numpy(w.value)[candidates] for w in (embedding.embeddings, embedding.bias))
    logs = np.log(softmax(vectors @ table.T + bias - chance))
    sure = np.eye(5)[targets]
    mixed = weight * softmax(given[0] @ given[1].T + given[2] - chance) + (1 - weight) * sure
    layer = CandidateNats(embedding, products="float32", taught=weight)
    for training, wanted in ((True, mixed), (False, sure)):
        got = keras.ops.convert_to_numpy(layer(vectors, candidates, chance, targets, given, training=training))
        assert got == pytest.approx(-(wanted * logs).sum(axis=-1), rel=1e-4)
    if keras.backend.backend() != "tensorflow":
        return
    import tensorflow as tf

    x = tf.constant(vectors)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(layer(x, candidates, chance, targets, given, training=True))
    assert tape.gradient(loss, x).numpy() == pytest.approx((np.exp(logs) - mixed) @ table, abs=1e-4)


@pytest.mark.parametrize("candidates", [0, 24], ids=["all words", "sampled"])
def test_a_network_learns_what_its_teacher_expects(candidates, monkeypatch):
    """By the teacher alone it comes to expect a word that the headlines never have there."""
    lines = headlines(100)
    settings = TINY.changed(candidates=candidates, epochs=40, learning_rate=0.03, schedule="constant", validation=0.0)
    teacher = train(Corpus(lines), settings.changed(epochs=1))
    word = teacher.vocabulary.stoi[lines[0].split()[0]]
    certain = {name: np.zeros_like(weight) for name, weight in teacher.weights.items()}
    certain["softmax.bias"][word] = 5.0
    monkeypatch.setattr(module, "WEIGHT", 1.0)
    monkeypatch.setattr("headline.training.fitting.fit.WEIGHT", 1.0)
    taught = train(Corpus(lines), settings, vocabulary=teacher.vocabulary, teachers=[replace(teacher, weights=certain)])
    model = LanguageModel(replace(taught, ngram=None))
    rows = [model.row(line) for line in lines[:20]]
    found = [
        model.network_probabilities(model.network.output(state))[0, word]
        for row in rows
        for state in _states(model, row)
    ]
    wanted = np.exp(5.0) / (np.exp(5.0) + len(teacher.vocabulary) - 1)
    assert np.mean(found) == pytest.approx(wanted, abs=0.05)


def test_what_cannot_teach_is_refused_in_a_sentence(tmp_path, capsys, corpus, monkeypatch):
    lesson = random_checkpoint("notebook")
    with pytest.raises(SettingError, match="cannot teach this network: it has another recipe or tokenizer"):
        train(Corpus(headlines(40)), TINY, teachers=[lesson])
    with pytest.raises(SettingError, match="autocomplete recipe"):
        RunOptions(files=("a",), settings=RECIPES["notebook"], teachers=("m",))
    with pytest.raises(SettingError, match="single device"):
        RunOptions(files=("a",), settings=TINY, teachers=("m",), distribute=True)
    assert main(["train", str(corpus), "--out", str(tmp_path / "m"), "--teacher", str(tmp_path / "no")]) == 2
    assert "no" in capsys.readouterr().err
    monkeypatch.setattr(module, "_MEMORY", 1e-12)
    with pytest.raises(SettingError, match="more than half of what there is: take fewer teachers"):
        Teachers([random_checkpoint()], vocabulary("autocomplete")).read([[2, 5, 3]])


def test_a_command_takes_several_teachers(tmp_path, corpus):
    models = [tmp_path / name for name in ("one", "two")]
    for seed, folder in enumerate(models):
        random_checkpoint(seed=seed).save(folder)
    small = ["--set", "embedding_size=8", "--set", "units=12", "--set", "epochs=1"]
    asked = [part for folder in models for part in ("--teacher", str(folder))]
    assert main(["train", str(corpus), "--out", str(tmp_path / "model"), *small, *asked]) == 0
    trained = Checkpoint.load(tmp_path / "model")
    assert trained.config.units == 12
