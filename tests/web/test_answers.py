"""What any program may ask, and what it may not."""

import json

import pytest

from headline.errors import RequestError
from headline.generator.generator import Generator
from headline.generator.suggester import Answer, Suggester
from headline.runs.limits import Limits
from headline.web.http.answers import LONGEST_SEED, MOST_HEADLINES, MOST_SUGGESTIONS, Answers
from headline.web.models import BUNDLED_ID, Models
from headline.web.serve.questions import LONGEST
from tests.tiny import bigram_checkpoint, random_checkpoint

SURE = {"the": {"government": 20}, "government": {"says": 20}, "says": {"we": 20}}
CHAIN = {"<s>": {"the": 5}, "the": {"government": 6, "NASA": 5}, "government": {"says": 4}}


@pytest.fixture
def folders(tmp_path):
    bigram_checkpoint(CHAIN).save(tmp_path / "bundled")
    random_checkpoint(seed=1).save(tmp_path / "runs" / "mine")
    return tmp_path


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> Answers:
    folder = tmp_path_factory.mktemp("models")
    bigram_checkpoint(CHAIN).save(folder / "bundled")
    random_checkpoint(seed=1).save(folder / "runs" / "mine")
    bigram_checkpoint(SURE).save(folder / "runs" / "sure")
    return Answers(Models(folder / "bundled", folder / "runs"))


def test_suggestions_are_the_suggesters(answers):
    found = answers.suggest("the gov", 3)
    expected = Suggester(bigram_checkpoint(CHAIN)).suggest("the gov", 3)
    assert [(one["text"], one["completion"], one["kind"]) for one in found] == [
        (s.text, s.completion, s.kind) for s in expected
    ]
    assert [one["probability"] for one in found] == pytest.approx([s.probability for s in expected], abs=1e-6)
    assert found[0]["text"] == "the government" == "the gov" + found[0]["completion"]


def test_phrases_come_when_they_are_asked_for(answers):
    assert {one["more"] for one in answers.suggest("the gov", 8)} == {""}
    assert answers.suggest("the gov", 8, phrases=True)[0]["more"] == " says"


def test_a_text_is_completed_while_that_is_likelier_than_not(answers):
    assert answers.complete("the gov") == "the government says"
    assert answers.complete("the N") == "the NASA"
    assert answers.complete("the gov", "sure") == "the government says we"


def test_a_word_that_stands_is_gone_on_from(answers):
    """ "govern" is none, and "government" is likelier than all that is longer."""
    assert answers.complete("the govern") == "the government says"
    assert answers.complete("the government") == "the government says"
    assert answers.complete("the government ") == "the government says"


def test_a_text_that_nothing_is_known_to_follow_stays(answers, monkeypatch):
    monkeypatch.setattr("headline.generator.suggester.Suggester.answer", lambda *_, **__: Answer([], 0.0))
    assert answers.complete("the gov") == "the gov"


def test_headlines_begin_with_the_seed_and_differ(answers):
    made = answers.generate("the gov", number=3, temperature=1.5)
    texts = [one["text"] for one in made]
    assert 0 < len(texts) <= 3 and len(set(texts)) == len(texts)
    assert all(text.startswith("the gov") for text in texts)
    assert all(one["seen"] is False for one in made)


def test_so_many_words_are_added_as_were_asked_for(answers):
    assert [len(one["text"].split()) for one in answers.generate("the", 1, words=2)] == [3]


def test_a_temperature_of_0_draws_no_more_than_it_can_tell_apart(answers, monkeypatch):
    drawn = []
    greedy = Generator.generate
    monkeypatch.setattr(Generator, "generate", lambda *given, **named: drawn.append(1) or greedy(*given, **named))
    assert 0 < len(answers.generate("the", 20, 0)) <= 2
    assert len(drawn) <= 8


def test_of_a_long_seed_the_end_is_read(answers):
    (made,) = answers.generate("z" * 1_000_000 + " the", 1, words=1)
    assert made["text"].startswith("z") and made["text"][:LONGEST_SEED].endswith(" the")


def test_the_model_that_was_named_answers(answers):
    assert answers.suggest("the gov", 3, "mine") != answers.suggest("the gov", 3)
    assert answers.suggest("the gov", 3, "") == answers.suggest("the gov", 3, None) == answers.suggest("the gov", 3)


def test_models_are_listed_with_their_figures(folders):
    checkpoint = random_checkpoint()
    checkpoint.metrics["test"] = {"perplexity": 61.75}
    checkpoint.corpus["kept"] = 1234
    checkpoint.save(folders / "bundled")
    random_checkpoint().save(folders / "runs" / "odd")
    told = json.loads((folders / "runs" / "odd" / "checkpoint.json").read_text())
    told["metrics"] = {"test": {"perplexity": float("inf")}}
    (folders / "runs" / "odd" / "checkpoint.json").write_text(json.dumps(told))
    random_checkpoint().save(folders / "runs" / "damaged")
    (folders / "runs" / "damaged" / "checkpoint.json").write_text("{")
    first, *others = Answers(Models(folders / "bundled", folders / "runs")).models()
    words = len(checkpoint.vocabulary)
    assert first == {"id": BUNDLED_ID, "name": "Bundled model", "headlines": 1234, "words": words, "perplexity": 61.8}
    assert [(one["id"], one["perplexity"]) for one in others] == [
        ("mine", None)
    ]  # JSON has no infinity: "odd" is refused


def test_on_a_public_page_nobody_elses_models_are_listed(folders):
    public = Answers(Models(folders / "bundled", folders / "runs", Limits(public=True)))
    assert [one["id"] for one in public.models()] == [BUNDLED_ID]


def test_numbers_above_their_limit_are_lowered(answers):
    assert len(answers.suggest("", 10**9)) <= MOST_SUGGESTIONS
    assert answers.suggest("", "3") == answers.suggest("", 3.0) == answers.suggest("", 3)
    assert answers.suggest("", 10**400) == answers.suggest("", MOST_SUGGESTIONS)
    assert len(answers.generate("", 10**9, 10**9, 1)) <= MOST_HEADLINES
    assert answers.generate("the", 1, words=10**9)[0]["text"].startswith("the")


def test_of_a_long_text_the_end_is_read(answers):
    text = "z" * 1_000_000 + " the gov"
    (one,) = answers.suggest(text, 1)
    assert one["completion"] == "ernment" and one["text"] == text[-LONGEST:] + "ernment"


@pytest.mark.parametrize("text", ["", " ", "\0", "\ud800", "the \udfff", "💥" * 20, "<script>", "${1+1}", "\u202ethe"])
def test_odd_texts_are_answered_with_what_can_be_sent(answers, text):
    for found in (answers.suggest(text), answers.complete(text), answers.generate(text, 2)):
        json.dumps(found, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize("count", [0, -1, -(10**400), 1.5, float("nan"), "many", None, True, [3], {}])
def test_a_count_that_is_none_is_refused(answers, count):
    with pytest.raises(RequestError, match=r"^The number of suggestions must be a (whole )?number from 1 to 50\.$"):
        answers.suggest("the", count)


@pytest.mark.parametrize("temperature", [-0.1, float("nan"), "-inf", "hot", None])
def test_a_temperature_that_is_none_is_refused(answers, temperature):
    with pytest.raises(RequestError, match=r"^The temperature must be a number from 0 to 2\.$"):
        answers.generate("the", 1, temperature)


@pytest.mark.parametrize("text", [None, 3, ["the"], {"text": "the"}])
def test_what_is_no_text_is_refused(answers, text):
    for ask in (answers.suggest, answers.complete, answers.generate):
        with pytest.raises(RequestError, match=r"must be a string of letters\.$"):
            ask(text)


@pytest.mark.parametrize(
    "model", ["gone", "../bundled", "..", ".", "/etc", "a/b", "\0", "\ud800", "x" * 10_000, "ä" * 200, 3, ["mine"], {}]
)
def test_a_model_that_is_none_is_refused(answers, model):
    for ask in (answers.suggest, answers.complete, answers.generate):
        with pytest.raises(RequestError, match=r"^There is no such model"):
            ask("the", model=model)


def test_a_damaged_model_is_refused_and_not_answered_for_by_another(folders):
    (folders / "runs" / "mine" / "vocabulary.txt").write_text("the\t1\n")
    with pytest.raises(RequestError, match=r"^There is no such model"):
        Answers(Models(folders / "bundled", folders / "runs")).suggest("the", model="mine")
