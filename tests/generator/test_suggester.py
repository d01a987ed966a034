"""What the box offers while a person types."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from headline.generator.suggester import Suggester
from headline.generator.words.lexicon import Lexicon
from headline.model.network import log_softmax
from headline.training.fitting.mixture import build_ngrams
from tests import tiny
from tests.tiny import WORDS, bigram_checkpoint, random_checkpoint

RECIPES = ("autocomplete", "notebook")
TEXTS = [
    "",
    " ",
    "the",
    "the ",
    "the gov",
    "The Gov",
    "THE GOV",
    "we rise of ",
    "zebra ",
    "the zebra g",
    "London, ",
    "“the",
]
HOSTILE = [
    "🙂",
    "🙂 the 🙂 gov",
    "правительство и ",
    "政府は",
    "सरकार ने क",
    "الحكومة ",
    "e\u0301te\u0301",
    "İSTANBUL İ",
    "ǅ ß ﬁ",
    "a" * 10_000,
    "the " * 3_000,
    "the\0gov\x1b[31m\x7f\r\n\t",
    "\ufeff\u200b\u202ethe",
    "\ud800",
    "!?.,;:-'\"’&",
    "-" * 500,
    "\u0301\u0301",
    "      the      gov",
    "<unk> <pad> </s>",
    "<s",
    "$£€₹#@",
    "0" * 300,
]


def completions(suggester: Suggester, text: str, k: int = 8) -> list[str]:
    return [s.completion for s in suggester.suggest(text, k)]


@pytest.mark.parametrize("text", TEXTS + HOSTILE)
@pytest.mark.parametrize("recipe", RECIPES)
def test_whatever_is_typed_the_answer_goes_on_from_it(recipe, text):
    suggester = tiny.suggester(random_checkpoint(recipe))
    found = suggester.suggest(text)
    p = [s.probability for s in found]
    assert len(found) <= 8
    assert all(s.completion.strip() for s in found)
    assert all(s.text == text + s.completion for s in found if s.kind != "correction")
    assert all(s.text.endswith(s.completion) for s in found)
    assert p == sorted(p, reverse=True) and all(0 < x <= 1 for x in p) and sum(p) <= 1 + 1e-5
    assert not any("<" in s.completion for s in found)


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("text", ["the g", "The Gov", "THE GOVERN", "mc", "w", "zebra l", "n"])
def test_an_open_word_is_completed_by_words_that_begin_with_it(recipe, text):
    known = {word.lower() for word in WORDS}
    fragment = text.split()[-1].lower()
    found = tiny.suggester(random_checkpoint(recipe)).suggest(text, k=100)
    expected = {word for word in known if word.startswith(fragment) and word != fragment}
    assert {s.text.split()[-1].lower() for s in found} == expected


def test_probabilities_are_the_networks_own():
    logits = {"government": 3.0, "governor": 2.0, "governs": 1.0, "london": 4.0}
    checkpoint = bigram_checkpoint({"the": logits})
    suggester = tiny.suggester(checkpoint)
    table = np.array([logits.get(word, 0.0) for word in checkpoint.vocabulary.itos])
    expected = np.exp(log_softmax(table))
    found = {s.completion.strip().lower(): s.probability for s in suggester.suggest("the ", k=100)}
    assert found == pytest.approx({w: expected[checkpoint.vocabulary.stoi[w]] for w in found}, rel=1e-4)
    assert len(found) == len(WORDS) - 1  # the marks' share is nobody's, and no word comes twice in a row
    among = np.exp([3.0, 2.0, 1.0]) / np.exp([3.0, 2.0, 1.0]).sum()
    opened = suggester.suggest("the gov")
    assert [s.text for s in opened] == ["the government", "the governor", "the governs"]
    assert [s.probability for s in opened] == pytest.approx(among, rel=1e-4)


@pytest.mark.parametrize(
    "typed, completion",
    [
        ("the gov", "ernment"),
        ("The Gov", "ernment"),
        ("THE GOV", "ERNMENT"),
        ("Gov", "ernment"),
        ("NAS", "A"),
        ("nas", "a"),
        ("Mc", "Connell"),
        ("mc", "connell"),
        ("MC", "CONNELL"),
        ("won", "'t"),
        ("WON", "'T"),
        ("won'", "t"),
        ("won’", "t"),
        ("the “won’", "t"),
        ("we’re won", "’t"),
    ],
)
def test_the_rest_of_a_word_takes_the_case_of_its_beginning(typed, completion):
    suggester = tiny.suggester(bigram_checkpoint({"the": {"government": 3}, "<s>": {"government": 3}}))
    assert completions(suggester, typed, k=1) == [completion]


@pytest.mark.parametrize(
    "typed, completion",
    [
        ("the ", "government"),
        ("the", " government"),  # no word goes on from it
        ("The Government Says ", "London"),
        ("The Government ", "Says"),
        ("THE GOVERNMENT ", "SAYS"),
        ("the government ", "says"),
        ("the government,", " says"),
        ("the “", "government"),
        ("London’s “the ", "government"),
    ],
)
def test_a_next_word_is_written_as_the_text_is(typed, completion):
    chain = {"the": {"government": 5}, "government": {"says": 5}, "says": {"London": 5}}
    found = completions(tiny.suggester(bigram_checkpoint(chain)), typed, k=1)
    assert found == [completion]


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("text", ["", " "])
def test_an_empty_box_gives_starts_with_a_capital(recipe, text):
    found = completions(tiny.suggester(random_checkpoint(recipe)), text, k=100)
    assert len(found) == len(WORDS)
    assert all(completion[0].isupper() for completion in found)


def test_marks_are_never_suggested_however_likely():
    checkpoint = bigram_checkpoint({"the": {"<unk>": 50, "<pad>": 49, "<s>": 48, "</s>": 47, "rise": 40}})
    assert completions(tiny.suggester(checkpoint), "the ", k=1) == ["rise"]


@pytest.mark.parametrize("recipe", RECIPES)
def test_k_from_none_to_more_than_there_are(recipe):
    suggester = tiny.suggester(random_checkpoint(recipe))
    assert suggester.suggest("the ", k=0) == suggester.suggest("the gov", k=0) == []
    everything = suggester.suggest("the ", k=1000)
    assert len(everything) == len(WORDS) - 1  # all but “the” itself
    three = suggester.suggest("the ", k=3)
    assert len(three) == 3 and three[0] == everything[0]
    assert three == [s for s in everything if s in three]
    assert len(suggester.suggest("the gov", k=1000)) == 3


@pytest.mark.parametrize("recipe", RECIPES)
def test_letter_by_letter_or_at_once_and_again_give_the_same_answers(recipe):
    checkpoint = random_checkpoint(recipe)
    text = "The governor of London says we won't rise of NASA governs the government of McConnell says the gov"
    typing = tiny.suggester(checkpoint)
    for n in range(len(text) + 1):
        typed = typing.suggest(text[:n])
        assert typed == typing.suggest(text[:n])
        at_once = tiny.suggester(checkpoint).suggest(text[:n])
        assert [s.text for s in typed] == [s.text for s in at_once]
        assert [s.probability for s in typed] == pytest.approx([s.probability for s in at_once], rel=1e-5)


@pytest.mark.parametrize("recipe, words_that_count", [("autocomplete", 16), ("notebook", 7)])
def test_of_a_very_long_text_only_the_end_counts(recipe, words_that_count):
    suggester = tiny.suggester(random_checkpoint(recipe, block_size=8))
    end = ("we rise " * 10).split()[-words_that_count:]
    answers = {
        tuple(completions(suggester, " ".join(start.split()[: 800 - words_that_count] + end) + " "))
        for start in ("the government of " * 300, "NASA says " * 500)
    }
    assert len(answers) == 1
    assert suggester.next_words.after(suggester.vocabulary.encode("the " * 999)).words.shape == (
        len(suggester.vocabulary),
    )


def test_the_window_of_a_long_text_moves_by_whole_rows():
    suggester = tiny.suggester(random_checkpoint(block_size=8))
    context = np.random.default_rng(0).integers(4, len(suggester.vocabulary), 60).tolist()
    for n in range(1, len(context)):
        window = context[max(0, n // 8 - 1) * 8 : n]  # from eight words to fifteen, once there are so many
        np.testing.assert_allclose(
            suggester.next_words.after(context[:n]).words, suggester.next_words.after(window).words, rtol=1e-5
        )


def test_words_within_the_window_do_count():
    suggester = tiny.suggester(random_checkpoint("notebook", block_size=8))
    a, b = (
        suggester.next_words.after(suggester.vocabulary.encode(f"{word} we rise we rise we rise")).words
        for word in ("the", "of")
    )
    assert not np.allclose(a, b, atol=1e-6)


@pytest.mark.parametrize("recipe", RECIPES)
def test_eight_threads_get_the_answers_of_one(recipe):
    checkpoint = random_checkpoint(recipe)
    texts = [f"{a} {b} {c[:2]}" for a in WORDS for b in WORDS[:4] for c in WORDS[:3]]
    expected = [tiny.suggester(checkpoint).suggest(text) for text in texts]
    shared = tiny.suggester(checkpoint)
    with ThreadPoolExecutor(8) as pool:
        for answers in pool.map(lambda _: [shared.suggest(text) for text in texts], range(8)):
            assert [[s.text for s in found] for found in answers] == [[s.text for s in found] for found in expected]


def test_load_answers_as_the_checkpoint_that_was_saved(tmp_path):
    checkpoint = random_checkpoint()
    assert Suggester.load(checkpoint.save(tmp_path / "m")).suggest("the ") == tiny.suggester(checkpoint).suggest("the ")


LONG = ["government", "governor", "president", "presents", "police", "rise", "the", "australia", "zoo"]


def backed(follows: dict, words=LONG, lexicon: dict | None = None, blocked=()) -> Suggester:
    listed = sorted(lexicon or {})
    shares = np.array([lexicon[word] for word in listed]) if lexicon else np.empty(0)
    return Suggester(bigram_checkpoint(follows, words=words), Lexicon(listed, shares), blocked)


def test_a_word_that_only_the_list_knows_has_the_unknown_words_share():
    suggester = backed({"the": {"<unk>": 3, "police": 2}}, lexicon={"polite": 0.75, "polish": 0.25})
    known = suggester.next_words.after(suggester.vocabulary.encode("the"))
    police = float(known.words[suggester.vocabulary.stoi["police"]])
    found = {s.text: s.probability for s in suggester.suggest("the pol")}
    total = police + known.unknown
    expected = {"the polite": 0.75 * known.unknown, "the police": police, "the polish": 0.25 * known.unknown}
    assert found == pytest.approx({text: p / total for text, p in expected.items()}, rel=1e-5)


def test_listed_words_are_written_as_the_text_is():
    suggester = backed({}, lexicon={"zucchini's": 1.0})
    assert completions(suggester, "The Rise Of zuc") == ["chini's"]
    assert completions(suggester, "THE RISE ZUC") == ["CHINI'S"]
    assert completions(suggester, "it’s zuc") == ["chini’s"]


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("the presidnet", "the president"),
        ("the presidn", "the president"),
        ("the austrlia", "the australia"),
        ("the Austrlia", "the Australia"),
        ("THE POLCIE", "THE POLICE"),
        ("govvernmen", "Government"),
        ("goverment", "Government"),
    ],
)
def test_letters_that_no_word_begins_with_are_corrected(typed, meant):
    suggester = backed({"<s>": {"government": 5}, "the": {"president": 3}})
    found = suggester.suggest(typed)
    wanted = meant if typed[0].isupper() or " " in typed else meant.lower()
    assert (found[0].text, found[0].kind) == (wanted, "correction")
    assert found[0].text == typed[: len(typed) - len(typed.split()[-1])] + found[0].completion


def test_what_is_spelt_right_is_not_corrected():
    suggester = backed({"the": {"president": 9}})
    assert {s.kind for typed in ("the pol", "the pres", "the z") for s in suggester.suggest(typed)} == {"word"}
    assert suggester.suggest("the presumed") == []  # many letters too far
    assert suggester.suggest("the xq") == []  # too short to tell


def test_a_listed_word_is_corrected_to_as_well():
    found = backed({}, lexicon={"zucchini": 1.0}).suggest("zuchcini")
    assert [(s.text, s.kind) for s in found] == [("zucchini", "correction")]


def test_two_slips_in_a_long_word_are_mended():
    assert backed({}).suggest("the gvoernmnet")[0].text == "the government"


def test_a_row_says_what_follows_it_where_that_is_likelier_than_not():
    chain = {"the": {"australia": 9}, "australia": {"police": 9}, "police": {"rise": 9}, "rise": {"</s>": 9}}
    suggester = backed(chain)
    first, second, third = suggester.suggest("the ", k=3, phrases=True)
    assert (first.text, first.more, first.kind) == ("the australia", " police rise", "word")
    assert second.more in ("", " police rise") and third.probability < 0.01
    assert suggester.suggest("the au", k=1, phrases=True)[0].more == " police rise"
    assert suggester.suggest("the australia", k=1, phrases=True)[0] == replace(
        suggester.suggest("the australia", k=1)[0], more=" rise"
    )
    assert {s.more for s in suggester.suggest("the ", k=3)} == {""}
    correction = suggester.suggest("the austrlaia", k=1, phrases=True)[0]
    assert (correction.kind, correction.more) == ("correction", "")


def test_what_follows_is_cased_and_quoted_as_the_text_is():
    chain = {"the": {"London": 9}, "London": {"won't": 9}, "won't": {"rise": 9}, "rise": {"</s>": 9}}
    suggester = backed(chain, words=["the", "London", "won't", "rise", "zoo"])

    def written(text: str) -> str:
        first = suggester.suggest(text, phrases=True)[0]
        return first.text + first.more

    assert written("the ") == "the London won't rise"
    assert written("The Zoo The ") == "The Zoo The London Won't Rise"
    assert written("‘It’s’ The Zoo, THE ") == "‘It’s’ The Zoo, THE London Won’t Rise"
    assert written("The Lon") == "The London won't rise"


def test_after_words_that_many_others_follow_nothing_is_looked_up():
    """The n-grams say which: "police rise" is a set phrase, after "the" anything may come."""
    rows = ["NASA says"] * 9 + [f"the {word}" for word in WORDS[1:]]
    follows = {"NASA": {"says": 9}, "the": {"rise": 9}, "of": {"NASA": 1, "the": 1}}
    checkpoint = bigram_checkpoint(follows)
    ngram = build_ngrams(rows, checkpoint.vocabulary, 2, 10**6)

    def more(model) -> dict[str, str]:
        return {s.completion: s.more for s in tiny.suggester(model).suggest("of ", k=9, phrases=True)}

    assert {word: more(checkpoint)[word] for word in ("NASA", "the")} == {"NASA": " says", "the": " rise"}
    pruned = more(replace(checkpoint, ngram=ngram, lstm_weight=0.99))
    assert {word: pruned[word] for word in ("NASA", "the")} == {"NASA": " says", "the": ""}


def test_an_empty_box_gets_usual_openings():
    chain = {"<s>": {"the": 9, "police": 8}, "the": {"president": 9}, "police": {"rise": 9}, "president": {"</s>": 9}}
    suggester = backed(chain)
    found = suggester.suggest("", k=2, phrases=True)
    assert [(s.text, s.more) for s in found] == [("The", " president"), ("Police", " rise")]
    assert [s.more for s in suggester.suggest("", k=2)] == ["", ""]
    assert len(suggester.suggest("", k=50, phrases=True)) > 2


def test_the_less_likely_are_kept_back():
    suggester = backed({"the": {"police": 9, "rise": 7}})
    everything = suggester.suggest("the ", k=8)
    some = suggester.suggest("the ", k=8, min_probability=0.05)
    assert some == [s for s in everything if s.probability >= 0.05] and 0 < len(some) < len(everything)
    assert suggester.suggest("the ", k=8, min_probability=1.0) == []


def test_a_blocked_word_is_never_offered_though_it_may_be_typed():
    chain = {"the": {"police": 9, "president": 8}, "president": {"police": 9}, "police": {"rise": 9}}
    suggester = backed(chain, lexicon={"polite": 1.0}, blocked=["police", "polite"])
    for typed in ("the ", "the pol", "the polcie", "the polic", "the pres", "the president "):
        assert not [
            s for s in suggester.suggest(typed, 9, phrases=True) if "pol" in s.completion or s.text.endswith("ice")
        ]
    assert completions(suggester, "the police ", k=1) == ["rise"]


def test_no_word_is_offered_twice_in_a_row():
    suggester = backed({"the": {"the": 9, "police": 1}})
    assert "the" not in completions(suggester, "the ", k=9)
    assert "e" not in completions(suggester, "the th", k=9)


def test_unknown_words_of_the_text_are_offered_again():
    suggester = backed({}, lexicon={"zuhause": 1.0})
    assert completions(suggester, "the zuck") == []
    assert [s.text for s in suggester.suggest("zuckerberg rise zuck")] == ["zuckerberg rise zuckerberg"]


@pytest.mark.parametrize(
    "text", ["x" * 10_000, "the " * 2500, "🎉" * 50, "日本語の見出し", "\x00\u202e", "1234567890" * 20, "(((", "a’b"]
)
def test_anything_pasted_gets_an_answer_or_none(text):
    suggester = backed({"the": {"police": 3}}, lexicon={"polite": 1.0})
    found = suggester.suggest(text, phrases=True, personal=suggester.learn(["😀", "x" * 500, text]))
    assert all(0 < s.probability <= 1 for s in found)


def test_suggestions_with_phrases_are_the_same_whatever_was_asked_before():
    chain = {"the": {"australia": 9}, "australia": {"police": 9}, "police": {"rise": 9}, "rise": {"</s>": 9}}
    used, fresh = backed(chain), backed(chain)
    for text in ("the australia police", "the ", "", "the au"):
        used.suggest(text, phrases=True)
    a, b = used.suggest("the au", phrases=True), fresh.suggest("the au", phrases=True)
    assert [s.text for s in a] == [s.text for s in b]
    assert [s.probability for s in a] == pytest.approx([s.probability for s in b], rel=1e-5)


def test_a_text_of_unknown_words_is_expected_to_have_more_of_them():
    vocabulary = ["police", "rise"]
    checkpoint = bigram_checkpoint({}, words=vocabulary)
    checkpoint.vocabulary.counts[:] = [0, 5, 0, 0, 50, 45]  # one word in twenty is unknown
    suggester = Suggester(checkpoint, Lexicon(["polite"], np.ones(1)), blocked=())

    def share(text: str) -> float:
        return next(s.probability for s in suggester.suggest(text) if s.text.endswith("polite"))

    plain, known, odd = share("pol"), share("rise rise rise rise pol"), share("zig zag zog rise pol")
    assert known < plain < odd
    # 1 unknown word was expected beforehand; three came where a fifth of one was due.
    assert odd / (1 - odd) == pytest.approx(plain / (1 - plain) * (1 + 3) / (1 + 4 * 0.05), rel=1e-4)


@pytest.mark.parametrize("typed", ["the $", "#", "the £", "$", "the “€", "₹", "the @"])
def test_after_a_sign_come_only_words_that_begin_with_it(typed):
    words = ("the", "government", "$5", "$2m", "£3", "#MeToo")
    found = tiny.suggester(random_checkpoint(words=words)).suggest(typed)
    assert {s.text.split()[-1].strip("“") for s in found} == {word for word in words if word[0] == typed[-1]}


@pytest.mark.parametrize("seed", range(4))
def test_numbers_codes_and_initials_are_not_corrected(seed):
    words = ("election", "2024", "4000", "government", "31", "45", "ultra", "ultras", "U.S.", "O'Brien", "s01")
    suggester = tiny.suggester(bigram_checkpoint({"the": {word: 3.0 for word in words}}, words=("the", *words)))
    rng = np.random.default_rng(seed)
    random = ["".join(rng.choice(list("0123456789.,-:/"), rng.integers(1, 7))) for _ in range(250)]
    for written in ["3-1", "4.5", "2027", "4090", "s01e", "U.K", "O'B", "ultra-p", "$3k", *random]:
        assert not [s for s in suggester.suggest(f"the {written}") if s.kind == "correction"], written
