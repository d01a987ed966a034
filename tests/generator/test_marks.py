"""Punctuation marks in the list: where they are sound, how they are spaced, and what they do to the words beside them."""

import numpy as np
import pytest

from headline.generator.continuation import allowed_ids
from headline.generator.generator import Generator
from headline.generator.suggester import MARK_WORTH, Suggestion
from headline.generator.words.punctuation import beside_words, sound_marks
from tests.tiny import bigram_checkpoint, suggester

WORDS = ("review", "home", "why", "how", "u.s.", "says", ":", "?", ",", ".", "“", "”", "–", "!")
LIKELY = 8.0  # a logit
FOLLOWS: dict[str, dict[str, float]] = {
    "<s>": {"review": LIKELY, "“": LIKELY - 1, "?": LIKELY},
    "review": {":": LIKELY, "?": LIKELY - 1, "”": LIKELY + 1, "home": LIKELY - 1},
    "home": {"?": LIKELY},
    "why": {"–": LIKELY},
    "how": {",": 3.0, "home": LIKELY},
    "u.s.": {".": LIKELY, "home": 2.0},
    "says": {"“": LIKELY},
    ":": {",": LIKELY, "why": LIKELY, "”": LIKELY},
    "“": {",": LIKELY, "why": 4.0},
}


def offered(text: str, k: int = 6, **options) -> list[Suggestion]:
    return suggester(bigram_checkpoint(FOLLOWS, words=WORDS)).suggest(text, k, **options)


def marks(text: str, **options) -> list[str]:
    """The whole texts that marks lead to."""
    return [s.text for s in offered(text, **options) if s.kind == "mark"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("review", ["review:", "review?"]),
        ("review ", ["review:", "review?"]),  # the space goes
        ("review \t ", ["review:", "review?"]),
        ("Review", ["Review:", "Review?"]),
        ("home ", ["home?"]),
        ("why", ["why –"]),  # a dash has a space on both sides
        ("why ", ["why –"]),
        ("says", ["says “"]),
        ("says ", ["says “"]),
        ('"home" says ', ['"home" says "']),  # quotes as the text has them
        ("says: “review", ["says: “review”", "says: “review:", "says: “review?"]),
        ('says: "review ', ['says: "review"', 'says: "review:', 'says: "review?']),
        ("review: ", []),  # no comma behind a colon, and nothing is open that could be closed
        ("“", []),
        ("", ["“"]),  # nothing else begins a headline
        ("how ", []),  # too improbable
        ("u.s.", []),  # it ends with a full stop already
        ("rev", []),
    ],
)
def test_marks_are_offered_where_they_are_likely_and_sound(text: str, expected: list[str]):
    found = [s for s in offered(text) if s.kind == "mark"]
    assert [s.text for s in found] == expected
    for s in found:
        assert s.text == text[: len(text) - s.replaces] + s.completion
        assert s.replaces == 0 or text[-s.replaces :].isspace()
        assert s.probability >= MARK_WORTH


def test_marks_and_words_share_what_is_sound():
    found = {s.completion: s.probability for s in offered("review ", k=50)}
    total = np.exp([LIKELY, LIKELY - 1, LIKELY - 1]).sum() + (len(WORDS) + 4 - 4)  # the closing quote cannot come
    assert found[":"] == pytest.approx(np.exp(LIKELY) / total, rel=1e-3)
    assert found["home"] == pytest.approx(np.exp(LIKELY - 1) / total, rel=1e-3)
    assert sum(found.values()) <= 1
    behind = {s.completion: s.probability for s in offered("review", k=50)}
    assert behind[":"] / behind[" home"] == pytest.approx(found[":"] / found["home"], rel=1e-4)


@pytest.mark.parametrize("title", [False, True])
def test_a_row_may_carry_on_with_a_mark_and_behind_one(title: bool):
    follows = {"home": {"review": 12.0}, "review": {":": 12.0}, ":": {"how": 12.0}, "how": {"?": 12.0}}
    model = suggester(bigram_checkpoint(follows, words=WORDS))
    (row,) = model.suggest("Why Says hom" if title else "why says hom", 1, phrases=True)
    assert (row.completion, row.more) == ("e", " Review: How" if title else " review: how")
    (row,) = model.suggest("why says home review", 1, phrases=True)
    assert (row.kind, row.completion, row.more) == ("mark", ":", " how?")


def test_what_a_person_writes_makes_marks_likelier_and_never_more_than_all():
    model = suggester(bigram_checkpoint(FOLLOWS, words=WORDS))
    personal = model.learn(["how? home"] * 12)
    before = {s.completion: s.probability for s in model.suggest("how ", 50)}
    after = {s.completion: s.probability for s in model.suggest("how ", 50, personal=personal)}
    assert "?" not in before and after["?"] > 0.2
    assert sum(after.values()) <= 1 + 1e-6
    assert after["home"] < before["home"]
    assert [s.text for s in model.suggest("how", 1, personal=personal)] == ["how?"]


@pytest.mark.parametrize(
    ("before", "sound"),
    [
        ([], "“("),
        (["why"], ",:?.–“("),
        (["u.s."], ",:?–“("),
        (["why", ":"], "“("),
        (["“"], ""),
        (["“", "why"], ",:?.–”("),
        (["“", "why", "?"], "”("),
        (["“", "why", ","], "("),
        (["“", "why", "”"], ",:?.–“("),
        (["(", "why"], ",:?.–“)"),
    ],
)
def test_one_rule_says_which_marks_are_sound(before: list[str], sound: str):
    signs = list(",:?.–“”()")
    last = before[-1] if before else ""
    found = [mark for mark, ok in zip(signs, sound_marks(signs, before, last), strict=True) if ok]
    assert sorted(found) == sorted(sound)


def test_whole_headlines_ask_the_same_rule():
    model = suggester(bigram_checkpoint(FOLLOWS, words=WORDS))
    vocabulary = model.vocabulary
    for text in ("", "review", "the “review", "u.s.", "home?", "why, “home"):
        ids = vocabulary.encode(text)
        allowed = {vocabulary.itos[i] for i in allowed_ids(model, [vocabulary.start, *ids], may_end=True)}
        keys = [vocabulary.itos[i] for i in ids]
        signs = [vocabulary.itos[i] for i in vocabulary.marks]
        sound = sound_marks(signs, keys, keys[-1] if keys else "")
        assert {mark for mark, ok in zip(signs, sound, strict=True) if ok} == allowed & set(signs), text
    assert Generator(model).generate("why u.s.", words=1).text == "why u.s. home"  # not “U.S..”


def test_unsound_marks_leave_their_share_to_the_others():
    left, possible = beside_words([0.5, 0.3], [False, False])
    assert (left, possible) == (1.0, [0.0, 0.0])
    assert beside_words([1.0], [False]) == (1.0, [0.0])
    left, possible = beside_words([0.4, 0.2], [True, False])
    assert left == pytest.approx(0.5) and possible == pytest.approx([0.5, 0.0])
