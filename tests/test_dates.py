from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.formats.dates import date_reader, is_date, settle

MARCH_4 = datetime(2026, 3, 4)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-04", MARCH_4),
        ("2026/3/4 9:08:07", datetime(2026, 3, 4, 9, 8, 7)),
        ("2026.03.04", MARCH_4),
        ("2026年3月4日", MARCH_4),
        ("2026年3月4日 下午3:04", datetime(2026, 3, 4, 15, 4)),
        ("2026-03-04T10:11:12Z", datetime(2026, 3, 4, 10, 11, 12, tzinfo=UTC)),
        ("2026-03-04 10:11:12 +0800", datetime(2026, 3, 4, 10, 11, 12, tzinfo=timezone(timedelta(hours=8)))),
        ("4 Mar 2026", MARCH_4),
        ("March 4th, 2026", MARCH_4),
        ("Wed, 4 Mar 2026 12:00 AM", MARCH_4),
        ("25/04/2026", datetime(2026, 4, 25)),
        ("04/25/2026 3:04 PM", datetime(2026, 4, 25, 15, 4)),
        ("03/03/2026", datetime(2026, 3, 3)),
        ("", None),
        ("N/A", None),
    ],
)
def test_a_date_with_one_reading_is_read_without_asking(value: str, expected: datetime | None) -> None:
    assert date_reader(None)(value) == expected


def test_the_order_decides_what_could_be_read_two_ways() -> None:
    assert date_reader("dmy")("04/03/2026") == MARCH_4
    assert date_reader("mdy")("03/04/2026") == MARCH_4
    assert date_reader("ymd")("26/03/04") == MARCH_4
    with pytest.raises(ValueError, match=r"'03/04/2026' is no date .day and month could be either way round"):
        date_reader(None)("03/04/2026")


@pytest.mark.parametrize("value", ["2026-13-01", "31/02/2026", "yesterday", "4 Foo 2026", "99"])
def test_what_is_no_date_is_named(value: str) -> None:
    with pytest.raises(ValueError, match=f"'{value}' is no date.*expected a date such as"):
        date_reader("dmy")(value)
    assert not is_date(value)


def test_one_value_with_one_reading_settles_a_column() -> None:
    assert settle(["03/04/2026", "25/04/2026"]).value == "dmy"
    assert settle(["03/04/2026", "04/25/2026"]).value == "mdy"


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["24/03/05", "32/04/06"], "ymd"),
        (["03/04/05", "04/25/06"], "mdy"),
        (["24/03/05", "25/04/32"], "dmy"),
        (["24/03/05", "05/03/26", "03/25/24", "24/03/30"], None),
    ],
)
def test_a_year_of_two_digits_settles_what_its_numbers_prove(values: list[str], order: str | None) -> None:
    assert settle(values).value == order


def test_a_year_of_two_digits_that_could_be_a_day_is_asked_for() -> None:
    assert settle(["24/03/05", "25/04/06"]).unsettled == "24/03/05"
    assert settle(["32/03/05", "04/25/06"]).unsettled == "32/03/05 and 04/25/06"
    with pytest.raises(ValueError, match=r"'24/03/05' is no date .*--date-order dmy, mdy or ymd"):
        date_reader(None)("24/03/05")
    assert date_reader(None)("32/03/05") == datetime(2032, 3, 5)


def test_a_column_that_nothing_settles_shows_an_example() -> None:
    assert settle(["03/04/2026", "05/06/2026"]).unsettled == "03/04/2026"


def test_values_that_disagree_settle_nothing() -> None:
    assert settle(["25/04/2026", "04/25/2026"]).unsettled == "25/04/2026 and 04/25/2026"


def test_a_value_against_the_settled_order_is_no_date() -> None:
    with pytest.raises(ValueError, match="'04/25/2026' is no date"):
        date_reader("dmy")("04/25/2026")


@given(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0)))
def test_every_form_gives_the_same_moment(moment: datetime) -> None:
    forms = {"dmy": "%d/%m/%Y %H:%M:%S", "mdy": "%m/%d/%Y %I:%M:%S %p", "ymd": "%Y年%m月%d日 %H:%M:%S"}
    for order, form in forms.items():
        assert date_reader(order)(moment.strftime(form)) == moment
    assert date_reader(None)(moment.isoformat()) == moment
