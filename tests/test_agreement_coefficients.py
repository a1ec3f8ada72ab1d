"""Coefficients against the published worked examples, hand-computed values and what must always hold."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from verbatim.agreement.coefficients import (
    Coefficient,
    Ratings,
    coefficients,
    cohen_kappa,
    draws,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    observed_agreement,
    ratings_of,
    verdict,
)

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C: four observers, twelve units, gaps.
# Gwet (2014), Handbook of Inter-Rater Reliability, 4th edition, page 120, works on the same ratings.
OBSERVERS = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")

# Krippendorff (2011), sections A and B: two observers with two values, and with five.
BINARY = ("0100000010", "1110010000")
NOMINAL = ("aabbdcccedda", "babbbccceddd")

# Hayes and Krippendorff (2007), Answering the Call for a Standard Reliability Measure for Coding Data, table 1:
# the tone of forty articles by five observers.
ARTICLES = (
    "112.2 1101. 2333. .00.0 000.0 000.0 102.1 1.20. 222.2 2111. .100. 0000. 1222. 33223 111.1 111.1 212.2 1233. 1101. "
    "000.0 0011. 00.00 2333. 0000. 12.22 0111. 00010 1212. 1122. 112.2 110.0 2121. 22.22 3222. 222.2 223.2 222.2 22.12 "
    "2222. 111.1"
)

# Fleiss (1971), table 1: how many of six psychiatrists gave each of thirty patients each of five diagnoses.
PATIENTS = (
    "00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031 00501 30012 51000 02040 "
    "10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"
)


def by_observer(observers: Sequence[str]) -> Ratings:
    """Ratings written as a line for each observer, a dot for a gap."""
    return ratings_of([[None if value == "." else value for value in unit] for unit in zip(*observers, strict=True)])


def by_unit(units: str) -> Ratings:
    """Ratings written as a word for each unit, a dot for a gap."""
    return by_observer(["".join(column) for column in zip(*units.split(), strict=True)])


def by_table(counts: Sequence[Sequence[int]]) -> Ratings:
    """The ratings of two coders: rows of counts are the values of the first, columns those of the second."""
    cells = [(row, column) for row, line in enumerate(counts) for column in range(len(line))]
    return ratings_of([cell for cell in cells for _ in range(counts[cell[0]][cell[1]])], range(len(counts)))


def by_count(units: Sequence[str]) -> Ratings:
    """The ratings of units written as how many coders gave each value."""
    return by_unit(" ".join("".join(str(value) * int(n) for value, n in enumerate(unit)) for unit in units))


@pytest.mark.parametrize(
    ("ratings", "alpha"),
    [
        (by_observer(BINARY), 0.095),
        (by_observer(NOMINAL), 0.692),
        (by_observer(OBSERVERS), 0.743),
        (by_unit(ARTICLES), 0.477),  # nominal; the article itself gives the ordinal one
    ],
)
def test_alpha_has_its_published_values(ratings: Ratings, alpha: float) -> None:
    assert krippendorff_alpha(ratings).value == pytest.approx(alpha, abs=0.0005)


def test_alpha_tells_how_much_it_stands_on() -> None:
    found = krippendorff_alpha(by_observer(OBSERVERS))
    assert (found.units, found.pairable, found.coders) == (12, 11, 4)
    assert found.low < found.value < found.high


@pytest.mark.parametrize(
    ("counts", "kappa"),
    [
        # Cohen (1960), Educational and Psychological Measurement 20, 45: (140 − 82) / (200 − 82).
        ([[88, 14, 18], [10, 40, 10], [2, 6, 12]], 58 / 118),
        # Sim and Wright (2005), Physical Therapy 85, table 1.
        ([[22, 2], [4, 11]], 0.67),
        # Gwet (2014): two abstractors of a hundred charts.
        ([[13, 0, 0], [0, 20, 7], [0, 4, 56]], 0.796),
        # Feinstein and Cicchetti (1990): the paradox of a rare value, 94 % agreement and no kappa.
        ([[118, 5], [2, 0]], -0.023),
        ([[5, 0], [0, 7]], 1.0),
        ([[0, 6], [6, 0]], -1.0),
    ],
)
def test_kappa_has_its_published_values(counts: list[list[int]], kappa: float) -> None:
    assert cohen_kappa(by_table(counts)).value == pytest.approx(kappa, abs=0.005)


def test_kappa_of_several_coders_is_the_mean_of_their_pairs() -> None:
    ratings = by_observer(["aabbab", "aabbba", "abab.."])
    pairs = [cohen_kappa(Ratings(ratings.given[:, [a, b]], ratings.values)).value for a, b in ((0, 1), (0, 2), (1, 2))]
    assert cohen_kappa(ratings).value == pytest.approx(sum(pairs) / 3)


def test_fleiss_kappa_has_its_published_value() -> None:
    found = fleiss_kappa(by_count(PATIENTS.split()))
    assert found.value == pytest.approx(0.430, abs=0.0005)
    assert (found.units, found.pairable) == (30, 30)


@pytest.mark.parametrize(("diagnosis", "kappa"), list(enumerate([0.245, 0.245, 0.520, 0.471, 0.566])))
def test_fleiss_kappa_of_each_diagnosis_has_its_published_value(diagnosis: int, kappa: float) -> None:
    given = by_count([f"{6 - int(unit[diagnosis])}{unit[diagnosis]}" for unit in PATIENTS.split()])
    assert fleiss_kappa(given).value == pytest.approx(kappa, abs=0.0005)


@pytest.mark.parametrize(
    ("ratings", "ac1"),
    [
        (by_observer(OBSERVERS), 0.775),  # Gwet (2014), page 120
        (by_table([[13, 0, 0], [0, 20, 7], [0, 4, 56]]), 0.849),  # Gwet (2014), two abstractors
        (by_table([[40, 4, 4, 17], [6, 25, 2, 13], [4, 1, 21, 12], [15, 5, 9, 45]]), 0.456),  # Gwet (2014), diagnoses
        (by_table([[118, 5], [2, 0]]), 0.941),  # (0.944 − 0.0544) / (1 − 0.0544), where kappa is −0.023
    ],
)
def test_ac1_has_its_published_values(ratings: Ratings, ac1: float) -> None:
    assert gwet_ac1(ratings).value == pytest.approx(ac1, abs=0.0005)


def test_observed_agreement_is_the_mean_over_units_of_the_pairs_that_agree() -> None:
    """By hand: 3 of 3 pairs, 1 of 3, 0 of 1; a unit of one coder has no pair."""
    found = observed_agreement(by_observer(["aaab", "aab.", "ab.."]))
    assert found.value == pytest.approx((1 + 1 / 3 + 0) / 3)
    assert (found.units, found.pairable) == (4, 3)
    assert observed_agreement(by_observer(OBSERVERS)).value == pytest.approx(0.818, abs=0.0005)


values = st.sampled_from(["a", "b", "c"])


@given(st.lists(st.tuples(values, values), min_size=2))
def test_kappa_of_two_coders_is_the_one_of_scikit_learn(units: list[tuple[str, str]]) -> None:
    found = cohen_kappa(ratings_of(units))
    if len({value for unit in units for value in unit}) == 1:
        assert found.value is None
    else:
        assert found.value == pytest.approx(cohen_kappa_score(*zip(*units, strict=True)))


@given(st.lists(st.lists(st.one_of(st.none(), values), min_size=3, max_size=3), min_size=2, max_size=12), st.randoms())
def test_no_measure_minds_the_order_of_units_or_coders(units: list[list[str | None]], chance) -> None:
    order = chance.sample(range(3), 3)
    other = [[unit[place] for place in order] for unit in chance.sample(units, len(units))]
    names = ("observed", "alpha", "kappa", "fleiss", "ac1")
    known = ("a", "b", "c")
    first, second = (coefficients(ratings_of(rows, known), names) for rows in (units, other))
    for name in names:
        assert (first[name].value is None) == (second[name].value is None)
        assert first[name].value is None or first[name].value == pytest.approx(second[name].value)


@given(st.lists(values, min_size=2, max_size=12))
def test_coders_who_always_say_the_same_agree_wholly(said: list[str]) -> None:
    ratings = ratings_of([(value, value, value) for value in said], ("a", "b", "c"))
    found = coefficients(ratings, ("observed", "alpha", "kappa", "fleiss", "ac1"))
    alone = len(set(said)) == 1
    chance_corrected = {None} if alone else {1.0}
    assert {found["observed"].value, found["ac1"].value} == {1.0}
    assert {found[name].value for name in ("alpha", "kappa", "fleiss")} == chance_corrected


def test_limits_are_the_same_each_time_and_hold_the_value() -> None:
    first, second = (gwet_ac1(by_unit(ARTICLES)) for _ in range(2))
    assert first == second
    assert first.low < first.value < first.high


def test_more_units_have_narrower_limits() -> None:
    few, many = (krippendorff_alpha(by_unit(f"{ARTICLES} " * times)) for times in (1, 9))
    assert many.high - many.low == pytest.approx((few.high - few.low) / 3, rel=0.2)


def test_limits_hold_the_truth_about_as_often_as_they_say() -> None:
    """Two coders who give a binary value its right one in 90 %: in the long run they agree on 82 %."""
    chance = np.random.default_rng(3)
    held = 0
    for _ in range(200):
        truth = chance.integers(0, 2, (120, 1))
        given = np.where(chance.random((120, 2)) < 0.9, truth, 1 - truth)
        found = observed_agreement(Ratings(given, (0, 1)))
        held += found.low <= 0.82 <= found.high
    assert 0.90 <= held / 200 <= 0.98


def test_units_that_depend_on_each_other_are_drawn_together() -> None:
    """Every unit four times over says no more than once: the limits are those of the single ones."""
    once = by_unit(ARTICLES)
    again = Ratings(np.repeat(once.given, 4, axis=0), once.values)
    grouped = coefficients(again, ("observed",), groups=np.repeat(np.arange(40), 4))["observed"]
    single = observed_agreement(once)
    assert (grouped.value, grouped.low, grouped.high) == pytest.approx((single.value, single.low, single.high))
    assert observed_agreement(again).high < grouped.high


def test_draws_are_as_many_as_there_are_units_each_time() -> None:
    found = draws(30)
    assert found.shape == (1000, 30)
    assert set(found.sum(axis=1).tolist()) == {30}
    assert draws(0).shape == (1000, 0)


EVERYWHERE = "everybody always gave the same value, so that chance alone could not disagree"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "nothing was coded"),
        ([(None, None)], "nothing was coded"),
        ([("a", None), ("b", None)], "there is one coder only"),
        ([("a", None), (None, "b")], "no unit was coded by two coders"),
        ([("a", "a"), ("b", None)], "one unit only was coded by two coders"),
        ([("a", "a"), ("a", "a")], EVERYWHERE),
    ],
)
def test_where_there_is_no_alpha_the_reason_is_told(rows: list[tuple[str | None, ...]], reason: str) -> None:
    found = krippendorff_alpha(ratings_of(rows))
    assert (found.value, found.low, found.high, found.reason) == (None, None, None, reason)


def test_where_there_is_no_kappa_the_reason_is_told() -> None:
    rows = [("a", "a"), ("a", "a"), ("a", "a")]
    assert cohen_kappa(ratings_of(rows)).reason == "no two coders of a pair ever gave different values"
    assert fleiss_kappa(ratings_of(rows)).reason == EVERYWHERE
    assert gwet_ac1(ratings_of(rows)).reason == "there is one value only to give"
    assert gwet_ac1(ratings_of(rows, ("a", "b"))).value == 1


def test_fleiss_kappa_needs_as_many_codings_of_each_unit() -> None:
    found = fleiss_kappa(by_observer(OBSERVERS))
    assert (found.value, found.reason) == (None, "units have 1 to 4 codings; Fleiss' kappa needs as many of each")


def test_one_unit_has_an_observed_agreement_and_no_limits() -> None:
    assert observed_agreement(ratings_of([("a", "a")])) == Coefficient(1.0, None, None, 1, 1, 2)


@pytest.mark.parametrize(
    ("value", "word"), [(0.8, "rely"), (0.7999, "tentative"), (0.667, "tentative"), (0.66, "discard"), (None, None)]
)
def test_the_verdict_is_krippendorffs(value: float | None, word: str | None) -> None:
    assert verdict(Coefficient(value, None, None, 9, 9, 2)) == word


def test_limits_hold_the_value_however_few_units_there_are() -> None:
    rows = [("a", "b") if place % 2 else ("c", "d") for place in range(10)]
    found = krippendorff_alpha(ratings_of(rows))
    assert found.low <= found.value <= found.high
