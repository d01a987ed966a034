"""Which whole headlines are shown first."""

import numpy as np
import pytest

from headline.corpus.vocabulary import END, PAD, START, UNK, Vocabulary
from headline.generator.generator import Generator
from headline.generator.whole.score import HeadlineScorer
from tests.tiny import bigram_checkpoint, suggester

WORDS = {"the": 5000, "of": 4000, ",": 3000, "india": 4, "indias": 2, "india's": 2, "meets": 3, "vs": 2, "boss": 1}


@pytest.fixture
def vocabulary():
    return Vocabulary([PAD, UNK, START, END, *WORDS], [0, 0, 0, 0, *WORDS.values()], "headline")


def test_the_score_is_the_mean_log_probability_less_a_part_of_the_mean_log_frequency(vocabulary):
    total = sum(WORDS.values())
    ids = [vocabulary.stoi[word] for word in ("the", "of")]
    wanted = -2.0 - 0.3 * np.log(np.array([5000, 4000]) / total).mean()
    assert HeadlineScorer(vocabulary).score(ids, -2.0) == pytest.approx(wanted)
    assert HeadlineScorer(vocabulary).score([], -2.0) == -2.0
    rarer = [vocabulary.stoi[word] for word in ("india", "of")]
    assert HeadlineScorer(vocabulary).score(rarer, -2.0) > HeadlineScorer(vocabulary).score(ids, -2.0)


def test_words_that_a_list_lacks_are_not_preferred_to_those_that_it_has():
    """As in a fine-tuned model: it knows the words of the model before, which its list does not have."""
    known = Vocabulary([PAD, UNK, START, END, "the", "rain", "snow"], [0, 0, 0, 0, 400, 12, 0], "headline")
    rain, snow = (HeadlineScorer(known).score([known.stoi[word]], -2.0) for word in ("rain", "snow"))
    assert rain == snow > HeadlineScorer(known).score([known.stoi["the"]], -2.0)


@pytest.mark.parametrize(
    "headline, repeats",
    [
        ("india vs india", 1),
        ("india meets india's boss", 1),
        ("india meets indias", 1),
        ("india , india , india", 2),
        ("the boss of the boss", 1),
        ("the vs the , of , of", 0),  # frequent words and marks may come again
        ("india meets the boss", 0),
        ("", 0),
    ],
)
def test_a_word_that_says_something_is_said_once(vocabulary, headline, repeats):
    assert HeadlineScorer(vocabulary).repeats([vocabulary.stoi[word] for word in headline.split()]) == repeats


def test_a_headline_that_says_a_word_of_its_seed_again_comes_last():
    follows = {
        "says": {"London": 5.0, "NASA": 4.0},
        "london": {"rise": 9.0},
        "nasa": {"rise": 9.0},
        "rise": {"</s>": 9},
    }
    words = ("the", "of", *[f"word{n}" for n in range(9)], "London", "NASA", "says", "rise")
    checkpoint = bigram_checkpoint(follows, words=words)
    checkpoint.vocabulary.counts[4:6] = 10**6
    made = Generator(suggester(checkpoint)).several("London says", 2, temperature=1.0, rng=np.random.default_rng(0))
    assert [headline.text for headline in made] == ["London says NASA rise", "London says London rise"]
    assert [headline.repeats for headline in made] == [0, 1]
