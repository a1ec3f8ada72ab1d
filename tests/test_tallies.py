"""Sums that every figure stands on, and the intervals of figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.learning.measures import compare, first_level
from verbatim.learning.tallies import REPLICATES, Opinion, Tallies, estimates, figures, tally
from verbatim.taxonomy import default

IDS = ("price", "price.level", "service.delivery", "general", "no_content")
opinions = st.builds(
    Opinion,
    st.dictionaries(st.sampled_from(IDS), st.sampled_from(["negative", "neutral", "positive"])),
    st.sampled_from(["critic", "passive", "promoter", None]),
    review=st.booleans(),
)
pairs = st.lists(st.tuples(opinions, opinions), min_size=1, max_size=12)


def tallied(rows: list[tuple[Opinion, Opinion]]) -> Tallies:
    return tally([gold for gold, _ in rows], [found for _, found in rows], default())


def alike(n: int, right: int) -> Tallies:
    """So many verbatims of one id, so many of them coded with it, the others with another."""
    gold = Opinion({"price.level": "negative"}, "critic")
    return tallied([(gold, gold if number < right else Opinion({"general": "positive"}, None)) for number in range(n)])


@given(pairs)
def test_the_wholes_are_those_of_the_sets(rows: list[tuple[Opinion, Opinion]]) -> None:
    found = figures(tallied(rows).total())
    gold, coded = ([frozenset(pair[side].codes) for pair in rows] for side in (0, 1))
    category_of = default().category_of
    levels = (("l1", first_level(gold, category_of), first_level(coded, category_of)), ("l2", gold, coded))
    for level, want, got in levels:
        agreement = compare(want, got)
        for kind in ("micro", "weighted", "macro", "exact"):
            assert np.nan_to_num(found[f"{level}_{kind}"]) == pytest.approx(getattr(agreement, kind))


@given(pairs)
def test_the_sum_over_parts_is_the_sum_over_all(rows: list[tuple[Opinion, Opinion]]) -> None:
    tallies = tallied(rows)
    first = np.arange(len(rows)) % 2 == 0
    one, other, both = (part.total() for part in (tallies.of(first), tallies.of(~first), tallies))
    assert all(np.allclose(one[name] + other[name], both[name]) for name in both)


def test_a_resampled_file_is_as_long_as_the_file_and_there_are_a_thousand() -> None:
    counts = np.concatenate([sums["n"] for sums in alike(40, 30).resampled()])
    assert counts.tolist() == [40] * REPLICATES


def test_the_same_file_gives_the_same_intervals() -> None:
    assert estimates(alike(40, 30)) == estimates(alike(40, 30))


def test_an_interval_holds_its_figure_and_narrows_with_more_verbatims() -> None:
    few, many = (estimates(alike(n, 3 * n // 4))["l2_exact"] for n in (40, 4000))
    assert few.low < few.value == 0.75 < few.high
    assert many.high - many.low == pytest.approx((few.high - few.low) / 10, rel=0.2)


def test_a_share_has_about_the_interval_of_the_normal_approximation() -> None:
    found = estimates(alike(400, 300))["l2_exact"]
    half = 1.96 * (0.75 * 0.25 / 400) ** 0.5
    assert (found.low, found.high) == pytest.approx((0.75 - half, 0.75 + half), abs=0.006)


def test_what_nothing_stands_behind_has_no_figure() -> None:
    silent = [(Opinion({"price": "negative"}, None), Opinion({}, "critic", review=True))]
    found = estimates(tallied(silent))
    assert not {"polarity", "stance_kappa", "stance_answered", "l2_weighted_unreviewed"} & set(found)
    assert found["review_share"].value == 1


def test_files_of_no_verbatim_have_no_figure_at_all() -> None:
    assert estimates(tallied([])) == {}


def test_a_confidence_of_one_falls_into_the_last_step() -> None:
    found = Opinion({"price": "negative"}, None, {"price": 1.0})
    steps = tallied([(found, found)]).total()["steps"]
    assert steps[-1].tolist() == [1, 1, 1]
    assert steps[:-1].sum() == 0
