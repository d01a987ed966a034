"""What people bring: a small file of each kind, and the headlines and sentences that come of it."""

import gzip
import io
import json
import re
import sqlite3
import zipfile
from pathlib import Path

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest

from headline.corpus.preview import preview
from headline.corpus.reader import read_headlines
from headline.corpus.reading.source import Source
from headline.errors import CorpusError, NoColumnError

TWO = ["Mayor opens bridge", "Storm closes schools"]
CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "files"


def read(folder, name, data, **options):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_headlines(path, **options)


def workbook(**sheets) -> bytes:
    book, held = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(held)
    return held.getvalue()


def database(*statements: str) -> bytes:
    connection = sqlite3.connect(":memory:")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    return connection.serialize()


def zipped(**files) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return held.getvalue()


RSS = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/" '
    'xmlns:media="http://search.yahoo.com/mrss/"><channel><title>My site</title>'
    "<item><title>Mayor opens bridge</title><media:title>photo</media:title><wp:post_type>post</wp:post_type></item>"
    "<item><title>logo.png</title><wp:post_type>attachment</wp:post_type></item>"
    "<item><title><![CDATA[<b>Storm</b> closes schools]]></title></item></channel></rss>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>Site</title><entry><title>Mayor opens bridge</title></entry>'
    '<entry><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Storm <b>closes</b> schools</div></title>'
    "</entry></feed>"
)
OBJECTS = [{"id": i, "title": title} for i, title in enumerate(TWO)]
NESTED = [{"url": "https://example.org", "title": {"rendered": title}} for title in TWO]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("lines.json", "\n".join(map(json.dumps, OBJECTS))),
        ("array.json", json.dumps(OBJECTS)),
        ("array.jsonl", json.dumps(OBJECTS)),
        ("pretty.json", json.dumps(OBJECTS, indent=2)),
        ("texts.json", json.dumps(TWO, indent=1)),
        ("one_after_another.json", "\n".join(json.dumps(row, indent=1) for row in OBJECTS)),
        ("within.json", json.dumps({"status": "ok", "tags": ["a", "b", "c"], "data": {"items": OBJECTS}}, indent=1)),
        ("columns.json", json.dumps({"title": dict(enumerate(TWO)), "year": {0: 1, 1: 2}})),
        ("keyed.json", json.dumps({"status": "ok", "posts": {f"p{i}": row for i, row in enumerate(OBJECTS)}})),
        ("pipes.txt", "\n".join(["id|headline", *(f"{i}|{title}" for i, title in enumerate(TWO))])),
        ("split.json", json.dumps({"columns": ["id", "title"], "index": [0, 1], "data": list(enumerate(TWO))})),
        ("nested.jsonl", "\n".join(map(json.dumps, NESTED))),
        ("lists.jsonl", "\n".join(json.dumps({"title": [title]}) for title in TWO)),
        ("mixed.jsonl", json.dumps({"headline": {"main": TWO[0]}}) + "\n" + json.dumps({"headline": TWO[1]})),
        ("mark.json", "\ufeff" + json.dumps(OBJECTS)),
        ("rss.xml", RSS),
        ("feed.atom", ATOM),
        ("latin.rss", RSS.replace("1.0", '1.0" encoding="iso-8859-1', 1).encode("latin-1")),
        ("a.xlsx", workbook(About=[["made by me"]], Posts=[["ID", "Post Title"], *enumerate(TWO)])),
        ("no_header.xlsx", workbook(Sheet=[[t, i] for i, t in enumerate(TWO)])),
        (
            "a.db",
            database(
                "CREATE TABLE wp_options(id, name)",
                "INSERT INTO wp_options VALUES (1, 'siteurl')",
                "CREATE TABLE wp_posts(ID, post_title TEXT, guid)",
                f"INSERT INTO wp_posts VALUES (1, '{TWO[0]}', 'x'), (2, '{TWO[1]}', 'y')",
            ),
        ),
        ("titles.gz", gzip.compress("\n".join(TWO).encode())),
        ("titles.csv.gz", gzip.compress("\n".join(["title", *TWO]).encode())),
        ("a.zip", zipped(d__a_dot_csv="id,title\n" + "\n".join(f"{i},{t}" for i, t in enumerate(TWO)), readme="x")),
        ("sheet.zip", zipped(a_dot_xlsx=workbook(Sheet=[["title"], *([t] for t in TWO)]))),
        ("excel_unicode.txt", "\r\n".join(["headline\tsource", *(f"{t}\tDS" for t in TWO)]).encode("utf-16")),
        ("utf16.csv", "\n".join(["title", *TWO]).encode("utf-16-le")),
        ("utf16_be.csv", "\n".join(["title", *TWO]).encode("utf-16-be")),
        ("nulls.tsv", f"id\ttitle\n1\t{TWO[0]}\n2\t\\N\n3\t{TWO[1]}\n"),
        ("backslashes.csv", f'id,title,x\n1,"{TWO[0]}",a\n2,"{TWO[1]}","say \\"no\\", twice"\n'),
        ("bytes.csv", f'year,title\n2016,"b\'{TWO[0]}\'"\n2016,"b""{TWO[1]}"""\n'),
        ("tags.csv", f"title\n<b>Mayor</b> opens&nbsp;bridge\n<p>{TWO[1]}</p>\n"),
        ("commas.csv", f"title,x\n{TWO[0]},1\n{TWO[1]},2\n,\n"),
        ("empty_headline.csv", f"headline,title\n,{TWO[0]}\n,{TWO[1]}\n"),
        ("news.csv", f"Date,News Headline,title_id\n2020,{TWO[0]},4\n2021,{TWO[1]},5\n"),
        ("article.csv", f"ID,Article Title,URL\n1,{TWO[0]},https://a.org\n2,{TWO[1]},https://b.org\n"),
        ("language.csv", f"Title_id;Title_en\n1;{TWO[0]}\n2;{TWO[1]}\n"),
        ("products.csv", f"sku,name,price\nA1,{TWO[0]},3\nA2,{TWO[1]},4\n"),
        ("cells.csv", f"k1,k2,k3\n7,{TWO[0]},a\n8,{TWO[1]},a\n"),
        ("no_header.csv", f"{TWO[0]},1\n{TWO[1]},0\n"),
        ("no_header_tabs.txt", f"{TWO[0]}\t1\n{TWO[1]}\t0\n"),
        ("open_quote.csv", f'id,title,year\n1,"{TWO[0]},2001\n2,{TWO[1]},2001\n'),
        ("quotes.tsv", f'id\ttitle\n1\t"{TWO[0]}\n2\t{TWO[1]}\n'),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 else "",
)
def test_a_small_file_of_each_kind(tmp_path, name, data):
    assert read(tmp_path, name, data).headlines == TWO


def test_nested_parquet_is_read_by_path(tmp_path):
    table = pyarrow.table({"headline": [{"main": title, "kicker": None} for title in TWO], "id": [1, 2]})
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    corpus = read_headlines(tmp_path / "a.parquet")
    assert (corpus.headlines, corpus.report.columns) == (TWO, ("headline.main",))


def test_the_path_the_sheet_and_the_table_are_named(tmp_path):
    nested = read(tmp_path, "a.json", json.dumps({"data": NESTED}))
    assert nested.report.columns == ("title.rendered",) and "“data”" in nested.report.notes[0]
    assert read(tmp_path, "b.jsonl", json.dumps(NESTED[0]), column="url").headlines == ["https://example.org"]
    book = read(tmp_path, "a.xlsx", workbook(About=[["made by me"]], Posts=[["Title"], *([t] for t in TWO)]))
    assert "sheet “Posts” was read, and not “About”" in book.report.notes[0]


def test_the_printed_form_of_an_object_is_never_a_headline(tmp_path):
    with pytest.raises(CorpusError, match=r"a\.jsonl, row 1: “title” is a list or an object.* name another"):
        read(tmp_path, "a.jsonl", json.dumps({"title": ["a", "b"]}))


@pytest.mark.parametrize("header", [None, False])
def test_a_missing_header_is_found_out_or_said(tmp_path, header):
    rows = "A long headline that has many more than forty letters in it,1\nStorm closes schools,0\n"
    corpus = read(tmp_path, "a.csv", rows, header=header)
    assert len(corpus.headlines) == 2 and corpus.report.columns == ("1",)
    assert any("no header row" in note for note in corpus.report.notes) == (header is None)
    assert read(tmp_path, "a.csv", rows, header=header, column="1").headlines == corpus.headlines


def test_a_header_that_looks_like_a_title_is_kept_if_it_is_said(tmp_path):
    rows = "What shall we call this story\nMayor opens the new bridge\nStorm closes all the schools\n"
    assert len(read(tmp_path, "a.csv", rows).headlines) == 3
    assert len(read(tmp_path, "a.csv", rows, header=True).headlines) == 2


def test_names_in_a_refusal_are_accepted_as_they_are_written(tmp_path):
    long = "n" * 60
    table = f"{long},id\n12,7\n13,8\n"
    with pytest.raises(NoColumnError, match=r"name one of 1 \(“n{30}…”\), “id”"):
        read(tmp_path, "a.csv", table, header=True)
    assert read(tmp_path, "a.csv", table, header=True, column="1").headlines == ["12", "13"]
    assert read(tmp_path, "a.csv", table, header=True, column=long).headlines == ["12", "13"]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp949", "한국 새 다리 개통"),
        ("cp932", "今日のニュースをお届けします"),
        ("euc_jp", "東京で桜が咲く"),
        ("gb18030", "北京今天举行新闻发布会"),
        ("big5", "台北今天舉行記者會"),
        ("cp1250", "Nowy most otwarty w Łodzi – żółw wygrał"),
        ("iso8859-2", "Żółw wygrywa wyścig z zającem, pociąg spóźnił się"),
        ("cp866", "Новый мост открыли в городе после бури"),
        ("cp1251", "В Москве открылся новый мост"),
        ("koi8-r", "Шторм закрыл все школы города"),
        ("cp1252", "L’été arrive à Paris"),
        ("cp1253", "Νέα γέφυρα στην Αθήνα"),
        ("cp1254", "Yeni köprü açıldı, İstanbul'da fırtına"),
        ("cp1255", "גשר חדש נפתח בתל אביב"),
        ("cp1256", "افتتاح جسر جديد في المدينة"),
    ],
)
def test_encodings_are_found_by_words_or_named(tmp_path, encoding, text):
    found = read(tmp_path, "a.csv", f"title\n{text}\n".encode(encoding))
    assert found.headlines == [text]
    assert any("not UTF-8" in note for note in found.report.notes)
    named = read(tmp_path, "a.csv", f"title\n{text}\n".encode(encoding), encoding=encoding)
    assert named.headlines == [text] and not named.report.notes


@pytest.mark.parametrize("name", ["klingon", "base64", "rot13", "\0", "", "idna"])
def test_an_encoding_that_does_not_exist_is_refused(tmp_path, name):
    with pytest.raises(CorpusError, match="There is no encoding"):
        read(tmp_path, "a.txt", "One\n", encoding=name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Donâ€™t Panic", "Don’t Panic"),
        ("CafÃ© opens", "Café opens"),
        ("Café opens – “now”", "Café opens – “now”"),
        ("Storm\u2028closes\x85schools\x0btoday", "Storm closes schools today"),
        ("?a=1&section=2 explained", "?a=1&section=2 explained"),
        ("Rock&Roll &amp;amp; more", "Rock&Roll & more"),
        ("What is <div> for? List<String> and a < b", "What is <div> for? List<String> and a < b"),
        ('<a href="https://example.org"><em>Mayor</em> opens</a><br/>bridge', "Mayor opens bridge"),
        ("b'Caf\\xc3\\xa9 opens'", "Café opens"),
        ("b'not closed", "b'not closed"),
    ],
)
def test_faults_that_programs_leave_are_mended(tmp_path, text, expected):
    corpus = read(tmp_path, "a.txt", text)
    assert corpus.headlines == [expected]
    assert any("wrong encoding" in note for note in corpus.report.notes) == ("Ã" in text or "â" in text)


def test_quotes_that_do_not_balance_swallow_no_rows(tmp_path):
    rows = ["1,A,2001", '2,"B,2001', "3,C,2001", '4,"D,2001', '5,"E ""e"" e",2001', '6,F "f" f,2001', "7,G,2001"]
    corpus = read(tmp_path, "a.csv", "\n".join(["id,title,year", *rows]))
    assert corpus.headlines == ["A", "B", "C", "D", 'E "e" e', 'F "f" f', "G"]
    assert any("2 rows have a quotation mark that is not closed, such as row 3" in n for n in corpus.report.notes)


def test_a_cell_of_several_lines_is_one_cell(tmp_path):
    text = 'id,body,title\n1,"First, a line.\nThen, another, one.\nAnd a third",One\n2,short,Two\n'
    assert read(tmp_path, "a.csv", text).headlines == ["One", "Two"]


def test_signs_that_make_another_word_are_no_duplicates(tmp_path):
    kept = [
        "Learn C",
        "Learn C++",
        "Learn C#",
        "Using .NET",
        "Using net",
        "Grade A",
        "Grade A+",
        "Top 5",
        "Top 5%",
        "Top $5",
    ]
    assert read(tmp_path, "a.txt", "\n".join([*kept, "learn c++!", "“Learn C”", "Top 5."])).headlines == kept


def test_what_was_dropped_is_told_with_examples(tmp_path):
    rows = ["One", *(["one!"] * 5), "", "Two"]
    dropped = dict(preview(read(tmp_path, "a.txt", "\n".join(rows))).dropped)
    assert dropped == {"duplicate": ("row 2: one!", "row 3: one!", "row 4: one!"), "blank": ("row 7",)}
    corpus = read(tmp_path, "b.csv", "id,title\n1,a, b\n2,Two\n")
    assert corpus.report.examples["malformed"] == ("b.csv: row 2 has 3 cells where the first row has 2",)
    assert "examples" not in corpus.report.as_dict()  # a checkpoint keeps no rows


@pytest.mark.skipif(not CASES.is_dir(), reason="needs the cases of ../shared, which are not part of the project")
@pytest.mark.parametrize(
    ("name", "kept"),
    [
        *(
            ("quote_csv.csv", 8),
            ("nested_nyt.jsonl", 3),
            ("wp_rest.jsonl", 2),
            ("jsonlines.json", 2),
            ("array.json", 2),
        ),
        *(("noheader.csv", 3), ("noheader_onecolumn.csv", 3), ("excel_unicode.txt", 2), ("korean_cp949.csv", 2)),
        *(("arabic_cp1256.csv", 2), ("mojibake.csv", 2), ("symbols.txt", 4), ("ls_sep.txt", 3), ("backslash_n.tsv", 2)),
        *(("bytes.csv", 2), ("html.csv", 6), ("titles.gz", 2), ("urls.txt", 2), ("rows.txt", 5)),
    ],
)
def test_the_cases(name, kept):
    headlines = read_headlines(CASES / name).headlines
    assert len(headlines) == kept
    for sign in ("{", "b'", "\\N", "<b>", "â€", "\t"):
        assert not any(headline.startswith(sign) or sign in headline for headline in headlines)


def test_a_long_name_in_a_note_is_accepted_as_it_is_shown(tmp_path):
    long, other = "headline of the day, " * 4, "headline of the week, " * 4
    table = f'id,"{long}","{other}"\n' + "".join(f"{i},Mayor opens bridge {i},Storm closes {i}\n" for i in range(9))
    corpus = read(tmp_path, "a.csv", table)
    shown = re.findall("“([^”]*)”", corpus.report.notes[-1])
    assert shown[0].endswith("…") and len(shown) == 3
    firsts = [read(tmp_path, "a.csv", table, column=name).headlines[0] for name in shown]
    assert firsts == ["Mayor opens bridge 0", "Storm closes 0", "0"]
    with pytest.raises(NoColumnError):
        read(tmp_path, "a.csv", table, column="headline of the d")


@pytest.mark.parametrize(
    "name, kind, data",
    [
        ("a.xlsx", "sheet", workbook(First=[["title"], ["Mayor opens bridge"]], Second=[["title"], ["Storm closes"]])),
        (
            "a.db",
            "table",
            database(
                "CREATE TABLE First(title)",
                "INSERT INTO First VALUES ('Mayor opens bridge')",
                "CREATE TABLE Second(title)",
                "INSERT INTO Second VALUES ('Storm closes')",
            ),
        ),
    ],
)
def test_the_sheet_or_table_is_chosen(tmp_path, name, kind, data):
    first = read(tmp_path, name, data)
    assert first.headlines == ["Mayor opens bridge"] and first.report.tables == ("First", "Second")
    assert first.report.notes[0] == f"{name}: {kind} “First” was read, and not “Second”."
    for wanted in ("Second", "second", "2"):
        chosen = read(tmp_path, name, data, table=wanted)
        assert chosen.headlines == ["Storm closes"] and chosen.report.tables == ("Second", "First")
    with pytest.raises(NoColumnError, match=f"{name} has no {kind} “Third”; its {kind}s are “First”, “Second”"):
        read(tmp_path, name, data, table="Third")


def test_a_parquet_file_is_not_held_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(Source, "bytes_in_memory", None)
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"title": TWO * 2_000, "body": ["text"] * 2_000 * len(TWO)}), path)
    assert read_headlines(path, keep_duplicates=True).headlines == TWO * 2_000


@pytest.mark.parametrize(
    "lines, kept, said",
    [
        (["- Apple pie", "* Bean soup", "• Corn bread"], ["Apple pie", "Bean soup", "Corn bread"], "bullets"),
        (["1. Apple pie", "2. Bean soup", "3. Corn bread"], ["Apple pie", "Bean soup", "Corn bread"], "numbers"),
        (["9) Apple pie", "10) Bean soup", "11) 7. Sinfonie"], ["Apple pie", "Bean soup", "7. Sinfonie"], "numbers"),
        (["7. Sinfonie", "9. Sinfonie", "3. Sinfonie"], None, None),
        (["1. Apple pie", "2. Bean soup", "Corn bread"], None, None),
        (["Mayor opens | News", "Storm closes | News", "Team wins | News"], None, None),
    ],
)
def test_the_marks_of_a_copied_list_are_left_out_and_said(tmp_path, lines, kept, said):
    corpus = read(tmp_path, "a.txt", "\n".join(lines))
    assert corpus.headlines == (kept or lines)
    assert [note for note in corpus.report.notes if "before each title" in note] == (
        [f"a.txt: the {said} before each title were left out."] if said else []
    )
