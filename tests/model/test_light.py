"""A light variant of a model: an ordinary checkpoint with fewer words and n-grams, whose answers are nearly the same."""

from dataclasses import replace

import numpy as np
import pytest

from bench.engine_cases import small_checkpoint
from headline.corpus.reader import read_headlines
from headline.errors import CheckpointError
from headline.model.checkpoint import Checkpoint
from headline.model.language_model import LanguageModel
from headline.model.light import PRECISION, light
from headline.paths import SAMPLE_CORPUS
from tests.tiny import bigram_checkpoint, random_checkpoint, suggester


@pytest.fixture(scope="module")
def small() -> Checkpoint:
    return small_checkpoint(read_headlines(SAMPLE_CORPUS).headlines[:300])


def test_it_is_an_ordinary_checkpoint_with_the_first_words(small, tmp_path):
    words = len(small.vocabulary) // 2
    lighter = light(small, words, len(small.ngram) // 3)
    loaded = Checkpoint.load(lighter.save(tmp_path / "light", PRECISION))
    assert len(loaded.vocabulary) == loaded.config.vocab_size == words
    assert loaded.vocabulary.own_small_words == small.vocabulary.own_small_words == ["a", "of", "the", "with"]
    assert set(loaded.vocabulary.itos) <= set(small.vocabulary.itos)
    assert loaded.vocabulary.counts.sum() == small.vocabulary.counts.sum()
    assert len(loaded.ngram) < len(small.ngram) / 2 and len(loaded.seen) == 0 < len(small.seen) + 1
    for before in (False, True):
        kept = {
            pair: form for pair, form in exceptions(small, before).items() if set(pair) <= set(loaded.vocabulary.itos)
        }
        assert exceptions(loaded, before) == kept != {}


def exceptions(checkpoint: Checkpoint, before: bool) -> dict[tuple[str, str], str]:
    """The forms that words have after others, or before others, by both words."""
    vocabulary = checkpoint.vocabulary
    found = vocabulary.exceptions_before if before else vocabulary.exceptions
    return {(vocabulary.itos[a], vocabulary.itos[b]): form for (a, b), form in found.items()}


def test_the_unknown_word_is_as_probable_as_the_words_that_it_stands_for(small):
    """Exactly so in the n-grams; in the network by their counts."""
    lighter = light(small, len(small.vocabulary) // 2, 10**9)
    unk = small.vocabulary.unk
    dropped = small.vocabulary.counts.sum() - small.vocabulary.counts[unk] - lighter.vocabulary.counts.sum()
    dropped += lighter.vocabulary.counts[lighter.vocabulary.unk]
    shift = lighter.weights["softmax.bias"][lighter.vocabulary.unk] - small.weights["softmax.bias"][unk]
    assert np.exp(shift) == pytest.approx(
        (small.vocabulary.counts[unk] + dropped) / max(1, small.vocabulary.counts[unk])
    )


def test_few_words_are_kept_as_they_were():
    """A vocabulary that is small enough, and no n-grams: nothing changes but the hashes of headlines."""
    whole = bigram_checkpoint({"the": {"government": 9}})
    lighter = light(whole, 100)
    assert lighter.vocabulary is whole.vocabulary and lighter.weights is whole.weights
    assert suggester(lighter).suggest("the ", 1)[0].completion == "government"


def test_it_suggests_what_the_whole_model_does_with_the_words_that_it_has():
    words = ["the", "government", "governor", *(f"rare{i}" for i in range(40))]
    whole = bigram_checkpoint({"the": {"government": 9, "governor": 7}}, words=words)
    lighter = light(whole, 20)
    found = suggester(replace(lighter, vocabulary=lighter.vocabulary).stored_as(PRECISION)).suggest("the ", 2)
    assert [s.completion for s in found] == ["government", "governor"]
    model = LanguageModel(lighter)
    assert model.probabilities(model.start()).sum() == pytest.approx(1, abs=1e-5)


def test_the_lessons_recipe_has_no_light_variant():
    with pytest.raises(CheckpointError, match="autocomplete recipe"):
        light(random_checkpoint("notebook"))
