"""Where the open word may be complete, the words after it are offered too."""

import numpy as np
import pytest

from headline.generator.suggester import Suggester
from headline.generator.words.lexicon import Lexicon
from tests.tiny import bigram_checkpoint, suggester

FOLLOWS = {
    "the": {"govern": 6.0, "government": 5.0, "rise": 2.0},
    "govern": {"of": 9.0, "we": 7.0},
    "government": {"says": 9.0},
}
WORDS = ("the", "govern", "government", "governor", "of", "we", "says", "rise", "of")


def offered(text: str, **options) -> dict[str, float]:
    checkpoint = bigram_checkpoint(FOLLOWS, words=tuple(dict.fromkeys(WORDS)))
    return {s.completion: s.probability for s in suggester(checkpoint).suggest(text, **options)}


def test_next_words_and_completions_are_ranked_together_by_probability():
    found = offered("the govern")
    assert list(found)[:2] == [" of", "ment"]
    end = 1 / (1 + np.exp(-1) + np.exp(-6))  # by the logits of govern, government and governor
    of = np.exp(9) / (np.exp(9) + np.exp(7) + 10)
    assert found["ment"] == pytest.approx(end * np.exp(-1), rel=1e-3)
    assert found[" of"] == pytest.approx(end * of, rel=1e-2)
    assert found[" we"] < found["ment"]


def test_a_word_that_hardly_ends_here_is_only_completed():
    assert all(not completion.startswith(" ") for completion in offered("the gover"))
    assert all(not completion.startswith(" ") for completion in offered("rise we sa"))


def test_a_sure_phrase_goes_on_after_the_open_word():
    found = offered("the government", phrases=True)
    assert next(iter(found)) == " says"


@pytest.mark.parametrize(
    ("text", "completion"),
    # Whoever capitalises “The” within a title capitalises every word.
    [("THE RISE THE GOVERN", " OF"), ("Why Rise Govern", " of"), ("Why The Rise Govern", " Of")],
)
def test_they_are_written_as_the_text_is(text, completion):
    assert completion in offered(text)


def test_a_word_outside_the_vocabulary_ends_too_where_the_general_list_has_it():
    checkpoint = bigram_checkpoint({"the": {"<unk>": 9.0}, "<unk>": {"of": 9.0}}, words=tuple(dict.fromkeys(WORDS)))
    lexicon = Lexicon(["zebra", "zebras"], np.array([0.7, 0.3]))
    found = {s.completion: s.probability for s in Suggester(checkpoint, lexicon, blocked=()).suggest("the zebra")}
    assert list(found) == [" of", "s", *list(found)[2:]] and found["s"] == pytest.approx(0.3, abs=0.01)
    assert found[" of"] == pytest.approx(0.7, abs=0.05)
