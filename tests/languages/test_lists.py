"""A small list of titles in each language, from its lines to suggestions. The lists are our own."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from headline.corpus.language.detect import detect
from headline.corpus.report import Corpus
from headline.corpus.segmentation import join, tokenizer
from headline.corpus.split import split_headlines
from headline.corpus.vocabulary import Vocabulary
from headline.errors import CorpusError
from headline.generator.box.keystrokes import typed_with
from headline.generator.generator import Generator
from headline.generator.suggester import Suggester
from headline.generator.words.lexicon import Lexicon
from headline.generator.writing import typeset
from headline.training.fitting.mixture import ngrams_alone
from headline.training.settings import RECIPES
from headline.training.train import train

LISTS = {path.stem: path for path in sorted(Path(__file__).parent.glob("*.txt"))}
TINY = RECIPES["autocomplete"].changed(
    min_count=1,
    embedding_size=16,
    units=16,
    batch_size=32,
    candidates=0,
    epochs=1,
    validation=0.2,
    test=0.0,
    patience=0,
)

# (typed, the whole text of a suggestion among the first five)
SUGGESTED = {
    "ar": [("الحك", "الحكومة"), ("المجلس البلدي يو", "المجلس البلدي يوافق"), ("الشرطة تدعو إلى ", "الشرطة تدعو إلى الحذر")],
    "de": [("Die Reg", "Die Regierung"), ("Burgerm", "Bürgermeisterin"), ("STRAS", "STRASSEN"), ("Polizei warnt v", "Polizei warnt vor")],
    "es": [("El ay", "El ayuntamiento"), ("¿Por q", "¿Por qué"), ("Los col", "Los colegios"), ("El ayuntamiemto", "El ayuntamiento")],
    "fr": [("L’ét", "L’été"), ("Les pom", "Les pompiers"), ("Les ecoles", "Les écoles"), ("le gouverneme", "le gouvernement")],
    "he": [("הממ", "הממשלה"), ("צה\"", "צה\"ל"), ("צה״", "צה״ל"), ("מועצת ה", "מועצת העיר")],
    "hi": [("सरक", "सरकार"), ("तूफ", "तूफ़ान"), ("नगर प", "नगर परिषद")],
    "ja": [("市議", "市議会"), ("新しい図", "新しい図書館"), ("自転", "自転車道")],
    "ko": [("대토", "대통령"), ("ㄷㅐ", "대통령"), ("시의호", "시의회"), ("대통영", "대통령"), ("정부, 세", "정부, 세금")],
    "ru": [("Прав", "Правительство"), ("првительство", "правительство"), ("Пожарные с", "Пожарные спасли")],
    "th": [("น้ำท", "น้ำท่วม"), ("รัฐ", "รัฐบาล"), ("รัฐบาลประ", "รัฐบาลประกาศ")],
    "tr": [("İst", "İstanbul'da"), ("ist", "istanbul'da"), ("BELEDİYE MECLİSİ Y", "BELEDİYE MECLİSİ YENİ"), ("belediye baskani", "belediye başkanı")],
    "zh": [("市中心房", "市中心房租"), ("警方寻", "警方寻找"), ("市议", "市议会")],
}  # fmt: skip


# Eager steps do not reach TensorFlow's readers of batches; these are not what takes the time.
pytestmark = pytest.mark.filterwarnings("ignore:Even though the `tf.config:UserWarning")


@cache
def titles(tag: str) -> list[str]:
    return LISTS[tag].read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module", autouse=True)
def eagerly() -> Iterator[None]:
    """Trains step by step: tracing a graph for each network would take most of the time, and change nothing."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@cache
def trained(tag: str) -> Suggester:
    return Suggester(train(Corpus(titles(tag)), TINY))


@pytest.mark.parametrize("tag", LISTS)
def test_the_language_of_a_list_is_found(tag):
    assert detect(titles(tag)).tag == tag
    assert detect(titles(tag)[:10]).tag == tag


@pytest.mark.parametrize("tag", LISTS)
def test_a_title_is_the_same_after_it_is_split_and_joined(tag):
    tokens = tokenizer("headline", tag)
    for title in titles(tag):
        # A clause of Thai ends with a space, which is no word.
        whole = title.replace(" ", "") if tag == "th" else title.replace(" :", ":")
        assert join(tokens.tokens(title)) == whole


@pytest.mark.parametrize("tag", LISTS)
def test_most_words_are_used_again_and_no_title_is_one_word(tag):
    tokens = tokenizer("headline", tag)
    lengths = [len(tokens.words(title)) for title in titles(tag)]
    vocabulary = Vocabulary.build(titles(tag), "headline", min_count=2, language=tag)
    known = sum(vocabulary.encode(title).count(vocabulary.unk) for title in titles(tag))
    assert min(lengths) >= 3 and known < 0.5 * sum(lengths)


@pytest.mark.parametrize("tag", LISTS)
def test_a_model_of_a_list_suggests_its_words(tag):
    suggester = trained(tag)
    assert suggester.checkpoint.language == tag
    for typed, wanted in SUGGESTED[tag]:
        suggestions = suggester.suggest(typed, 5)
        assert wanted in [s.text for s in suggestions], (typed, suggestions)
        for s in suggestions:
            assert s.text == typed[: len(typed) - s.replaces] + s.completion


@pytest.mark.parametrize("tag", ["ja", "th", "zh"])
def test_the_lessons_recipe_says_before_it_trains_that_it_cannot_split_the_titles(tag):
    with pytest.raises(CorpusError, match="the lesson's recipe would take each clause for one word"):
        train(Corpus(titles(tag)), RECIPES["notebook"])


@pytest.mark.parametrize("tag", LISTS)
def test_typing_titles_that_were_not_read_saves_more_keystrokes_than_with_the_ngrams_alone(tag):
    """The n-grams as a program would use them that has no list of the language's words and offers no phrases."""
    suggester = trained(tag)
    unread = split_headlines(titles(tag), TINY.seed, TINY.validation, TINY.test)["validation"]
    ngrams = Suggester(ngrams_alone(suggester.checkpoint), Lexicon([], np.empty(0)))
    alone = typed_with(ngrams, unread, phrases=False).saved
    assert typed_with(suggester, unread).saved > alone > 0


@pytest.mark.parametrize("tag", LISTS)
def test_whole_headlines_are_written_as_the_language_is(tag):
    seed = titles(tag)[0][:4]
    made = Generator(trained(tag)).several(seed, 3, temperature=0.0)
    tokens, language = tokenizer("headline", tag), tokenizer("headline", tag).language
    for headline in made:
        assert headline.text.startswith(seed.rstrip()[:2])
        assert typeset(join(tokens.tokens(headline.text)), language).replace("\u202f", " ") == headline.text.replace(
            "\u202f", " "
        )
