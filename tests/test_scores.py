import pytest

from verbatim.formats.scores import parse_score, scores_in


@pytest.mark.parametrize(
    ("cell", "score"),
    [
        *(("9", 9.0), ("9.0", 9.0), ("9 - ok", 9.0), ("10 - Extremely likely", 10.0), ("0 - Not at all likely", 0.0)),
        *(
            ("9分", 9.0),
            ("８", 8.0),
            ("7/10", 7.0),
            ("10 Extremely likely", 10.0),
            ("", None),
            ("N/A", None),
            ("8.5", 8.5),
            ("9,5", 9.5),
            ("9,5 - likely", 9.5),
            ("10 out of 10", 10.0),
            ("9 (promoter, 9-10)", 9.0),
        ),
    ],
)
def test_a_score_is_read_from_its_label(cell: str, score: float | None) -> None:
    assert parse_score(cell) == score


@pytest.mark.parametrize("cell", ["11", "-1", "abc", "10.5", "9 8", "100", "nan"])
def test_what_is_no_score_is_named(cell: str) -> None:
    with pytest.raises(ValueError, match=f"score '{cell}'; expected 0 to 10"):
        parse_score(cell)


@pytest.mark.parametrize("cell", ["1,000", "7-8", "7 - 8", "9, 5", "7—8", "9 or 10", "8或9", "9，10", "4 out of 5"])
def test_two_numbers_are_no_score(cell: str) -> None:
    with pytest.raises(ValueError, match=f"score '{cell}'; expected 0 to 10"):
        parse_score(cell)


def test_scores_are_picked_from_among_other_cells() -> None:
    assert scores_in(["9", "", "abc", "11", "0 - Not at all likely"]) == [9.0, 0.0]


def test_a_text_that_begins_with_a_number_is_no_score() -> None:
    with pytest.raises(ValueError, match="expected 0 to 10"):
        parse_score("9 - " + "because the pump hums " * 20)
