"""Values -> clean headlines: what is dropped and counted, what counts as the same, and the split."""

import json

import numpy as np
import pandas as pd
import pytest

from headline.corpus.reader import read_frame, read_headlines
from headline.corpus.report import CorpusReport
from headline.corpus.split import SPLITS, SeenHeadlines, headline_key, split_headlines, split_of
from headline.errors import CorpusError, NoColumnError

DROPPED = ("malformed", "null", "blank", "placeholder", "duplicate")


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def lines(tmp_path, *headlines, **options):
    return read_headlines(write(tmp_path / "a.txt", "\n".join(headlines)), **options)


def dropped(report):
    return {name: count for name in DROPPED if (count := getattr(report, f"dropped_{name}"))}


def test_a_data_frame_is_read_as_a_file_is(tmp_path):
    frame = pd.DataFrame({"id": [1, 2, 3, 4], "Headline": ["Rain  Falls", None, "rain falls!", float("nan")]})
    corpus = read_frame(frame)
    assert corpus.headlines == ["Rain Falls"] and corpus.report.columns == ("Headline",)
    assert dropped(corpus.report) == {"null": 2, "duplicate": 1}
    frame.to_csv(tmp_path / "a.csv", index=False)
    assert read_headlines(tmp_path / "a.csv").headlines == corpus.headlines
    assert read_frame(frame, "id").headlines == ["1", "2", "3", "4"]
    assert read_frame(frame, keep_duplicates=True, normalise=False).headlines == ["Rain  Falls", "rain falls!"]


def test_a_data_frame_without_headlines_is_refused():
    with pytest.raises(NoColumnError, match="the data frame has no column called headline"):
        read_frame(pd.DataFrame({"a": ["x"], 3: ["y"]}))
    with pytest.raises(NoColumnError, match="“b”"):
        read_frame(pd.DataFrame({"a": ["x"]}), "b")
    with pytest.raises(CorpusError, match="No headline is left from the data frame"):
        read_frame(pd.DataFrame({"title": [None, " "]}))


def test_of_columns_with_one_name_the_first_is_read():
    frame = pd.DataFrame([["Rain", "Snow"]], columns=["title", "title"])
    assert read_frame(frame).headlines == ["Rain"]


def test_files_are_read_in_sorted_order_whatever_order_is_given(tmp_path):
    paths = [write(tmp_path / name, f"title\nFrom {name}\n") for name in ("c.csv", "a.csv", "b/z.csv")]
    expected = ["From a.csv", "From b/z.csv", "From c.csv"]
    for given in (paths, paths[::-1], [str(p) for p in paths], [paths[2], tmp_path], tmp_path, str(tmp_path)):
        corpus = read_headlines(given)
        assert corpus.headlines == expected
        assert corpus.report.files == ("a.csv", "z.csv", "c.csv")
        assert corpus.report.columns == ("title", "title", "title")


def test_a_table_without_headlines_is_passed_over_in_a_folder_and_refused_alone(tmp_path):
    write(tmp_path / "articles.csv", "headline\nOne\n")
    comments = write(tmp_path / "comments.csv", "commentBody\nI agree\n")
    corpus = read_headlines(tmp_path)
    assert corpus.headlines == ["One"]
    assert (corpus.report.files, corpus.report.skipped_files) == (("articles.csv",), ("comments.csv",))
    assert "no headlines in: comments.csv" in corpus.report.summary()
    for given in (comments, [tmp_path, comments]):
        with pytest.raises(NoColumnError, match=r"comments\.csv .* “commentBody”"):
            read_headlines(given)


def test_a_folder_of_nothing_but_other_tables_is_refused(tmp_path):
    write(tmp_path / "readers" / "comments.csv", "commentBody\nI agree\n")
    with pytest.raises(CorpusError, match="No column of headlines in readers"):
        read_headlines(tmp_path / "readers")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "headline,x\n", "0 rows"),
        ("b.csv", "headline,x\n,1\nUnknown,2\n", "1 null, 1 placeholder"),
    ],
)
def test_nothing_left_is_an_error_that_tells_why(tmp_path, name, text, told):
    with pytest.raises(CorpusError, match=f"No headline is left from {name}: .*{told}"):
        read_headlines(write(tmp_path / name, text))


def test_every_kind_of_row_that_is_dropped_is_counted(tmp_path):
    rows = ["headline,x", "One,1", ",2", " ,3", "Unknown,4", "one!,5", "Two,6,7", "UNKNOWN ,8", "Unknown Man Found,9"]
    corpus = read_headlines(write(tmp_path / "a.csv", "\n".join(rows)))
    assert corpus.headlines == ["One", "Unknown Man Found"]
    assert dropped(corpus.report) == {"malformed": 1, "null": 1, "blank": 1, "placeholder": 2, "duplicate": 1}
    assert (corpus.report.rows, corpus.report.kept) == (8, 2)
    assert json.loads(json.dumps(corpus.report.as_dict()))["columns"] == ["headline"]


def test_placeholders_can_be_told(tmp_path):
    corpus = lines(tmp_path, "Unknown", "n.n.", "Untitled ", "One", placeholders=("N.N.", " untitled"))
    assert corpus.headlines == ["Unknown", "One"]
    assert dropped(corpus.report) == {"placeholder": 2}
    assert lines(tmp_path, "Unknown", "", placeholders=()).headlines == ["Unknown"]


def test_the_first_writing_of_a_headline_is_kept_or_all_when_asked(tmp_path):
    writings = ["Don’t Panic", "Two", "DON'T PANIC!", "don't  panic", "Two"]
    assert lines(tmp_path, *writings).headlines == ["Don’t Panic", "Two"]
    kept = lines(tmp_path, *writings, keep_duplicates=True)
    assert kept.headlines == ["Don’t Panic", "Two", "DON'T PANIC!", "don't panic", "Two"]
    assert dropped(kept.report) == {}


RAW = [" Two\u00a0 spaces\tthere ", "Q&amp;A &#8212; &lt;b&gt;", "Cafe\u0301 open"]


def test_headlines_are_tidied_or_left_as_they_are(tmp_path):
    assert lines(tmp_path, *RAW).headlines == ["Two spaces there", "Q&A — <b>", "Caf\u00e9 open"]
    assert lines(tmp_path, *RAW, normalise=False).headlines == RAW
    assert lines(tmp_path, "One", "&nbsp;", normalise=False).headlines == ["One"]


def test_half_an_emoji_does_not_get_in_the_way_of_writing_the_headline_down(tmp_path):
    corpus = read_headlines(write(tmp_path / "a.jsonl", '{"headline": "Cut \\ud83d off"}\n'))
    assert corpus.headlines == ["Cut ? off"]
    assert split_of(corpus.headlines[0]) in SPLITS


@pytest.mark.parametrize("seed", range(20))
def test_rows_are_kept_or_counted_as_dropped_always(tmp_path, seed):
    rng = np.random.default_rng(seed)
    cells = ["", " ", "Unknown", "unknown", "NULL", "One", "ONE!", "“One”", "Zwei", "में", "&nbsp;", "a, b", "?", "!"]
    picked = [str(c) for c in rng.choice(cells, size=rng.integers(1, 60))]
    rows = ["id,headline"] + [f"{i},{cell}" for i, cell in enumerate(picked)]
    write(tmp_path / "a.csv", "\n".join(rows) + "\n" * rng.integers(0, 3))
    write(tmp_path / "b.jsonl", "\n".join(json.dumps(c if c != "NULL" else None) for c in picked))
    write(tmp_path / "c.txt", "Always\n" + "\n".join([*picked, "Last"]))
    options = {"keep_duplicates": bool(rng.integers(2)), "normalise": bool(rng.integers(2))}
    corpus = read_headlines(tmp_path, **options)
    report = corpus.report
    assert report.rows == 3 * len(picked) + 2
    assert report.rows == report.kept + sum(dropped(report).values())
    assert report.kept == len(corpus.headlines)
    assert report.dropped_malformed == picked.count("a, b")
    keys = [headline_key(h) for h in corpus.headlines]
    assert options["keep_duplicates"] or len(set(keys)) == len(keys)


def test_the_summary_is_one_line_for_a_person():
    report = CorpusReport(("a.csv",), ("b.csv",), ("a.csv",), ("title",), rows=1234, dropped_null=34, kept=1200)
    told = "1,234 rows from 1 file: 1,200 kept; dropped 34 null; read as Latin-1: a.csv; no headlines in: b.csv"
    assert report.summary() == told


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Don’t Panic!", "  don't   PANIC", True),
        ("“15-Year-Old” Wins", "15 year old wins", True),
        ("Straße", "STRASSE", True),
        ("ﬁrst Caf\u00e9", "First Cafe\u0301", True),
        ("One Two", "Two One", False),
        ("We're", "We are", False),
        ("राम की किताब", "राम का किताब", False),  # told apart by a vowel mark alone
        ("?", "!", False),
    ],
)
def test_what_counts_as_the_same_headline(one, other, same):
    assert (headline_key(one) == headline_key(other)) is same


MADE_UP = [f"Headline number {i} of many" for i in range(20_000)]


def test_the_split_has_the_shares_asked_for_and_keeps_every_headline():
    sides = split_headlines(MADE_UP, seed=3)
    assert sorted(h for side in sides.values() for h in side) == sorted(MADE_UP)
    assert list(sides) == ["train", "validation", "test"]
    # 5 % of 20,000 with a standard deviation of 31: six of them either way
    assert abs(len(sides["validation"]) - 1000) < 190
    assert abs(len(sides["test"]) - 1000) < 190


@pytest.mark.parametrize(
    ("shares", "expected"),
    [((0, 0), {"train"}), ((1, 0), {"validation"}), ((0, 1), {"test"}), ((0, 0.5), {"train", "test"})],
)
def test_the_shares_are_settings(shares, expected):
    assert {split_of(h, 0, *shares) for h in MADE_UP[:200]} == expected


def test_the_split_rests_on_the_seed_and_the_headline_alone():
    before = {h: split_of(h, seed=1) for h in MADE_UP[:2000]}
    more = [f"Another one {i}" for i in range(500)] + MADE_UP[:2000][::-1]
    after = {h: side for side, hs in split_headlines(more, seed=1).items() for h in hs}
    assert after.items() >= before.items()
    assert any(split_of(h, seed=2) != side for h, side in before.items())


def test_the_split_is_the_same_on_every_machine():
    held_out = [i for i, h in enumerate(MADE_UP[:100]) if split_of(h) != "train"]
    assert held_out == [3, 6, 8, 80, 84, 88, 94, 96]  # as first drawn: a checkpoint's figures rest on it


def test_every_writing_of_a_headline_is_on_the_same_side():
    for i in range(300):
        writings = [f"Don’t Count on {i}", f"don't count on {i}", f"  DON'T  COUNT ON {i}!", f"“Don‘t Count” on {i}"]
        assert len({split_of(w, seed=5, validation=0.3, test=0.3) for w in writings}) == 1


def test_the_lessons_files(lesson):
    assert (len(lesson.report.files), lesson.report.rows) == (9, 9335)
    assert dropped(lesson.report) == {"placeholder": 732}
    assert lesson.report.kept == len(lesson.headlines) == 8603
    assert set(lesson.report.columns) == {"headline"}


def test_seen_headlines_are_known_in_any_writing():
    seen = SeenHeadlines.of(["Trump’s Plan: More", "another one"])
    assert "trump's plan more" in seen and "Another One!" in seen and "a third" not in seen
    assert len(seen) == 2 and SeenHeadlines(seen.hashes).hashes.tolist() == seen.hashes.tolist()
    assert "anything" not in SeenHeadlines()
    others = [f"headline number {n}" for n in range(20_000)]
    assert sum(line in seen for line in others) == 0
