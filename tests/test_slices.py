"""The verbatims of a gold file by field."""

import pytest

from verbatim.errors import InputError
from verbatim.learning.examples import Codes, Example, GoldRow
from verbatim.learning.slices import band_of, fields_of, sliced
from verbatim.learning.tallies import Opinion, tally
from verbatim.taxonomy import default

CODES: Codes = (("price.level", "negative"),)


def row(text: str = "Too dear.", **fields: object) -> GoldRow:
    return GoldRow(Example("g", text, (), CODES, None, None, "en"), None, None, fields)


def values(rows: list[GoldRow], field: str) -> list[tuple[str | None, int]]:
    opinions = [Opinion(dict(CODES), None)] * len(rows)
    found = sliced(rows, tally(opinions, opinions, default()), (field,))[field]
    return [(one.value, one.n) for one in found]


def test_language_length_and_source_are_looked_at_where_they_are_there() -> None:
    assert fields_of([row(lang="en", source="tweets", row=1)], ()) == ("lang", "length", "source")
    assert fields_of([row()], ()) == ("length",)


def test_fields_that_are_asked_for_take_their_place() -> None:
    assert fields_of([row(lang="en", industry="banks")], ("industry", "length", "industry")) == ("industry", "length")


def test_a_field_that_no_line_has_is_named_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"--by region: no line .* has that field; expected lang, length$"):
        fields_of([row(lang="en")], ("region",))


def test_the_most_frequent_value_comes_first_and_a_missing_one_has_its_place() -> None:
    rows = [row(source="a"), row(source="b"), row(source="b"), row(), row(source=""), row(source=None)]
    assert values(rows, "source") == [(None, 3), ("b", 2), ("a", 1)]


def test_a_number_is_a_value_too() -> None:
    assert values([row(score=0), row(score=10)], "score") == [("0", 1), ("10", 1)]


def test_lengths_go_from_short_to_long_and_a_chinese_character_counts_two() -> None:
    rows = [row("x" * 500), row("价格太贵了" * 3), row("x" * 20), row("x" * 15)]
    assert values(rows, "length") == [("0–20", 2), ("21–60", 1), ("401+", 1)]


@pytest.mark.parametrize(
    ("length", "band"), [(0, "0–20"), (20, "0–20"), (21, "21–60"), (150, "61–150"), (400, "151–400"), (401, "401+")]
)
def test_a_length_falls_into_its_band(length: int, band: str) -> None:
    assert band_of(length) == band
