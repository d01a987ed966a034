"""The model that comes with the app: whole, small enough, and of use."""

import pytest

from headline.generator.suggester import Suggester
from headline.generator.words.blocklist import account_names, blocked_words, is_blocked
from headline.generator.writing import append_words
from headline.paths import BUNDLED_MODEL


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester.load(BUNDLED_MODEL)


def test_every_file_is_small_and_the_card_stands_beside_them():
    sizes = {path.name: path.stat().st_size for path in BUNDLED_MODEL.iterdir()}
    assert sizes.keys() == {
        "README.md",
        "checkpoint.json",
        "vocabulary.txt",
        "weights.safetensors",
        "memory.safetensors",
    }
    assert max(sizes.values()) < 10_000_000


def test_it_tells_what_it_learnt_from_and_how_good_it_is(suggester):
    checkpoint = suggester.checkpoint
    sources = [source["name"] for source in checkpoint.licence["data"]]
    assert {"HuffPost", "ABC News, Australia", "Times of India"} <= set(sources)
    assert not any("New York Times" in name for name in sources)  # the lesson's headlines may not be shipped
    assert "2026" in checkpoint.provenance["read"]
    assert checkpoint.metrics["test"]["perplexity"] > 1 and checkpoint.licence["weights"] == "Apache-2.0"
    assert checkpoint.ngram is not None and len(checkpoint.seen) > 100_000


@pytest.mark.parametrize(
    "typed, wanted",
    [
        ("the gov", "the government"),
        ("Prime Minister of Austr", "Prime Minister of Australia"),
        ("PRIME MINIS", "PRIME MINISTER"),
        ("man charged with ", "man charged with murder"),
        ("new south ", "new south Wales"),
        ("the presidnet", "the president"),
        ("the austrlia", "the australia"),
        ("the zucch", "the zucchini"),
    ],
)
def test_it_offers_what_people_expect(suggester, typed, wanted):
    assert wanted.lower() in [s.text.lower() for s in suggester.suggest(typed, 6)]


def test_it_is_sure_of_set_phrases(suggester):
    for text, whole in (("what you need t", "what you need to know"), ("the supr", "the supreme Court")):
        first = suggester.suggest(text, 6, phrases=True)[0]
        assert (first.text + first.more).startswith(whole)


def test_no_blocked_word_is_in_its_likeliest_suggestions(suggester):
    blocked = blocked_words()
    for letter in "abcdefghijklmnopqrstuvwxyz":
        for start in (letter, f"the {letter}", f"woman {letter}"):
            words = [s.text.split()[-1].lower() for s in suggester.suggest(start, 20)]
            assert not [word for word in words if is_blocked(word, blocked)]


@pytest.mark.parametrize(
    ("text", "first", "never"),
    [
        ("Show HN", ":", "DACSK"),  # HND, HNA, HNC … are guesses
        ("show hn", ":", "dacsk"),
        ("the UK", " is", ["RAINIAN", "RAINE"]),
        ("WHO", " is", ["OPING", "LE", "'S"]),
        ("the NHS", " is", []),
        ("NASA", "'s", ["L"]),
        ("FBI", "'s", []),
        ("new iOS", " 7.1", []),
        ("new LLM", " to", ["LOMU", "LIMITS"]),  # no slip
        ("the AI", "DS", ["R", "RPORT"]),
        ("the zebra", "s", []),
        ("MP", "s", []),
        ("the Ukr", "aine", []),
        ("PRIME MINIS", "TER", []),
    ],
)
def test_capitals_tell_and_rare_initials_stand_back(suggester, text, first, never):
    offered = [s.completion for s in suggester.suggest(text, 6)]
    assert offered[0] == first and not set(offered) & set(never)


def test_words_are_written_as_they_are_before_others(suggester):
    vocabulary = suggester.vocabulary
    for first, second, form in (("new", "york", "New"), ("new", "house", "new"), ("wall", "street", "Wall")):
        assert vocabulary.written_between(None, vocabulary.stoi[first], vocabulary.stoi[second]) == form
    rain = append_words("Rain in", vocabulary.encode("new york"), vocabulary, opens=False)
    assert rain == "Rain in New York"
    first = suggester.suggest("in the Whi", 6, phrases=True)[0]
    assert first.text + first.more == "in the White House"


@pytest.mark.parametrize("typed", ["today in ", "today in Gdn", "story by MaryA", "by .MaryA", "PhilGa", "KristinM"])
def test_names_of_accounts_are_in_no_list(suggester, typed):
    """The health news tweets have them without their sign."""
    offered = {s.text.split()[-1].lower() for s in suggester.suggest(typed, 50)}
    assert not account_names() & offered


def test_every_name_of_an_account_is_a_word_that_it_knows(suggester):
    assert len(account_names()) > 50 and account_names() <= suggester.vocabulary.stoi.keys()
