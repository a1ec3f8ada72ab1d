from datetime import date

import pytest

from verbatim.errors import InputError
from verbatim.periods import holding, last_over, period_of


@pytest.mark.parametrize(
    ("label", "first", "end", "former"),
    [
        ("2026Q3", date(2026, 7, 1), date(2026, 10, 1), "2026Q2"),
        ("2026Q1", date(2026, 1, 1), date(2026, 4, 1), "2025Q4"),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1), "2026-11"),
        ("2026-01", date(2026, 1, 1), date(2026, 2, 1), "2025-12"),
        ("2026", date(2026, 1, 1), date(2027, 1, 1), "2025"),
    ],
)
def test_a_period_has_its_days_and_the_one_before_it(label, first, end, former):
    found = period_of(label)
    assert (found.label, found.first, found.end, found.former.label) == (label, first, end, former)
    assert len(found.days) == (end - first).days


@pytest.mark.parametrize(
    "label", ["2026Q5", "2026Q0", "2026-13", "2026-00", "26Q1", "Q3 2026", "", "0000", "２０２６", "2026-9"]
)
def test_a_period_that_cannot_be_says_what_was_expected(label):
    with pytest.raises(InputError, match="expected a month such as 2026-09"):
        period_of(label)


def test_the_last_period_over_is_the_one_before_that_which_holds_the_day():
    assert [last_over("month", day).label for day in (date(2026, 3, 1), date(2026, 3, 31))] == ["2026-02", "2026-02"]
    assert last_over("quarter", date(2026, 1, 1)).label == "2025Q4"
    assert holding("quarter", date(2026, 12, 31)).label == "2026Q4"
