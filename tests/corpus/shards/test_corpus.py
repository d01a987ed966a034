"""A corpus by parts is split, counted and encoded as a list is, whatever the parts."""

import numpy as np
import pytest

from headline.corpus.sequences import shifted_row
from headline.corpus.shards.corpus import ShardedCorpus
from headline.corpus.shards.encoding import Encoder, IdRows
from headline.corpus.shards.folder import Shards
from headline.corpus.shards.mapper import map_here
from headline.corpus.shards.prepare import prepare
from headline.corpus.split import SPLITS, SeenHeadlines, split_headlines
from headline.corpus.truecasing import InsideTitles, list_style
from headline.corpus.vocabulary import Vocabulary
from headline.model.ngrams.ngram import NGram
from headline.model.ngrams.ngram_counts import estimate_ngrams
from headline.model.ngrams.ngram_shards import Counting, counted_windows, encode_and_count
from tests.corpus.shards.test_prepare import cluster  # noqa: F401  a fixture
from tests.tiny import headlines

SPLIT = (3, 0.2, 0.1)
SENTENCES = [
    f"{start} {name} {rest}"
    for start in ("Yesterday", "In the White House", "From the house", "Why did the white", "NASA says the")
    for name in ("House", "house", "iPhone", "cat’s", "EU")
    for rest in ("is open: Now it rains", "fell, and the White House said “no”", "won’t wait – yet", "(again) is here")
]
TITLES = [
    *headlines(70),
    *SENTENCES,
    *(f"{n} Ways to Love the White House" for n in range(20)),
    "?!",
    "RAIN FALLS HERE",
]


@pytest.fixture(params=["1", "9", "1000", "9 on a cluster"])
def corpus(request, tmp_path):
    mapper = request.getfixturevalue("cluster") if "cluster" in request.param else map_here
    (tmp_path / "list.txt").write_text("\n".join(TITLES) + "\n", encoding="utf-8")
    (tmp_path / "shards").mkdir()
    prepare([tmp_path / "list.txt"], tmp_path / "shards", keep_duplicates=True, rows=int(request.param.split()[0]))
    return ShardedCorpus(Shards.open(tmp_path / "shards"), tmp_path / "work", mapper)


def test_split_words_ids_and_ngrams_are_those_of_the_list(corpus):
    sides = split_headlines(TITLES, *SPLIT)
    split = corpus.split(*SPLIT)
    assert split.sizes == {side: len(lines) for side, lines in sides.items()} and min(split.sizes.values()) > 10
    for side in SPLITS:
        for step, most in ((1, None), (3, None), (7, 2), (1, 5)):
            assert split.titles(side, step, most) == sides[side][::step][:most]
    assert split.seen().hashes.tolist() == SeenHeadlines.of(sides["train"]).hashes.tolist()

    counted = split.count_words("headline", "en")
    also = Vocabulary.build(["The iPhone’s White house", "Zebras sleep"])
    for min_count, max_words, other in ((1, None, None), (2, 40, None), (2, 40, also)):
        expected = Vocabulary.build(sides["train"], "headline", min_count, max_words, other)
        found = counted.vocabulary(min_count, max_words, other)
        assert found.written == expected.written and found.counts.tolist() == expected.counts.tolist()
        assert found.exceptions == expected.exceptions and found.tokenizer == expected.tokenizer
        assert found.exceptions_before == expected.exceptions_before
    assert (
        expected.exceptions and expected.exceptions_before and "iPhone" in expected.written
    )  # or nothing was compared
    words = map(expected.tokenizer.words, sides["train"])
    assert counted.style == list_style(words)
    inside = InsideTitles()
    for title in sides["train"]:
        inside.add_row(expected.tokenizer.scan(title), expected.tokenizer)
    assert counted.words.inside.small_words(frozenset()) == inside.small_words(frozenset()) == {"to", "the"}

    encoder = Encoder(counted.split.job, expected)
    counting = Counting(encoder, order=3)
    list(corpus.mapper(encode_and_count, split.parts, counting))
    start, end, marks = expected.start, expected.end, set(expected.marks)
    for side in ("train", "validation"):
        encoded = [expected.encode(line) for line in sides[side]]
        wanted = [shifted_row(ids, start, end, 6) for ids in encoded if not set(ids) <= marks]
        rows = IdRows([encoder.path(side, part) for part in split.parts], start, end, 6)
        assert list(rows) == wanted and rows[2:5] == wanted[2:5]
        lengths = [len(row) for row in wanted]
        assert rows.lengths().tolist() == lengths and rows.lengths(3, 11).tolist() == lengths[3:11]
        assert rows.words == sum(lengths) - len(lengths)
    whole = [[start, *expected.encode(line), end] for line in sides["train"]]
    ngram = NGram.build(whole, len(expected), [0, start], 3, (1, 1, 2))
    tables = counted_windows(counting)
    found = estimate_ngrams(tables, len(expected), [0, start], start, [(1, 1, 2)], 10**6, bucket=100)
    assert {name: tensor.tolist() for name, tensor in found.tensors().items()} == {
        name: tensor.tolist() for name, tensor in ngram.tensors().items()
    }
    assert len(ngram) > 100


def test_a_language_and_the_lessons_tokenizer_are_heeded(tmp_path):
    lines = [f"İzmir {word} ılık don't-stop {n}" for n, word in enumerate("güneş Kar DİKKAT rüzgâr I".split() * 3)]
    (tmp_path / "list.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "shards").mkdir()
    shards = prepare([tmp_path / "list.txt"], tmp_path / "shards", keep_duplicates=True, rows=4)
    for tokenizer, language in (("headline", "tr"), ("keras", "en")):
        split = ShardedCorpus(shards, tmp_path / f"work-{tokenizer}").split(0, 0.0, 0.0)
        found = split.count_words(tokenizer, language).vocabulary(1, None)
        expected = Vocabulary.build(lines, tokenizer, 1, language=language)
        assert found.written == expected.written and np.array_equal(found.counts, expected.counts)
