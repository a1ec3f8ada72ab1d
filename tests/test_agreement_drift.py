"""One coder over time, against the others and against the own earlier codings."""

from datetime import datetime

import pytest

from verbatim.agreement.drift import Drift, PeriodSize, drift, firsts
from verbatim.domain import Judgement


def judgement(id: int, coder: str, code: str, when: str | None) -> Judgement:
    return Judgement(str(id), coder, {code: None} if code else {}, None, datetime.fromisoformat(when) if when else None)


def month(number: int, right: int, of: int = 40) -> list[Judgement]:
    """A month in which ann says what bob says of so many verbatims out of 40, and something else of the others."""
    when = f"2026-{number:02}-10"
    ids = range(100 * number, 100 * number + of)
    ann = [judgement(id, "ann", "a" if place < right else "b", when) for place, id in enumerate(ids)]
    return [*ann, *(judgement(id, "bob", "a", None) for id in ids)]


def only(found: tuple[Drift, ...]) -> Drift:
    (one,) = found
    return one


def test_a_coder_who_leaves_the_others_is_seen() -> None:
    found = only(drift([*month(1, 38), *month(2, 36), *month(3, 20)]))
    assert [(period.name, period.n, period.alike) for period in found.periods] == [
        ("2026-01", 40, pytest.approx(0.95)),
        ("2026-02", 40, pytest.approx(0.90)),
        ("2026-03", 40, pytest.approx(0.50)),
    ]
    assert (found.coder, found.against, found.drifts) == ("ann", "others", True)
    assert found.change == pytest.approx(-0.45)
    assert found.low < found.change < found.high < 0


def test_a_change_that_chance_explains_is_no_drift() -> None:
    found = only(drift([*month(1, 36), *month(2, 34)]))
    assert found.low < 0 < found.high
    assert not found.drifts


def test_a_coder_is_compared_with_all_the_others_of_a_verbatim() -> None:
    judgements = [*month(1, 40), *month(2, 40), *(judgement(200 + n, "cat", "c", None) for n in range(40))]
    assert [period.alike for period in only(drift(judgements)).periods] == [1.0, pytest.approx(0.5)]


def test_without_dates_or_with_one_period_there_is_no_drift_from_others() -> None:
    assert drift([judgement(1, "ann", "a", None), judgement(1, "bob", "a", None)]) == ()
    assert drift(month(1, 30)) == ()


def test_a_coder_is_compared_with_the_own_coding_before() -> None:
    days = ("2026-01-01", "2026-03-01", "2026-03-02")
    judgements = [judgement(1, "ann", code, day) for code, day in zip("aba", days, strict=True)]
    found = only(drift([*judgements[::-1], judgement(2, "ann", "a", days[0]), judgement(2, "ann", "a", days[1])]))
    assert (found.against, [(period.name, period.n) for period in found.periods]) == ("self", [("2026-03", 3)])
    assert found.periods[0].alike == pytest.approx(1 / 3)
    assert (found.change, found.drifts) == (None, False)


def test_one_verbatim_of_a_period_has_no_limits() -> None:
    found = only(drift([*month(1, 1, of=1), *month(2, 1, of=2)]))
    assert (found.periods[0].low, found.periods[1].low, found.change) == (None, 0.0, None)


@pytest.mark.parametrize(
    ("size", "name"), [("week", "2026-W01"), ("month", "2025-12"), ("quarter", "2025Q4"), ("year", "2025")]
)
def test_periods_are_named_as_calendars_name_them(size: PeriodSize, name: str) -> None:
    found = only(drift([judgement(1, "ann", "a", "2025-12-01"), judgement(1, "ann", "a", "2025-12-30")], size))
    assert found.periods[0].name == name


def test_what_was_said_first_is_found_whatever_the_order() -> None:
    late, early = judgement(1, "ann", "b", "2026-02-01"), judgement(1, "ann", "a", "2026-01-01")
    assert firsts([late, early]) == {"1": {"ann": early}}
