"""Word vectors of others as a first embedding: what is read, what is refused, where the words begin."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from headline.cli import main
from headline.corpus.report import Corpus
from headline.errors import SettingError
from headline.training.network.word_vectors import first_embedding, rare_words_drawn, read_vectors, vectors_for
from headline.training.options import RunOptions
from headline.training.settings import RECIPES
from headline.training.train import train
from tests.tiny import headlines, vocabulary

TINY = RECIPES["autocomplete"].changed(
    min_count=1, embedding_size=16, units=8, batch_size=32, candidates=0, epochs=1, validation=0.0, test=0.0, patience=0
)
WORDS = ["mayor", "mayor’s", "covid-era", "rain", "snow"]


def vectors_file(path: Path, rows: dict[str, list[float]], first: str = "") -> Path:
    text = first + "".join(f"{word} {' '.join(map(str, numbers))}\n" for word, numbers in rows.items())
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["vectors.txt", "vectors.vec", "vectors.txt.gz"])
@pytest.mark.parametrize("first", ["", "4 2\n"])
def test_only_wanted_words_are_read_and_the_first_of_a_word_counts(tmp_path, name, first):
    rows = {"Rain": [1, 2], "rain": [5, 6], "été": [0.5, -1e-3], "unwanted": [7, 8]}
    found = read_vectors(vectors_file(tmp_path / name, rows, first), {"rain", "été", "snow"})
    assert {word: vector.tolist() for word, vector in found.items()} == {
        "rain": [1, 2],
        "été": pytest.approx([0.5, -1e-3]),
    }


def test_a_line_of_two_words_with_a_space_is_passed_over(tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text("rain 1 2\n. . 3 4\nsnow 5 6\n")
    assert list(read_vectors(path, {"rain", "snow", "."})) == ["rain", "snow"]


def test_a_compound_has_the_mean_of_its_parts(tmp_path):
    rows = {"mayor": [1, 0], "covid": [0, 1], "era": [0, 3], "rain": [-4, -4]}
    known = vocabulary("autocomplete", WORDS)
    ids, vectors = vectors_for(known, vectors_file(tmp_path / "vectors.txt", rows))
    assert [known.written[i] for i in ids] == ["mayor", "mayor’s", "covid-era", "rain"]
    assert vectors.mean(axis=0) == pytest.approx([0, 0], abs=1e-6) and np.mean(vectors**2) == pytest.approx(1)
    wanted = np.array([[1, 0], [1, 0], [0, 2], [-4, -4]]) - [-0.5, -0.5]
    assert vectors == pytest.approx(wanted / np.sqrt(np.mean(wanted**2)), abs=1e-6)


@pytest.mark.parametrize("dimensions", [6, 300])
def test_words_begin_where_their_vectors_say_and_others_as_before(dimensions):
    rng = np.random.default_rng(1)
    fresh, vectors = rng.normal(0, 0.03, (400, 64)), rng.normal(0, 1, (300, dimensions))
    vectors[1] = vectors[0] + 0.05 * vectors[2]  # two words that are used alike
    ids = np.arange(50, 350)
    embedding = first_embedding(fresh, ids, vectors, seed=0)
    others = np.setdiff1d(np.arange(400), ids)
    assert (embedding[others] == fresh[others]).all() and np.std(embedding[ids]) == pytest.approx(0.1, rel=0.05)

    def cosine(a, b):
        return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    assert cosine(embedding[50], embedding[51]) > 0.98
    if dimensions <= 64:
        assert cosine(embedding[50], embedding[53]) == pytest.approx(cosine(vectors[0], vectors[3]), abs=1e-6)
    assert (embedding == first_embedding(fresh, ids, vectors, seed=0)).all()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("rain\nsnow\n", "is not a file of word vectors: its first line has 0 numbers"),
        ("rain 1 2\nsnow 3 x\n", "line 2 has something that is not a number"),
        ("rain 1 2\nsnow 3 inf\n", "line 2 has a number that is not finite"),
        ("rain 1 2\n" + "snow 3\n" * 200, "line 102 has not 2 numbers"),
        ("rain " + "1 " * 70_000, "line 1 is too long"),
        ("rain " + "1 " * 5_000, "its first line has 5000 numbers"),
        ("regen 1 2\nschnee 3 4\n", "only 0 of the 9 words. Is it of their language?"),
        ("", "has only 0 of the 9 words"),
    ],
)
def test_what_is_no_file_of_vectors_is_refused_in_a_sentence(tmp_path, content, sentence):
    path = tmp_path / "vectors.txt"
    path.write_text(content)
    with pytest.raises(SettingError, match="The word vectors: ") as refusal:
        vectors_for(vocabulary("autocomplete", WORDS), path)
    assert sentence in str(refusal.value) and "vectors.txt" in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("vectors.json", b'{"rain": [1, 2]}', "only 0 of the 9 words"),
        ("glove.zip", b"PK\3\4 and more", "is a zip: unpack it"),
        ("vectors.gz", gzip.compress(b"rain 1 2\n" * 2000, mtime=0)[:40], "is it complete"),
        ("vectors.npy", b"\x93NUMPY\1\0v\0" + bytes(range(256)), "is not a file of word vectors"),
    ],
)
def test_other_kinds_of_files_are_refused(tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SettingError, match=f"The word vectors: {name}.*{sentence}"):
        vectors_for(vocabulary("autocomplete", WORDS), tmp_path / name)


def test_a_network_begins_with_them(tmp_path):
    """At a learning rate of almost nothing, the trained embedding is the first one."""
    rng = np.random.default_rng(0)
    words = sorted({word for line in headlines(40) for word in line.split()})
    path = vectors_file(tmp_path / "vectors.txt", {word: rng.normal(size=5).round(3).tolist() for word in words})
    still = TINY.changed(learning_rate=1e-9, weight_decay=0.0)
    trained = train(Corpus(headlines(40)), still, vectors=path)
    ids, vectors = vectors_for(trained.vocabulary, path)
    assert len(ids) == len(words)
    first = trained.weights["embedding"][ids]
    cosines = first @ first.T / np.outer(*[np.linalg.norm(first, axis=1)] * 2)
    wanted = vectors @ vectors.T / np.outer(*[np.linalg.norm(vectors, axis=1)] * 2)
    assert cosines == pytest.approx(wanted, abs=1e-3)
    # With running text too, and an error that is not put down to the text.
    with pytest.raises(SettingError, match=r"^The word vectors"):
        train(Corpus(headlines(40)), TINY, vectors=Path(__file__), text=headlines(40))


def test_a_model_to_start_from_and_the_lesson_have_their_own(tmp_path, capsys, corpus):
    with pytest.raises(SettingError, match="vectors of its own"):
        RunOptions(files=("a",), settings=TINY, vectors="v.txt", start_from="m")
    with pytest.raises(SettingError, match="autocomplete recipe"):
        RunOptions(files=("a",), settings=RECIPES["notebook"], vectors="v.txt")
    missing = ["train", str(corpus), "--out", str(tmp_path / "m"), "--vectors", str(tmp_path / "no.txt")]
    assert main(missing) == 2
    assert "no.txt" in capsys.readouterr().err


def test_rare_words_are_drawn_to_their_vectors():
    """The embedding is a linear map of the vectors, but for the noise of words that occur seldom."""
    rng = np.random.default_rng(0)
    vectors, truth = rng.normal(size=(400, 6)), rng.normal(size=(6, 16))
    counts = np.array([1000] * 200 + [1] * 200 + [500] * 10)
    noise = rng.normal(0, 2.0, (400, 16)) * (counts[:400] == 1)[:, None]
    embedding = np.vstack([vectors @ truth + noise, rng.normal(size=(10, 16))])
    drawn = rare_words_drawn(embedding, counts, np.arange(400), vectors, strength=4.0)
    assert (drawn[400:] == embedding[400:]).all()  # words without a vector
    assert drawn[:200] == pytest.approx(embedding[:200], abs=0.05)
    wanted = embedding[200:400] - 0.8 * noise[200:]  # a fifth of its own vector is left to a word seen once
    assert drawn[200:400] == pytest.approx(wanted, abs=0.05)
    assert rare_words_drawn(embedding, counts, np.arange(400), vectors, strength=0.0) == pytest.approx(embedding)
    longer = rare_words_drawn(embedding, counts, np.arange(400), vectors, strength=4.0, stretch=1.5)
    more = 0.5 * 0.8 * (vectors[200:] @ truth)  # half as long again, of the four fifths that the map has
    assert longer[200:400] == pytest.approx(drawn[200:400] + more, abs=0.05)
