"""The n-grams of one person, and what a finished headline teaches."""

import math
from dataclasses import replace

import numpy as np
import pytest

from headline.corpus.vocabulary import END
from headline.generator.learning import Learner
from headline.generator.personal import MOST, Finished, Personal
from headline.generator.suggester import Suggester
from headline.generator.words.lexicon import Lexicon
from headline.training.fitting.mixture import build_ngrams
from tests.tiny import WORDS, bigram_checkpoint, random_checkpoint, suggester

WROTE = ["Zuckerberg says we rise", "the governor of Narnia won't rise", "Zuckerberg says the government governs"]


def finished(*headlines: str, base: float = 0.01, end: float = 0.01) -> list[Finished]:
    rows = [tuple(headline.split()) for headline in headlines]
    return [Finished(keys, {}, (base,) * len(keys) + (end,)) for keys in rows]


@pytest.mark.parametrize("context", [(), ("a",), ("a", "b"), ("x", "a", "b"), ("nothing", "like"), ("b",)])
def test_the_shares_and_what_is_left_sum_to_one(context):
    words, left = Personal(finished("a b c", "a b d e", "b a")).after(context)
    assert sum(words.values()) + left == pytest.approx(1)
    assert 0 < left < 1 and min(words.values()) > 0


def test_the_shares_of_one_headline_are_those_of_the_formula():
    model = Personal(finished("a b"), strength=100)
    words, left = model.after(("a",))
    # The longest context, <s> a, was followed by b once; so was a; and there are three words: a, b and the end.
    first, rest = 0.1 / 11, 10.9 / 11
    second, rest_2 = rest * 0.1 / 11, rest * 10.9 / 11
    third = rest_2 * 0.3 / 103
    assert words == pytest.approx({"b": first + second + third, "a": third, END: third})
    assert left == pytest.approx(rest_2 * (100 + 0.7 * 3) / 103)


def test_nobody_who_wrote_nothing_changes_anything():
    assert Personal([]).after(("a",)) == ({}, 1.0)
    plain = suggester(random_checkpoint())
    for text in ("", "the ", "the gov", "won't r"):
        assert plain.suggest(text, personal=plain.learn([])) == plain.suggest(text)


def test_the_end_of_a_headline_is_learnt():
    words, _ = Personal(finished("a b", "c b")).after(("x", "b"))
    assert words[END] == max(words.values())


def test_a_person_who_repeats_themselves_is_followed_more_than_one_who_does_not():
    same = Personal.fitted(finished(*["a b c d"] * 20))
    other = Personal.fitted(finished(*(f"a{n} b{n} c{n} d{n}" for n in range(20)), end=0.5))
    few = Personal.fitted(finished("a b", "c d"))
    assert same.strength < few.strength < other.strength


def test_what_is_fitted_makes_the_last_headlines_most_probable():
    rows = finished(*(f"{'ab'[n % 2]} x{n % 3} y{n}" for n in range(30)))

    def nats(strength: float) -> float:
        total = 0.0
        for number in range(5, 30):
            model = Personal(rows[:number], strength)
            for at, key in enumerate((*rows[number].keys, END)):
                words, left = model.after(rows[number].keys[:at])
                total -= math.log(words.get(key, 0.0) + left * 0.01)
        return total

    strengths = [800.0, 1600.0, 3200.0, 6400.0, 12800.0]
    assert Personal.fitted(rows).strength == min(strengths, key=nats)


@pytest.mark.parametrize("recipe", ["autocomplete", "notebook"])
def test_the_vector_follows_the_gradient_of_the_log_probability(recipe):
    model = suggester(random_checkpoint(recipe, seed=3))
    learner = Learner(model.model, model.next_words, model.lexicon, frozenset())
    typed = model.vocabulary.split_typed("the government says we rise ")
    at = np.linspace(-0.5, 0.5, model.model.network.softmax_layer[0].shape[1]).astype(np.float32)

    def log_probability(shift: np.ndarray) -> float:
        base, _ = learner._read(typed, shift)
        words = base if recipe == "autocomplete" else base[:-1]  # the notebook's vocabulary has no end
        return sum(map(math.log, words))

    _, gradient = learner._read(typed, at)
    step = 1e-2 * np.eye(len(at), dtype=np.float32)
    numeric = [(log_probability(at + one) - log_probability(at - one)) / 2e-2 for one in step]
    assert gradient == pytest.approx(numeric, abs=2e-3)


def test_words_like_those_written_become_more_probable_too():
    model = suggester(random_checkpoint(seed=1))
    matrix = model.model.network.softmax_layer[0]
    i = {key: model.vocabulary.stoi[key] for key in ("london", "nasa")}
    matrix[i["nasa"]] = matrix[i["london"]]  # two words with one vector: what is true of one is true of the other
    personal = model.learn(["London", "London", "London"])
    before, after = (one.after([]).words for one in (model.next_words, personal.next_words))
    assert after[i["nasa"]] > before[i["nasa"]]


def test_a_name_written_once_is_offered_as_it_was_written():
    model = suggester(bigram_checkpoint({"says": {"the": 5}}))
    personal = model.learn(WROTE[:1])
    assert model.suggest("Zuck") == []
    assert model.suggest("Zuck", personal=personal)[0].text == "Zuckerberg"
    assert model.suggest("zuck", personal=personal)[0].text == "zuckerberg"  # what is typed is not changed
    assert "the Zuckerberg" in [s.text for s in model.suggest("the ", 20, personal=personal)]
    assert "ZUCKERBERG" in [s.text for s in model.suggest("", 20, style="upper", personal=personal)]
    follows = [s.text for s in model.suggest("the zuckerberg ", 3, personal=personal)]
    assert follows[0] == "the zuckerberg says"


def test_next_words_after_an_open_name_that_only_the_person_knows():
    model = suggester(bigram_checkpoint({"says": {"the": 5}}))
    personal = model.learn([WROTE[0], WROTE[2]])
    assert personal.after(("zuckerberg",)).words["says"] > 0.05
    assert "Zuckerberg" in [s.text for s in model.suggest("Zuckerber", personal=personal)]


def test_a_blocked_word_is_not_offered_to_who_wrote_it():
    plain = Suggester(random_checkpoint(), Lexicon([], np.empty(0)), blocked=("zuckerberg", "governor"))
    personal = plain.learn(WROTE)
    for text in ("", "the ", "zuck", "gov"):
        offered = [s.text.lower() for s in plain.suggest(text, 50, phrases=True, personal=personal)]
        assert not [t for t in offered if "zuckerberg" in t or "governor" in t]


def test_learning_bit_by_bit_is_learning_at_once():
    model = suggester(random_checkpoint(seed=5))
    at_once = model.learn(WROTE)
    bit_by_bit = None
    for headline in WROTE:
        bit_by_bit = model.learn([headline], bit_by_bit)
    for text in ("", "the ", "Zuck", "we r"):
        a, b = model.suggest(text, personal=at_once), model.suggest(text, personal=bit_by_bit)
        assert [(s.text, s.probability) for s in a] == [(s.text, s.probability) for s in b]


def test_only_the_last_headlines_count():
    model = suggester(random_checkpoint())
    personal = model.learn(["Narnia"] + ["we rise"] * MOST)
    assert len(personal.finished) == MOST and "narnia" not in personal.forms


@pytest.mark.parametrize("headline", ["", " ", "\x00", "🙂", "<unk> <s>", "a" * 5_000, "?!", "“", "\ud800"])
@pytest.mark.parametrize("recipe", ["autocomplete", "notebook"])
def test_anything_can_be_learnt(recipe, headline):
    model = suggester(random_checkpoint(recipe))
    personal = model.learn([headline, "the government", headline])
    for text in ("", "the ", "gov"):
        found = model.suggest(text, phrases=True, personal=personal)
        assert all(0 < s.probability <= 1 + 1e-6 for s in found)


def test_probabilities_of_next_words_still_sum_to_one():
    model = suggester(random_checkpoint(seed=2))
    personal = model.learn(WROTE)
    everything = model.suggest("the ", 1000, personal=personal)
    follows = personal.next_words.after(model.vocabulary.encode("the"))
    words, left = personal.after(("the",))
    rest = left * (follows.unknown + follows.end) + words[END]
    the = left * float(follows.words[model.vocabulary.stoi["the"]]) + words["the"]  # is not offered twice in a row
    never = left * (1 - float(follows.words.sum()) - follows.unknown - follows.end)  # of <pad> and <s>
    assert sum(s.probability for s in everything) + rest + the + never == pytest.approx(1, abs=1e-5)


def test_a_row_carries_on_as_the_person_goes_on():
    checkpoint = random_checkpoint(scale=0.1)  # whose n-grams have no word that often follows "rise"
    ngram = build_ngrams([f"rise {word}" for word in WORDS], checkpoint.vocabulary, 2, 10**6)
    plain = suggester(replace(checkpoint, ngram=ngram, lstm_weight=0.99))
    personal = plain.learn(["we rise of NASA"] * 20)
    (row,) = plain.suggest("we r", 1, phrases=True, personal=personal)
    assert (row.text, row.more) == ("we rise", " of NASA")
    assert plain.suggest("we r", 1, phrases=True)[0].more == ""
