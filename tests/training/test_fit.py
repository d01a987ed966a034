"""A corpus and settings -> a checkpoint: tiny runs, on made-up headlines."""

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from headline.corpus.preview import MIN_HEADLINES
from headline.corpus.report import Corpus, CorpusReport
from headline.corpus.split import split_headlines
from headline.errors import CorpusError, SettingError
from headline.generator.generator import Generator
from headline.model.checkpoint import Checkpoint
from headline.model.evaluation import evaluate
from headline.training.fitting.fit import fit
from headline.training.fitting.mixture import fit_mixture
from headline.training.network import accelerator
from headline.training.network.objective import NatsPerWord
from headline.training.network.transfer import transfer_weights
from headline.training.settings import RECIPES
from tests import tiny
from tests.tiny import headlines

TINY = dict(min_count=1, embedding_size=8, units=12, batch_size=16, validation=0.0, test=0.0, patience=0)
AUTOCOMPLETE = RECIPES["autocomplete"].changed(**TINY, embedding_dropout=0.0, dropout=0.0)
NOTEBOOK = RECIPES["notebook"].changed(**TINY, dropout=0.0)
OVERFIT = AUTOCOMPLETE.changed(
    embedding_size=16, units=32, batch_size=10, learning_rate=0.03, schedule="constant", epochs=70
)


def run(lines, settings, **options) -> Checkpoint:
    return fit(Corpus(lines, CorpusReport(rows=len(lines), kept=len(lines))), settings, **options)


@pytest.fixture(scope="module")
def overfit() -> tuple[Checkpoint, list]:
    told = []
    return run(headlines(30), OVERFIT, on_progress=told.append, name="tiny"), told


def test_a_tiny_corpus_is_learnt_by_heart(overfit):
    checkpoint, _ = overfit
    writer, lines = Generator(tiny.suggester(checkpoint)), headlines(30)
    for line in lines:
        made = writer.generate(line.split()[0])
        assert (made.text, made.ended) == (line, True)
    # All that is left to guess is which of the thirty it will be: ln 30 nats a headline.
    found = evaluate(checkpoint, lines)
    assert found.loss * found.words / 30 == pytest.approx(np.log(30), rel=0.2)


def test_loss_falls(overfit):
    losses = [row["loss"] for row in overfit[0].training["history"]]
    assert losses[0] == pytest.approx(np.log(len(overfit[0].vocabulary)), rel=0.1)
    assert losses[-1] < losses[len(losses) // 2] < losses[0]


def test_a_checkpoint_tells_where_it_comes_from(overfit):
    checkpoint, _ = overfit
    checkpoint.verify()
    assert checkpoint.training["settings"] == OVERFIT.as_dict()
    assert checkpoint.corpus["kept"] == checkpoint.corpus["train"] == 30
    assert checkpoint.provenance["name"] == "tiny" and keras.__version__ in checkpoint.provenance["keras"]


def test_every_epoch_ends_once_and_progress_is_sane(overfit):
    told = overfit[1]
    assert [p.epoch for p in told if p.epoch_ended] == list(range(1, 71))
    assert all(1 <= p.epoch <= p.epochs == 70 and 1 <= p.step <= p.steps == 3 for p in told)
    assert all(p.seconds_left is None or p.seconds_left >= 0 for p in told)
    assert all(math.isfinite(p.loss) and p.words_per_second >= 0 and p.validation_loss is None for p in told)
    assert [p.seconds for p in told] == sorted(p.seconds for p in told)
    assert (
        told[-1].epoch_ended and told[-1].step == 3 and told[-1].seconds_left < 60
    )  # the model is still to be measured
    assert [row["loss"] for row in overfit[0].training["history"]] == [p.loss for p in told if p.epoch_ended]
    json.dumps(told[-1].as_dict())


@pytest.mark.parametrize("recipe", [AUTOCOMPLETE, NOTEBOOK], ids=lambda settings: settings.recipe)
def test_the_best_held_out_weights_are_kept(recipe):
    settings = recipe.changed(validation=0.3, learning_rate=0.05, schedule="constant", epochs=20)
    lines = headlines(80, shortest=5)
    checkpoint = run(lines, settings)
    losses = [row["validation_loss"] for row in checkpoint.training["history"]]
    assert min(losses) < losses[-1] - 0.1  # the last weights are worse, or this shows nothing
    held_out = split_headlines(lines, settings.seed, settings.validation, settings.test)["validation"]
    # The network alone, as it was judged: without the n-grams and the temperature that were fitted then.
    alone = replace(checkpoint, ngram=None, temperature=1.0)
    assert evaluate(alone, held_out).loss == pytest.approx(min(losses), abs=1e-3)
    assert evaluate(checkpoint, held_out).loss <= min(losses) + 1e-3


def test_patience_ends_a_run_that_gets_no_better():
    settings = AUTOCOMPLETE.changed(validation=0.3, learning_rate=0.1, schedule="constant", epochs=40, patience=2)
    history = run(headlines(60), settings).training["history"]
    losses = [row["validation_loss"] for row in history]
    assert len(losses) == losses.index(min(losses)) + 1 + 2 < 40


def test_a_run_that_is_told_to_stop_gives_what_it_has():
    asked = []
    checkpoint = run(
        headlines(60), AUTOCOMPLETE.changed(epochs=500), should_stop=lambda: asked.append(1) or len(asked) > 6
    )
    checkpoint.verify()
    assert len(checkpoint.training["history"]) == 1  # four batches an epoch; the seventh was the last
    assert len(asked) == 7


def test_the_same_seed_gives_the_same_weights_and_another_one_others():
    settings = AUTOCOMPLETE.changed(epochs=2, dropout=0.2)
    first, again, other = (run(headlines(40), settings.changed(seed=seed)) for seed in (1, 1, 2))
    for name, w in first.weights.items():
        np.testing.assert_allclose(again.weights[name], w, atol=1e-6, err_msg=name)
    assert not np.allclose(first.weights["lstm_0.kernel"], other.weights["lstm_0.kernel"], atol=1e-3)


@pytest.mark.parametrize(
    "lines, settings, told",
    [
        (headlines(MIN_HEADLINES - 1), AUTOCOMPLETE, "19 headlines are too few"),
        (headlines(MIN_HEADLINES), AUTOCOMPLETE.changed(validation=0.5), "too few"),
        (["!" * n for n in range(1, 40)], AUTOCOMPLETE, "no words"),
        ([f"word{n}" for n in range(40)], NOTEBOOK, "second word"),
    ],
)
def test_a_corpus_that_teaches_nothing_is_refused(lines, settings, told):
    with pytest.raises(CorpusError, match=told):
        run(lines, settings)


@pytest.mark.parametrize("rate", [1e3, 1e30])
def test_an_absurd_learning_rate_gives_numbers_or_a_sentence(rate):
    try:
        checkpoint = run(headlines(30), AUTOCOMPLETE.changed(learning_rate=rate, clip_norm=0.0, epochs=3))
    except SettingError as error:
        assert "learning_rate" in str(error)
    else:
        checkpoint.verify()


def test_few_candidates_of_many_words_learn_too():
    rng = np.random.default_rng(0)
    lines = [f"word{a} then word{a + 1} and word{b}" for a, b in rng.integers(0, 150, (250, 2))]
    settings = AUTOCOMPLETE.changed(candidates=40, epochs=8, learning_rate=0.03, validation=0.1)
    checkpoint = run(lines, settings)
    words = len(checkpoint.vocabulary)
    assert words > 2 * 40
    held_out = split_headlines(lines, settings.seed, settings.validation, settings.test)["validation"]
    found = evaluate(checkpoint, [line for line in held_out if len(checkpoint.vocabulary.encode(line)) == 5])
    assert found.perplexity < words / 5
    losses = [row["validation_loss"] for row in checkpoint.training["history"]]
    assert min(losses) < losses[0] <= np.log(words) + 0.5  # by the whole softmax, so of its size


def test_the_notebook_recipe_learns_by_heart():
    lines = headlines(30)
    checkpoint = run(lines, NOTEBOOK.changed(units=32, learning_rate=0.02, epochs=40))
    assert "softmax.kernel" in checkpoint.weights and checkpoint.vocabulary.unk is None
    found = evaluate(checkpoint, lines)
    assert checkpoint.training["history"][-1]["loss"] == pytest.approx(found.loss, abs=0.2)
    assert found.top3 > 0.8


def test_nats_are_summed_and_divided_once_by_all_words():
    p = np.array([[[0.1, 0.5, 0.25, 0.15]] * 3, [[0.1, 0.2, 0.3, 0.4]] * 3])  # (B, T, V)
    long, short = np.array([[1, 2, 3], [3, 3, 3]]), np.array([[1, 0, 0], [0, 0, 0]])  # 0 is padding
    metric = NatsPerWord("probabilities")
    metric.update_state(long, p)
    metric.update_state(short, p)
    nats = -np.log([0.5, 0.25, 0.15, 0.4, 0.4, 0.4, 0.5])
    assert float(metric.result()) == pytest.approx(nats.mean(), rel=1e-5)
    logits = NatsPerWord("logits")
    logits.update_state(long, np.log(p) + 3)
    assert float(logits.result()) == pytest.approx(nats[:6].mean(), rel=1e-5)
    metric.reset_state()
    assert float(metric.result()) == 0


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_the_same_code_trains_on_either_backend(backend, tmp_path):
    # All of one length, in batches of one size: JAX compiles anew for each shape, for seconds.
    lines = headlines(51, shortest=5)
    assert len(split_headlines(lines, validation=0.1, test=0)["train"]) % 4 == 0
    (tmp_path / "made-up.csv").write_text("headline\n" + "\n".join(lines), encoding="utf-8")
    settings = dict(units=6, embedding_size=4, min_count=1, candidates=40, batch_size=4, validation=0.1, test=0)
    command = [
        sys.executable,
        "-m",
        "headline",
        "train",
        str(tmp_path / "made-up.csv"),
        "--out",
        str(tmp_path / "model"),
    ]
    command += ["--epochs", "2", *(part for pair in settings.items() for part in ("--set", "{}={}".format(*pair)))]
    environment = os.environ | {"KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "-1"}
    environment["JAX_DISABLE_MOST_OPTIMIZATIONS"] = "1"  # compiles in half the time
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    checkpoint = Checkpoint.load(tmp_path / "model")
    assert checkpoint.provenance["keras"].endswith(f"on {backend}")
    assert len(checkpoint.vocabulary) > 2 * settings["candidates"]
    assert [math.isfinite(row["validation_loss"]) for row in checkpoint.training["history"]] == [True, True]
    assert 1 < evaluate(checkpoint, lines).perplexity < 2 * len(checkpoint.vocabulary)


def test_a_run_that_starts_from_a_model_goes_on_where_it_was(overfit):
    base, lines = overfit[0], headlines(30)
    settings = OVERFIT.changed(epochs=1, learning_rate=1e-5)
    onward = run(lines, settings, start_from=base)
    assert evaluate(onward, lines).loss == pytest.approx(evaluate(base, lines).loss, abs=0.05)
    assert evaluate(run(lines, settings), lines).loss > evaluate(base, lines).loss + 1


def test_a_fine_tuned_model_keeps_the_ngrams_that_it_had(overfit):
    lines = [f"{line} tomorrow" for line in headlines(60)[30:]]
    before = fit_mixture(overfit[0], headlines(30), [])
    after = run(lines, OVERFIT.changed(epochs=1, validation=0.2, ngram_order=4), start_from=before)
    kept = after.ngram.parts[[len(part) for part in after.ngram.parts].index(len(before.ngram))]
    context = ["the", "government"]
    p, q = (
        model.next_word(checkpoint.vocabulary.ids(context))
        for model, checkpoint in ((before.ngram, before), (kept, after))
    )
    moved = [after.vocabulary.stoi[key] for key in before.vocabulary.itos]
    np.testing.assert_allclose(q[moved], p, rtol=1e-5)
    dropped = run(lines, OVERFIT.changed(epochs=1, ngram_order=4, keep_words=False), start_from=before)
    assert len(dropped.ngram.parts) == 1


def test_a_model_takes_its_words_along_and_learns_new_ones(overfit):
    base = overfit[0]
    lines = [f"{line} tomorrow" for line in headlines(30)[:25]]
    onward = run(lines, OVERFIT.changed(epochs=30), start_from=base)
    assert set(base.vocabulary.itos) < set(onward.vocabulary.itos) == set(base.vocabulary.itos) | {"tomorrow"}
    own = run(lines, OVERFIT.changed(epochs=1, keep_words=False), start_from=base)
    assert set(base.vocabulary.itos) - set(own.vocabulary.itos)
    assert evaluate(onward, lines).top1 > 0.7


def test_weights_are_carried_over_word_by_word(overfit):
    base = overfit[0]
    words = [base.vocabulary.itos[7], "brandnew", base.vocabulary.itos[5]]
    vocabulary = tiny.vocabulary("autocomplete", words)
    config = OVERFIT.model_config(len(vocabulary), 5)
    fresh = tiny.random_weights(config)
    weights = transfer_weights(base, vocabulary, fresh)
    np.testing.assert_array_equal(weights["embedding"][[4, 6]], base.weights["embedding"][[7, 5]])
    np.testing.assert_array_equal(weights["embedding"][5], fresh["embedding"][5])
    assert weights["softmax.bias"][5] == base.weights["softmax.bias"].min()
    np.testing.assert_array_equal(weights["lstm_0.kernel"], base.weights["lstm_0.kernel"])


def test_a_model_of_another_shape_cannot_be_started_from(overfit):
    with pytest.raises(SettingError, match="must have the same shape"):
        run(headlines(30), OVERFIT.changed(units=31, epochs=1), start_from=overfit[0])
    shaped = RECIPES["autocomplete"].fine_tuning(overfit[0].config)
    assert (shaped.embedding_size, shaped.units, shaped.layers) == (16, 32, 1)
    assert shaped.learning_rate < RECIPES["autocomplete"].learning_rate
    for recipe, model in (("notebook", overfit[0].config), ("autocomplete", tiny.random_checkpoint("notebook").config)):
        with pytest.raises(SettingError, match="recipe must be autocomplete"):
            RECIPES[recipe].fine_tuning(model)


def test_a_given_vocabulary_is_used():
    given = tiny.vocabulary("autocomplete", ["moli", "baba"])
    assert run(headlines(30), AUTOCOMPLETE.changed(epochs=1), vocabulary=given).vocabulary is given


def test_a_finished_run_remembers_its_headlines_and_its_ngrams():
    lines = headlines(100)
    settings = AUTOCOMPLETE.changed(epochs=2, validation=0.2)
    checkpoint = run(lines, settings)
    sides = split_headlines(lines, settings.seed, settings.validation, settings.test)
    assert all(line in checkpoint.seen for line in sides["train"])
    assert not any(line in checkpoint.seen for line in sides["validation"])
    assert checkpoint.ngram.order == 4 and 0 < checkpoint.lstm_weight < 1
    assert run(lines, settings.changed(ngram_order=0)).ngram is None


def test_a_run_is_stopped_amid_its_held_out_headlines_too():
    lines, settings = headlines(120), AUTOCOMPLETE.changed(epochs=3, validation=0.4)
    asked = []
    steps = []
    run(lines, settings.changed(epochs=1), on_progress=lambda progress: steps.append(progress.steps))
    checkpoint = run(lines, settings, should_stop=lambda: asked.append(1) or len(asked) > steps[0])
    assert len(asked) == steps[0] + 1
    assert checkpoint.training["history"] == []  # the first epoch was not over
    checkpoint.verify()


def test_mixed_precision_learns_as_well_and_leaves_the_policy_alone():
    """On a processor it gains nothing, but the path is the one that a GPU takes."""
    lines, settings = headlines(200), AUTOCOMPLETE.changed(epochs=6)
    exact, mixed = (run(lines, settings.changed(compute=policy)) for policy in ("float32", "mixed_bfloat16"))
    assert keras.config.dtype_policy().name == "float32"
    assert all(w.dtype == np.float32 for w in mixed.weights.values())
    losses = [checkpoint.training["history"][-1]["loss"] for checkpoint in (exact, mixed)]
    assert losses[1] == pytest.approx(losses[0], rel=0.03)
    assert any(not np.array_equal(exact.weights[name], mixed.weights[name]) for name in exact.weights)


def test_loss_scaling_comes_with_float16():
    checkpoint = run(headlines(60), AUTOCOMPLETE.changed(epochs=2, compute="mixed_float16"))
    assert all(np.isfinite(w).all() for w in checkpoint.weights.values())


@pytest.mark.parametrize("recipe", ["autocomplete", "notebook"])
def test_a_processor_and_the_lesson_compute_exactly(monkeypatch, recipe):
    monkeypatch.setattr(accelerator, "_multiplies_bfloat16", lambda: False)
    assert accelerator.compute_policy(RECIPES[recipe]) == "float32"


def test_a_processor_that_multiplies_half_precision_does(monkeypatch):
    monkeypatch.setattr(accelerator, "_multiplies_bfloat16", lambda: True)
    assert accelerator.compute_policy(RECIPES["autocomplete"]) == "mixed_bfloat16"
    assert accelerator.compute_policy(RECIPES["autocomplete"].changed(units=64)) == "float32"
    assert accelerator.compute_policy(RECIPES["notebook"]) == "float32"


@pytest.mark.parametrize(
    "capability, policy", [((8, 0), "mixed_bfloat16"), ((7, 5), "mixed_float16"), ((6, 1), "float32")]
)
def test_a_gpu_computes_in_half_precision_where_it_gains(monkeypatch, capability, policy):
    import tensorflow as tf

    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [SimpleNamespace(name="GPU:0")])
    details = {"compute_capability": capability, "device_name": "Some GPU"}
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda gpu: details)
    assert accelerator.compute_policy(RECIPES["autocomplete"]) == policy
    assert accelerator.compute_policy(RECIPES["autocomplete"].changed(units=64)) == "float32"
    assert accelerator.device_in_use() == "Some GPU"


class ResourceExhaustedError(Exception):
    """As TensorFlow's is called."""


class XlaRuntimeError(Exception):
    """As JAX's is called."""


@pytest.mark.parametrize("error", [ResourceExhaustedError("OOM"), XlaRuntimeError("RESOURCE_EXHAUSTED: 3 GiB")])
def test_memory_that_ran_out_is_told_with_a_smaller_batch(error):
    def fail(progress):
        raise error

    with pytest.raises(SettingError, match="ran out with a batch_size of 16: try 8") as raised:
        run(headlines(60), AUTOCOMPLETE.changed(epochs=2, batch_size=16), on_progress=fail)
    assert raised.value.batch_size == 8


def test_other_errors_of_a_run_are_not_taken_for_it():
    def fail(progress):
        raise XlaRuntimeError("a bug")

    with pytest.raises(XlaRuntimeError):
        run(headlines(60), AUTOCOMPLETE.changed(epochs=2), on_progress=fail)
