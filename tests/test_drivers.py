"""What goes with the score, on small facts worked by hand."""

import numpy as np
import pytest
from office_facts import facts

from verbatim.drivers import DriverQuestion, drivers, relative_weights


def scored(*groups):
    """Facts of accounts with one answer each: so many with a score and codes."""
    rows = [
        {"day": "2026-01-01", "account": f"{place}-{at}", "score": score, "codes": codes}
        for place, (count, score, codes) in enumerate(groups)
        for at in range(count)
    ]
    return facts(rows)


FEW = DriverQuestion(least=5, least_accounts=3)


def test_impact_is_what_the_score_would_be_without_the_code():
    # 30 promoters with design, 20 critics with price: 20; without price 100, so −80; the gap is 20 + 100
    found = drivers(scored((30, 10, ["product.design"]), (20, 2, ["price.level"])), FEW)
    price = next(one for one in found.drivers if one.code == "price.level")
    assert (found.value, found.n, found.accounts) == (pytest.approx(20), 50, 50)
    assert (price.impact.value, price.gap.value) == pytest.approx((-80, 120))
    assert (price.with_it, price.without) == pytest.approx((-100, 100))
    assert price.impact.low < -80 < price.impact.high


def test_weights_share_out_what_all_codes_explain():
    found = drivers(
        scored(
            (30, 10, ["a.good"]),
            (20, 2, ["b.bad"]),
            (10, 7, ["a.good", "b.bad"]),
            (20, 10, ["c.none"]),
            (20, 2, ["c.none"]),
        ),
        FEW,
    )
    assert sum(one.weight.value for one in found.drivers) == pytest.approx(1)
    assert 0 < found.explained < 1
    assert min(found.drivers, key=lambda one: one.weight.value).code == "c.none"


def test_uncorrelated_predictors_weigh_their_squared_correlations():
    weights = relative_weights(np.eye(2), np.array([0.6, 0.3]))
    assert weights == pytest.approx([0.36, 0.09])


def test_two_that_are_alike_share_what_one_would_explain():
    # r = .9 between both, .5 with the score: R² = 2·.25/1.9 = .263, half each
    weights = relative_weights(np.array([[1.0, 0.9], [0.9, 1.0]]), np.array([0.5, 0.5]))
    assert weights == pytest.approx([0.25 / 1.9, 0.25 / 1.9])


def test_too_little_of_a_code_is_not_tested():
    found = drivers(scored((30, 10, ["a.x"]), (3, 2, ["b.y"])), FEW)
    rare = next(one for one in found.drivers if one.code == "b.y")
    assert (rare.enough, rare.p, rare.q, found.looked) == (False, None, None, 0)


def test_categories_count_once_and_a_polarity_only_its_own():
    rows = scored(
        (10, 2, [("price.level", "negative"), ("price.terms", "negative")]), (10, 10, [("price.level", "positive")])
    )
    whole = drivers(rows, DriverQuestion(level="category", least=5, least_accounts=3))
    assert [(one.code, one.n) for one in whole.drivers] == [("price", 20)]
    blame = drivers(rows, DriverQuestion(level="category", polarity="negative", least=5, least_accounts=3))
    assert [(one.code, one.n) for one in blame.drivers] == [("price", 10)]


def test_without_scores_nothing_is_said():
    assert drivers(facts([("2026-01-01", "a", ["price.level"])]), FEW).value is None
