"""Linear heads against plain arithmetic."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from verbatim.heads import Features, Heads, grouped_max, sigmoid, softmax

HEADS = Heads(
    names=("code:a", "code:b", "category:a", "score"),
    ngrams=np.array([[1, 0, 2, -1], [0, 3, 0, 1]], dtype=np.float32),
    vectors=np.array([[1, 1, 0, 0], [0, -1, 0, 2], [4, 0, 1, 0]], dtype=np.float32),
    bias=np.array([0.5, -0.5, 0, 1], dtype=np.float32),
)

small = st.floats(-9, 9, width=32)


def test_a_logit_is_the_sum_of_what_ngrams_vector_and_intercept_say() -> None:
    features = Features(
        csr_array(np.array([[0.5, 0], [0, 2]], dtype=np.float32)),
        np.array([[1, 0, 0], [0, 1, 0.5]], dtype=np.float32),
    )
    assert HEADS.logits(features).tolist() == [[2, 0.5, 1, 0.5], [2.5, 4.5, 0.5, 5]]


def test_no_texts_give_no_logits() -> None:
    nothing = Features(csr_array((0, 2), dtype=np.float32), np.zeros((0, 3), dtype=np.float32))
    assert HEADS.logits(nothing).shape == (0, 4)


def test_heads_are_found_side_by_side_by_their_prefix() -> None:
    assert HEADS.columns("code:") == slice(0, 2)
    assert HEADS.columns("score") == slice(3, 4)
    assert HEADS.columns("nothing") == slice(0, 0)


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
