from math import factorial, inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.errors import InternalError
from verbatim.estimates import (
    Cells,
    Design,
    Gold,
    Pairs,
    benjamini_hochberg,
    cells_of,
    clustered_difference,
    clustered_share,
    corrected,
    finite,
    likeness,
    limits,
    newcombe,
    nps,
    nps_by_account,
    nps_of_accounts,
    resampled,
    rogan_gladen,
    shrunk,
    wilson,
)


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


def test_a_design_effect_of_two_is_half_the_answers():
    wide, half = wilson(30, 100, design=Design(2.0)), wilson(15, 50)
    assert (wide.low, wide.high, wide.n) == pytest.approx((half.low, half.high, 100))


def test_few_degrees_of_freedom_widen_as_students_t_does():
    # t of 4 degrees at 95 % is 2.776, z is 1.960: 100 answers count as 100·(1.960/2.776)² = 49.8
    few, plain = wilson(30, 100, design=Design(df=4)), limits(np.array(0.3), np.array(49.82))
    assert (few.low, few.high) == pytest.approx((float(plain[0]), float(plain[1])), abs=1e-4)


def test_who_is_left_of_a_finite_population_is_all_there_is_to_doubt():
    assert finite(50, 100) == pytest.approx(50 / 99)
    everybody = wilson(30, 100, design=Design(left=finite(100, 100)))
    assert everybody.low == everybody.high == 0.3
    assert finite(50, None) == 1.0
    assert finite(120, 100) == 0.0


@pytest.mark.parametrize(
    ("later", "earlier", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
    ],
)
def test_differences_have_the_limits_that_newcombe_published_in_1998(later, earlier, low, high):
    difference = newcombe(wilson(*later), wilson(*earlier))
    assert (difference.low, difference.high) == pytest.approx((low, high), abs=6e-5)


def test_shares_that_go_together_differ_by_less():
    both = wilson(30, 100), wilson(20, 100)
    together, apart = newcombe(*both, correlation=0.6), newcombe(*both)
    assert together.value == apart.value
    assert together.high - together.low < apart.high - apart.low


def test_the_variance_of_equal_accounts_is_that_of_their_means():
    # means .2, .4, .6, .8 around .5: (.09 + .01 + .01 + .09)/(4·3) = .016667, against .25/40 of independent answers
    found = Cells.of_one([10, 10, 10, 10]).ratios([2, 4, 6, 8])
    assert (found.value[0], found.variance[0], found.df[0]) == pytest.approx((0.5, 0.2 / 12, 3))
    assert found.effects(np.ones(1))[0] == pytest.approx(0.2 / 12 / (0.25 / 40))


def test_one_large_account_leaves_few_degrees_of_freedom():
    assert Cells.of_one([1000] + [10] * 20).ratios([500] + [5] * 20).df[0] < 2


def test_accounts_that_answer_alike_widen_the_interval():
    same = clustered_share([10, 0] * 10, [10] * 20)
    mixed = clustered_share([5] * 20, [10] * 20)
    assert same.high - same.low > 2 * (mixed.high - mixed.low)
    assert (same.k, same.n) == (100, 200)


def test_answers_that_all_say_the_same_still_know_how_alike_accounts_are():
    cells = Cells(np.array([0, 1, 2, 3]), np.array([0, 0, 1, 1]), np.array([10.0] * 4), 2)
    assert likeness(cells, [10, 0, 0, 0]) > 0.9
    assert cells.ratios([10, 0, 0, 0]).effects(cells.kish(1.0))[1] == pytest.approx(10)


def test_a_group_of_one_account_says_as_much_as_its_likeness_allows():
    found = Cells.of_one([50]).ratios([25])
    assert np.isnan(found.variance[0])
    assert clustered_share([25], [50]).high - clustered_share([25], [50]).low > 0.5


def test_rows_become_cells_by_account_and_group():
    cells, at = cells_of(np.array([5, 5, 0, 5]), np.array([1, 1, 0, 0]), 2)
    assert (cells.cluster.tolist(), cells.group.tolist(), cells.base.tolist()) == ([0, 5, 5], [0, 0, 1], [1, 1, 2])
    assert at.tolist() == [2, 2, 0, 1]


def test_a_difference_of_independent_accounts_is_welchs_test():
    # five accounts of ten a side: means .5 ± .1 against .3 ± .1, as scipy.stats.ttest_ind(equal_var=False) has them
    later, earlier = [3, 4, 5, 6, 7, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1, 2, 3, 4, 5]
    ten, none = [10] * 5, [0] * 5
    difference, p = clustered_difference((later, ten + none), (earlier, none + ten))
    assert difference.value == pytest.approx(0.2)
    assert p == pytest.approx(0.0805, abs=5e-4)


def test_accounts_in_both_periods_are_compared_with_themselves():
    # every account says it one time in ten more often: .1 exactly, without any doubt from account to account
    earlier, n = [1, 3, 5, 7], [10] * 4
    pairs = Pairs.of(Cells.of_one(n), Cells.of_one(n)).differences([2, 4, 6, 8], earlier)
    assert pairs.value[0] == pytest.approx(0.1)
    assert pairs.variance[0] == pytest.approx(0, abs=1e-12)
    assert pairs.correlation[0] == pytest.approx(0.99)


def test_what_all_say_and_nobody_said_before_is_a_change():
    # around both together, .5: 20 influences of .5/10, so √(20·.0025) = .224 and t = 1/.224 = 4.47 with 9 degrees
    _, p = clustered_difference(([1] * 10 + [0] * 10, [1] * 10 + [0] * 10), ([0] * 20, [0] * 10 + [1] * 10))
    assert p == pytest.approx(0.0015, abs=1e-4)


def test_draws_are_the_same_ones_every_time_and_vary_as_much_as_the_formula_says():
    k, n = np.arange(40) % 7, np.full(40, 10)
    drawn = resampled(k, n)
    assert (drawn == resampled(k, n)).all()
    assert drawn.std() ** 2 == pytest.approx(Cells.of_one(n).ratios(k).variance[0], rel=0.1)


def test_a_corrected_share_is_that_of_rogan_and_gladen():
    assert rogan_gladen(0.26, 0.9, 0.95) == pytest.approx((0.26 - 0.05) / 0.85)
    assert rogan_gladen(0.01, 0.9, 0.95) == 0.0


def test_its_limits_are_those_of_lang_and_reiczigel_worked_by_hand():
    # n = 500, p = .26; Se 90/100, Sp 380/400 -> Se′ 91/102, Sp′ 381/402, p′ .26183, n′ 503.84;
    # P′ = .20957/.83992 = .24951
    # shift 7.683·(.24951·.00094344 − .75049·.00012317) = .00110; spread √(.00038360 + .00005873 + .00006937)/.83992
    # = .02693; .25061 ± 1.95996·.02693
    found = corrected(0.26, 500, Gold(90, 100, 380, 400))
    assert (found.low, found.high) == pytest.approx((0.1978, 0.3034), abs=2e-4)
    assert found.share == pytest.approx(0.2471, abs=1e-4)


@pytest.mark.parametrize(
    ("gold", "why"),
    [
        (None, "not measured"),
        (Gold(4, 5, 90, 95), "too few with it"),
        (Gold(90, 95, 4, 5), "too few without it"),
        (Gold(12, 40, 70, 90), "coder too weak"),
        (Gold(24, 30, 21, 25), "interval too wide"),
    ],
)
def test_a_share_is_not_corrected_where_the_coder_is_too_uncertain(gold, why):
    found = corrected(0.45, 20, gold)
    assert (found.share, found.low, found.refusal) == (None, None, why)


def test_q_values_are_those_of_benjamini_and_hochberg():
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.2]) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.2])
    assert benjamini_hochberg([0.5, np.nan, 0.01])[1:].tolist() == pytest.approx([np.nan, 0.02], nan_ok=True)
    assert benjamini_hochberg([]).size == 0


def test_groups_that_do_not_differ_are_drawn_to_the_whole_and_those_that_do_are_not():
    alike = shrunk([20, 21, 19, 20], [100, 100, 100, 100])
    apart = shrunk([1, 50, 99, 40], [100, 100, 100, 100])
    assert alike.kept.max() < 0.1
    assert alike.share == pytest.approx([0.2] * 4, abs=0.01)
    assert apart.kept.min() > 0.9
    assert (apart.low < apart.share).all()


@pytest.mark.parametrize("k", [[0, 0, 0], [200, 200, 300], [0, 0, 300]])
def test_groups_that_all_say_yes_or_no_have_limits_that_leave_room_for_chance(k):
    found = shrunk(k, [200, 200, 300])
    assert np.isfinite([found.share, found.low, found.high]).all()
    assert (found.high - found.low > 1e-4).all()


def test_a_lone_answer_beside_thousands_that_disagree_has_a_share():
    for k in ([2000, 0], [0, 1]):
        assert np.isfinite(shrunk(k, [2000, 1]).share).all()


def test_the_score_of_accounts_that_answer_alike_is_less_sure():
    alike = nps_by_account([[0, 0, 10], [10, 0, 0]] * 10)
    mixed = nps_by_account([[5, 0, 5]] * 20)
    assert alike.value == mixed.value == 0
    assert alike.high - alike.low > 2 * (mixed.high - mixed.low)


def test_every_account_counts_once_or_by_its_revenue():
    counts = [[0, 0, 90], [1, 0, 0], [0, 1, 0]]
    assert nps_by_account(counts).value == pytest.approx(100 * 89 / 92)
    assert nps_of_accounts(counts).value == pytest.approx(0)
    weighted = nps_of_accounts(counts, np.array([3.0, 1.0, np.nan]))
    assert (weighted.value, weighted.n) == (pytest.approx(50), 2)
    assert nps_of_accounts([[0, 0, 0]]) is None


def test_endless_certainty_has_no_width():
    assert limits(np.array([0.4]), np.array([inf]))[0][0] == 0.4
