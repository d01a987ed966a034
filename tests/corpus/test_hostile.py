"""Files made to harm: each ends in one sentence that names the file, within bounded memory."""

import gzip
import io
import json
import sqlite3
import tracemalloc
import zipfile

import pytest

from headline.corpus.bounds import UNBOUNDED, Bounds
from headline.corpus.files import read_file
from headline.errors import CorpusError
from tests.corpus.test_kinds import database, workbook, zipped

BOUNDS = Bounds(unpacked_mb=2, rows=1_000, columns=100, line=100_000, headline=1_000)
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
BOMB = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{LAUGHS}]><rss><item><title>&l9;</title></item></rss>'
OUTSIDE = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><title>&x;</title></item></rss>'


def bomb(name: str, size: int) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as file:
        for _ in range(size // 2**20):
            file.write(b"a b\n" * 2**18)
    return held.getvalue()


def sheet_with(xml: str) -> bytes:
    """A workbook whose sheet is other XML."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(Sheet=[["title"], ["One"]]))) as old, zipfile.ZipFile(held, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, xml if "sheet1" in info.filename else old.read(info.filename))
    return held.getvalue()


def overwritten(data: bytes) -> bytes:
    return data[:100] + bytes(range(256)) * (len(data) // 256)


@pytest.mark.parametrize(
    ("name", "make", "told"),
    [
        ("a.rss", lambda: BOMB.encode(), "defines XML entities"),
        ("a.rss", lambda: OUTSIDE.encode(), "defines XML entities"),
        ("a.rss", lambda: b"<a>" * 200_000, "nested too deep"),
        ("a.rss", lambda: b"<rss><item><title>One</title>", "not well-formed"),
        ("a.rss", lambda: b"<rss>" + b"<item><title>a b</title></item>" * 1_001 + b"</rss>", "more than 1,000 rows"),
        ("a.rss", lambda: b"<rss>" + b"<x>a</x>" * 300_000 + b"</rss>", "more than 2 MB"),
        ("a.xml", lambda: b"<html><p>One</p></html>", "no items with titles"),
        ("a.xml", lambda: b'<?xml version="1.0" encoding="klingon"?><a/>', "encoding|well-formed"),
        ("a.rss.gz", lambda: gzip.compress(b"<rss>" + b" " * 2**24), "more than 2 MB"),
        ("a.zip", lambda: bomb("a.txt", 2**24), "more than 2 MB"),
        ("a.zip", lambda: bomb("xl/workbook.xml", 2**24), "more than 2 MB"),
        ("a.zip", lambda: zipped(**{f"a{i}_dot_txt": "One" for i in range(1_001)}), "more than 1,000 files"),
        ("a.zip", lambda: zipped(a_dot_zip=zipped(a_dot_txt="One")), "holds no"),
        ("a.zip", lambda: zipped(readme="One"), "holds no"),
        ("a.zip", lambda: zipped(a_dot_csv="x,y\n1,2\n"), "has no column"),
        ("a.zip", lambda: zipped(a_dot_txt="One\n" * 999, b_dot_txt="Two\n" * 999), "more than"),
        ("a.zip", lambda: zipped(a_dot_txt="One")[:-30], "is it complete"),
        ("a.gz", lambda: gzip.compress(gzip.compress(b"One")), "archive within an archive"),
        ("a.xlsx", lambda: bomb("xl/worksheets/sheet1.xml", 2**24), "more than 2 MB"),
        ("a.xlsx", lambda: zipped(a="x"), "cannot be read as an Excel file"),
        ("a.xlsx", lambda: b"PK\x03\x04 nothing", "is it complete"),
        ("a.xlsx", lambda: b"title\nOne\n", "not what its name says"),
        ("a.xlsx", lambda: sheet_with(BOMB), "cannot be read as an Excel file"),
        ("a.xlsx", lambda: workbook(Sheet=[["title"], *([f"a {i}"] for i in range(1_001))]), "more than 1,000 rows"),
        ("a.xlsx", lambda: workbook(Sheet=[[f"c{i}" for i in range(101)]]), "more than 100 columns"),
        ("a.xls", lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Excel or Word file: save it"),
        ("a.csv", lambda: b"%PDF-1.7\n", "is a PDF"),
        ("a.db", lambda: database("CREATE TABLE a(title)"), "no table with rows"),
        (
            "a.db",
            lambda: database("CREATE TABLE a(x)", "CREATE VIEW v AS SELECT 'One two' AS title"),
            "no table with rows",
        ),
        ("a.db", lambda: overwritten(database("CREATE TABLE a(title)")), "SQLite|no table"),
        ("a.db", lambda: b"SQLite format 3\0" + b"\xff" * 5_000, "SQLite"),
        ("a.db", lambda: b"title\nOne\n", "not what its name says"),
        ("a.json", lambda: b"[" * 100_000, "nested too deep"),
        ("a.json", lambda: b'[\n{"title": ' + b"[" * 90_000, "nested too deep"),
        ("a.json", lambda: b"[\n1" + b"9" * 5_000 + b"\n]", "a number of more than"),
        ("a.json", lambda: b'[\n{"title": "One"},\n{"title": \n', "line 3 is not JSON"),
        ("a.json", lambda: json.dumps([{f"c{i}": 1 for i in range(101)}]).encode(), "more than 100 columns"),
        ("a.json", lambda: json.dumps([[1, 2]] * 3).encode(), "has no column"),
        ("a.json", lambda: json.dumps(["a b"] * 1_001).encode(), "more than 1,000 rows"),
        ("a.json", lambda: b"17", "neither an object nor a string"),
        ("a.json", lambda: b"[]", "no rows of texts"),
        ("a.jsonl", lambda: b'{"title": {"a": {}}}', "is a list or an object|no rows of texts|no column"),
    ],
)
def test_a_hostile_file_ends_in_a_sentence(tmp_path, name, make, told):
    path = tmp_path / name
    path.write_bytes(make())
    read_file_once(tmp_path)  # what is imported and loaded counts for no file
    tracemalloc.start()
    with pytest.raises(CorpusError, match=told) as caught:
        read_file(path, None, BOUNDS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    sentence = str(caught.value)
    assert peak < 32 * 2**20 and name in sentence and "\n" not in sentence and str(tmp_path) not in sentence


def read_file_once(folder):
    (folder / "first.xlsx").write_bytes(workbook(Sheet=[["title"], ["One"]]))
    read_file(folder / "first.xlsx")


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_zip_of_any_kind_of_compression_ends_in_a_sentence(tmp_path, packed):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", packed) as archive:
        archive.writestr("titles.csv", "title\n" + "".join(f"one title more {i}\n" for i in range(300)))
    whole, refused = path.read_bytes(), 0
    for at in range(30, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            read_file(path, None, BOUNDS)
        except CorpusError as error:
            refused += 1
            assert "a.zip" in str(error) and "\n" not in str(error)
    assert refused > 5


def test_a_database_runs_nothing_of_its_schema(tmp_path):
    """Views, triggers, generated columns and virtual tables are left alone, and nothing is written."""
    data = database(
        "CREATE TABLE posts(title TEXT, loud TEXT GENERATED ALWAYS AS (upper(title)) VIRTUAL)",
        "INSERT INTO posts(title) VALUES ('Mayor opens bridge')",
        "CREATE VIEW news AS WITH RECURSIVE n(headline) AS (SELECT 'x' UNION ALL SELECT headline || 'x' FROM n) "
        "SELECT headline FROM n",
        "CREATE TRIGGER t AFTER INSERT ON posts BEGIN DELETE FROM posts; END",
        "CREATE VIRTUAL TABLE f USING fts5(headline)",
    )
    path = tmp_path / "a.db"
    path.write_bytes(data)
    found = read_file(path, None, UNBOUNDED)
    assert (found.values, found.column, found.others) == (["Mayor opens bridge"], "title", ())
    assert path.read_bytes() == data and [p.name for p in tmp_path.iterdir()] == ["a.db"]


def test_names_in_a_database_are_quoted(tmp_path):
    name = 'a"; DROP TABLE b; --'
    quoted = '"' + name.replace('"', '""') + '"'
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute(f"CREATE TABLE {quoted}({quoted} TEXT)")
    connection.execute(f"INSERT INTO {quoted} VALUES ('Mayor opens bridge')")
    connection.commit()
    connection.close()
    assert read_file(tmp_path / "a.db").values == ["Mayor opens bridge"]


def test_open_quotes_on_every_line_take_no_square_of_time(tmp_path):
    rows = "".join(f'{i},"Mayor {i} opens bridge,x\n' for i in range(20_000))
    (tmp_path / "a.csv").write_text("id,title,x\n" + rows)
    found = read_file(tmp_path / "a.csv")
    assert len(found.values) == 20_000 and found.values[7] == "Mayor 7 opens bridge"
