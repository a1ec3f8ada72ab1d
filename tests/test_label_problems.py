"""Planted label errors are found, ranked, and told apart by code and pair of codes."""

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from verbatim.learning.label_problems import LabelProblems, confidence, label_problems

CODES = [f"c{number}" for number in range(12)]


class Corpus(NamedTuple):
    """Probabilities from other folds (n, k), the labels given, and which of them were planted errors."""

    probabilities: np.ndarray
    given: np.ndarray
    planted: np.ndarray

    def found(self) -> LabelProblems:
        return label_problems(self.probabilities, self.given, [str(row) for row in range(len(self.given))], CODES)

    def hits(self, found: LabelProblems) -> list[bool]:
        return [bool(self.planted[int(one.example), CODES.index(one.code)]) for one in found.problems]


@cache
def corpus(lost: float, swapped: float, seed: int = 5, n: int = 1200) -> Corpus:
    """Labels of which a share of the given ones was lost, and a share of c0 alone became c1."""
    chance = np.random.default_rng(seed)
    inputs = chance.normal(size=(n, 30))
    truth = inputs @ chance.normal(size=(30, len(CODES))) - chance.uniform(5, 9, len(CODES)) > 0
    given = truth & (chance.random(truth.shape) >= lost)
    moved = truth[:, 0] & given[:, 0] & ~truth[:, 1] & (chance.random(n) < swapped)
    given[moved, 0], given[moved, 1] = False, True
    folds = chance.integers(0, 5, n)
    probabilities = np.zeros(truth.shape)
    with threadpool_limits(limits=1):
        for fold in range(5):
            for column in range(len(CODES)):
                learner = LogisticRegression(C=1).fit(inputs[folds != fold], given[folds != fold, column])
                probabilities[folds == fold, column] = learner.predict_proba(inputs[folds == fold])[:, 1]
    return Corpus(probabilities, given, given != truth)


def test_most_planted_errors_are_found_and_most_of_what_is_found_was_planted() -> None:
    planted = corpus(lost=0.08, swapped=0)
    hits = planted.hits(planted.found())
    assert sum(hits) / planted.planted.sum() > 0.5
    assert sum(hits) / len(hits) > 0.5
    assert planted.planted.mean() < 0.02


def test_the_likeliest_errors_stand_first() -> None:
    planted = corpus(lost=0.08, swapped=0)
    found = planted.found()
    hits = planted.hits(found)
    assert sum(hits[:40]) >= 36
    assert [one.margin for one in found.problems] == sorted(one.margin for one in found.problems)
    assert all(-1 <= one.margin <= 0 for one in found.problems)


def test_probabilities_that_are_not_calibrated_do_no_harm() -> None:
    planted = corpus(lost=0.08, swapped=0)
    hits = planted.hits(planted._replace(probabilities=0.3 * planted.probabilities**0.7).found())
    assert sum(hits[:40]) >= 36


def test_a_code_that_stood_for_another_blurs_with_it() -> None:
    planted = corpus(lost=0, swapped=0.2)
    found = planted.found()
    assert (found.blurred[0].first, found.blurred[0].second) == ("c0", "c1")
    assert found.blurred[0].swaps > planted.planted[:, 0].sum() / 3
    assert all(pair.swaps <= found.blurred[0].swaps / 2 for pair in found.blurred[1:])


def test_the_noise_of_each_code_counts_what_is_wrong_and_what_is_missing() -> None:
    found = corpus(lost=0, swapped=0.2).found()
    noise = {code.code: code for code in found.noise}
    assert {code.code for code in found.noise[:2]} == {"c0", "c1"}
    assert noise["c0"].missing > noise["c0"].wrong
    assert noise["c1"].wrong > noise["c1"].missing
    assert sum(code.wrong + code.missing for code in found.noise) == len(found.problems)


def test_by_hand_an_answer_is_confident_from_the_mean_of_those_labelled_so() -> None:
    """Yes where given: mean of 0.9, 0.8, 0.8, 0.8, 0.2 = 0.7; no where not: mean of 0.9 four times, and 0.4 = 0.8."""
    probabilities = np.array([[0.9], [0.8], [0.8], [0.8], [0.2], [0.1], [0.1], [0.1], [0.1], [0.6]])
    given = np.arange(10)[:, None] < 5
    yes, no = confidence(probabilities, given)
    assert yes[:, 0] == pytest.approx(probabilities[:, 0] / 0.7)
    assert no[:, 0] == pytest.approx((1 - probabilities[:, 0]) / 0.8)
    found = label_problems(probabilities, given, list("abcdefghij"), ["x"])
    assert [(one.example, one.given, one.probability) for one in found.problems] == [("e", True, 0.2)]
    assert found.problems[0].margin == pytest.approx((0.2 / 0.7 - 1) / (0.2 / 0.7 + 1))
    assert (found.noise[0].n, found.noise[0].wrong, found.noise[0].missing) == (5, 1, 0)


@pytest.mark.parametrize("have", [0, 4, 8, 12])
def test_a_code_that_hardly_any_example_has_or_lacks_is_not_judged(have: int) -> None:
    given = np.arange(12)[:, None] < have
    probabilities = np.where(given, 0.9, 0.1)
    probabilities[0] = probabilities[11] = 0.5
    found = label_problems(probabilities, given, list("abcdefghijkl"), ["x"])
    assert found.problems == ()
    assert [code.n for code in found.noise] == ([have] if have else [])


def test_a_code_that_the_model_cannot_tell_is_not_judged() -> None:
    chance = np.random.default_rng(1)
    given = chance.random((400, 1)) < 0.3
    blind = np.where(given, 0.2, 0.3) + 0.1 * chance.random((400, 1))
    assert label_problems(blind, given, [str(row) for row in range(400)], ["x"]).problems == ()


def test_nothing_has_no_problems() -> None:
    found = label_problems(np.zeros((0, 2)), np.zeros((0, 2), dtype=bool), [], ["x", "y"])
    assert found == LabelProblems(0, (), (), ())
