"""How rows of the corpora are cleaned before the bundled model is trained on them."""

import gzip

import pytest

from bench.bundled import SETTINGS, SHIPPED, with_forms_before
from bench.bundled_corpus import (
    account_names,
    clean,
    clean_health,
    clean_lower,
    clean_sentence,
    clean_tweet,
    distinct,
    prepare,
)
from bench.bundled_vectors import as_text
from bench.bundled_written import PLAIN, save
from headline.corpus.split import split_headlines
from headline.model.checkpoint import Checkpoint
from headline.training.network.word_vectors import read_vectors
from tests.tiny import random_checkpoint


@pytest.mark.parametrize(
    "row, expected",
    [
        ("  Sales &amp;amp; Rents Up ", "Sales & Rents Up"),
        ("women27s health and government27s plan", "women's health and government's plan"),
        ("o27farrell flies a boeing727s", "o'farrell flies a boeing727s"),
        ("What%27s next", "What's next"),
        ("12 Endings for Tonight's <em>Bachelor</em> Finale", "12 Endings for Tonight's Bachelor Finale"),
        ("Clones Games in Google Play Include Flying  ...", "Clones Games in Google Play Include"),
        ("Focus on those you love most T…", "Focus on those you love most"),
        ("'Cosmos': Can Fox reboot shine? (+video)", "'Cosmos': Can Fox reboot shine?"),
        ("Halle Berry - Halle Berry likes stability of TV", "Halle Berry likes stability of TV"),
        ("RT @cnn: Storm nears coast http://t.co/abc", "Storm nears coast"),
        ("Storm nears coast via @cnn", "Storm nears coast"),
        ("kids ' allergies , and more", "kids ' allergies, and more"),
        ("Learn C++ - and C#", "Learn C++ - and C#"),
    ],
)
def test_clean(row, expected):
    assert clean(row) == expected


@pytest.mark.parametrize(
    "row, expected",
    [
        ("New hope for #autism research #health #news", "New hope for autism research"),
        ("Looks like we're out of time! BIG thank you to all", ""),
        ("A7: try these bites", ""),
        ("Plain headline stays", "Plain headline stays"),
    ],
)
def test_clean_tweet(row, expected):
    assert clean_tweet(row) == expected


@pytest.mark.parametrize(
    "row, expected",
    [
        ("Well: Ask Well: Is Tea Good for You?", "Ask Well: Is Tea Good for You?"),
        ("VIDEO: 'Poor access' to cancer drugs", "'Poor access' to cancer drugs"),
        ("The New Old Age Blog: A Will of One's Own", "A Will of One's Own"),
        ("Ebola outbreak: U.S. sends troops", "Ebola outbreak: U.S. sends troops"),
        ("Exercise as Potent Medicine via TIME", "Exercise as Potent Medicine"),
        ("Ten ways to de-stress: (via HealthyLiving)", "Ten ways to de-stress"),
        ("Find out which of these is to blame --&gt;", "Find out which of these is to blame"),
        ("A new iPhone for nurses", "A new iPhone for nurses"),
        ("MaryAgnesCarey explains the health law", ""),
        ("goodhealth Q3 People who have lost weight", ""),
        ("cnnhealth reports on sleep", ""),
        ("10-year-old gets new lungs", "10-year-old gets new lungs"),
        ("What is next for the NHS", "What is next for the NHS"),
        ("Read it on NIHRCRN", ""),
        ("CNNHeroes begins on Sunday", ""),
        ("MPs vote on PCs", "MPs vote on PCs"),
        ("What the new guidelines say. JAMA_current", ""),
        ("Looks like we're out of time! BIG thank you to all", ""),
        ("New hope for #autism research #health #news", "New hope for autism research"),
    ],
)
def test_clean_health_tweets(row, expected):
    assert clean_health(row, {"iPhone"}) == expected


def test_an_account_is_known_in_lower_case_too():
    tweets = ["CynthiaSass on SLEEP", "A new iPhone", "tipsFor sleep forMe"]
    accounts = account_names(tweets, ["Tips for an iPhone", "Forme and Tipsfor win"])
    assert accounts == {"cynthiasass"}
    assert clean_health("Expert cynthiasass answers", {"iPhone"}, accounts) == ""
    assert clean_health("Sleep better", {"iPhone"}, accounts) == "Sleep better"


def test_clean_rows_that_were_split_into_tokens():
    assert (
        clean_lower("we are n't the most pet - friendly town 's folk") == "we aren't the most pet-friendly town's folk"
    )


def test_clean_sentence():
    assert clean_sentence("He said -- twice , no less : go .") == "He said – twice, no less: go."


def test_rows_that_say_the_same_are_taken_once():
    report = []
    taken = {"old news"}
    kept = distinct(
        [("one", ["A first row", "Old news", "a First Row!", "one"]), ("two", ["A second row"])], 2, 32, taken, report
    )
    assert kept == ["A first row", "A second row"]
    assert report == [("one", 4, 1, 3), ("two", 1, 1, 3)]


def test_prepare_writes_the_same_rows_each_time_and_none_of_what_is_measured_only(tmp_path):
    data = tmp_path / "data"
    for folder in ("open/text", "more", "abc", "nyt"):
        (data / folder).mkdir(parents=True)
    sources = ["huffpost_cased", "health_tweets", "wikinews_politics", "congress_house_2025", "abc"]
    rows = [f"{source.capitalize().replace('_', ' ')} row number {n},{source}" for source in sources for n in range(5)]
    with gzip.open(data / "open/headlines.csv.gz", "wt", encoding="utf-8") as file:
        file.write("headline,source\n" + "\n".join(rows) + "\n")
    for name in ("india", "uci", "upworthy"):
        (data / f"more/{name}_headlines.csv").write_text(f"headline\nA row of {name}\n", encoding="utf-8")
    (data / "abc/abc_headlines.csv").write_text(
        "publish_date,headline_text\n2003,police seek a man\n", encoding="utf-8"
    )
    (data / "nyt/a.csv").write_text("headline\nHuffpost cased row number 3\n", encoding="utf-8")
    from bench.bundled_corpus import TEXT

    for source in TEXT:
        with gzip.open(data / f"open/text/{source.pattern}.txt.gz", "wt", encoding="utf-8") as file:
            file.write(f"A sentence of {source.pattern} here.\n")
    made_up = [f"Robots win prize number {n}" for n in range(200)]
    save(((row, PLAIN) for row in ["Police seek a man", *made_up]), tmp_path / "made_up.csv.gz")
    second_round = [*made_up[:3], *(f"Robots lose prize number {n}" for n in range(100))]
    save(((row, PLAIN) for row in second_round), tmp_path / "more.csv.gz")
    for name in ("one", "two"):
        prepare(data, tmp_path / name, [data / "nyt"], tmp_path / "made_up.csv.gz", tmp_path / "more.csv.gz")
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "one").iterdir()}
    assert written == {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "two").iterdir()}
    assert len(written["left_out.txt"].splitlines()) == 5 and "wikinews" not in written["headlines.txt"].lower()
    sides = split_headlines(made_up, SETTINGS.seed, SETTINGS.validation, SETTINGS.test)
    assert 190 < len(sides["train"]) < 200  # a row that was made up is never held out, to be measured on
    rows, last = (written[name].splitlines() for name in ("headlines.txt", "last.txt"))
    assert len(set(last)) == len(last)
    more = split_headlines(second_round[3:], SETTINGS.seed, SETTINGS.validation, SETTINGS.test)["train"]
    assert {row for row in last if "lose" in row} == set(more)  # the second round's rows are read at the end alone
    last = [row for row in last if "lose" not in row]
    assert {row for row in rows if "Robots" in row} == set(sides["train"])
    # The news of all sources but the Australian, Indian and formulaic ones is read once more, and a part of those.
    whole = [row for row in rows if row.startswith(("Huffpost", "Health", "Robots", "A row of up", "A row of uci"))]
    assert len(whole) > 200 and set(whole) <= set(last) <= set(rows)
    others = set(rows) - set(whole)
    assert len(others) > 8 and len(set(last) & others) == 1  # a tenth of six of ABC
    assert len(written["headlines.txt"].splitlines()) == 4 + 5 + 5 + 5 + 3 + 1 + len(sides["train"])
    assert "row number 3" not in [line for line in written["headlines.txt"].splitlines() if "cased" in line]
    assert len(written["text.txt"].splitlines()) == len(TEXT)


def test_forms_before_other_words_are_added_and_all_else_stays_as_it_was(tmp_path):
    (tmp_path / "headlines.txt").write_text(
        "Snow falls at the White House\nRain falls at the White House\n", encoding="utf-8"
    )
    (tmp_path / "text.txt").write_text("We went to see the White House\nThey see the white wall\n", encoding="utf-8")
    old = random_checkpoint(words=("the", "white", "house", "wall"))
    old.vocabulary.exceptions[old.vocabulary.stoi["white"], old.vocabulary.stoi["house"]] = "House"
    settings = SETTINGS.changed(validation=0.0, test=0.0)
    old.save(tmp_path / "old", SHIPPED)
    with_forms_before(Checkpoint.load(tmp_path / "old"), tmp_path, settings).save(tmp_path / "new", SHIPPED)
    texts = [(tmp_path / name / "vocabulary.txt").read_text(encoding="utf-8") for name in ("old", "new")]
    ids = old.vocabulary.stoi
    assert texts[1] == texts[0].replace("white\t3", f"white\t3\t\tWhite:{ids['house']}") != texts[0]
    for name in ("weights.safetensors", "memory.safetensors"):
        assert (tmp_path / "new" / name).read_bytes() == (tmp_path / "old" / name).read_bytes()
    assert Checkpoint.load(tmp_path / "new").vocabulary.exceptions_before == {(ids["white"], ids["house"]): "White"}


def test_the_vectors_of_the_package_become_a_text_that_is_read(tmp_path):
    """Behind its numbers, each word of the package has two more, its norm and its rank."""
    package = {"dimensions": 3, "vectors": {"the": [0.5, -1e-06, 2, 2.06, 0], "…": [1, 2, 3, 3.74, 1]}}
    path = tmp_path / "glove.txt"
    path.write_text(as_text(package), encoding="utf-8")
    found = read_vectors(path, {"the", "…"})
    assert found["the"].tolist() == pytest.approx([0.5, -1e-6, 2]) and found["…"].tolist() == [1, 2, 3]
