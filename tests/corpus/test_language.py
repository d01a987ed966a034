"""What depends on the language: scripts, letters, words, spaces, marks."""

from pathlib import Path

import pytest

from headline.corpus.language.detect import check_splittable, detect
from headline.corpus.language.hangul import keys_of
from headline.corpus.language.languages import LANGUAGES, UNKNOWN, language
from headline.corpus.segmentation import join, tokenizer
from headline.corpus.vocabulary import Vocabulary
from headline.errors import CorpusError
from headline.generator.writing import append_words


@pytest.mark.parametrize(
    ("tag", "text", "tokens"),
    [
        ("de", "„Straße“ gesperrt – Fußgängerzone bleibt", ["“", "Straße", "”", "gesperrt", "–", "Fußgängerzone", "bleibt"]),
        ("fr", "L’été « à la française » : c’est fini ?", ["L’été", "“", "à", "la", "française", "”", ":", "c’est", "fini", "?"]),
        ("es", "¿Por qué no? ¡Ya!", ["¿", "Por", "qué", "no", "?", "¡", "Ya", "!"]),
        ("tr", "İzmir’de 3,5 milyon", ["İzmir’de", "3,5", "milyon"]),
        ("ar", "المطر، ثم ماذا؟", ["المطر", "،", "ثم", "ماذا", "؟"]),
        ("ar", "ارتفاع ٣٫٥ في ٢٠٢٦", ["ارتفاع", "٣٫٥", "في", "٢٠٢٦"]),
        ("he", "צה״ל וצה\"ל בג׳נין", ["צה״ל", "וצה\"ל", "בג׳נין"]),
        ("hi", "बारिश हुई। क्यों? १२ घायल", ["बारिश", "हुई", "।", "क्यों", "?", "१२", "घायल"]),
        ("hi", "क्‍ष और र्‍य", ["क्‍ष", "और", "र्‍य"]),
        ("ko", "정부는 3명을 뽑았다", ["정부는", "3명을", "뽑았다"]),
        ("ja", "政府は新型iPhoneの発売を発表した。", ["政府", "は", "新型iPhone", "の", "発売", "を", "発表", "した", "。"]),
        ("ja", "「本」は？", ["「", "本", "」", "は", "？"]),
        ("zh", "警方寻找目击者，市民注意安全？", ["警方", "寻找", "目击者", "，", "市民", "注意", "安全", "？"]),
        ("th", "รัฐบาลประกาศแผน", ["รัฐบาล", "ประกาศ", "แผน"]),
        ("fa", "می‌خواهم", ["می‌خواهم"]),
    ],
)  # fmt: skip
def test_words_and_marks(tag, text, tokens):
    assert tokenizer("headline", tag).tokens(text) == tokens


@pytest.mark.parametrize(
    ("tag", "spellings"),
    [
        ("tr", ["ISPARTA", "Isparta", "ısparta"]),
        ("tr", ["İSTANBUL", "İstanbul", "istanbul"]),
        ("en", ["İstanbul", "istanbul", "ISTANBUL"]),
        ("de", ["Straße", "straße", "STRAßE"]),
        ("fr", ["L’été", "l'été", "L'E\u0301TE\u0301"]),
        ("he", ["שָׁלוֹם", "שלום"]),
        ("he", ["צה״ל", 'צה"ל']),
        ("ar", ["مُحَمَّد", "محمد", "محـمد"]),
        ("hi", ["तूफ़ान", "तू\u092b\u093cान"]),
        ("ja", ["ＮＨＫ", "NHK", "nhk"]),
        ("ja", ["２０２６年", "2026年"]),
    ],
)
def test_spellings_of_one_word_have_one_key(tag, spellings):
    key = tokenizer("headline", tag).key
    assert len({key(word) for word in spellings}) == 1


def test_two_words_of_turkish_stay_two():
    key = tokenizer("headline", "tr").key
    assert key("ılık") != key("ilik") and key("KIZ") == "kız"


@pytest.mark.parametrize(
    ("tag", "title"),
    [
        ("ja", "市議会、新しいプールの計画を承認"),
        ("zh", "市中心增加自行车道：有什么变化"),
        ("th", "รัฐบาลประกาศแผนช่วยเหลือ"),
        ("ar", "المطر، ثم ماذا؟"),
        ("es", "¿Por qué no? ¡Ya!"),
        ("ko", "시의회, 새 수영장 계획 승인"),
    ],
)
def test_words_are_joined_as_the_script_has_it(tag, title):
    tokens = tokenizer("headline", tag).tokens(title)
    assert join(tokens) == title
    vocabulary = Vocabulary.build([title], "headline", language=tag)
    assert append_words("", vocabulary.encode(title), vocabulary) == title


@pytest.mark.parametrize(
    ("text", "fragment", "needs_space"),
    [("市中心房", "房", False), ("北部干旱，", "", False), ("市中心房租 ", "", False), ("La pluie,", "", True)],
)
def test_an_open_word_without_spaces(text, fragment, needs_space):
    vocabulary = Vocabulary.build(["市中心房租上涨"], "headline", language="zh")
    typed = vocabulary.split_typed(text)
    assert (typed.fragment, typed.needs_space) == (fragment, needs_space)


def test_korean_words_begin_with_what_was_typed_of_them():
    word = "대통령"
    for typed in ("ㄷ", "대", "댙", "대토", "대통", "대통ㄹ", "대통려", "대통령"):
        assert keys_of(word).startswith(keys_of(typed)), typed


def test_older_models_keep_their_words():
    """Their key of İstanbul had a dot of its own: now it is that of Istanbul, and both are kept."""
    specials = ["<pad>", "<unk>", "<s>", "</s>"]
    vocabulary = Vocabulary([*specials, "Istanbul", "İstanbul", "NHK", "ＮＨＫ"], [0] * 8, "headline")
    assert len(set(vocabulary.itos)) == 8 and vocabulary.stoi["istanbul"] == 4


@pytest.mark.parametrize(("tag", "name"), [("pt-BR", "Portuguese"), ("zh-Hant-TW", "Chinese in traditional characters"), ("tlh", "an unknown language")])  # fmt: skip
def test_a_tag_with_more_than_a_language(tag, name):
    assert language(tag).name == name


@pytest.mark.parametrize("tag", LANGUAGES)
def test_letters_are_in_lower_case_and_on_keys_once(tag):
    known = LANGUAGES[tag]
    letters = "".join(known.rows).replace(" ", "")
    assert len(set(letters)) == len(letters)
    assert known.lower(known.letters) == known.letters


@pytest.mark.parametrize(
    ("titles", "tag"),
    [
        (["臺灣經濟發展報導", "選舉結果今天公布"], "zh-Hant"),
        (["Новий закон України про мову", "Уряд обіцяє підвищити пенсії"], "uk"),
        (["Il governo annuncia un piano per gli ospedali"], "it"),
        (["O governo anuncia um plano para os hospitais"], "pt"),
        (["De regering wil meer huizen bouwen in de stad"], "nl"),
        (["Regeringen vill bygga fler bostäder i staden"], "sv"),
        (["دولت برنامه تازه‌ای برای بیمارستان‌ها اعلام کرد"], "fa"),
        (["12 34", "…"], "und"),
        ([], "und"),
    ],
)
def test_the_language_of_titles(titles, tag):
    assert detect(titles).tag == tag


def test_what_cannot_be_split_says_so():
    with pytest.raises(CorpusError, match="Khmer script, which is written without spaces"):
        check_splittable(["រដ្ឋាភិបាលប្រកាសផែនការថ្មី"] * 3)


SPACED = {
    "Chinese": ["市议会 批准 新 的 自行车 道", "警方 寻找 目击者", "市中心 房租 上涨"],
    "Japanese": ["市議会 、 新しい プール の 計画 を 承認", "政府 は 計画 を 発表 した"],
    "Thai": ["รัฐบาล ประกาศ แผน ช่วยเหลือ", "น้ำท่วม กรุงเทพ"],
    "Khmer": ["រដ្ឋាភិបាល ប្រកាស ផែនការ ថ្មី", "រដ្ឋាភិបាល\u200bប្រកាស\u200bផែនការ\u200bថ្មី"],
}


@pytest.mark.parametrize("script", SPACED)
def test_the_lessons_recipe_refuses_titles_without_spaces_and_takes_those_that_have_them(script):
    check_splittable(SPACED[script], "keras")
    unspaced = ["".join(title.replace("\u200b", "").split()) for title in SPACED[script]]
    with pytest.raises(CorpusError, match=f"in {script} script, which is written without spaces"):
        check_splittable(unspaced, "keras")
    if script == "Khmer":
        check_splittable(SPACED[script])
        assert len(tokenizer("headline", "km").words(SPACED[script][1])) == 4
    else:
        check_splittable(unspaced)  # they are found


@pytest.mark.parametrize("tag", ["ko", "de", "hi", "ar"])
def test_the_lessons_recipe_takes_languages_with_spaces(tag):
    titles = (Path(__file__).parent.parent / "languages" / f"{tag}.txt").read_text(encoding="utf-8").splitlines()
    check_splittable(titles, "keras")


@pytest.mark.parametrize("tag", ["zh", "ja", "th"])
def test_the_lessons_recipe_says_what_to_choose(tag):
    titles = (Path(__file__).parent.parent / "languages" / f"{tag}.txt").read_text(encoding="utf-8").splitlines()
    with pytest.raises(CorpusError, match="Choose the recipe autocomplete, which finds the words"):
        check_splittable(titles, "keras")


@pytest.mark.parametrize(
    ("tag", "base"),
    [("DE", "de"), ("pt-br", "pt"), ("zh-TW", "zh-Hant"), ("zh-hant-HK", "zh-Hant"), ("no", "nb"), ("hr", "sh"), ("gr", UNKNOWN)],
)  # fmt: skip
def test_a_tag_is_known_in_any_case_and_under_its_other_names(tag, base):
    assert language(tag).base == base
