from datetime import date

import numpy as np
import pytest

from verbatim.facts import UNDATED
from verbatim.spans import begin_of, day_of, name_of, number_of, spans_of


@pytest.mark.parametrize(
    ("span", "name", "begin"),
    [
        ("month", "2026-05", date(2026, 5, 1)),
        ("quarter", "2026Q2", date(2026, 4, 1)),
        ("year", "2026", date(2026, 1, 1)),
    ],
)
def test_a_day_is_in_its_month_quarter_and_year(span, name, begin):
    (number,) = spans_of(np.array([number_of(date(2026, 5, 17))], np.int32), span)
    assert (name_of(int(number), span), begin_of(int(number), span)) == (name, begin)


def test_days_before_1970_and_none_at_all_have_their_spans_too():
    numbers = spans_of(np.array([number_of(date(1969, 12, 31)), UNDATED], np.int32), "quarter")
    assert (name_of(int(numbers[0]), "quarter"), int(numbers[1])) == ("1969Q4", UNDATED)
    assert day_of(number_of(date(2024, 2, 29))) == date(2024, 2, 29)
