"""Kneser-Ney smoothing against the formula written out with dictionaries, and what a file holds of it."""

from collections import Counter

import numpy as np
import pytest

from headline.model.ngrams.ngram import NGram

PAD, UNK, START, END = range(4)
SIZE = 14
NEVER = (PAD, START)


def rows(number: int = 400, seed: int = 0) -> list[list[int]]:
    """Random sentences in which some words like to follow each other."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(number):
        row = [START]
        for _ in range(rng.integers(1, 7)):
            last = row[-1]
            row.append(int((last * 3 + rng.zipf(1.7)) % (SIZE - 4)) + 4 if rng.random() < 0.9 else UNK)
        made.append([*row, END])
    return made


def written_out(sentences: list[list[int]], order: int, context: tuple[int, ...], word: int) -> float:
    """p(word | context) by the formulas of Chen & Goodman 1999, one dictionary an order."""
    counts = {n: Counter(tuple(s[i : i + n]) for s in sentences for i in range(len(s) - n + 1)) for n in range(1, 7)}

    def count_of(ngram: tuple[int, ...]) -> int:
        if len(ngram) == order or ngram[0] == START:
            return counts[len(ngram)][ngram]
        return sum(1 for longer in counts[len(ngram) + 1] if longer[1:] == ngram)

    def discounts(n: int) -> list[float]:
        seen = Counter(count_of(g) for g in counts[n] if n > 1 or g[0] not in NEVER)
        if not all(seen[c] for c in (1, 2, 3, 4)):
            return [0, 0.5, 0.5, 0.5]
        y = seen[1] / (seen[1] + 2 * seen[2])
        return [0] + [c - (c + 1) * y * seen[c + 1] / seen[c] for c in (1, 2, 3)]

    def p(context: tuple[int, ...]) -> float:
        n = len(context) + 1
        follow = {g[-1]: count_of(g) for g in counts[n] if g[:-1] == context and (n > 1 or g[0] not in NEVER)}
        if n > 1 and not follow:
            return p(context[1:])
        shorter = p(context[1:]) if n > 1 else 1 / (SIZE - len(NEVER))
        d = discounts(n)
        total = sum(follow.values())
        left = sum(min(c, d[min(c, 3)]) for c in follow.values()) / total
        return max(follow.get(word, 0) - d[min(follow.get(word, 0), 3)], 0) / total + left * shorter

    return p(context[max(0, len(context) - order + 1) :])


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_probabilities_are_those_of_the_formula(order):
    sentences = rows(120)
    model = NGram.build(sentences, SIZE, NEVER, order)
    for sentence in [*sentences[:12], [START, 5, 5, 5, END], [START, UNK, 13, 4, 9, END]]:
        for i in range(1, len(sentence)):
            found = model.next_word(sentence[:i])[sentence[i]]
            assert found == pytest.approx(written_out(sentences, order, tuple(sentence[:i]), sentence[i]), rel=1e-5)


@pytest.mark.parametrize("min_counts", [(), (1, 1, 2, 2), (1, 2, 3, 4)])
@pytest.mark.parametrize("context", [[START], [START, 5], [7, 8, 9], [UNK, UNK], [4, 4, 4, 4, 4, 4, 6], []])
def test_every_distribution_sums_to_one_and_gives_the_marks_that_cannot_follow_nothing(context, min_counts):
    p = NGram.build(rows(), SIZE, NEVER, 4, min_counts).next_word(context)
    assert p.sum() == pytest.approx(1, abs=1e-5)
    assert p[PAD] == p[START] == 0 and (np.delete(p, [PAD, START]) > 0).all()


def test_what_was_said_word_for_word_is_remembered():
    sentences = rows() + [[START, 4, 5, 6, 7, END]] * 30
    model = NGram.build(sentences, SIZE, NEVER)
    assert model.next_word([START, 4, 5, 6]).argmax() == 7
    assert model.next_word([START, 4, 5, 6])[7] > 0.7


def test_rare_ngrams_are_dropped_first_and_leave_the_rest_as_it_was():
    sentences = rows()
    whole, some = (NGram.build(sentences, SIZE, NEVER, 4, min_counts) for min_counts in ((), (1, 1, 2, 3)))
    assert len(some.words[0]) == len(whole.words[0]) and len(some.words[2]) < len(whole.words[2])
    seen = Counter(tuple(s[i : i + 3]) for s in sentences for i in range(len(s) - 2))
    assert len(some.words[1]) == sum(n >= 2 for n in seen.values())
    np.testing.assert_allclose(some.next_word([5]), whole.next_word([5]), rtol=1e-5)


def test_a_file_holds_all_of_it_in_half_precision():
    model = NGram.build(rows(), SIZE, NEVER)
    stored = model.tensors()
    again = NGram.from_tensors(stored)
    assert all(array.dtype.itemsize <= 2 for name, array in stored.items() if name != "unigrams")
    for context in ([START], [START, 5, 6], [9, 9, 9]):
        np.testing.assert_allclose(again.next_word(context), model.next_word(context), rtol=2e-3, atol=1e-6)


@pytest.mark.parametrize("name", ["2.words", "3.shares", "3.left", "2.children"])
def test_parts_that_do_not_agree_are_refused(name):
    stored = NGram.build(rows(), SIZE, NEVER).tensors()
    with pytest.raises(ValueError, match="do not agree"):
        NGram.from_tensors(stored | {name: stored[name][:-1]})
    with pytest.raises(ValueError, match="not in the vocabulary"):
        NGram.from_tensors(stored | {"4.words": np.full_like(stored["4.words"], SIZE)})
    del stored[name]
    with pytest.raises((KeyError, ValueError)):
        NGram.from_tensors(stored)


@pytest.mark.parametrize("sentences", [[], [[]], [[START, END]], [[START]], [[START, 5, END]]])
def test_next_to_nothing_to_count_still_gives_a_distribution(sentences):
    p = NGram.build(sentences, SIZE, NEVER).next_word([START])
    assert p.sum() == pytest.approx(1, abs=1e-5)


def test_a_vocabulary_of_many_words_is_no_harder():
    p = NGram.build([[2, 999_999, 500_000, 3]] * 3, 1_000_000, NEVER).next_word([2, 999_999])
    assert p.argmax() == 500_000


def test_a_list_of_many_copies_leaves_something_for_every_word():
    """Four copies of nearly all rows: by the formula an n-gram that was seen three times or more needs no discount."""
    rows = [[1, i, i + 1, 2] for i in range(3, 40) for _ in range(4)]
    rows += [[1, 50 + i, 60 + i, 2] for i in range(6)] + [[1, 45, 46, 2]] * 2 + [[1, 47, 48, 2]] * 3
    ngram = NGram.build(rows, 80, suppressed_ids=(0, 1))
    for context in ([1], [1, 3], [1, 3, 4], [45], [3, 4]):
        p = ngram.next_word(context)
        assert p.sum() == pytest.approx(1, abs=1e-5)
        assert (p[2:] > 0).all()


def test_the_strongest_share_after_each_word_is_that_of_its_bigrams():
    model = NGram.build(rows(), SIZE, NEVER, order=3)
    first = model._first[0]
    expected = [max(model.shares[0][first[i] : first[i + 1]], default=0.0) for i in range(SIZE)]
    assert model.strongest().tolist() == pytest.approx(expected) and max(expected) > 0 == expected[PAD]
    assert NGram.build(rows(), SIZE, NEVER, order=1).strongest().tolist() == [0.0] * SIZE
