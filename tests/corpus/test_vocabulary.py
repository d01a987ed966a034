"""Headline <-> words <-> ids, how a word is written, and how it is saved."""

from collections import Counter

import numpy as np
import pytest

from headline.corpus.segmentation import TOKENIZERS
from headline.corpus.vocabulary import END, PAD, START, UNK, Vocabulary

HEADLINES = [
    "The U.S. visits amazon.com again",
    "A 15-year-old at the U.S. house",
    "Why NASA won’t say: 10,000 things",
    "“Quoted” the 'word' में, naïve Café №5",
    "The F.B.I. and AT&T say 6.5% of $2 is naïve",
]
KERAS_FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'  # keras.preprocessing.text.Tokenizer's documented default


def keras_words(text):
    """Keras' text_to_word_sequence: small letters, a space for every filtered character, split at spaces."""
    return [w for w in text.lower().translate(str.maketrans(dict.fromkeys(KERAS_FILTERS, " "))).split(" ") if w]


def keras_index(texts):
    """Keras' Tokenizer.word_index in its order: by falling count, equals in order of appearance, ids from 1."""
    counts: dict[str, int] = {}
    for text in texts:
        for word in keras_words(text):
            counts[word] = counts.get(word, 0) + 1
    return sorted(counts.items(), key=lambda pair: -pair[1])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("?", []),
        ("😀 — …", []),
        ("15-year-old’s", ["15-year-old’s"]),
        ("U.S.-led raid", ["U.S.-led", "raid"]),
        ("N.F.L.’s end.", ["N.F.L.’s", "end"]),
        ("Q&A: AT&T", ["Q&A", "AT&T"]),
        ("6.5% of $2, £3.50", ["6.5%", "of", "$2", "£3.50"]),
        ("10,000 of 1, 2", ["10,000", "of", "1", "2"]),
        ("में दिल", ["में", "दिल"]),
        ("‘Best’ “'quoted'” don't", ["Best", "quoted", "don't"]),
        ("amazon.com. The end.The", ["amazon.com", "The", "end", "The"]),
        ("I❤NY -- one—two/three a_b", ["I", "NY", "one", "two", "three", "a", "b"]),
        ("@user #tag", ["@user", "#tag"]),
    ],
)
def test_words_of_a_headline(text, words):
    assert TOKENIZERS["headline"].words(text) == words


@pytest.mark.parametrize(
    ("one", "other"), [("don’t", "don't"), ("DON'T", "don’t"), ("cafe\u0301", "Caf\u00e9"), ("İzmir", "i̇zmir")]
)
def test_writings_that_share_a_key(one, other):
    key = TOKENIZERS["headline"].key
    assert key(one) == key(other) == key(key(one))


def test_keras_words_are_what_keras_documents():
    alphabet = list("aB éİ’“\r\u00a0में😀" + KERAS_FILTERS)
    rng = np.random.default_rng(0)
    for _ in range(300):
        text = "".join(rng.choice(alphabet, size=30))
        assert TOKENIZERS["keras"].keys(text) == keras_words(text)


def test_keras_ids_go_by_falling_frequency_from_1(lesson):
    vocabulary = Vocabulary.build(lesson.headlines, "keras")
    expected = keras_index(lesson.headlines)
    assert len(vocabulary) == len(expected) + 1 == 11_753
    assert vocabulary.itos == [PAD] + [word for word, _ in expected]
    assert vocabulary.counts.tolist() == [0] + [count for _, count in expected]
    index = {word: i for i, (word, _) in enumerate(expected, start=1)}
    for headline in lesson.headlines[::50]:
        assert vocabulary.encode(headline) == [index[word] for word in keras_words(headline)]


@pytest.mark.parametrize("tokenizer", ["headline", "keras"])
def test_ids_go_by_falling_frequency_then_by_first_appearance(tokenizer):
    vocabulary = Vocabulary.build(["b a c", "a d", "d b a"], tokenizer)
    marks = [PAD] if tokenizer == "keras" else [PAD, UNK, START, END]
    assert vocabulary.itos == [*marks, "a", "b", "d", "c"]
    assert vocabulary.counts.tolist() == [0] * len(marks) + [3, 2, 2, 1]
    assert vocabulary.specials == list(range(len(marks)))
    assert (vocabulary.unk, vocabulary.start, vocabulary.end) == ((None,) * 3 if tokenizer == "keras" else (1, 2, 3))


@pytest.mark.parametrize(("options", "words", "rare"), [({"min_count": 2}, "ab", 2), ({"max_words": 1}, "a", 4)])
def test_rare_words_are_counted_as_unknown(options, words, rare):
    vocabulary = Vocabulary.build(["a a a b b c d"], "headline", **options)
    assert vocabulary.itos[4:] == list(words)
    assert vocabulary.counts[vocabulary.unk] == rare
    assert vocabulary.counts.sum() == 7


def test_words_that_are_not_known():
    assert Vocabulary.build(["a b"], "headline").encode("A zebra? b") == [4, 1, 5]
    assert Vocabulary.build(["a b"], "keras").encode("A zebra? b") == [1, 2]


@pytest.mark.parametrize("tokenizer", ["headline", "keras"])
def test_every_word_comes_back_from_how_it_is_written(tokenizer):
    corpus = [*HEADLINES, "ßa ﬁrst First ŉ İzmir ΟΔΟΣ Οδός"]
    titles = ["Rain Falls On ẞa With ﬁrst-Look Now"]  # ß and ﬁ are two letters each as capitals
    for headlines in (corpus, titles, [h.title() for h in corpus], [h.upper() for h in corpus]):
        vocabulary = Vocabulary.build(headlines, tokenizer)
        ids = sorted(vocabulary.keys.ids.tolist())
        assert [vocabulary.encode(vocabulary.written[i]) for i in ids] == [[i] for i in ids]
        assert vocabulary.encode(vocabulary.decode(ids)) == ids
        for headline in headlines:
            words = vocabulary.encode(headline)
            assert vocabulary.unk not in words
            assert vocabulary.encode(vocabulary.decode(words)) == words


@pytest.mark.parametrize("text", ["", "?", "“…”"])
def test_nothing_is_nothing_there_and_back(text):
    vocabulary = Vocabulary.build(["One two"])
    assert vocabulary.encode(text) == []
    assert vocabulary.decode([]) == vocabulary.decode(vocabulary.specials) == ""


@pytest.mark.parametrize("tokenizer", ["headline", "keras"])
def test_save_and_load(tmp_path, tokenizer):
    vocabulary = Vocabulary.build([*HEADLINES, "one\rtwo one\u2028two 😀 “x” NASA’s\x85end"], tokenizer, min_count=1)
    vocabulary.save(tmp_path / "words.txt")
    again = Vocabulary.load(tmp_path / "words.txt", tokenizer)
    assert again.written == vocabulary.written
    assert again.itos == vocabulary.itos
    assert again.counts.tolist() == vocabulary.counts.tolist()


@pytest.mark.parametrize(
    "data",
    [b"", b"<pad>\t0\nhouse\n", b"<pad>\t0\nhouse\tmany\n", b"house\t2\nHouse\t1\n", b"\xff\xfe\t1\n", b"\t\t\n"],
    ids=["empty", "no-count", "no-number", "twice", "no-text", "tabs"],
)
def test_a_damaged_file_is_told(tmp_path, data):
    (tmp_path / "words.txt").write_bytes(data)
    with pytest.raises(ValueError, match=r"words\.txt is damaged"):
        Vocabulary.load(tmp_path / "words.txt", "headline")


def test_words_starting_with_a_prefix_in_alphabetical_order():
    words = "the then them they'd th thé to zebra में मेंढक 15 15-year-old".split()
    vocabulary = Vocabulary.build([" ".join(words)])
    for prefix in ["", "t", "th", "the", "they'd", "thé", "z", "zz", "म", "15-", "<", "\U0010ffff"]:
        found = vocabulary.starting_with(prefix)
        assert [vocabulary.itos[i] for i in found] == sorted(w for w in words if w.startswith(prefix))
        assert found.dtype == np.int64


@pytest.mark.parametrize(
    ("headlines", "expected"),
    [
        (["Why NASA went so quiet", "Nasa went there", "Where NASA went"], "NASA"),
        (["Why Nasa went so quiet", "Why Nasa talks so much", "Why NASA went"], "Nasa"),
        (["The iPhone is late again"], "iPhone"),
        (["Senators meet McConnell again"], "McConnell"),
        (["EBay sells more phones", "Sales at eBay rise again"], "eBay"),
        (["Trump meets the mayor of London again", "London calls again"], "London"),
        (["More rain expected: London, Paris also affected"], "Paris"),
        (["House burns down again", "a red house burns down"], "house"),
        (["Review: House burns down again"], "house"),
        (["Talks about ‘House of lies’ have started"], "house"),
        (["Rain Falls Again", "Snow Falls Again"], "Rain"),
        (["Don’t Panic About It Now"], "Don't"),
        (["DON’T PANIC", "Please don’t panic at all"], "don't"),
        (["nasa lands on the moon"], "nasa"),
        (["NASA LANDS ON THE MOON"], "nasa"),
        (["NASA LANDS", "Why NASA landed so soon", "nasa lands"], "NASA"),
        (["The Mayor of London Speaks", "Why the mayor of London speaks so"], "mayor"),
        (["Rain in Málaga falls on", "More rain in Málaga"], "Málaga"),
    ],
)
def test_how_a_word_is_written_is_learnt(headlines, expected):
    vocabulary = Vocabulary.build(headlines)
    assert vocabulary.written[vocabulary.stoi[expected.lower()]] == expected


@pytest.mark.parametrize("recase", [str.title, str.capitalize, str.upper, str.lower])
def test_a_letter_after_an_apostrophe_is_never_made_a_capital(recase):
    headlines = [f"why {word} more of it falls again" for word in ("don't", "we’ll", "women's", "i’m", "they've")]
    written = Vocabulary.build([recase(headline) for headline in headlines]).written
    assert len([w for w in written if "'" in w]) == 5
    assert [w for w in written if "'" in w and w[1:] != w[1:].lower()] == []


def test_words_and_marks_are_counted():
    vocabulary = Vocabulary.build(HEADLINES)
    tokenizer = TOKENIZERS["headline"]
    counted = Counter(tokenizer.key(token) for headline in HEADLINES for token in tokenizer.tokens(headline))
    assert dict(zip(vocabulary.itos[4:], vocabulary.counts[4:].tolist(), strict=True)) == counted


def test_the_words_of_another_vocabulary_are_kept_behind_ones_own():
    base = Vocabulary.build(["NASA lands iPhone", "Kimchi", "kimchi"], "headline")
    own = Vocabulary.build(["one two two", "kimchi"], "headline", min_count=2, also=base)
    assert own.itos[4:] == ["two", "kimchi", "nasa", "lands", "iphone"]
    assert own.written[6:] == ["NASA", "lands", "iPhone"]
    assert own.counts.tolist() == [0, 1, 0, 0, 2, 1, 0, 0, 0]  # "one" is the unknown word
    assert own.encode("nasa kimchi one") == [6, 5, 1]


def test_words_of_running_text_count_less():
    vocabulary = Vocabulary.build(
        ["a headline", "a word"], "headline", min_count=1, text=["a rare sentence"] * 4, text_weight=0.2
    )
    assert vocabulary.itos[4:] == ["a", "headline", "word"]
    assert vocabulary.counts[4:].tolist() == [3, 1, 1] and vocabulary.counts[vocabulary.unk] == 2


def test_a_vocabulary_without_marks_skips_them():
    """As one does that was made before marks were tokens."""
    known = Vocabulary(["<pad>", "<unk>", "<s>", "</s>", "why", "not"], [0] * 6, "headline")
    assert known.encode("Why not? “Why” – zebra!") == [4, 5, 4, 1]


def test_marks_are_written_where_they_belong():
    vocabulary = Vocabulary.build(["Review: “C++” – is it $5m, or not?"])
    text = "Review: “C++” – is it $5m, or not?"
    assert vocabulary.decode(vocabulary.encode(text)) == text
