"""Figures on held-out headlines, against numbers known beforehand and a recount one word at a time."""

from dataclasses import replace

import numpy as np
import pytest

from headline.model.evaluation import Evaluation, evaluate, exact_matches
from headline.model.language_model import LanguageModel
from headline.model.network import Network, log_softmax
from headline.model.ngrams.ngram import NGram
from tests.tiny import WORDS, bigram_checkpoint, random_checkpoint, uniform_checkpoint
from tests.tiny import vocabulary as tiny_vocabulary

RECIPES = ("autocomplete", "notebook")
HEADLINES = [
    "The government says",
    "NASA won't rise",
    "of",
    "We rise",
    "The governor of London says McConnell governs the rise of the government of London",  # longer than a row
    "the zebra governs the giraffe",
    "!!!",
]


@pytest.mark.parametrize("recipe", RECIPES)
def test_when_all_words_are_as_likely_perplexity_is_their_number(recipe):
    checkpoint = uniform_checkpoint(recipe)
    found = evaluate(checkpoint, HEADLINES)
    assert found.perplexity == pytest.approx(len(checkpoint.vocabulary), rel=1e-3)
    assert found.loss == pytest.approx(np.log(len(checkpoint.vocabulary)), rel=1e-4)


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("batch_size", [1, 2, 64])
def test_a_recount_one_word_at_a_time_gives_the_same_figures(recipe, batch_size):
    checkpoint = random_checkpoint(recipe, seed=4)
    vocabulary, network = checkpoint.vocabulary, Network(checkpoint.config, checkpoint.weights)
    nats, ranks = [], []
    for headline in HEADLINES:
        ids = vocabulary.encode(headline)
        if recipe == "autocomplete":
            ids = [vocabulary.start, *ids, vocabulary.end]
        for n in range(1, len(ids)):
            log_p = log_softmax(network.logits(network.read(np.array([ids[:n]])))[0])
            nats.append(-log_p[ids[n]])
            if ids[n] not in vocabulary.specials:
                order = [i for i in np.argsort(-log_p) if i not in vocabulary.specials]
                ranks.append(1 + order.index(ids[n]))
    ranks = np.array(ranks)
    found = evaluate(checkpoint, HEADLINES, batch_size)
    assert found.headlines == len(HEADLINES)
    assert found.words == len(nats)
    assert found.loss == pytest.approx(np.mean(nats), rel=1e-5)
    assert found.perplexity == pytest.approx(np.exp(np.mean(nats)), rel=1e-5)
    assert (found.top1, found.top3, found.top5) == pytest.approx([(ranks <= k).mean() for k in (1, 3, 5)])
    assert found.mean_reciprocal_rank == pytest.approx((1 / ranks).mean())


def test_ranks_by_hand():
    # After "the" come NASA, London, "we"; of "the London" the second word is ranked second.
    checkpoint = bigram_checkpoint(
        {"<s>": {"the": 9}, "the": {"NASA": 5, "London": 4, "we": 3}, "we": {"</s>": 9, "rise": 1}}
    )
    one = evaluate(checkpoint, ["the London"])
    assert (one.words, one.top1, one.top3, one.top5) == (3, 0.5, 1, 1)
    assert one.mean_reciprocal_rank == pytest.approx((1 + 1 / 2) / 2)
    two = evaluate(checkpoint, ["the London", "the we"])
    assert two.mean_reciprocal_rank == pytest.approx((1 + 1 / 2 + 1 + 1 / 3) / 4)


def test_a_mark_that_is_never_shown_does_not_push_a_word_down():
    checkpoint = bigram_checkpoint({"<s>": {"the": 9}, "the": {"</s>": 9, "<unk>": 8, "<pad>": 7, "rise": 6}})
    assert evaluate(checkpoint, ["the rise"]).top1 == 1


def test_unknown_words_are_predicted_by_autocomplete_and_left_out_by_the_notebook():
    words = "the zebra governs the giraffe"
    causal = evaluate(uniform_checkpoint("autocomplete"), [words])
    assert (causal.words, causal.unknown) == (6, 2)  # five words and the end
    lesson = evaluate(uniform_checkpoint("notebook"), [words])
    assert (lesson.words, lesson.unknown) == (2, 2)  # "governs" and the second "the"


def test_longer_headlines_weigh_by_their_words():
    checkpoint = random_checkpoint(seed=6)
    short, long = ["we rise"], [" ".join(WORDS)]
    a, b, both = (evaluate(checkpoint, lines) for lines in (short, long, short + long))
    assert both.loss == pytest.approx((a.loss * a.words + b.loss * b.words) / (a.words + b.words))
    assert both.loss != pytest.approx((a.loss + b.loss) / 2, rel=1e-4)


def test_progress_counts_headlines_to_the_last():
    told = []
    evaluate(uniform_checkpoint(), HEADLINES, batch_size=3, on_progress=lambda done, of: told.append((done, of)))
    assert told == [(3, 7), (6, 7), (7, 7)]


@pytest.mark.parametrize("recipe", RECIPES)
def test_nothing_to_measure_is_not_a_number_and_no_error(recipe):
    found = evaluate(uniform_checkpoint(recipe), [])
    assert isinstance(found, Evaluation)
    assert found.headlines == found.words == 0
    assert np.isnan([found.loss, found.perplexity, found.top1, found.mean_reciprocal_rank]).all()


def test_known_words_alone_leave_the_unknown_ones_out():
    checkpoint = bigram_checkpoint({"<s>": {"the": 5}, "the": {"<unk>": 2, "rise": 4}, "<unk>": {"</s>": 3}})
    network, vocabulary = Network(checkpoint.config, checkpoint.weights), checkpoint.vocabulary
    ids = [vocabulary.start, *vocabulary.encode("the zebra"), vocabulary.end]
    nats = [-log_softmax(network.logits(network.read(np.array([ids[:n]])))[0])[ids[n]] for n in (1, 2, 3)]
    found = evaluate(checkpoint, ["the zebra"])
    assert found.perplexity == pytest.approx(np.exp(np.mean(nats)), rel=1e-5)
    assert found.perplexity_known == pytest.approx(np.exp((nats[0] + nats[2]) / 2), rel=1e-5)


def test_the_mixture_is_what_is_measured():
    checkpoint = random_checkpoint(seed=3)
    vocabulary = checkpoint.vocabulary
    rows = [[vocabulary.start, *vocabulary.encode(line), vocabulary.end] for line in HEADLINES]
    ngram = NGram.build(rows, len(vocabulary), [0, vocabulary.start])
    known_by_heart = evaluate(replace(checkpoint, ngram=ngram, lstm_weight=0.2), HEADLINES)
    assert known_by_heart.perplexity < evaluate(checkpoint, HEADLINES).perplexity / 2
    assert evaluate(replace(checkpoint, ngram=ngram, lstm_weight=1.0), HEADLINES) == evaluate(checkpoint, HEADLINES)


def test_after_the_first_word_both_recipes_are_judged_on_the_same_words():
    lines = ["the government says", "we rise", "of"]
    causal = bigram_checkpoint({"<s>": {"we": 9}, "the": {"government": 5}, "says": {"</s>": 9}})
    found = evaluate(causal, lines)
    network, vocabulary = Network(causal.config, causal.weights), causal.vocabulary
    nats = []
    for words in (["the", "government"], ["the", "government", "says"], ["we", "rise"]):
        ids = [vocabulary.start, *vocabulary.ids(words)]
        nats.append(-log_softmax(network.logits(network.read(np.array([ids[:-1]])))[0])[ids[-1]])
    assert found.perplexity_after_first == pytest.approx(np.exp(np.mean(nats)), rel=1e-5)
    lesson = evaluate(random_checkpoint("notebook"), lines)
    assert lesson.perplexity_after_first == lesson.perplexity


def test_a_model_that_knows_nothing_guesses_by_chance():
    found = evaluate(uniform_checkpoint(), ["the government says we rise"])
    assert found.top1 == found.top5 == 0  # all words are as good: each stands in the middle
    assert found.mean_reciprocal_rank == pytest.approx(1 / ((len(WORDS) + 1) / 2))


def test_exact_matches_of_one_to_three_words_at_the_surest_places():
    follows = {"<s>": {"the": 9}, "the": {"government": 9}, "government": {"says": 9}, "says": {"we": 9}}
    model = LanguageModel(bigram_checkpoint(follows))
    rows = [model.row(line) for line in ("the government says we", "the NASA says we", "of London")]
    # Places by their next word: the, government, says, we; the, NASA, says, we; of, London.
    assert exact_matches(model, rows, coverage=1.0) == pytest.approx({1: 6 / 10, 2: 3 / 7, 3: 2 / 4})
    # "of" is followed by anything: the places behind it are the least sure.
    assert exact_matches(model, rows[:1] + rows[2:], coverage=0.8)[1] == pytest.approx(4 / 5)
    assert exact_matches(model, rows, coverage=1.0, most=1) == pytest.approx({1: 1, 2: 1, 3: 1})
    assert np.isnan(exact_matches(model, [])[1])


def test_calibration_error_is_the_gap_between_sureness_and_truth():
    # Half of the time "the" is followed by what the model is almost sure of.
    checkpoint = bigram_checkpoint({"<s>": {"the": 30}, "the": {"rise": 30}, "rise": {"</s>": 30}, "we": {"</s>": 30}})
    found = evaluate(checkpoint, ["the rise", "the we"])
    # Sure of "the" twice and right, of "rise" twice and right once, of no word before the two ends.
    assert found.calibration_error == pytest.approx(1 / 6, abs=1e-3)
    assert evaluate(checkpoint, ["the rise"]).calibration_error == pytest.approx(0, abs=1e-3)


def test_judged_by_fewer_words_the_others_are_one_unknown_word():
    checkpoint = random_checkpoint(seed=5)
    vocabulary, network = checkpoint.vocabulary, Network(checkpoint.config, checkpoint.weights)
    few = tiny_vocabulary("autocomplete", ["the", "rise"])
    ids = [vocabulary.start, *vocabulary.encode("the NASA rise"), vocabulary.end]
    nats = []
    for n in range(1, len(ids)):
        p = np.exp(log_softmax(network.logits(network.read(np.array([ids[:n]])))[0]))
        if n == 2:  # NASA is none of the few: any such word would have been right
            kept = [vocabulary.stoi[key] for key in few.itos if key != "<unk>"]
            nats.append(-np.log(1 - p[kept].sum()))
        else:
            nats.append(-np.log(p[ids[n]]))
    found = evaluate(checkpoint, ["the NASA rise"], words=few)
    assert found.loss == pytest.approx(np.mean(nats), rel=1e-4)
    assert (found.words, found.unknown) == (4, 1)
    assert evaluate(checkpoint, HEADLINES, words=vocabulary) == evaluate(checkpoint, HEADLINES)
    with pytest.raises(ValueError, match="lacks “zebra”"):
        evaluate(checkpoint, HEADLINES, words=tiny_vocabulary("autocomplete", ["zebra"]))


def test_a_model_without_an_unknown_word_cannot_be_judged_by_fewer_words():
    with pytest.raises(ValueError, match="the model has no unknown word"):
        evaluate(random_checkpoint("notebook"), HEADLINES, words=tiny_vocabulary("notebook", ["the"]))


def test_punctuation_is_judged_apart():
    words = (*WORDS, ":", ",", "?")
    checkpoint = uniform_checkpoint(words=words)
    size = len(checkpoint.vocabulary)
    found = evaluate(checkpoint, ["The government: NASA, we rise?"], completions=False)
    assert (found.words, found.marks) == (6, 3)  # five words and the end
    assert found.perplexity == pytest.approx(size - 3, rel=1e-4)
    assert found.loss_with_marks == pytest.approx(np.log(size), rel=1e-4)


def test_a_likely_mark_takes_nothing_from_the_word_after_it():
    """A word's probability is its own among words, given that no mark comes."""
    follows = {"the": {":": 9, "rise": 3}}
    sure = evaluate(bigram_checkpoint(follows, words=(*WORDS, ":"), other=-9), ["the rise"], completions=False)
    plain = evaluate(bigram_checkpoint({"the": {"rise": 3}}, other=-9), ["the rise"], completions=False)
    assert sure.perplexity_after_first == pytest.approx(plain.perplexity_after_first, rel=1e-3)
    assert plain.loss_with_marks == pytest.approx(plain.loss)
