"""Reasons of rejected rows keep ids, numbers and dates, and lose the words of customers."""

import pytest

from verbatim.actions.reasons import without_sentences, without_words


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("score 'very bad service'; expected 0 to 10", "score a value of 16 characters; expected 0 to 10"),
        ("score '11'; expected 0 to 10", "score '11'; expected 0 to 10"),
        ("'2026-13-04' is no date", "'2026-13-04' is no date"),
        ("id 'Ann Lee' is that of row 3 too", "id 'Ann Lee' is that of row 3 too"),
        ("column 'What else?' holds 'Ann said no'", "column 'What else?' holds a value of 11 characters"),
        ('found "it\'s dear"; expected an object', "found a value of 9 characters; expected an object"),
        (r"found 'it\'s \"so\"'; expected", "found a value of 12 characters; expected"),
        ("empty row", "empty row"),
    ],
)
def test_what_is_quoted_is_told_by_its_length(reason: str, told: str) -> None:
    assert without_words(reason) == told


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("a.csv: no column 'coment' for --text; the columns are 'id', 'Q1_text'", None),
        (
            "a.csv: 'Too dear for us.', 'x' could each be the text",
            "a.csv: a text of 16 characters, 'x' could each be the text",
        ),
        ("no column '太贵了' for --text", "no column a text of 3 characters for --text"),
        ("dates in column 'What was it?' differ", "dates in column a text of 12 characters differ"),
        ("found 'ann.lee@example.com'", "found a text of 19 characters"),
    ],
)
def test_a_sentence_in_quotes_is_told_by_its_length(reason: str, told: str | None) -> None:
    assert without_sentences(reason) == (told or reason)
