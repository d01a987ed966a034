"""Files -> the values of one column: every kind that is read, and what is said of one that cannot be."""

import gzip
import json
import re

import pyarrow
import pyarrow.parquet
import pytest

from headline.corpus.files import list_files, read_file
from headline.errors import CorpusError, NoColumnError

CAFE = ["Café “Élan” – opens", "What, then?"]
TABLE = f'id,headline\n1,{CAFE[0]}\n2,"{CAFE[1]}"\n'


def table(folder, name, data, column=None):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_file(path, column)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "A.CSV"])
def test_the_delimiter_is_told_by_the_header(tmp_path, delimiter, name):
    others = "".join(d for d in ",;\t|" if d != delimiter) * 9
    text = f"id{delimiter}headline{delimiter}topic\n1{delimiter}One{others}two{delimiter}x\n"
    found = table(tmp_path, name, text)
    assert (found.values, found.column, found.malformed) == ([f"One{others}two"], "headline", 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_unicode_encodings_are_recognised(tmp_path, encoding, suffix):
    mark = "\ufeff" if encoding == "utf-16-be" else ""  # Python writes a byte order mark in the others
    data = (mark + TABLE).encode(encoding)
    found = table(tmp_path, f"a.csv{suffix}", gzip.compress(data, mtime=0) if suffix else data)
    assert (found.values, found.encoding) == (CAFE, "")


@pytest.mark.parametrize(
    ("data", "value"),
    [(TABLE.encode("cp1252"), CAFE[0]), (b"headline\nCaf\xe9 \x81\n", "Café \x81")],
    ids=["windows", "latin-1"],
)
def test_what_is_no_unicode_is_read_as_latin1_and_said_so(tmp_path, data, value):
    found = table(tmp_path, "a.csv", data)
    assert found.values[0] == value
    assert found.encoding in ("cp1252", "latin-1")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old-mac"])
def test_line_ends_and_quoted_cells(tmp_path, end):
    rows = ["", "headline,x", '"She said ""no"", twice",1', 'A "quoted" word,2', f'"Two{end}lines",3', "", "Last,4", ""]
    found = table(tmp_path, "a.csv", end.join(rows))
    assert found.values == ['She said "no", twice', 'A "quoted" word', f"Two{end}lines", "Last"]


def test_rows_with_more_cells_than_the_header_are_left_out_and_counted(tmp_path):
    text = "id,headline\n1,One\n2,a comma, that was not quoted\n3\n4,Four,,\n5,Five,x\n6,\n"
    found = table(tmp_path, "a.csv", text)
    assert found.values == ["One", None, "Four", None]
    assert found.malformed == 2


def test_commas_belong_to_the_headlines_where_there_is_one_column(tmp_path):
    assert table(tmp_path, "a.csv", 'headline\nA, B; and | C\n"D, E"\n').values == ["A, B; and | C", "D, E"]


@pytest.mark.parametrize("null", ["", '""', "NA", "NaN", "nan", "NULL", "null", "None", "N/A"])
def test_ways_to_write_no_value_in_a_csv(tmp_path, null):
    assert table(tmp_path, "a.csv", f"id,headline\n1,{null}\n2,None of us\n").values == [None, "None of us"]


def test_cells_of_any_length(tmp_path):
    assert table(tmp_path, "a.csv", f"body,headline\n{'long ' * 100_000},One\n").values == ["One"]


def test_text_files_hold_a_headline_a_line(tmp_path):
    found = table(tmp_path, "a.txt", "headline\n\n Two, “2” \r\nNone\n\n\n")
    assert found.values == ["headline", "", " Two, “2” ", "None"]
    assert found.column is None


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.jsonl.gz"])
def test_json_lines_hold_objects_or_texts(tmp_path, name):
    rows = [{"title": "One", "id": 1}, "Two", None, {"id": 3}, {"title": None}, {"title": "Fünf\n5"}]
    data = "\r\n".join(json.dumps(row) for row in rows).encode() + b"\n\n"
    found = table(tmp_path, name, gzip.compress(data, mtime=0) if name.endswith(".gz") else data)
    assert found.values == ["One", "Two", None, None, None, "Fünf\n5"]
    assert found.column == "title"


def test_parquet(tmp_path):
    values = ["One", None, "", "Три"]
    pyarrow.parquet.write_table(pyarrow.table({"id": [1, 2, 3, 4], "Title": values}), tmp_path / "a.parquet")
    found = read_file(tmp_path / "a.parquet", None)
    assert (found.values, found.column) == (values, "Title")


@pytest.mark.parametrize(
    ("header", "wanted", "column"),
    [
        ("id,text,title,headline_text,headline", None, "headline"),
        ("id,text,title", None, "title"),
        ("ID, TITLE ,x", None, "TITLE"),
        ("id,text,title", "id", "id"),
        ("Headline,headline", "headline", "headline"),
        ("Headline,headline", None, "Headline"),
    ],
)
def test_the_column_is_found_by_name_or_given(tmp_path, header, wanted, column):
    cells = [cell.strip() for cell in header.split(",")]
    found = table(tmp_path, "a.csv", f"{header}\n{','.join(f'in {cell}' for cell in cells)}\n", wanted)
    assert (found.column, found.values) == (column, [f"in {column}"])


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
@pytest.mark.parametrize("wanted", [None, "headline"])
def test_a_missing_column_is_told_with_the_ones_there_are(tmp_path, name, wanted):
    if name == "a.parquet":
        pyarrow.parquet.write_table(pyarrow.table({"url": ["x"], "byline": ["y"]}), tmp_path / name)
    else:
        (tmp_path / name).write_text("url,byline\nx,y\n" if name == "a.csv" else '{"url": "x", "byline": "y"}\n')
    with pytest.raises(NoColumnError, match=re.escape(f"{name} has no column")) as caught:
        read_file(tmp_path / name, wanted)
    assert "“url”, “byline”" in str(caught.value)


def is_one_sentence_about(name: str, message: str) -> bool:
    return name in message and len(message) < 300 and not re.search(r"\n|[.!?] [A-Z]", message)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.jsonl", b" \n\n", "is empty"),
        ("mark.csv", b"\xef\xbb\xbf", "is empty"),
        ("mark16.csv", b"\xff\xfe", "is empty"),
        ("picture.csv", bytes(range(256)) * 4, "is not a text file"),
        ("noise.csv", bytes(range(128, 256)) * 20, "name is longer than"),
        (
            "wide.csv",
            ",".join(f'"column\nnumber {i}"' for i in range(50)).encode() + b"\n" + b"7," * 49,
            "has no column",
        ),
        ("plain.csv.gz", b"headline\nOne\n", "cannot be read"),
        ("cut.txt.gz", gzip.compress(b"headline\n" * 50, mtime=0)[:-9], "cannot be read"),
        ("broken.csv.gz", gzip.compress(b"headline\n", mtime=0)[:10] + b"\xff" * 40, "cannot be read"),
        ("bad.jsonl", b'{"title": "a"}\n\n{"title": \n', "line 3"),
        ("number.jsonl", b'"a"\n12\n', "line 2"),
        ("list.jsonl", b"[1]\n", "row 1"),
        ("bad.parquet", b"PAR1 nothing PAR1", "cannot be read as Parquet"),
        ("empty.parquet", b"", "cannot be read as Parquet"),
        ("a.docx", b"PK", "has a format"),
        ("a.json", b"{}", "has no rows of texts"),
        ("a.parquet.gz", gzip.compress(b"x", mtime=0), "cannot be read"),
        ("headlines", b"One\n", "has a format"),
        ("headlines.gz", b"", "is empty"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_sentence(tmp_path, name, data, told):
    with pytest.raises(CorpusError, match=told) as caught:
        table(tmp_path, name, data)
    assert is_one_sentence_about(name, str(caught.value))


def test_folders_give_their_files_in_order_and_only_those_that_can_be_read(tmp_path):
    inside = ["b.csv", "sub/a.txt", "sub/deep/c.jsonl.gz"]
    for name in [*inside, "notes.md", ".hidden.csv", "picture.png"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    paths = [tmp_path / name for name in inside]
    assert list_files([tmp_path]) == (sorted(paths), set(paths))
    assert list_files([paths[1], paths[0], paths[1]]) == ([paths[0], paths[1]], set())
    for both in ([tmp_path, paths[0]], [paths[0], tmp_path]):
        assert list_files(both) == (sorted(paths), set(paths[1:]))


@pytest.mark.parametrize(("name", "told"), [("nowhere.csv", "no file or folder"), ("bare", "has no CSV")])
def test_a_missing_file_and_a_folder_without_any(tmp_path, name, told):
    (tmp_path / "bare").mkdir()
    with pytest.raises(CorpusError, match=told) as caught:
        list_files([tmp_path / name])
    assert is_one_sentence_about(name, str(caught.value))
