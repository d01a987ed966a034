"""What the context says of words that the vocabulary lacks: by the classes of words that are used alike."""

import numpy as np
import pytest

from headline.generator.suggester import Suggester
from headline.generator.words.lexicon import Lexicon, listed
from headline.generator.words.word_classes import CLASSES, NONE, WordClasses, word_classes
from headline.paths import BUNDLED_MODEL
from tests.tiny import bigram_checkpoint, vocabulary

KNOWN = ("to", "visit", "paris", "london", "berlin", "madrid", "tokyo", "beats", "federer", "nadal", "djokovic")
PLACES, PLAYERS = ("paris", "london", "berlin", "madrid", "tokyo"), ("federer", "nadal", "djokovic")
LIKELY = 6.0  # a logit


@pytest.fixture(scope="module")
def box() -> Suggester:
    """Places follow *visit* and tennis players follow *beats*; what the vocabulary lacks is likely after both."""
    follows = {
        "visit": dict.fromkeys(PLACES, LIKELY) | {"<unk>": LIKELY},
        "beats": dict.fromkeys(PLAYERS, LIKELY) | {"<unk>": LIKELY},
    }
    checkpoint = bigram_checkpoint(follows, words=KNOWN)
    return Suggester(checkpoint, Lexicon.beyond(checkpoint.vocabulary), blocked=())


@pytest.fixture(scope="module")
def bundled() -> Suggester:
    return Suggester.load(BUNDLED_MODEL)


def offered(box: Suggester, text: str, k: int = 50) -> dict[str, float]:
    return {s.text.split()[-1].lower(): s.probability for s in box.suggest(text, k)}


def test_words_that_are_used_alike_have_one_class():
    classes = word_classes()
    assert set(classes.values()) == set(range(CLASSES)) and NONE not in classes.values()
    for alike in (("zurich", "vienna"), ("federer", "wawrinka"), ("novartis", "pfizer")):
        assert classes[alike[0]] == classes[alike[1]]
    assert len({classes[word] for word in ("zurich", "federer", "novartis")}) == 3


def test_the_context_chooses_among_words_that_the_vocabulary_lacks(box):
    lexicon = Lexicon.beyond(box.vocabulary)
    visit, beats = (
        lexicon.factors(box.next_words.after(box.vocabulary.encode(text)).words) for text in ("visit", "beats")
    )
    for right, wrong, words in ((visit, beats, ("vienna", "budapest")), (beats, visit, ("wawrinka",))):
        for word in words:
            assert lexicon.share(word, right) > 1.2 * lexicon.share(word) > 1.2 * 1.2 * lexicon.share(word, wrong)
    there, here = offered(box, "visit vien"), offered(box, "beats vien")
    assert there["vienna"] > here["vienna"] > 0  # among all that the letters can become


def test_shares_of_all_words_still_sum_to_one(box):
    lexicon = Lexicon.beyond(box.vocabulary)
    words = np.zeros(len(box.vocabulary), dtype=np.float32)
    words[[box.vocabulary.stoi[word] for word in PLACES]] = 0.2
    factors = lexicon.factors(words)
    assert factors is not None and factors.min() > 0
    letters = sorted({key[0] for key in listed("en").keys})
    assert sum(lexicon.starting_with(letter, 16, factors)[1] for letter in letters) == pytest.approx(1)
    assert sum(lexicon.starting_with(letter, 16)[1] for letter in letters) == pytest.approx(1)
    found, mass = lexicon.starting_with("zur", 16, factors)
    assert dict(found)["zurich"] == pytest.approx(lexicon.share("zurich", factors))
    assert sum(share for _, share in found) <= mass * (1 + 1e-9)
    assert lexicon.brief("z", factors) < lexicon.starting_with("z", 16, factors)[1]


def test_without_a_hint_the_shares_are_those_of_the_frequencies():
    of_ids, shares = np.array([0, 1, NONE]), np.full(CLASSES + 1, 1 / (CLASSES + 1))
    classes = WordClasses(vocabulary("notebook", ("a", "b")), of_ids, shares)
    assert classes.factors(np.zeros(3, dtype=np.float32)) == pytest.approx(np.ones(CLASSES + 1))


def test_a_list_without_classes_has_no_factors():
    assert Lexicon(["aa", "ab"], np.array([1.0, 3.0])).factors(np.ones(3)) is None


@pytest.mark.parametrize(
    "typed, wanted", [("facebook's zu", "zuckerberg"), ("flights to Zu", "zurich"), ("Zel", "zelenskyy")]
)
def test_the_bundled_model_offers_first_what_fits(bundled, typed: str, wanted: str):
    assert next(iter(offered(bundled, typed))) == wanted
