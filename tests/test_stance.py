"""Critic, passive, promoter: from a score, from words, and where the two disagree."""

from itertools import pairwise
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.domain import STANCES, Polarity, Stance
from verbatim.stance import SUMMARY, StanceModel, StanceRules, band, judge, probabilities, summarise

MODEL = StanceModel(np.zeros(SUMMARY, dtype=np.float32), 7.0, cuts=(6.5, 8.5), spread=1.5)
RULES = StanceRules(least=0.5, conflict=0.6)


@pytest.mark.parametrize("score", range(11))
def test_a_score_decides_the_stance(score: int) -> None:
    expected = "critic" if score <= 6 else "passive" if score <= 8 else "promoter"
    assert band(score) == expected
    assert judge(score, None, MODEL, RULES, reasons=[]) == Stance(expected, "score", 1.0)


@pytest.mark.parametrize(("score", "estimate"), [(10, 2.0), (9, 3.0), (3, 9.9), (0, 10.0)])
def test_words_that_clearly_say_the_opposite_conflict_with_the_score(score: int, estimate: float) -> None:
    stance = judge(score, estimate, MODEL, RULES, ["negative" if score > 6 else "positive", "neutral"])
    assert (stance.label, stance.conflict) == (band(score), True)


@pytest.mark.parametrize(("score", "estimate"), [(10, 6.4), (10, 9.0), (3, 8.6), (7, 1.0), (8, 10.0), (2, None)])
def test_words_that_fit_or_waver_do_not_conflict_with_the_score(score: int, estimate: float | None) -> None:
    assert not judge(score, estimate, MODEL, RULES, ["negative" if score > 6 else "positive"]).conflict


@pytest.mark.parametrize("reasons", [[], ["neutral"], ["positive"], ["positive", "negative"]])
def test_reasons_that_do_not_all_oppose_the_score_do_not_conflict_with_it(reasons: list[Polarity]) -> None:
    assert not judge(10, 0.0, MODEL, RULES, reasons).conflict


@pytest.mark.parametrize(("estimate", "label"), [(2.0, "critic"), (6.5, "critic"), (7.5, "passive"), (9.5, "promoter")])
def test_words_alone_give_an_estimated_stance(estimate: float, label: str) -> None:
    stance = judge(None, estimate, MODEL, RULES, reasons=["neutral"])
    assert (stance.label, stance.source, stance.conflict) == (label, "estimated", False)
    assert stance.confidence == round(probabilities(estimate, MODEL)[label], 3)


def test_words_without_a_reason_that_lean_nowhere_get_no_label() -> None:
    unsure = judge(None, 6.6, MODEL, RULES, reasons=[])
    assert (unsure.label, unsure.source) == (None, "estimated")
    assert unsure.confidence < RULES.least


def test_words_without_a_reason_that_lean_clearly_get_a_label() -> None:
    assert judge(None, 3.0, MODEL, RULES, reasons=[]).label == "critic"


def test_no_words_and_no_score_get_no_label() -> None:
    assert judge(None, None, MODEL, RULES, reasons=[]) == Stance(None, "estimated", 0.0)


@given(st.floats(-20, 30))
def test_probabilities_sum_to_one(estimate: float) -> None:
    shares = probabilities(estimate, MODEL)
    assert set(shares) == set(STANCES)
    assert sum(shares.values()) == pytest.approx(1)
    assert min(shares.values()) >= 0


def test_a_higher_estimate_makes_a_promoter_likelier_and_a_critic_less_likely() -> None:
    shares = [probabilities(estimate, MODEL) for estimate in np.arange(-2, 13, 0.5)]
    assert all(low["promoter"] <= high["promoter"] for low, high in pairwise(shares))
    assert all(low["critic"] >= high["critic"] for low, high in pairwise(shares))


def test_a_cut_is_where_two_stances_are_equally_near() -> None:
    assert probabilities(6.5, MODEL)["critic"] == pytest.approx(0.5)
    assert probabilities(8.5, MODEL)["promoter"] == pytest.approx(0.5)


def test_the_estimate_is_linear_in_the_summary() -> None:
    weights = np.zeros(SUMMARY, dtype=np.float32)
    weights[-1] = 0.5
    model = StanceModel(weights, 1.0, (6.5, 8.5), 1.5)
    assert model.estimate(np.eye(SUMMARY, dtype=np.float32)[-2:]).tolist() == [1.0, 1.5]


def test_a_summary_holds_mean_extremes_last_first_count_balance_and_sound() -> None:
    polarity = np.array([[0.8, 0.1, 0.1], [0.2, 0.2, 0.6]], dtype=np.float32)
    expected = [*(0.35, 0.175, 0.475), *(0.8, 0.2, 0.6), *(0.2, 0.1, 0.1), *(0.2, 0.2, 0.6), *(0.8, 0.1, 0.1)]
    sound = np.array([0.2, 0.5, 0.3, 7.25], dtype=np.float32)
    summary = summarise(polarity, [10, 30], sound)
    assert summary == pytest.approx([*expected, log(2), -0.3, *sound], abs=1e-6)
    assert len(summary) == SUMMARY
