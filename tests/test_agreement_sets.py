"""Distances between sets and alpha with them, against published, hand-computed and independent values."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.agreement.coefficients import Ratings, krippendorff_alpha, ratings_of
from verbatim.agreement.sets import alpha_of_sets, distances, jaccard_distance, masi_distance

ids = st.frozensets(st.sampled_from("abcde"))
Units = list[list[frozenset[str] | None]]


def by_coder(*coders: str) -> Ratings:
    """Ratings written as a line for each coder: a word of ids for each unit, `-` for no id, a dot for a gap."""
    rows = zip(*(coder.split() for coder in coders), strict=True)
    return ratings_of([[None if word == "." else frozenset(word.strip("-")) for word in row] for row in rows])


@pytest.mark.parametrize(
    ("first", "second", "jaccard", "masi"),
    [
        # Passonneau (2006): M is 1 for equal sets, 2/3 for a subset, 1/3 for sets that cross, 0 for disjoint ones.
        ("ab", "ab", 0, 0),
        ("ab", "abcd", 1 / 2, 1 - 1 / 2 * 2 / 3),  # NLTK, with M rounded to 0.67: 0.665
        ("abc", "a", 2 / 3, 1 - 1 / 3 * 2 / 3),
        ("ab", "bc", 2 / 3, 1 - 1 / 3 * 1 / 3),  # NLTK, with M rounded to 0.33: 0.89
        ("abc", "bcd", 1 / 2, 1 - 1 / 2 * 1 / 3),
        ("ab", "cd", 1, 1),
        ("", "a", 1, 1),
        ("", "", 0, 0),
    ],
)
def test_distances_are_those_of_their_definition(first: str, second: str, jaccard: float, masi: float) -> None:
    assert jaccard_distance(frozenset(first), frozenset(second)) == pytest.approx(jaccard)
    assert masi_distance(frozenset(first), frozenset(second)) == pytest.approx(masi)


@given(ids, ids)
def test_masi_is_at_least_jaccards_distance_and_both_are_even_handed(first: frozenset[str], second: frozenset) -> None:
    assert 0 <= jaccard_distance(first, second) <= masi_distance(first, second) <= 1
    assert masi_distance(first, second) == masi_distance(second, first)
    assert (masi_distance(first, second) == 0) == (first == second)


def test_alpha_of_sets_is_the_one_worked_by_hand() -> None:
    """Two coders, three units: {a} {a}, {a,b} {a}, {b} {b}; MASI 0, 2/3, 0 and disjoint 1.

    Six values: three {a}, one {a,b}, two {b}. Observed: 2 · 2/3 of n = 6. Expected: over ordered pairs of values,
    2 · (3·1·2/3 + 3·2·1 + 1·2·2/3) = 18.667 of n(n − 1) = 30. Alpha = 1 − (1.3333/6) / (18.6667/30) = 0.642857.
    """
    ratings = by_coder("a ab b", "a a b")
    assert alpha_of_sets(ratings).value == pytest.approx(1 - (4 / 3 / 6) / (56 / 3 / 30))


def test_alpha_of_sets_is_the_one_that_nltk_finds() -> None:
    """NLTK 3.10's AnnotationTask with exact MASI and Jaccard distances, on coders without gaps."""
    ratings = by_coder("a ab b abc c bd a b cd d", "a a b ab c bc b b c d", "ab ab b ac c d a a cd cd")
    assert alpha_of_sets(ratings).value == pytest.approx(0.416640, abs=5e-7)
    assert alpha_of_sets(ratings, "jaccard").value == pytest.approx(0.478906, abs=5e-7)


@given(st.lists(st.lists(st.one_of(st.none(), st.sampled_from("abc")), min_size=3, max_size=3), min_size=2, max_size=9))
def test_of_sets_with_one_id_each_alpha_is_the_nominal_one(units: list[list[str | None]]) -> None:
    nominal = krippendorff_alpha(ratings_of(units))
    sets = alpha_of_sets(ratings_of([[None if id is None else frozenset(id) for id in unit] for unit in units]))
    assert sets.reason == nominal.reason
    assert (sets.value is None) or sets.value == pytest.approx(nominal.value)
    assert (sets.low is None) or (sets.low, sets.high) == pytest.approx((nominal.low, nominal.high), abs=1e-5)


@given(st.lists(st.lists(st.one_of(st.none(), ids), min_size=3, max_size=3), min_size=2, max_size=9))
def test_alpha_of_sets_is_what_the_definition_says_pair_by_pair(units: Units) -> None:
    found = alpha_of_sets(ratings_of(units))
    pairable = [[ids for ids in unit if ids is not None] for unit in units]
    pairable = [unit for unit in pairable if len(unit) > 1]
    every = [ids for unit in pairable for ids in unit]
    n = max(2, len(every))
    inside = sum(2 * masi_distance(*pair) / (len(unit) - 1) for unit in pairable for pair in combinations(unit, 2)) / n
    expected = sum(2 * masi_distance(*pair) for pair in combinations(every, 2)) / (n * (n - 1))
    assert found.value == (pytest.approx(1 - inside / expected) if len(pairable) > 1 and expected > 0 else None)


def test_where_there_is_no_alpha_of_sets_the_reason_is_told() -> None:
    assert alpha_of_sets(by_coder("ab ab", "ab ab")).reason.startswith("everybody always gave the same value")
    assert alpha_of_sets(by_coder("ab a", "ab .")).reason == "one unit only was coded by two coders"
    assert alpha_of_sets(by_coder("a ab")).reason == "there is one coder only"


def test_many_sets_are_compared_at_once() -> None:
    sets = [frozenset(word) for word in ("a", "ab", "bc", "")]
    masi, jaccard = distances(sets, "masi"), distances(sets, "jaccard")
    assert masi.tolist() == [pytest.approx([masi_distance(a, b) for b in sets]) for a in sets]
    assert jaccard.tolist() == [pytest.approx([jaccard_distance(a, b) for b in sets]) for a in sets]
