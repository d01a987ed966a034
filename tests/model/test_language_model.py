"""The LSTM and the n-grams as one distribution, and the quick way to it."""

from dataclasses import replace

import numpy as np
import pytest

from headline.corpus.vocabulary import END, PAD, START, UNK, Vocabulary
from headline.model.checkpoint import Checkpoint
from headline.model.config import ModelConfig
from headline.model.language_model import LanguageModel, walk
from headline.model.ngrams.ngram import NGram
from headline.training.fitting.mixture import build_ngrams, fit_mixture, fitted_mixture
from tests.tiny import headlines, random_checkpoint, random_weights


def mixed(weight: float = 0.7, temperature: float = 1.0) -> Checkpoint:
    checkpoint = random_checkpoint()
    vocabulary = checkpoint.vocabulary
    rows = [[vocabulary.start, *vocabulary.encode(t), vocabulary.end] for t in ("the government says", "we rise")]
    ngram = NGram.build(rows, len(vocabulary), [0, vocabulary.start])
    return replace(checkpoint, ngram=ngram, lstm_weight=weight, temperature=temperature)


def large(words: int = 6000, width: int = 96) -> Checkpoint:
    """A vocabulary that is worth a preview, its vectors of the uneven kind that training makes."""
    vocabulary = Vocabulary(
        [PAD, UNK, START, END, *(f"w{i}" for i in range(words))], range(words + 4, 0, -1), "headline"
    )
    config = ModelConfig("autocomplete", len(vocabulary), 8, embedding_size=width, units=24)
    weights = random_weights(config, scale=0.3)
    weights["embedding"] *= np.linspace(1, 0.05, width, dtype=np.float32)
    return Checkpoint(config, vocabulary, weights)


def test_quick_probabilities_of_a_row_are_the_same_beside_any_others():
    model = LanguageModel(large())
    ids = np.arange(10, 18)
    together = model.step(model.start().take([0] * len(ids)), ids)
    for number in (2, 3, 5, 8):
        p = model.quick_probabilities(together.take(list(range(number))))
        for n in range(number):
            alone = model.quick_probabilities(model.step(model.start(), ids[n : n + 1]))
            np.testing.assert_array_equal(p[n], alone[0])


def test_the_mixture_is_the_weighted_sum_of_its_parts():
    checkpoint = mixed(0.7, temperature=1.3)
    both, lstm, ngram = (LanguageModel(replace(checkpoint, lstm_weight=w)) for w in (0.7, 1.0, 0.0))
    for row in (["the"], ["the", "government"], ["we", "rise", "we", "rise"]):
        state = both.start()
        for i in checkpoint.vocabulary.ids(row):
            state = both.step(state, np.array([i]))
        p = both.probabilities(state)
        np.testing.assert_allclose(p, 0.7 * lstm.probabilities(state) + 0.3 * ngram.probabilities(state), rtol=1e-5)
        assert p.sum() == pytest.approx(1, abs=1e-5)
        np.testing.assert_allclose(both.log_probabilities(state), np.log(p), atol=1e-6)
    logits = lstm.network.logits(state)[0] / 1.3
    np.testing.assert_allclose(lstm.probabilities(state)[0], np.exp(logits) / np.exp(logits).sum(), rtol=1e-4)


def test_the_ngrams_read_no_further_back_than_they_reach():
    model = LanguageModel(mixed(0.0))
    a, b = (model.vocabulary.ids(words.split()) for words in ("of we the government", "rise rise the government"))
    p = [model.probabilities(model.network.read(np.array([ids]))) for ids in (a, b)]
    assert not np.allclose(p[0][0], model.probabilities(model.start())[0])
    np.testing.assert_allclose(*(x[0] for x in p), rtol=1e-5)


def test_the_quick_way_ranks_as_the_exact_one():
    model = LanguageModel(large())
    rng = np.random.default_rng(1)
    state = model.start()
    for _ in range(6):
        state = model.step(state, rng.integers(4, 6000, 1))
        exact, quick = model.probabilities(state)[0], model.quick_probabilities(state)[0]
        assert quick.sum() == pytest.approx(1, abs=1e-4)
        best = np.argsort(-exact)[:8]
        assert (np.argsort(-quick)[:8] == best).all()
        np.testing.assert_allclose(quick[best], exact[best], rtol=0.05)


def test_the_quick_way_takes_several_rows_at_once():
    model = LanguageModel(large())
    states = model.network.read(np.array([[5, 6], [7, 8], [9, 4]]))
    together = model.quick_probabilities(states)
    for row in range(3):
        np.testing.assert_allclose(
            together[row], model.quick_probabilities(states.take([row]))[0], rtol=1e-3, atol=1e-7
        )


def test_a_small_vocabulary_and_the_notebook_are_scored_exactly():
    for checkpoint in (random_checkpoint(), random_checkpoint("notebook")):
        model = LanguageModel(checkpoint)
        state = model.network.read(np.array([[5, 6]]))
        np.testing.assert_array_equal(model.quick_probabilities(state), model.probabilities(state))


def test_walk_gives_every_next_id_once_with_the_state_before_it():
    network = LanguageModel(random_checkpoint()).network
    rows = [[2, 5, 6, 3], [2, 7, 3], [2]]
    found = [(targets.tolist(), state.ids.tolist()) for targets, state in walk(network, rows)]
    assert found == [([5, 7], [[2], [2]]), ([6, 3], [[2, 5], [2, 7]]), ([3], [[2, 5, 6]])]
    assert list(walk(network, [])) == []


def test_fitting_finds_a_temperature_that_the_weights_were_spoilt_by():
    lines = [" ".join(words) for words in [["the", "government", "says"], ["we", "rise"], ["of", "the", "NASA"]] * 40]
    sharp = random_checkpoint(scale=0.3)
    rows = [LanguageModel(sharp).row(line) for line in lines]
    nats = {}
    for temperature in (0.7, 0.9, 1.0, 1.1, 1.3):
        model = LanguageModel(replace(sharp, temperature=temperature))
        nats[temperature] = sum(
            -np.log(model.probabilities(state)[np.arange(len(t)), t]).sum() for t, state in walk(model.network, rows)
        )
    made = fitted_mixture(sharp, [], rows)
    fitted = made.temperature
    assert (
        made.lstm_weight == 1.0
        and made.ngram is None
        and fitted in (min(nats, key=nats.get), 0.75, 0.8, 0.85, 0.95, 1.05, 1.15, 1.2, 1.25)
    )
    model = LanguageModel(replace(sharp, temperature=fitted))
    best = sum(-np.log(model.probabilities(s)[np.arange(len(t)), t]).sum() for t, s in walk(model.network, rows))
    assert best <= min(nats.values()) + 1e-3


def test_the_fitted_weight_is_the_best_there_is():
    lines = headlines(60)
    checkpoint = random_checkpoint(words=sorted({w for line in lines for w in line.split()}))
    made = fit_mixture(checkpoint, lines[:40], lines[40:])

    def loss(weight: float) -> float:
        model = LanguageModel(replace(made, lstm_weight=weight))
        rows = [model.row(line) for line in lines[40:]]
        return sum(-np.log(model.probabilities(s)[np.arange(len(t)), t]).sum() for t, s in walk(model.network, rows))

    assert loss(made.lstm_weight) <= min(loss(w) for w in np.linspace(0, 1, 21)) + 0.05


def test_of_two_ngram_models_the_one_that_knows_the_headlines_weighs_more():
    lines = headlines(60)
    checkpoint = random_checkpoint(words=sorted({w for line in lines for w in line.split()}))
    foreign = build_ngrams([" ".join(reversed(line.split())) for line in lines], checkpoint.vocabulary, 4, 10**6)
    made = fit_mixture(checkpoint, lines[:40], lines[40:], others=[foreign])
    own, other = made.ngram.weights
    assert own > 4 * other and own + other == pytest.approx(1)
    alone = fit_mixture(checkpoint, lines[:40], lines[40:])
    rows = [LanguageModel(made).row(line) for line in lines[40:]]

    def loss(checkpoint: Checkpoint) -> float:
        model = LanguageModel(checkpoint)
        return sum(-np.log(model.probabilities(s)[np.arange(len(t)), t]).sum() for t, s in walk(model.network, rows))

    assert loss(made) <= loss(alone) + 1e-3


def test_memory_knows_the_headlines_and_keeps_few_enough_ngrams():
    lines = headlines(60)
    checkpoint = random_checkpoint(words=sorted({w for line in lines for w in line.split()}))
    whole = fit_mixture(checkpoint, lines[:40], lines[40:])
    assert lines[0].upper() in whole.seen and lines[50] not in whole.seen
    some = fit_mixture(checkpoint, lines[:40] * 2 + lines[:10], lines[40:], max_ngrams=100)
    assert len(some.ngram) < len(whole.ngram)
    assert fit_mixture(checkpoint, lines[:40], lines[40:], order=0).ngram is None
    assert fit_mixture(random_checkpoint("notebook"), ["the government says"], []).ngram is None


def test_without_held_out_headlines_the_mixture_stays_as_it_is():
    checkpoint = replace(mixed(), lstm_weight=0.6, temperature=1.2)
    made = fitted_mixture(checkpoint, [checkpoint.ngram] * 2, [])
    assert (made.lstm_weight, made.temperature, made.ngram.weights) == (0.6, 1.2, [0.5, 0.5])


def test_a_model_of_single_words_is_mixed_in_too():
    checkpoint = mixed(0.0)
    rows = [[2, 5, 5, 5, 6, 3]]
    words = replace(checkpoint, ngram=NGram.build(rows, len(checkpoint.vocabulary), [0, 2], order=1))
    assert len(words.ngram) == 0  # it holds nothing longer
    p = LanguageModel(words).probabilities(LanguageModel(words).start())[0]
    assert p.argmax() == 5 and p[5] > p[6] > p[7]
