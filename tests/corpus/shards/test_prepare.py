"""A prepared corpus holds what the in-memory reader returns, whatever the parts."""

from dataclasses import replace

import pytest

from headline.corpus.reader import read_headlines
from headline.corpus.shards.duplicates import key_hashes, read_repeated, write_hashes, write_repeated
from headline.corpus.shards.folder import INDEX, Shards, is_prepared
from headline.corpus.shards.mapper import DaskMapper, map_here
from headline.corpus.shards.prepare import prepare
from headline.corpus.split import SeenHeadlines
from headline.errors import ClusterError, CorpusError
from tests.tiny import headlines

ROWS = [
    *headlines(40),
    *("", "   ", "Unknown", "Rain falls & stops", "rain FALLS &amp; stops!", "LearnC++ now", "Learn C", "Learn C++"),
    *("caf\u00c3\u00a9 opens", "<b>Sales</b> up", "more at example.com/now", "Learn c"),
    *headlines(60),
    *("Caf\u00e9 opens", "", "unknown", "\u00bfQu\u00e9 pasa?", "more at example.com/now"),
]


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "lists"
    folder.mkdir()
    quoted = ['"' + row.replace('"', '""') + '"' for row in ROWS]
    (folder / "a.csv").write_text("id,headline\n" + "".join(f"{i},{row}\n" for i, row in enumerate(quoted)))
    (folder / "b.csv").write_text("headline\n" + "".join(f"{row}\n" for row in reversed(quoted)) + "x,y,z\n")
    (folder / "notes.json").write_text('{"name": "no list"}')
    return [folder]


@pytest.fixture(scope="module")
def cluster():
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as local,
        Client(local) as client,
    ):
        yield DaskMapper(client)


@pytest.mark.parametrize("rows", [1, 7, 1000])
@pytest.mark.parametrize("options", [{}, {"keep_duplicates": True}, {"normalise": False}], ids=str)
def test_it_holds_what_the_reader_returns(files, tmp_path, rows, options):
    expected = read_headlines(files, **options)
    (tmp_path / "out").mkdir()
    prepare(files, tmp_path / "out", rows=rows, **options)
    shards = Shards.open(tmp_path / "out")
    titles = [title for part in range(len(shards.sizes)) for title in shards.titles(part)]
    assert titles == expected.headlines and len(shards) == len(titles)
    assert replace(shards.report, examples={}) == replace(expected.report, examples={})
    assert shards.report.examples == expected.report.examples
    hashes = [number for part in range(len(shards.sizes)) for number in shards.seen(part).tolist()]
    assert SeenHeadlines(hashes).hashes.tolist() == SeenHeadlines.of(titles).hashes.tolist()
    assert {path.name.split("-")[0] for path in (tmp_path / "out").iterdir()} == {"titles", INDEX}


def test_a_cluster_writes_the_same(files, tmp_path, cluster):
    for name, mapper in (("here", map_here), ("there", cluster)):
        (tmp_path / name).mkdir()
        prepare(files, tmp_path / name, rows=13, mapper=mapper)
    here, there = (Shards.open(tmp_path / name) for name in ("here", "there"))
    assert replace(there, folder=here.folder) == here
    assert [there.titles(part) for part in range(len(there.sizes))] == [
        here.titles(part) for part in range(len(here.sizes))
    ]


def test_what_is_no_prepared_corpus_is_refused(files, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    prepare(files, out, rows=50)
    assert is_prepared(out) and not is_prepared(files[0])
    (out / "titles-00001.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(CorpusError, match=r"titles-00001.parquet cannot be read"):
        Shards.open(out).titles(1)
    (out / "titles-00001.parquet").unlink()
    with pytest.raises(CorpusError, match=r"lacks titles-00001.parquet"):
        Shards.open(out)
    for damage in ("[]", "{", '{"format": 2}'):
        (out / INDEX).write_text(damage)
        with pytest.raises(CorpusError, match="is no prepared corpus"):
            Shards.open(out)


@pytest.mark.parametrize("bucket", [1, 5, 1000])
def test_what_occurred_before_is_found_across_parts_and_buckets(tmp_path, bucket):
    parts = [["a", "b", "A"], [], ["c", "B!", "d", "c"], ["e", "a"]]
    hashed, repeated = ([tmp_path / f"{kind}{i}" for i in range(len(parts))] for kind in "hr")
    for path, titles in zip(hashed, parts, strict=True):
        write_hashes(path, key_hashes(titles))
    write_repeated(hashed, repeated, bucket)
    assert [read_repeated(path).tolist() for path in repeated] == [[2], [], [1, 3], [1]]


def test_nothing_to_keep_is_refused_as_by_the_reader(tmp_path):
    (tmp_path / "empty.csv").write_text("headline\nUnknown\n \n")
    for read in (read_headlines, lambda path: prepare([path], tmp_path)):
        with pytest.raises(CorpusError, match=r"No headline is left from empty.csv: 1 rows"):
            read(tmp_path / "empty.csv")


def test_a_cluster_that_does_not_answer_is_said(monkeypatch):
    monkeypatch.setattr("headline.corpus.shards.mapper._SECONDS_TO_CONNECT", 0.2)
    with pytest.raises(ClusterError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:1"):
        DaskMapper.connect("tcp://127.0.0.1:1")
