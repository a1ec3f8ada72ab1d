"""What held-out answers decide: thresholds, calibration, cuts, and what a person should see."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from verbatim.codes import frame_of, given
from verbatim.domain import STANCES
from verbatim.learning.recipes import Recipe
from verbatim.learning.tune import LEAST_SPREAD, Held, stance_model, thresholds, trust
from verbatim.stance import SUMMARY, StanceRules, band, judge
from verbatim.trust import part_signs

IDS = ("a", "a.x", "b")
FRAME = frame_of(IDS, {"a": None, "a.x": "a", "b": None}, dict.fromkeys(IDS))
RECIPE = Recipe("r", 1, Path("corpus"), None, "hash-8", threshold=0.3, category=0.7, floor=0.2, whole=0.4)
MANY = 2000


def held(told: np.ndarray, gold: np.ndarray, scores: np.ndarray | None = None) -> Held:
    """Held-out answers with these scores of ids (m, 3); summaries say the customers' own score in the last place."""
    count = len(told)
    own = np.resize(np.arange(11), count).astype(np.float32) if scores is None else scores
    summaries = np.zeros((count, SUMMARY), dtype=np.float32)
    summaries[:, -1] = own
    columns = np.zeros((count, 2))
    return Held(
        told=np.hstack([told, columns]).astype(np.float32),
        gold=np.hstack([gold, columns]).astype(np.int8),
        summaries=summaries,
        scores=own,
        clauses=told.astype(np.float32),
        sizes=(1,) * count,
    )


def uniform(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.02, 0.98, (MANY, len(IDS)))


def test_the_recipe_decides_the_common_threshold_and_the_rest_is_taken_over() -> None:
    told = uniform()
    found = thresholds(held(told, told > 0.4), FRAME, RECIPE)
    assert found.given == pytest.approx(0.3, abs=0.01)
    assert found.category.tolist() == pytest.approx([0.7, 0.7])
    assert (found.floor, found.whole) == (0.2, 0.4)


def test_a_threshold_and_a_floor_that_the_recipe_leaves_out_are_fitted() -> None:
    told = uniform()
    gold = told > 0.6
    found = thresholds(held(told, gold), FRAME, replace(RECIPE, threshold=None, floor=None))
    assert found.given == pytest.approx(0.6, abs=0.03)
    assert found.floor == 0.75
    sure = thresholds(held(told, told == told.max(axis=1, keepdims=True)), FRAME, replace(RECIPE, floor=None))
    assert sure.floor == 0.1


def test_own_threshold_says_from_how_many_examples_on_an_id_goes_its_own_way() -> None:
    told = uniform()
    answers = held(told, told > np.array([0.5, 0.5, 0.2]))
    free, bound = (thresholds(answers, FRAME, replace(RECIPE, own_threshold=n)).given for n in (0, 1_000_000))
    assert free[2] < 0.6 * free[0]
    assert bound[2] == pytest.approx(bound[0], rel=0.01)


def test_an_id_that_answers_shyly_gets_a_lower_threshold() -> None:
    told = uniform()
    found = thresholds(held(told, told > np.array([0.5, 0.5, 0.2])), FRAME, RECIPE)
    assert found.given[2] < found.given[0] == pytest.approx(found.given[1], abs=0.02)


def test_an_id_with_few_examples_stays_near_the_common_threshold() -> None:
    told = uniform()
    gold = told > 0.5
    gold[:, 2] = False
    gold[:3, 2] = told[:3, 2] > 0
    found = thresholds(held(told, gold), FRAME, RECIPE)
    assert found.given[2] == pytest.approx(found.given[0], rel=0.05)


def test_an_id_without_examples_gets_the_common_threshold_and_no_calibration() -> None:
    told = uniform()
    gold = told > 0.5
    gold[:, 1] = False
    found = thresholds(held(told, gold), FRAME, RECIPE)
    assert found.given[1] == pytest.approx(0.3)
    assert (found.slope[1], found.offset[1]) == (1, 0)


def test_an_id_of_every_example_needs_no_calibration() -> None:
    told = uniform()
    gold = np.ones_like(told)
    found = thresholds(held(told, gold), FRAME, RECIPE)
    assert (found.slope.tolist(), found.offset.tolist()) == ([1, 1, 1], [0, 0, 0])


def test_a_calibrated_confidence_is_the_share_that_is_right() -> None:
    told = uniform()
    odds = np.log(told / (1 - told))
    right = 1 / (1 + np.exp(-(2 * odds + 1)))
    gold = np.random.default_rng(2).uniform(size=told.shape) < right
    found = thresholds(held(told, gold), FRAME, RECIPE)
    assert found.slope == pytest.approx(2, abs=0.35)
    assert found.offset == pytest.approx(1, abs=0.25)
    assert np.abs(found.confidence(told.astype(np.float32)) - right).mean() < 0.03


def test_the_asked_share_of_examples_goes_to_review() -> None:
    told = uniform()
    values = held(told, told > 0.5)
    fitted = thresholds(values, FRAME, RECIPE)
    limit = trust(values, fitted, FRAME, 0.25)
    chosen = given(values.told, FRAME, fitted)
    signs = part_signs(chosen, fitted.confidence(values.told[:, : len(IDS)]), values.clauses, values.sizes)
    assert (limit.estimate(signs) < limit.least).mean() == pytest.approx(0.25, abs=0.05)


def test_codings_that_are_more_often_wrong_are_trusted_less() -> None:
    told = uniform()
    gold = np.random.default_rng(3).uniform(size=told.shape) < told
    values = held(told, gold)
    fitted = thresholds(values, FRAME, RECIPE)
    model = trust(values, fitted, FRAME, 0.3)
    chosen = given(values.told, FRAME, fitted)
    estimate = model.estimate(part_signs(chosen, fitted.confidence(values.told[:, :3]), values.clauses, values.sizes))
    exact = (chosen == gold).all(axis=1)
    assert exact[estimate >= model.least].mean() > exact[estimate < model.least].mean() + 0.1


def test_the_cuts_part_the_stances_where_words_tell_the_score() -> None:
    told = np.zeros((220, len(IDS)))
    values = held(told, told)
    model = stance_model(values)
    estimates = model.estimate(values.summaries)
    labels = [judge(None, float(estimate), model, StanceRules(), []).label for estimate in estimates]
    assert labels == [band(score) for score in values.scores]
    assert model.cuts[0] < model.cuts[1]
    assert estimates == pytest.approx(values.scores, abs=0.1)


def test_words_that_tell_nothing_leave_a_wide_spread() -> None:
    told = np.zeros((220, len(IDS)))
    scores = np.resize(np.arange(11), 220).astype(np.float32)
    values = held(told, told)
    blind = replace(values, summaries=np.zeros_like(values.summaries), scores=scores)
    model = stance_model(blind)
    assert model.spread == pytest.approx(scores.std(), rel=0.01)


def test_equal_scores_do_not_make_the_estimate_certain() -> None:
    told = np.zeros((30, len(IDS)))
    model = stance_model(held(told, told, np.full(30, 9, dtype=np.float32)))
    assert model.spread == LEAST_SPREAD
    assert judge(None, 9.0, model, StanceRules(), []).label in STANCES
