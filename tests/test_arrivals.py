"""What a store takes, and how what it does not take is refused: by field and place, never by a customer's words."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from verbatim.actions.arrivals import LONGEST_TEXT, MOST_TURNS, Refused, problem_of, require_source, sifted
from verbatim.domain import Turn, Verbatim
from verbatim.errors import StoreError
from verbatim.store.verbatims import Received

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def reason(**values: object) -> str | None:
    problem = problem_of(Received(Verbatim(**{"id": "r1", **values})), NOW)
    return problem and problem.reason


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"text": "价" * LONGEST_TEXT, "score": 0},
        {"turns": (Turn("", "unknown", -3.0, "hello"),), "score": 10},
        {"date": datetime(2026, 5, 5, 11), "fields": {"a": [1, None, {"b": True}]}},
        {"date": datetime(2026, 5, 5, 13, tzinfo=timezone(timedelta(hours=8)))},
    ],
)
def test_what_is_sound_has_no_problem_even_without_a_word(values: dict[str, object]) -> None:
    assert reason(**values) is None


def test_a_blank_or_long_or_broken_id_is_refused() -> None:
    assert reason(id=" ") == "id: ' '; expected one that is not blank"
    assert reason(id="x" * 401) == "id: 401 characters; expected at most 400"
    assert reason(id="a\0b") == "id: U+0000 at offset 1; expected text that UTF-8 can hold, without U+0000"


@pytest.mark.parametrize("field", ["text", "question", "account", "contact", "role"])
def test_what_no_engine_keeps_is_told_by_its_place_and_never_shown(field: str) -> None:
    assert reason(**{field: "Maria\ud800"}) == (
        f"{field}: U+D800 at offset 5; expected text that UTF-8 can hold, without U+0000"
    )


def test_a_text_that_is_too_long_is_told_by_its_length() -> None:
    assert reason(text="x" * 100_001) == "text: 100,001 characters; expected at most 100,000"
    assert reason(contact="x" * 201) == "contact: 201 characters; expected at most 200"


def test_text_and_turns_together_are_refused() -> None:
    turns = (Turn("", "customer", None, "so"),)
    assert reason(text="words", turns=turns) == "text: 5 characters beside 1 turns; expected one of both"


def test_turns_are_limited_in_number_and_length_and_their_times_are_numbers() -> None:
    turn = Turn("A", "customer", 1.0, "x" * 1000)
    assert reason(turns=(turn,) * (MOST_TURNS + 1)) == "turns: 20,001 turns; expected at most 20,000"
    assert reason(turns=(turn,) * 1001) == "turns: 1,001,000 characters; expected at most 1,000,000"
    spoilt = (turn, Turn("A", "customer", float("nan"), "so"))
    assert reason(turns=spoilt) == "turns.1.time: nan; expected seconds from the start of the call"
    assert reason(turns=(turn, Turn("A\0", "us", None, ""))) == (
        "turns.1.speaker: U+0000 at offset 1; expected text that UTF-8 can hold, without U+0000"
    )


@pytest.mark.parametrize("score", [-0.1, 10.5, float("nan"), float("inf")])
def test_a_score_out_of_range_is_refused_and_shown(score: float) -> None:
    assert reason(score=score) == f"score: {score:g}; expected 0 to 10"


def test_a_date_more_than_a_day_ahead_or_before_1900_is_refused_and_shown() -> None:
    assert reason(date=datetime(2026, 5, 5, 12, 1)) == (
        "date: 2026-05-05T12:01:00; expected one that is not in the future (at most 2026-05-05T12:00+00:00)"
    )
    for date in (datetime.max, datetime.min.replace(tzinfo=timezone(timedelta(hours=8)))):
        assert reason(date=date) == (
            f"date: {date.isoformat()}; expected one after the year 1900, and not after tomorrow"
        )


def test_columns_beside_are_limited_in_size_and_depth_and_hold_what_can_be_kept() -> None:
    deep: object = "end"
    for _ in range(100_000):
        deep = [deep]
    assert reason(fields={"a": deep}) == "fields: more than 20 levels; expected fewer"
    assert reason(fields={"a": ["x" * 60_000] * 2}) == "fields: 120,001 characters; expected at most 100,000"
    assert reason(fields={"a\0": 1}) == "fields: U+0000 in a value; expected text that UTF-8 can hold"


def test_of_two_arrivals_with_one_id_the_later_is_refused_by_name() -> None:
    arrivals = [Received(Verbatim(id, "words")) for id in ("a", "b", "a")]
    *kept, refused = sifted(arrivals, NOW)
    assert kept == arrivals[:2]
    assert isinstance(refused, Refused)
    assert (refused.place, refused.id) == (2, "a")
    assert refused.problem.reason == "id: 'a' is that of arrival 0 too; expected a different one for each arrival"


def test_an_id_that_is_itself_refused_is_not_repeated() -> None:
    first, second = sifted([Received(Verbatim("a\0")), Received(Verbatim("b", score=11))], NOW)
    assert isinstance(first, Refused)
    assert isinstance(second, Refused)
    assert (first.id, second.id) == (None, "b")


@pytest.mark.parametrize("source", ["", " \n", "x" * 201, "a\0b"])
def test_a_source_that_is_blank_long_or_broken_is_an_error(source: str) -> None:
    with pytest.raises(StoreError, match=r"source.*expected"):
        require_source(source)
