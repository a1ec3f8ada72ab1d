from datetime import date

import numpy as np
import pytest

from verbatim.errors import InputError
from verbatim.facts import UNDATED, day_of, number_of
from verbatim.periods import holding, last_over, numbered, numbers_of, period_of


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


@pytest.mark.parametrize(
    ("size", "name", "begin"),
    [
        ("month", "2026-05", date(2026, 5, 1)),
        ("quarter", "2026Q2", date(2026, 4, 1)),
        ("year", "2026", date(2026, 1, 1)),
    ],
)
def test_a_day_is_in_its_month_quarter_and_year(size, name, begin):
    (number,) = numbers_of(np.array([number_of(date(2026, 5, 17))], np.int32), size)
    assert (numbered(size, number).label, numbered(size, number).first) == (name, begin)
    assert numbered(size, number) == holding(size, date(2026, 5, 17))


def test_days_before_1970_and_none_at_all_have_their_periods_too():
    numbers = numbers_of(np.array([number_of(date(1969, 12, 31)), UNDATED], np.int32), "quarter")
    assert (numbered("quarter", numbers[0]).label, int(numbers[1])) == ("1969Q4", UNDATED)
    assert day_of(number_of(date(2024, 2, 29))) == date(2024, 2, 29)
