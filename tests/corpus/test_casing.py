"""How words are cased: which style a text is in, and a word in a style."""

import pytest

from headline.corpus.casing import (
    capitalise,
    in_style,
    is_distinctive,
    style_for_next,
    style_of,
    title_case,
    title_word,
)
from headline.corpus.language.languages import LANGUAGES, language
from headline.corpus.segmentation import TOKENIZERS
from headline.corpus.truecasing import list_style
from headline.corpus.vocabulary import Vocabulary
from headline.generator.writing import Writing


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("", "lower"),
        ("rain falls on plain", "lower"),
        ("10,000 $2 6.5%", "lower"),
        ("RAIN FALLS ON SPAIN", "upper"),
        ("NASA", "upper"),
        ("Rain Falls on the Plain", "title"),
        ("Rain Falls on $2m Plain, Again", "title"),
        ("A Look Inside the Two-State Idea", "title"),
        ("An iPhone for Each McConnell", "title"),
        ("What Trump means for Us All Now Here", "title"),  # a paper that forgot one capital
        ("Rain falls on the plain", "sentence"),
        ("Rain", "sentence"),
        ("Trump meets Merkel at the White House", "sentence"),
        ("Why NASA went quiet", "sentence"),
    ],
)
def test_the_style_of_a_headline(text, style):
    assert style_of(text.split()) == style


@pytest.mark.parametrize(
    ("word", "distinctive"),
    [
        *[(word, True) for word in "NASA NASA’s iPhone McConnell eBay U.S. AT&T O'Neill non-EU U.S.-led DON'T".split()],
        *[(word, False) for word in "London house A I Two-State p.m. u.s. $2 15-Year-Old No.1 में".split()],
        *[(word, False) for word in "I'm I'M Don't Don'T Obama’S We'Ll".split()],
        ("", False),
    ],
)
def test_capitals_that_no_style_explains(word, distinctive):
    assert is_distinctive(word) is distinctive


@pytest.mark.parametrize(
    ("word", "capitalised"),
    [
        ("house", "House"),
        ("don't", "Don't"),
        ("don’t", "Don’t"),
        ("école", "École"),
        ("iPhone", "iPhone"),
        ("NASA", "NASA"),
        ("15-year-old", "15-year-old"),
        ("$2m", "$2m"),
        ("में", "में"),
        ("", ""),
    ],
)
def test_the_first_letter_as_a_capital(word, capitalised):
    assert capitalise(word) == capitalised
    assert capitalise(capitalised) == capitalised


@pytest.mark.parametrize(
    ("word", "first", "titled"),
    [
        ("of", False, "of"),
        ("Of", False, "of"),
        ("of", True, "Of"),
        ("vs.", False, "vs."),
        ("with", False, "With"),
        ("o'clock", False, "O'clock"),
        ("blue-collar", False, "Blue-Collar"),
        ("u.S.-led", False, "u.S.-Led"),
        ("15-year-old", False, "15-Year-Old"),
        ("iPhone", True, "iPhone"),
    ],
)
def test_a_word_in_title_case(word, first, titled):
    assert title_word(word, first) == titled


@pytest.mark.parametrize(
    ("text", "titled"),
    [
        ("", ""),
        ("of", "Of"),
        ("the rise and fall of an iPhone", "The Rise and Fall of an iPhone"),
        ("what a look is for", "What a Look Is For"),
        ("don't let NASA down", "Don't Let NASA Down"),
    ],
)
def test_a_headline_in_title_case(text, titled):
    assert title_case(text.split()) == titled


def going_on(text: str, usual: str, prior: str = "sentence") -> str:
    """The style after a text without marks, but for a colon behind a word."""
    words = text.split()
    starts = [i == 0 or words[i - 1].endswith(":") for i in range(len(words))]
    return style_for_next([word.rstrip(":") for word in words], usual.split(), starts, prior)


@pytest.mark.parametrize(
    ("text", "usual", "style"),
    [
        ("", "", "written"),
        ("the", "the", "written"),
        ("The", "the", "written"),
        ("The government", "the government", "written"),
        ("The Government", "the government", "title"),
        ("The Rise of", "the rise of", "title"),
        ("Donald Trump", "Donald Trump", "written"),
        ("Donald Trump Says", "Donald Trump says", "title"),
        ("Wall Street", "wall Street", "written"),
        ("Ask HN: How do you", "ask HN how do you", "written"),
        ("Review: The house", "review the house", "written"),
        ("why nasa", "why NASA", "written"),
        # Acronyms are no shout; two ordinary words are.
        ("NASA", "NASA", "written"),
        ("NATO US", "NATO US", "written"),
        ("UK PM", "UK PM", "written"),
        ("COVID-19", "COVID-19", "written"),
        ("FTSE 100", "FTSE 100", "written"),
        ("U.N.", "U.N.", "written"),
        ("WHY", "why", "written"),
        ("A", "a", "written"),
        ("WHY NASA", "why NASA", "written"),
        ("WHY IT", "why it", "upper"),
        ("NASA SAYS WHY", "NASA says why", "upper"),
        ("WHY IT matters", "why it matters", "written"),
    ],
)
def test_the_style_to_go_on_in(text, usual, style):
    assert going_on(text, usual) == style


@pytest.mark.parametrize(
    ("prior", "text", "usual", "style"),
    [
        ("title", "", "", "title"),
        ("title", "The", "the", "title"),
        ("title", "Trump", "Trump", "title"),
        ("title", "the", "the", "written"),
        ("title", "The government says", "the government says", "written"),
        ("lower", "", "", "lower"),
        ("lower", "the", "the", "lower"),
        ("lower", "The", "the", "written"),
        ("upper", "", "", "upper"),
        ("upper", "WHY", "why", "upper"),
        ("upper", "NASA 2", "NASA 2", "upper"),
        ("upper", "Why", "why", "written"),
    ],
)
def test_where_the_text_does_not_tell_the_list_does(prior, text, usual, style):
    assert going_on(text, usual, prior) == style


def test_a_word_that_is_not_known_is_a_name_when_it_has_a_capital():
    assert style_for_next(["The", "Zyzzyva"], ["the", None], [True, False]) == "written"
    assert style_for_next(["The", "zyzzyva"], ["the", None], [True, False], "title") == "written"


@pytest.mark.parametrize("word", ["of", "house", "NASA", "iPhone", "don't", "two-state"])
def test_a_word_in_each_style(word):
    assert in_style(word, "upper") == word.upper()
    assert in_style(word, "title") == title_word(word)
    assert in_style(word, "title", starts=True) == title_word(word, first=True)
    assert in_style(word, "written", starts=True) == capitalise(word)
    assert in_style(word, "written") == word


def test_small_words_are_of_three_letters_or_fewer_as_the_stylebook_says():
    assert all(len(word.rstrip(".")) <= 3 and word == word.lower() for word in LANGUAGES["en"].small_words)


# In each language a title as papers print it, and the same in capitals at the beginning of every word.
AS_PRINTED = {
    "de": ("Bundestag und Bundesrat: Streit um Rente mit 63", "Bundestag Und Bundesrat: Streit Um Rente Mit 63"),
    "fr": ("Emmanuel Macron et Olaf Scholz à Paris", "Les Pompiers Sauvent Un Chat"),
    "es": ("Pedro Sánchez y Yolanda Díaz en Bruselas", "Los Colegios Abren Sus Puertas"),
    "it": ("Giorgia Meloni a Bruxelles", "Il Governo Vara La Manovra"),
    "pt": ("Lula da Silva em São Paulo", "O Governo Anuncia O Plano"),
    "nl": ("Mark Rutte in Den Haag", "De Politie Zoekt Getuigen"),
    "sv": ("Ulf Kristersson i Bryssel", "Regeringen Vill Höja Skatten"),
    "pl": ("Donald Tusk w Brukseli", "Rząd Ogłasza Nowy Plan"),
    "ru": ("Владимир Путин и Си Цзиньпин в Москве", "Правительство Объявило План"),
}


@pytest.mark.parametrize("tag", AS_PRINTED)
def test_a_language_without_title_case_has_none_however_many_names_a_title_has(tag):
    language = LANGUAGES[tag]
    for title in AS_PRINTED[tag]:
        words = TOKENIZERS["headline"].words(title)
        usual = [word.lower() for word in words]
        assert style_of(words, language) == "sentence"
        assert list_style([words] * 3, language) == "sentence"
        assert style_for_next(words, usual, [True] + [False] * (len(words) - 1), "title", language) == "written"
    assert style_of(title.upper().split(), language) == "upper" and style_of(title.lower().split(), language) == "lower"


@pytest.mark.parametrize(
    ("tag", "title", "style"),
    [
        ("tr", "Deprem ve Sel: Bakan İki İlde İnceleme Yaptı", "title"),
        ("tr", "Bakan iki ilde deprem ve sel incelemesi yaptı", "sentence"),
        ("az", "Prezident və Nazir İki Şəhərdə", "title"),
        ("id", "Presiden Umumkan Rencana Baru untuk Sekolah di Jakarta", "title"),
        ("fil", "Pangulo, Nagpahayag ng Bagong Plano para sa Paaralan", "title"),
        ("und", "Kila Neno Kubwa Hapa", "title"),
        ("he", "חברת NASA משגרת טיל", "sentence"),
        ("ja", "NHKが報道", "sentence"),
        ("ar", "شركة BMW", "sentence"),
        ("ja", "NHK", "sentence"),
    ],
)
def test_the_style_of_a_title_by_its_language(tag, title, style):
    assert style_of(title.split(), language(tag)) == style


@pytest.mark.parametrize(
    ("tag", "words", "title"),
    [
        ("tr", "istanbul ve izmir için ılık hava mı", "İstanbul ve İzmir İçin Ilık Hava Mı"),  # the last word too
        ("tr", "ankara ile istanbul", "Ankara ile İstanbul"),
        ("id", "rencana baru untuk sekolah di jakarta", "Rencana Baru untuk Sekolah di Jakarta"),
        ("fil", "bagong plano ng pangulo", "Bagong Plano ng Pangulo"),
        ("en", "rain on the plain", "Rain on the Plain"),
    ],
)
def test_title_case_leaves_the_small_words_of_the_language(tag, words, title):
    assert title_case(words.split(), language(tag)) == title


@pytest.mark.parametrize("tag", ["de", "fr", "es", "ru"])
def test_title_case_is_not_written_where_the_language_has_none(tag):
    written = {
        "de": "Regierung plant neue",
        "fr": "école ouvre ses",
        "es": "colegio abre sus",
        "ru": "школа открывает новые",
    }
    words = written[tag].split()
    known = Vocabulary(["<pad>", "<unk>", "<s>", "</s>", *words], [0] * 4 + [3, 2, 1], "headline", language=tag)
    writing = Writing("", known.split_typed(""), known, "title")
    assert writing.completion([4, 5, 6]) == words[0][0].upper() + written[tag][1:]


@pytest.mark.parametrize(
    ("text", "words", "written"),
    [
        ("Big Time (", "and the end", "and the End"),  # brackets and quotations stand inside of a title
        ("Big Time (in May) ", "and the end", "and the End"),
        ("‘Big Little Lies’ ", "and the end", "and the End"),
        ("“Big Little Lies” ", "and the end", "and the End"),
        ("Big Time: ‘", "the end", "The End"),
        ("Big Time: ", "the end", "The End"),
        ("Big Time. ", "the end", "The End"),
        ("Big Time vs. ", "the end", "the End"),
        ("Big Time Inc. ", "to end", "to End"),
        ("Big Time Inc", ". to end", ". to End"),
        ("How To End Big Time ", "and the end", "And The End"),  # a text that capitalises every word
        ("The End and Big Time ", "to the end", "to the End"),
        ("Big Time Pour In ", "to the end", "to the End"),  # here "in" belongs to the verb
        ("How to end it? Acme Inc. ", "to end", "to end"),
        ("How to end it? ", "to end", "To end"),
    ],
)
def test_small_words_at_marks_and_as_the_text_has_them(text, words, written):
    names = "big time end to the and in how it lies little may pour Inc vs Acme . ? : ( ) ‘ ’ “ ”".split()
    known = Vocabulary(["<pad>", "<unk>", "<s>", "</s>", *names], [0] * 4 + [1] * len(names), "headline")
    typed = known.split_typed(text)
    writing = Writing(text, typed, known)
    ids = known.encode(words)
    added = writing.mark(ids) if ids[0] in known.marks else writing.completion(ids)
    assert added.replace("'", "’").strip() == written
