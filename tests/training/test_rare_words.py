"""Words that a list has once: offered where its titles have them, without spoiling the network."""

import numpy as np
import pytest

from headline.corpus.report import Corpus, CorpusReport
from headline.corpus.vocabulary import Vocabulary
from headline.generator.suggester import Suggester
from headline.model.language_model import LanguageModel
from headline.training.fitting.fit import fit
from headline.training.fitting.rare_words import SHARE, with_rare_words
from headline.training.settings import RECIPES
from tests.tiny import random_checkpoint

SETTINGS = RECIPES["autocomplete"].changed(
    embedding_size=8, units=12, epochs=3, batch_size=16, validation=0.2, test=0.0, candidates=0
)
TITLES = [f"{first} {last}" for first in ("Lemon", "Apple", "Cherry") for last in ("Tart", "Cake", "Pie")] * 3
TITLES += ["Spaghetti with Cherry Tart", "Spaghetti with Lemon Cake", "Spaghetti Carbonara", "Lemon Meringue Pie"]


def trained(**settings):
    corpus = Corpus(TITLES, CorpusReport(rows=len(TITLES), kept=len(TITLES)))
    return fit(corpus, SETTINGS.changed(**settings))


def offered(checkpoint, text: str) -> list[str]:
    return [suggestion.text for suggestion in Suggester(checkpoint).suggest(text, 5)]


def test_a_word_that_occurs_once_is_offered_where_it_occurs():
    found = trained()
    assert "Spaghetti Carbonara" in offered(found, "Spaghetti ")
    assert offered(found, "Lemon Mer")[0] == "Lemon Meringue"
    assert found.config.vocab_size == len(found.vocabulary) == len(found.weights["embedding"])
    assert found.vocabulary.counts[found.vocabulary.stoi["carbonara"]] == 1


@pytest.mark.parametrize("settings", [{"rare_words": 0}, {"rare_words": 1}, {"ngram_order": 0}])
def test_without_the_setting_with_more_such_words_or_without_ngrams_there_are_none(settings):
    assert "carbonara" not in trained(**settings).vocabulary.stoi


def test_words_of_fewer_than_min_count_are_all_rare():
    found = trained(min_count=4)  # spaghetti and with occur twice, the other two once
    assert {"spaghetti", "with", "carbonara", "meringue"} <= found.vocabulary.stoi.keys()


def test_a_vocabulary_that_is_given_is_kept():
    known = Vocabulary.build(TITLES, "headline", min_count=2)
    corpus = Corpus(TITLES, CorpusReport(rows=len(TITLES), kept=len(TITLES)))
    assert fit(corpus, SETTINGS, vocabulary=known).vocabulary.itos == known.itos


def test_all_other_words_keep_their_probability():
    narrow = random_checkpoint(words=["tart", "cake", "pie"])
    written = [*narrow.vocabulary.written, "Carbonara", "Meringue"]
    wider = Vocabulary(written, [*narrow.vocabulary.counts, 1, 1], "headline")
    wide = with_rare_words(narrow, wider)

    def after_start(checkpoint) -> np.ndarray:
        model = LanguageModel(checkpoint)
        return model.network_probabilities(model.network.output(model.start()))[0]

    before, now = after_start(narrow), after_start(wide)
    unk = narrow.vocabulary.unk
    others = [i for i in range(len(before)) if i != unk]
    np.testing.assert_allclose(now[others], before[others], rtol=1e-5)
    np.testing.assert_allclose(now[unk], (1 - SHARE) * before[unk], rtol=1e-5)
    np.testing.assert_allclose(now[len(before) :], SHARE / 2 * before[unk], rtol=1e-5)
