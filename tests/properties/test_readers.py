"""Reading files of headlines: any bytes under any name give headlines or one sentence, and nothing else."""

import gzip
import html
import io
import json
import sqlite3
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pyarrow
import pyarrow.parquet
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from headline.corpus.reader import read_headlines
from headline.errors import CorpusError
from tests.properties.texts import headlines, texts

COLUMNS = st.sampled_from(["headline", "Title", "id", "", "a b", "text"]) | texts
KINDS = ["csv", "tsv", "txt", "json", "jsonl", "ndjson", "parquet", "xlsx", "xml", "rss", "db", "sqlite", "zip"]
suffixes = st.sampled_from([*KINDS, *(f"{kind}.gz" for kind in KINDS), "CSV", "gz", "csv.gz.gz", "pdf", ""])
encodings = st.sampled_from(
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252", "utf-32", "cp949", "shift_jis", "cp1251"]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(COLUMNS, inner, max_size=4),
    max_leaves=8,
)


@st.composite
def tables(draw) -> str:
    """A table with a header, some of its rows too long, too short, or with a quotation mark too many."""
    delimiter = draw(st.sampled_from(",\t;|"))
    header = draw(st.lists(COLUMNS, min_size=1, max_size=4))
    rows = draw(st.lists(st.lists(headlines | st.sampled_from(["", "NA", '"', '"a', "1"]), max_size=5), max_size=8))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return end.join(delimiter.join(row) for row in [header, *rows])


@st.composite
def parquet_files(draw) -> bytes:
    names = draw(st.lists(st.sampled_from(["headline", "title", "id", "x"]), min_size=1, max_size=3, unique=True))
    size = draw(st.integers(0, 5))
    columns = draw(
        st.lists(
            st.lists(headlines | st.none(), min_size=size, max_size=size)
            | st.lists(st.integers(0, 9), min_size=size, max_size=size),
            min_size=len(names),
            max_size=len(names),
        )
    )
    written = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(dict(zip(names, columns, strict=True))), written)
    return written.getvalue()


@st.composite
def damaged(draw, files: st.SearchStrategy[bytes]) -> bytes:
    """A file with a few bytes changed, and perhaps cut short."""
    data = bytearray(draw(files))
    for _ in range(draw(st.integers(0, 4)) if data else 0):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.just(len(data)) | st.integers(0, len(data)))])


# Lines of JSON that a parser may not like: deep, long, not a number, half a surrogate pair.
ODD_LINES = ("[" * 100_000, '{"headline": ' * 50_000, "9" * 5_000, "-" + "9" * 5_000, "1e999", "NaN", '"\\ud83d"')
ODD_LINES += tuple(f'{{"headline": {value}}}' for value in (*ODD_LINES[2:], "[]", "{}", "true"))
lines = st.lists(headlines, max_size=8).map("\n".join)
json_rows = st.dictionaries(COLUMNS, json_values, max_size=3) | json_values
json_lines = st.lists((json_rows.map(json.dumps)) | st.sampled_from(ODD_LINES), max_size=6).map("\n".join)
written = st.builds(lambda text, encoding: text.encode(encoding, "replace"), tables() | lines | json_lines, encodings)


def _workbook(rows: list[list[str]]) -> bytes:
    book, held = openpyxl.Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in row])
    book.save(held)
    return held.getvalue()


def _database(names: list[str], rows: list[list[str]]) -> bytes:
    connection = sqlite3.connect(":memory:")
    columns = [f'"c{i}{name.replace(chr(34), "").replace(chr(0), "")}"' for i, name in enumerate(names)]
    connection.execute(f"CREATE TABLE t({', '.join(columns)})")
    for row in rows:
        cells = (row + [None] * len(columns))[: len(columns)]
        connection.execute(f"INSERT INTO t VALUES ({', '.join('?' * len(columns))})", cells)
    connection.commit()
    return connection.serialize()


def _feed(titles: list[str], item: str, escaped: bool) -> bytes:
    made = (f"<{item}><title>{html.escape(title) if escaped else title}</title></{item}>" for title in titles)
    return f"<rss>{''.join(made)}</rss>".encode()


def _zip(name: str, data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return held.getvalue()


cells = st.lists(st.lists(headlines, min_size=1, max_size=3), min_size=1, max_size=5)
workbooks = cells.map(_workbook)
databases = st.builds(_database, st.lists(COLUMNS, min_size=1, max_size=3), cells)
feeds = st.builds(
    _feed, st.lists(headlines, max_size=5), st.sampled_from(["item", "entry", "title", "x"]), st.booleans()
)
zips = st.builds(_zip, st.sampled_from(["a.csv", "b/c.json", "x.xlsx", "a.zip", "../../a.txt", "/etc/a.csv"]), written)
contents = st.binary(max_size=300) | written | parquet_files() | workbooks | databases | feeds | zips
files = damaged(contents | contents.map(lambda data: gzip.compress(data, mtime=0)))


@given(files, suffixes, st.none() | COLUMNS)
def test_any_bytes_under_any_name_are_headlines_or_a_sentence(data, suffix, column):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"list.{suffix}"
        file.write_bytes(data)
        try:
            corpus = read_headlines(file, column)
        except CorpusError as error:
            assert "\n" not in str(error) and len(str(error)) < 2_000
            assert folder not in str(error)
        else:
            assert corpus.headlines and corpus.report.kept == len(corpus.headlines)
            for headline in corpus.headlines:
                assert headline == " ".join(headline.split()) and headline.encode("utf-8")


@given(parquet_files() | damaged(parquet_files()))
def test_a_damaged_parquet_file_is_read_or_refused(data):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "list.parquet"
        file.write_bytes(data)
        try:
            assert read_headlines(file).headlines
        except CorpusError as error:
            assert "\n" not in str(error)


@given(st.lists(headlines.map(str.split).map(" ".join).filter(bool), min_size=1, max_size=8))
def test_headlines_are_read_from_every_format_as_they_were_written(given_lines):
    """One list in all formats: the same headlines."""
    table = pyarrow.table({"headline": given_lines})
    found = set()
    with tempfile.TemporaryDirectory() as folder:
        for name, write in {
            "a.jsonl": lambda path: path.write_text(
                "".join(json.dumps({"headline": line}) + "\n" for line in given_lines)
            ),
            "a.jsonl.gz": lambda path: path.write_bytes(
                gzip.compress("\n".join(map(json.dumps, given_lines)).encode())
            ),
            "a.parquet": lambda path: pyarrow.parquet.write_table(table, path),
        }.items():
            path = Path(folder) / name
            write(path)
            try:
                found.add(tuple(read_headlines(path).headlines))
            except CorpusError as error:  # such as a list of nothing but “Unknown”
                found.add(str(error).replace(name, ""))
    assert len(found) == 1
