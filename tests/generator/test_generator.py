"""Whole headlines: greedy, by sampling and by beam search."""

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest

from headline.corpus.split import SeenHeadlines
from headline.generator.continuation import allowed_ids
from headline.generator.generator import Generator
from headline.generator.suggester import Suggester
from headline.generator.whole.beam_search import normalised
from headline.generator.whole.samplers import greedy, sample
from headline.generator.words.lexicon import Lexicon
from headline.model.network import log_softmax
from tests import tiny
from tests.tiny import bigram_checkpoint, random_checkpoint

RECIPES = ("autocomplete", "notebook")
SENTENCE = {"<s>": {"the": 9}, "the": {"government": 9}, "government": {"says": 9}, "says": {"</s>": 9}}
LOUD_MARKS = {word: {mark: 50 for mark in ("<unk>", "<pad>", "<s>")} for word in ("<s>", "the", "we", "of", "rise")}


def generator(checkpoint) -> Generator:
    return Generator(tiny.suggester(checkpoint))


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    "seed, text",
    [
        ("", "The government says"),
        ("the", "the government says"),
        ("the gov", "the government says"),
        ("The Gov", "The Government Says"),
        ("THE GOV", "THE GOVERNMENT SAYS"),
        ("London “the", "London “the government says”"),  # the quote is closed
        ("zebra the ", "zebra the government says"),
        ("government says", "government says"),
    ],
)
def test_greedy_follows_the_likeliest_words_to_the_end_mark(seed, text):
    made = generator(bigram_checkpoint(SENTENCE)).generate(seed)
    assert (made.text, made.ended) == (text, True)


def test_log_probability_is_of_the_words_added_and_the_end():
    checkpoint = bigram_checkpoint(SENTENCE)
    words = len(checkpoint.vocabulary)
    with_end = 9 - np.log(np.exp(9) + words - 5)  # one word at 9, at 0 the end and the other words but the last one
    assert generator(checkpoint).generate("the").log_probability == pytest.approx(3 * with_end, rel=1e-4)
    no_end = 9 - np.log(np.exp(9) + words - 6)
    assert generator(checkpoint).generate("the", words=2).log_probability == pytest.approx(2 * no_end, rel=1e-4)


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("temperature", [0, 1.0])
@pytest.mark.parametrize(
    "seed, open_words", [("", 0), ("the ", 0), ("the gove", 1), ("zebra", 0), ("we rise " * 30, 0)]
)
def test_five_words_are_five_words(recipe, temperature, seed, open_words):
    made = generator(random_checkpoint(recipe)).generate(seed, words=5, temperature=temperature, rng=rng())
    assert len(made.text.split()) == len(seed.split()) - open_words + 5
    assert not made.ended


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("number", range(6))
def test_an_open_word_in_the_seed_is_finished(recipe, number):
    made = generator(random_checkpoint(recipe)).generate("we gover", temperature=2.0, rng=rng(number))
    assert made.text.lower().split()[1] in ("government", "governor", "governs")


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("seed", ["", "the ", "the gov", "zebra"])
def test_marks_are_never_written_however_likely(recipe, seed):
    checkpoint = bigram_checkpoint(LOUD_MARKS if recipe == "autocomplete" else {"the": {"<pad>": 50}}, recipe)
    writer = generator(checkpoint)
    made = [writer.generate(seed, temperature=t, rng=rng(3)) for t in (0, 0.7, 5.0, 1e-30, 1e300)]
    made += [*writer.beam(seed, width=4, number=3), *writer.several(seed, 3, rng=rng(4))]
    assert len(made) >= 7
    assert not any(re.search(r"[<>]|unk|pad", headline.text.lower()) for headline in made)
    assert all(np.isfinite(headline.log_probability) for headline in made)


@pytest.mark.parametrize("temperature", [-0.1, -1, float("nan"), float("inf")])
def test_a_temperature_that_is_none_is_refused(temperature):
    with pytest.raises(ValueError, match="temperature"):
        generator(random_checkpoint()).generate("the", temperature=temperature)


def test_a_headline_ends_without_an_end_mark_when_the_row_is_full():
    follows = {"the": {"we": 9}, "we": {"rise": 9}, "rise": {"of": 9}, "of": {"London": 9}, "london": {"says": 9}}
    made = generator(bigram_checkpoint(follows, other=-9.0, block_size=6)).generate("the")
    assert (made.text, made.ended) == ("the we rise of London says", False)


def test_the_notebook_writes_title_case_and_never_capitals_behind_an_apostrophe():
    checkpoint = bigram_checkpoint({"of": {"won't": 9}, "won't": {"NASA": 9}, "nasa": {"of": 9}}, "notebook")
    made = generator(checkpoint).generate("the rise of", words=4)
    assert made.text == "The Rise of Won't NASA of Won't"
    assert generator(checkpoint).generate("don't", words=1).text.startswith("Don't ")


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_same_random_numbers_write_the_same_headline(recipe):
    writer = generator(random_checkpoint(recipe))
    first, again = ([writer.generate("we", temperature=1.5, rng=r).text for _ in range(5)] for r in (rng(1), rng(1)))
    assert first == again and len(set(first)) > 1


@pytest.mark.parametrize("recipe", RECIPES)
def test_several_are_different_and_more_than_their_seed(recipe):
    made = list(generator(random_checkpoint(recipe)).several("we ", 8, temperature=1.0, rng=rng()))
    assert len(made) == 8 == len({headline.text.casefold() for headline in made})
    assert all(len(headline.text.split()) > 1 for headline in made)


def test_several_are_ranked_by_their_scores_and_as_long_as_asked_for():
    writer = generator(random_checkpoint(scale=0.3))
    made = writer.several("the", 4, temperature=1.0, words=2, rng=rng())
    scores = [headline.score for headline in made]
    assert scores == sorted(scores, reverse=True)
    assert [headline.length for headline in made] == [2] * 4
    assert len({headline.text for headline in made}) == 4


def test_several_are_the_best_of_ten_times_as_many_samples():
    follows = {"the": {"rise": 1.0, "London": 1.0}, "rise": {"of": 9.0}, "of": {"</s>": 9.0}, "london": {"</s>": 1.0}}
    writer = generator(bigram_checkpoint(follows))
    made = writer.several("the", 2, temperature=3.0, rng=rng())
    drawn = writer.samples("the", 20, temperature=3.0, rng=rng())
    best = sorted({h.text: h.score for h in [*drawn, *writer.beam("the")] if h.length > 2}.values())
    assert [headline.score for headline in made] == best[::-1][:2]


@pytest.mark.parametrize("recipe", RECIPES)
def test_many_at_once_are_as_likely_as_one_by_one(recipe):
    writer = generator(random_checkpoint(recipe, scale=0.3))
    numbers = rng(5)
    together = Counter(h.text for h in writer.samples("we rise of", 2000, 2, 1.0, rng=numbers))
    apart = Counter(writer.generate("we rise of", 2, 1.0, rng=numbers).text for _ in range(2000))
    frequent = [text for text, _ in (together + apart).most_common(20)]
    assert max(abs(together[text] - apart[text]) for text in frequent) < 60
    for made in writer.samples("we", 3, temperature=1e-30, rng=numbers):
        assert made == writer.generate("we")


def test_a_headline_that_adds_only_one_word_comes_last():
    follows = {"the": {"rise": 5.0, "London": 4.0}, "rise": {"</s>": 9.0}, "london": {"says": 9.0}, "says": {"</s>": 9}}
    made = [h.text for h in generator(bigram_checkpoint(follows)).several("the", 20, temperature=0.5, rng=rng())]
    assert made[0] == "the London says" and "the rise" in made[1:]


def test_at_a_temperature_of_0_there_are_two_at_most():
    follows = {"the": {"rise": 2.0, "London": 1.9}, "london": {"says": 9}, "rise": {}}
    made = [h.text for h in generator(bigram_checkpoint(follows)).several("the", 5, temperature=0, words=2)]
    assert made[0] == "the London says" and made[1].startswith("the rise ") and len(made) == 2


def test_no_word_and_no_pair_of_words_is_written_twice():
    follows = {"the": {"the": 9, "we": 5}, "we": {"the": 9, "rise": 1}, "rise": {"of": 9}, "of": {"the": 9}}
    made = generator(bigram_checkpoint(follows, other=-9.0)).generate("the", words=6).text.split()
    pairs = list(pairwise(made))
    assert all(a != b for a, b in pairs) and len(pairs) == len(set(pairs)) and made[:3] == ["the", "we", "the"]


MARKED = ("Review", "the", "end", ":", "“", "”", "?", ",")


@pytest.mark.parametrize(
    "follows, seed, expected",
    [
        (
            {"review": {":": 9}, ":": {"the": 9}, "the": {"end": 9}, "end": {"?": 9}, "?": {"</s>": 9}},
            "review",
            "review: the end?",
        ),
        ({"the": {",": 9}, ",": {"</s>": 9, "end": 5}, "end": {"</s>": 9}}, "the", "the, end"),
        ({"the": {"“": 9}, "“": {"end": 9}, "end": {"</s>": 9}}, "the", "the “end”"),
        ({"the": {"”": 9, "end": 1}, "end": {"</s>": 9}}, "the", "the end"),
        ({"the": {"?": 9}, "?": {"?": 9, "</s>": 5}}, "the", "the?"),
        ({"the": {"“": 9}, "“": {"end": 9}, "end": {"”": 9}, "”": {"</s>": 9}}, "the “end", "the “end”"),
    ],
)
def test_punctuation_is_written_as_it_should_be(follows, seed, expected):
    assert generator(bigram_checkpoint(follows, words=MARKED, other=-9.0)).generate(seed).text == expected


def test_several_gives_up_where_there_is_only_one():
    made = list(generator(bigram_checkpoint(SENTENCE, other=-60.0)).several("the", 5, rng=rng()))
    assert [headline.text for headline in made] == ["the government says"]


LOGITS = np.log(np.array([0.4, 0.3, 0.15, 0.1, 0.05], dtype=np.float32))


@pytest.mark.parametrize(
    "temperature, top_k, expected",
    [
        (1.0, 0, [0.4, 0.3, 0.15, 0.1, 0.05]),
        (1.0, 99, [0.4, 0.3, 0.15, 0.1, 0.05]),
        (1.0, 2, [4 / 7, 3 / 7, 0, 0, 0]),
        (0.5, 3, np.array([0.16, 0.09, 0.0225, 0, 0]) / 0.2725),
        (1e-40, 0, [1, 0, 0, 0, 0]),
        (1e300, 0, [0.2] * 5),
    ],
)
@pytest.mark.filterwarnings("error:invalid value")
def test_samples_come_as_often_as_the_softmax_says(temperature, top_k, expected):
    numbers = rng(11)
    barred = np.append(LOGITS, -np.inf).astype(np.float32)
    drawn = np.bincount([sample(barred, numbers, temperature, top_k) for _ in range(20_000)], minlength=6)
    np.testing.assert_allclose(drawn / 20_000, [*expected, 0], atol=0.014)  # four standard deviations
    assert (drawn[np.array([*expected, 0]) == 0] == 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_top_1_is_greedy(seed):
    logits = rng(seed).normal(size=50).astype(np.float32)
    assert sample(logits, rng(seed), temperature=3.0, top_k=1) == greedy(logits) == logits.argmax()


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("seed", ["", "the ", "we rise", "the gov"])
def test_a_beam_of_one_is_greedy(recipe, seed):
    writer = generator(random_checkpoint(recipe, seed=5))
    beam, best = writer.beam(seed, words=4, width=1), writer.generate(seed, words=4)
    assert [headline.text for headline in beam] == [best.text]
    assert beam[0].log_probability == pytest.approx(best.log_probability, rel=1e-5)


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("seed", range(4))
def test_a_wide_beam_finds_the_best_of_all_sequences(recipe, seed):
    checkpoint = random_checkpoint(recipe, ["the", "we", "rise", "fall"], seed=seed, scale=1.5)
    writer, vocabulary = generator(checkpoint), checkpoint.vocabulary
    words = [i for i in range(len(vocabulary)) if i not in vocabulary.specials]
    scores = {}
    for sequence in product(words, repeat=3):
        state, score = writer.suggester.next_words.state(tuple(vocabulary.encode("we"))), 0.0
        for i in sequence:
            allowed = allowed_ids(writer.suggester, state.ids[0].tolist(), may_end=False).tolist()
            log_p = log_softmax(writer.model.log_probabilities(state)[0][allowed])
            score += float(log_p[allowed.index(i)]) if i in allowed else -np.inf
            state = writer.model.step(state, np.array([i]))
        scores[" ".join(["we", *(vocabulary.itos[i] for i in sequence)])] = score
    best = sorted(scores, key=scores.get, reverse=True)[:5]
    made = writer.beam("we", words=3, width=16, number=5)  # 16 beams hold all beginnings of two words
    assert [headline.text.lower() for headline in made] == best
    assert [headline.log_probability for headline in made] == pytest.approx([scores[b] for b in best], rel=1e-4)


def test_a_beam_sees_past_a_first_word_that_leads_nowhere():
    follows = {"the": {"rise": 2.0, "London": 1.9}, "london": {"says": 9}, "rise": {}}
    writer = generator(bigram_checkpoint(follows))
    assert writer.generate("the", words=2).text.startswith("the rise ")
    assert writer.beam("the", words=2, width=2)[0].text == "the London says"


def test_beams_are_ranked_by_normalised_log_probability():
    writer = generator(bigram_checkpoint({**SENTENCE, "government": {"says": 3, "</s>": 3.2}}))
    made = writer.beam("the", width=6, number=3)
    assert made[0].ended and len({headline.text for headline in made}) == 3
    added = [len(headline.text.split()) - 1 + headline.ended for headline in made]
    scores = [normalised(headline.log_probability, n) for headline, n in zip(made, added, strict=True)]
    assert scores == sorted(scores, reverse=True)
    assert {headline.text for headline in made[:2]} == {"the government", "the government says"}


def test_headlines_that_were_trained_on_are_marked():
    checkpoint = bigram_checkpoint({"the": {"rise": 9}, "rise": {"</s>": 9}, "of": {"NASA": 9}, "NASA": {"</s>": 9}})
    writer = generator(replace(checkpoint, seen=SeenHeadlines.of(["The Rise"])))
    assert [writer.generate(seed).seen for seed in ("the", "of")] == [True, False]
    assert writer.beam("the")[0].seen


def test_blocked_words_are_in_no_headline():
    checkpoint = bigram_checkpoint({"the": {"rise": 9, "NASA": 8}, "NASA": {"</s>": 9}})
    writer = Generator(Suggester(checkpoint, Lexicon([], np.empty(0)), blocked=["rise"]))
    assert writer.generate("the").text == writer.beam("the")[0].text == "the NASA"
    assert writer.generate("the rise").text.startswith("the rise")  # it may be typed
    assert writer.generate("the ri", words=1).text != "the rise"
