"""Small files that hold too much: each is refused by a sentence, before it is in memory."""

import gzip
import json
import random
import resource
import tracemalloc

import pyarrow
import pyarrow.parquet
import pytest

from headline.corpus.bounds import LONGEST_NAME, UNBOUNDED, Bounds
from headline.corpus.files import read_file
from headline.errors import CorpusError

BOUNDS = Bounds(unpacked_mb=2, rows=1_000, columns=100, line=100_000, headline=1_000)
LONG_NAME = "n" * (LONGEST_NAME + 1)


def parquet(folder, **columns):
    path = folder / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return path.read_bytes()


def repeated(text: str, number: int) -> pyarrow.DictionaryArray:
    """One text many times, which a Parquet file stores once."""
    return pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * number, pyarrow.int32()), pyarrow.array([text]))


@pytest.mark.parametrize(
    "name, make, told",
    [
        ("a.csv.gz", lambda _: gzip.compress(b"headline\n" + b"a b\n" * 10**6, 9, mtime=0), "more than 2 MB of text"),
        ("a.txt.gz", lambda _: gzip.compress(b"a" * 2**24, 9, mtime=0), "more than 2 MB of text"),
        ("a.jsonl.gz", lambda _: gzip.compress(b'"a"\n' * 10**6, 9, mtime=0), "more than 2 MB of text"),
        ("a.txt", lambda _: b"a b\n" * 1_001, "more than 1,000 rows"),
        ("a.csv", lambda _: b"headline\n" + b"a b\n" * 1_001, "more than 1,000 rows"),
        ("a.jsonl", lambda _: b'"a"\n' * 1_001, "more than 1,000 rows"),
        ("a.parquet", lambda folder: parquet(folder, headline=repeated("a b", 10**6)), "more than 1,000 rows"),
        ("a.parquet", lambda folder: parquet(folder, headline=repeated("a" * 10**5, 999)), "more than 1,000 char|2 MB"),
        ("a.parquet", lambda folder: parquet(folder, **{f"c{i}": [1] for i in range(101)}), "more than 100 columns"),
        ("a.csv", lambda _: b",".join([b"headline"] * 101) + b"\n", "more than 100 columns"),
        ("a.jsonl", lambda _: json.dumps({f"c{i}": 1 for i in range(101)}).encode(), "more than 100 columns"),
        ("a.txt", lambda _: b"w" * 100_001, "line 1 has more than 100,000 characters"),
        ("a.csv", lambda _: b"headline\n" + b"w" * 100_001, "line 2 has more than 100,000 characters"),
        ("a.csv", lambda _: b'headline\n"' + b"word\n" * 30_000 + b'"\n', "more than 1,000 rows"),
        ("a.csv", lambda _: b"headline\n" + b"word " * 300, "row 1 has a headline of more than 1,000 characters"),
    ],
)
def test_what_is_beyond_the_bounds_is_refused_before_it_is_in_memory(tmp_path, name, make, told):
    path = tmp_path / name
    path.write_bytes(make(tmp_path))
    tracemalloc.start()
    with pytest.raises(CorpusError, match=told) as caught:
        read_file(path, None, BOUNDS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 2**20 and name in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "line, told",
    [
        ('{"title": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deep"),
        ('{"title": ' + "9" * 5_000 + "}", "a number of more than"),
        ('{"title": ["a", "b"]}', "a list or an object, not a text"),
        (json.dumps({"title": {"a": {}}}), "name one of “title.a”"),
        (json.dumps({LONG_NAME: 1, "b": 2}), "no column called headline"),
        (json.dumps({"\ud83d": 1, "b": 2}), "name one of 1 .“\\?"),
    ],
)
def test_an_odd_line_of_json_is_told_without_any_bounds_too(tmp_path, line, told):
    path = tmp_path / "a.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(CorpusError, match=told) as caught:
        read_file(path, None)
    assert len(str(caught.value)) < 300 and str(caught.value).encode()


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_a_column_with_a_very_long_name_is_not_read(tmp_path, name):
    path = tmp_path / name
    if name == "a.parquet":
        parquet(tmp_path, **{LONG_NAME: ["a"]})
    else:
        path.write_text(f"{LONG_NAME},b\na,b\n" if name == "a.csv" else json.dumps({LONG_NAME: "a"}))
    with pytest.raises(CorpusError, match="longer than 200 characters: rename it"):
        read_file(path, LONG_NAME)
    with pytest.raises(CorpusError, match="no column") as caught:
        read_file(path, "x" * 200_000)
    assert len(str(caught.value)) < 400


def test_half_of_a_surrogate_pair_in_a_headline_is_read(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"title": "half \\ud83d of one"}\n')
    assert read_file(tmp_path / "a.jsonl", None).values == ["half \ud83d of one"]


def test_lists_in_a_parquet_file_are_no_headlines(tmp_path):
    parquet(tmp_path, headline=[["a"], ["b"]])
    with pytest.raises(CorpusError, match="“headline” holds lists or objects, not texts"):
        read_file(tmp_path / "a.parquet", None)


@pytest.mark.parametrize("seed", range(200))
def test_a_damaged_parquet_file_is_read_or_refused(tmp_path, seed):
    rng = random.Random(seed)
    data = bytearray(parquet(tmp_path, headline=[f"headline {i} é" for i in range(200)], id=list(range(200))))
    for _ in range(rng.randrange(1, 6)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    (tmp_path / "b.parquet").write_bytes(data)
    try:
        read_file(tmp_path / "b.parquet", "headline")
    except CorpusError as error:
        assert "b.parquet" in str(error)


def test_on_the_command_line_a_long_list_is_read(tmp_path):
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"a b\n" * 10**6, 9, mtime=0))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(read_file(tmp_path / "a.txt.gz", None, UNBOUNDED).values) == 10**6
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400 * 2**10  # kilobytes on Linux


def test_rows_with_too_many_cells_count_against_the_bound(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("headline,id\n" + "Mayor opens bridge,1,2\n" * 999 + "Storm closes schools,1\n")
    found = read_file(path, None, BOUNDS)
    assert (found.malformed, len(found.reasons), found.values) == (999, 3, ["Storm closes schools"])
    path.write_text("headline,id\n" + "Mayor opens bridge,1,2\n" * 1_001)
    with pytest.raises(CorpusError, match=r"^a\.csv has more than 1,000 rows: give a part of it"):
        read_file(path, None, BOUNDS)
