"""Linear heads against plain arithmetic."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from verbatim.heads import Features, Heads, grouped_max, grouped_mean, ngram_heads, sigmoid, softmax, vector_heads

IDS, CATEGORIES = 2, 1
NGRAM_HEADS, VECTOR_HEADS = ngram_heads(IDS, CATEGORIES), vector_heads(IDS, CATEGORIES)
HEADS = Heads(
    IDS,
    CATEGORIES,
    ngrams=np.arange(2 * NGRAM_HEADS, dtype=np.float32).reshape(2, -1),
    vectors=np.arange(3 * VECTOR_HEADS, dtype=np.float32).reshape(3, -1),
    bias=np.arange(VECTOR_HEADS, dtype=np.float32) / 8,
)

small = st.floats(-9, 9, width=32)


def features(ngrams: list[list[float]], vectors: list[list[float]]) -> Features:
    words = csr_array(np.array(ngrams, dtype=np.float32).reshape(-1, 2))
    return Features(words, np.array(vectors, dtype=np.float32).reshape(-1, 3))


def test_a_logit_is_the_sum_of_what_ngrams_vector_and_intercept_say() -> None:
    answers = HEADS.answers(features([[0.5, 0]], [[1, 0, 0.5]]))
    own = HEADS.vectors[0] + 0.5 * HEADS.vectors[2] + HEADS.bias
    words = 0.5 * HEADS.ngrams[0]
    assert answers.coded[0].tolist() == (own[:3] + words[:3]).tolist()
    assert answers.stance[0].tolist() == (own[9:12] + words[6:9]).tolist()
    assert answers.score.tolist() == [own[12] + words[9]]


def test_ngrams_say_the_same_of_the_polarity_of_every_id() -> None:
    answers = HEADS.answers(features([[0.5, 0]], [[1, 0, 0]]))
    apart = HEADS.answers(features([[0, 0]], [[1, 0, 0]]))
    assert answers.sides.shape == (1, IDS, 3)
    assert (answers.sides - apart.sides)[0].tolist() == [(0.5 * HEADS.ngrams[0, 3:6]).tolist()] * IDS


def test_no_texts_give_no_answers() -> None:
    answers = HEADS.answers(features([], []))
    assert (answers.coded.shape, answers.sides.shape, answers.score.shape) == ((0, 3), (0, IDS, 3), (0,))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_the_logistic_function_gives_shares_in_order(logits: list[float]) -> None:
    shares = sigmoid(np.array(sorted(logits)))
    assert ((shares >= 0) & (shares <= 1)).all()
    assert (np.diff(shares) >= 0).all()


def test_the_logistic_function_has_its_known_values() -> None:
    assert sigmoid(np.array([0, math.log(3), -math.log(3)])) == pytest.approx([0.5, 0.75, 0.25])


@given(st.lists(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3), min_size=1, max_size=5))
def test_shares_of_a_row_sum_to_one(rows: list[list[float]]) -> None:
    shares = softmax(np.array(rows))
    assert shares.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_shares_are_the_raised_logits() -> None:
    assert softmax(np.log([[1, 2, 5]]))[0] == pytest.approx([0.125, 0.25, 0.625])


@given(st.lists(st.lists(st.tuples(small, small), max_size=4), max_size=6))
def test_each_run_gives_its_greatest_values_and_an_empty_run_zeros(runs: list[list[tuple[float, float]]]) -> None:
    rows = np.array([row for run in runs for row in run], dtype=np.float32).reshape(-1, 2)
    expected = [[max(column) for column in zip(*run, strict=True)] or [0, 0] for run in runs]
    found = grouped_max(rows, [len(run) for run in runs])
    assert found.tolist() == expected
    assert found.shape == (len(runs), 2)


def test_each_run_gives_its_mean_and_an_empty_run_zeros() -> None:
    rows = np.array([[1, 2], [3, 4], [5, 6]], dtype=np.float32)
    assert grouped_mean(rows, [2, 0, 1]).tolist() == [[2, 3], [0, 0], [5, 6]]
