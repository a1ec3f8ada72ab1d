"""Priorities: each factor worked by hand, the ranks, what is too small for one."""

import pytest
from office_facts import facts

from verbatim.priorities import priorities

DAYS = ("2026-01-15", "2026-04-15")


def heard(blames, accounts=10, days=DAYS, score=9):
    """One answer of each account in each quarter; the first `blames` accounts are critics who blame the price."""
    return [
        {
            "day": day,
            "account": f"a{place}",
            "contact": f"c{place}",
            "score": 2 if place < blames else score,
            "codes": [("price.level", "negative")] if place < blames else [("service.attitude", "positive")],
        }
        for day in days
        for place in range(accounts)
    ]


def test_every_factor_is_what_it_says():
    revenue = {f"a{place}": {"revenue": 100.0 if place < 5 else 20.0} for place in range(10)}
    found = priorities(facts(heard(5), revenue))
    (concern,) = found.of("concern")
    assert (concern.code, concern.rank, concern.respondents, concern.accounts) == ("price.level", 1, 5, 5)
    assert (concern.size.value, concern.size.part, concern.size.whole) == (0.5, 5, 10)
    assert concern.limits.low < 0.5 < concern.limits.high
    assert concern.severity.value == pytest.approx((10 + 5 * 0.5) / 15)  # ten critics; half of all answers are
    assert (concern.durability.value, concern.durable, dict(concern.periods)) == (
        1,
        True,
        {"2026Q1": True, "2026Q2": True},
    )
    assert concern.revenue.value == pytest.approx(500 / 600)
    assert concern.score == pytest.approx(100 * 0.5 * (12.5 / 15) * 1 * (500 / 600))
    assert concern.arithmetic == "100 × 0.500 × 0.833 × 1.000 × 0.833 = 34.722"
    assert (found.verbatims, found.respondents, found.accounts, found.revenue_known) == (20, 10, 10, 10)


def test_praise_by_promoters_is_an_opportunity():
    (praise,) = priorities(facts(heard(5))).of("opportunity")
    assert (praise.code, praise.rank) == ("service.attitude", 1)
    assert praise.severity.value == pytest.approx(12.5 / 15)
    assert (praise.revenue.value, praise.revenue.known) == (1.0, False)


def test_what_was_said_in_one_period_only_is_not_durable():
    rows = heard(5, days=DAYS[:1]) + heard(0, days=DAYS[1:])
    (concern,) = priorities(facts(rows)).of("concern")
    assert (concern.durability.value, concern.durable) == (0.5, False)


def test_one_period_tells_nothing_of_durability():
    (concern,) = priorities(facts(heard(5, days=DAYS[:1]))).of("concern")
    assert (concern.durability.value, concern.durability.known, concern.durable) == (0.5, False, None)


def test_few_respondents_or_accounts_have_no_rank():
    rows = heard(4)
    (concern,) = priorities(facts(rows)).of("concern")
    assert (concern.rank, concern.respondents) == (None, 4)


def test_categories_are_ranked_at_level_1_and_ids_may_be_left_out():
    rows = heard(5)
    assert {one.code for one in priorities(facts(rows), level=1).items} == {"price", "service"}
    assert priorities(facts(rows), without=frozenset({"price.level"})).of("concern") == ()


def test_an_account_of_unknown_revenue_counts_as_the_mean_of_the_others():
    revenue = {f"a{place}": {"revenue": 50.0} for place in range(9)}
    (concern,) = priorities(facts(heard(5), revenue)).of("concern")
    assert concern.revenue.value == pytest.approx(0.5)


def test_nothing_heard_is_nothing_to_rank():
    assert priorities(facts([])).items == ()
