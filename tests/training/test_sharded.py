"""A prepared corpus trains the very model that its list trains, and streams where it is longer than a window."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from headline.commands.options import parse_settings
from headline.corpus.shards.encoding import IdRows, _write_ids
from headline.corpus.shards.prepare import prepare
from headline.errors import ClusterError, SettingError
from headline.model.checkpoint import Checkpoint
from headline.training.network.batches import CausalBatches, StreamedBatches
from headline.training.options import RunOptions
from headline.training.run import run
from headline.training.settings import RECIPES
from tests.tiny import headlines

TINY = (
    "min_count=1 embedding_size=8 units=12 batch_size=8 epochs=2 candidates=30 validation=0.2 test=0.2 max_ngrams=200"
)
SETTINGS = RECIPES["autocomplete"].changed(**parse_settings(TINY.split()))


@pytest.fixture
def prepared(tmp_path):
    (tmp_path / "list.txt").write_text("\n".join(headlines(100)) + "\n")
    (tmp_path / "shards").mkdir()
    prepare([tmp_path / "list.txt"], tmp_path / "shards", rows=17)
    return tmp_path / "shards"


def test_the_model_is_that_of_the_list(prepared, tmp_path):
    made, told = {}, {}
    for name, file in (("list", tmp_path / "list.txt"), ("shards", prepared)):
        events = told.setdefault(name, [])
        run(RunOptions((str(file),), SETTINGS, compare=True), tmp_path / name / "model", events.append)
        made[name] = Checkpoint.load(tmp_path / name / "model")
        assert {path.name for path in (tmp_path / name).iterdir()} == {"model"} or name == "shards"
    a, b = made.values()
    assert a.vocabulary.written == b.vocabulary.written and len(a.vocabulary) > 60
    assert all(np.array_equal(a.weights[name], b.weights[name]) for name in a.config.shapes())
    left, right = a.ngram.tensors(), b.ngram.tensors()
    assert left.keys() == right.keys() and all(np.array_equal(left[name], right[name]) for name in left)
    assert a.seen.hashes.tolist() == b.seen.hashes.tolist() and len(a.seen) > 40
    assert (a.metrics, a.corpus, a.style, a.lstm_weight) == (b.metrics, b.corpus, b.style, b.lstm_weight)
    # How often progress and the time left are told depends on the time.
    kinds = {
        name: [e["event"] for e in events if e["event"] not in ("progress", "left")] for name, events in told.items()
    }
    assert kinds["list"] == kinds["shards"]
    assert not list(tmp_path.rglob("*.counted"))


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({"rows": 5}, SettingError, "leave rows out"),
        ({"text": ("some.txt",)}, SettingError, "leave text out"),
        ({"settings": RECIPES["notebook"]}, SettingError, "needs the autocomplete recipe"),
        ({"dask": "tcp://127.0.0.1:1"}, ClusterError, "No Dask scheduler answers"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_does_not_go_with_a_prepared_corpus_is_refused(prepared, tmp_path, options, error, message, monkeypatch):
    monkeypatch.setattr("headline.corpus.shards.mapper._SECONDS_TO_CONNECT", 0.2)
    asked = replace(RunOptions((str(prepared),), SETTINGS), **options)
    with pytest.raises(error, match=message):
        run(asked, tmp_path / "model")


def test_dask_without_a_prepared_corpus_is_refused(prepared, tmp_path):
    with pytest.raises(SettingError, match="run `headline prepare` first"):
        run(RunOptions((str(tmp_path / "list.txt"),), SETTINGS, dask="tcp://127.0.0.1:1"), tmp_path / "model")


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """The ids of 500 titles in five parts."""
    rng, folder = np.random.default_rng(0), tmp_path_factory.mktemp("ids")
    for part in range(5):
        lengths = rng.integers(1, 12, 100)
        _write_ids(folder / f"{part}", rng.integers(4, 40, lengths.sum()).astype(np.int32), lengths)
    return IdRows([folder / f"{part}" for part in range(5)], 2, 3, 9)


def pairs(batches) -> Counter:
    read = (batches[i] for i in range(len(batches)))
    return Counter((int(a), int(b)) for x, y in read for a, b in zip(x.ravel(), y.ravel(), strict=True) if b)


@pytest.mark.parametrize("seed", [None, 4])
def test_a_list_within_a_window_is_divided_as_in_memory(rows, seed):
    streamed, whole = StreamedBatches(rows, 16, seed), CausalBatches(list(rows), 16, seed)
    assert (len(streamed), streamed.words) == (len(whole), whole.words)
    for _ in range(2):
        for i in range(len(whole)):
            assert all(np.array_equal(a, b) for a, b in zip(streamed[i], whole[i], strict=True))
        streamed.on_epoch_end()
        whole.on_epoch_end()


def test_a_longer_one_is_read_once_an_epoch_in_a_new_order_each_time(rows):
    expected = Counter(pair for row in rows for pair in pairwise(row))
    batches, again = (StreamedBatches(rows, 16, 4, chunk=20, chunks=4) for _ in range(2))
    seen = []
    for _ in range(3):
        assert pairs(batches) == expected
        first = batches[0][0]
        assert np.array_equal(first, again[0][0]) and batches[0][0].shape[1] != batches[1][0].shape[1]
        seen.append(first.tolist())
        batches.on_epoch_end()
        again.on_epoch_end()
    assert len(set(map(str, seen))) == 3
    held_out = StreamedBatches(rows, 16, None, chunk=20, chunks=4)
    assert pairs(held_out) == expected and not np.array_equal(held_out[0][0], batches[0][0])
