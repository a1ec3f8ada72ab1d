"""Agreement against hand-computed values, published examples and what must always hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from verbatim.domain import STANCES, StanceLabel
from verbatim.learning.measures import (
    Score,
    calibration_error,
    compare,
    f1_of,
    first_level,
    kappa_of,
    quadratic_kappa,
    wholes,
)
from verbatim.taxonomy import default

Pairs = list[tuple[StanceLabel, StanceLabel]]

stances = st.sampled_from(STANCES)
sets = st.lists(st.frozensets(st.sampled_from("abcd")), min_size=1)

GOLD = [frozenset("a"), frozenset("ab"), frozenset("b"), frozenset(), frozenset("a")]
FOUND = [frozenset("a"), frozenset("a"), frozenset("bc"), frozenset(), frozenset("b")]


def table(counts: list[list[int]]) -> Pairs:
    """The pairs of a table of counts: rows are the first coder's, columns the second's."""
    return [
        (STANCES[row], STANCES[column])
        for row, line in enumerate(counts)
        for column, count in enumerate(line)
        for _ in range(count)
    ]


def test_hits_false_alarms_and_misses_are_counted_for_each_id() -> None:
    assert compare(GOLD, FOUND).per_id == {"a": Score(2, 0, 1), "b": Score(1, 1, 1), "c": Score(0, 1, 0)}


def test_the_wholes_are_those_computed_by_hand() -> None:
    agreement = compare(GOLD, FOUND)
    assert agreement.micro == pytest.approx(2 * 3 / (2 * 3 + 2 + 2))
    assert agreement.weighted == pytest.approx((3 * 0.8 + 2 * 0.5) / 5)
    assert agreement.macro == pytest.approx((0.8 + 0.5) / 2)
    assert agreement.exact == pytest.approx(2 / 5)


def test_a_score_has_its_usual_figures() -> None:
    assert Score(6, 2, 4).figures() == {"precision": 0.75, "recall": 0.6, "f1": 0.667, "n": 10}
    assert Score(0, 0, 0).figures() == {"precision": 0, "recall": 0, "f1": 0, "n": 0}


@given(sets)
def test_gold_agrees_with_itself(gold: list[frozenset[str]]) -> None:
    agreement = compare(gold, gold)
    assert agreement.exact == 1
    wholes = {agreement.micro, agreement.weighted, agreement.macro}
    assert wholes == ({1} if any(gold) else {0})


@given(sets, st.randoms())
def test_micro_f1_does_not_mind_which_side_is_gold(gold: list[frozenset[str]], chance) -> None:
    found = chance.sample(gold, len(gold))
    assert compare(gold, found).micro == pytest.approx(compare(found, gold).micro)


@given(st.lists(st.tuples(st.frozensets(st.sampled_from("abc")), st.frozensets(st.sampled_from("abc")))))
def test_every_figure_is_a_share(pairs: list[tuple[frozenset[str], frozenset[str]]]) -> None:
    agreement = compare([gold for gold, _ in pairs], [found for _, found in pairs])
    figures = [agreement.micro, agreement.weighted, agreement.macro, agreement.exact]
    assert all(0 <= figure <= 1 for figure in figures)


def test_lists_of_different_length_are_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        compare(GOLD, FOUND[:-1])


def test_on_the_first_level_an_id_stands_for_its_category() -> None:
    sets = [frozenset({"price.level", "price.terms", "general"}), frozenset({"service"}), frozenset()]
    found = first_level([frozenset(ids) for ids in sets], default().category_of)
    assert found == [{"price", "general"}, {"service"}, set()]


@pytest.mark.parametrize(
    ("counts", "kappa"),
    [
        # Two of three categories: weights make no difference. Sim and Wright 2005, table 1: 22, 2, 4, 11 give 0.67.
        ([[22, 2, 0], [4, 11, 0], [0, 0, 0]], 0.67),
        # Wikipedia, Cohen's kappa, the first worked example: 20, 5, 10, 15 give 0.40.
        ([[20, 5, 0], [10, 15, 0], [0, 0, 0]], 0.40),
        ([[5, 0, 0], [0, 7, 0], [0, 0, 3]], 1.0),
        ([[1, 1, 1], [1, 1, 1], [1, 1, 1]], 0.0),
        ([[0, 0, 5], [0, 0, 0], [5, 0, 0]], -1.0),
        # By hand: observed (1 + 4 + 1) / 10, expected 0.5 (0.3 + 4 · 0.4) + 0.1 (0.3 + 0.4) + 0.4 (4 · 0.3 + 0.3).
        ([[3, 1, 1], [0, 1, 0], [0, 1, 3]], 1 - 0.6 / 1.62),
    ],
)
def test_quadratic_kappa_has_its_published_and_hand_computed_values(counts: list[list[int]], kappa: float) -> None:
    assert quadratic_kappa(table(counts)) == pytest.approx(kappa, abs=0.005)


@given(st.lists(st.tuples(stances, stances), min_size=2))
def test_quadratic_kappa_is_the_one_of_scikit_learn(pairs: Pairs) -> None:
    first, second = zip(*pairs, strict=True)
    if len({*first, *second}) > 1:
        expected = cohen_kappa_score(first, second, labels=STANCES, weights="quadratic")
        assert quadratic_kappa(pairs) == pytest.approx(expected)


@pytest.mark.parametrize("pairs", [[], [("critic", "critic")] * 4])
def test_kappa_is_zero_where_chance_alone_could_not_disagree(pairs: Pairs) -> None:
    assert quadratic_kappa(pairs) == 0


def test_many_tables_are_measured_at_once() -> None:
    one = np.array([[3, 1, 1], [0, 1, 0], [0, 1, 3]], dtype=float)
    both = kappa_of(np.stack([one, np.zeros((3, 3))]))
    assert both[0] == pytest.approx(1 - 0.6 / 1.62)
    assert np.isnan(both[1])


def test_many_files_are_measured_at_once() -> None:
    first, second = [[2, 1, 0], [0, 1, 1], [1, 1, 0]], [[0, 0, 0], [1, 0, 0], [0, 0, 0]]
    micro, weighted, macro = wholes([first, second])
    assert micro.tolist() == pytest.approx([0.6, 0])
    assert (weighted[0], macro[0]) == pytest.approx(((3 * 0.8 + 2 * 0.5) / 5, 0.65))
    assert np.isnan(weighted[1])
    assert np.isnan(macro[1])
    assert f1_of(np.array(first, dtype=float)).tolist() == pytest.approx([0.8, 0.5, 0])


def test_the_calibration_error_is_the_weighted_distance_of_stated_and_right() -> None:
    steps = np.array([[10, 9.0, 8], [30, 15.0, 18], [0, 0, 0]])
    assert calibration_error(steps) == pytest.approx((10 * 0.1 + 30 * 0.1) / 40)
    assert np.isnan(calibration_error(np.zeros((10, 3))))
