from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.errors import InternalError
from verbatim.trends import nps, wilson


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_shares_have_the_limits_that_newcombe_published_in_1998(k, n, low, high):
    interval = wilson(k, n)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)
    assert (interval.k, interval.n, interval.share) == (k, n, k / n)


def test_all_of_them_reaches_one_and_none_of_them_reaches_zero():
    assert wilson(20, 20).high == 1.0
    assert wilson(20, 20).low == pytest.approx(1 - wilson(0, 20).high)
    assert wilson(0, 20).low == 0.0


def test_a_share_of_nothing_says_nothing():
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_inside_its_interval(counts):
    interval = wilson(*counts)
    assert 0 <= interval.low <= interval.share <= interval.high <= 1


def test_more_confidence_is_a_wider_interval():
    assert wilson(30, 100, 0.99).high > wilson(30, 100, 0.95).high > wilson(30, 100, 0.80).high


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5)])
def test_impossible_counts_are_our_own_mistake(k, n):
    with pytest.raises(InternalError, match=f"{k} in {n}"):
        wilson(k, n)


def test_a_confidence_outside_zero_and_one_is_our_own_mistake():
    with pytest.raises(InternalError, match=r"95"):
        wilson(1, 2, 95)


def test_the_score_is_promoters_minus_critics_in_hundredths():
    assert nps(50, 30, 20).value == pytest.approx(30.0)


def test_the_limits_are_those_of_the_adjusted_counts_worked_by_hand():
    # 12 promoters, 5 passives, 3 critics -> 12.75, 6.5, 3.75 of 23: 39.13 ± 196·√((.7174 − .1531)/23) = 39.13 ± 30.70
    score = nps(12, 5, 3)
    assert (round(score.low, 1), round(score.high, 1), score.n) == (8.4, 69.8, 20)


def test_many_scores_agree_with_the_plain_normal_interval():
    # p₊ = .5, p₋ = .2: √((.7 − .09)/10000) = .00781, so 30 ± 1.53
    score = nps(5000, 3000, 2000)
    assert (score.low, score.high) == pytest.approx((28.47, 31.53), abs=0.02)


def test_no_scores_no_net_promoter_score():
    assert nps(0, 0, 0) is None


def test_only_promoters_still_leave_doubt_on_one_side():
    score = nps(5, 0, 0)
    assert score.value == score.high == 100
    assert score.low < 70


def test_counts_below_zero_are_our_own_mistake():
    with pytest.raises(InternalError, match="-1"):
        nps(-1, 2, 3)


@pytest.mark.parametrize("shares", [(0.5, 0.3, 0.2), (0.2, 0.3, 0.5), (0.34, 0.33, 0.33)])
@pytest.mark.parametrize("n", [10, 30])
def test_small_samples_cover_the_true_score_about_as_often_as_promised(shares, n):
    true, covered = 100 * (shares[0] - shares[2]), 0.0
    for up in range(n + 1):
        for down in range(n + 1 - up):
            middle = n - up - down
            score = nps(up, middle, down)
            ways = factorial(n) / factorial(up) / factorial(middle) / factorial(down)
            chance = ways * shares[0] ** up * shares[1] ** middle * shares[2] ** down
            covered += chance * (score.low <= true <= score.high)
    assert covered > 0.93
