"""The [data] table of a recipe: read whole, or refused with the key that is wrong."""

import pytest

from verbatim.errors import CorpusError
from verbatim.learning.columns import Columns, columns_of

PLAIN = {"path": "some.csv", "text": "comment", "labels": "topic"}


def test_a_label_stands_for_an_id_for_a_code_or_for_nothing() -> None:
    code = {"id": "price.level", "polarity": "negative"}
    path, columns = columns_of({**PLAIN, "mapping": {"Dear": code, "Range": "product.range", "None": ""}}, "here")
    assert path == "some.csv"
    assert columns.mapping == {"Dear": code, "Range": {"id": "product.range"}, "None": None}


def test_the_columns_that_must_be_there_are_those_that_are_named() -> None:
    assert Columns("comment", "topic", score="nps").names == ("comment", "topic", "nps")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"labels": None}, "labels = None; expected a text"),
        ({"format": "xls"}, "format = 'xls'; expected one of arrow, csv, json, parquet, saved, tsv"),
        ({"mapping": {"Dear": 3}}, "mapping = {'Dear': 3}; expected a table in which each value is an id"),
        ({"mapping": {"Dear": {"id": "price", "polarity": "bad"}}}, "expected a table in which each value is an id"),
        ({"mapping": {"Dear": {"polarity": "negative"}}}, "expected a table in which each value is an id"),
        ({"polarities": {"neg": "bad"}}, "expected a table in which each value is one of negative, neutral, positive"),
        ({"column": "x"}, "unknown key 'column'; expected some of delimiter, format"),
    ],
)
def test_a_table_that_cannot_be_is_refused(changes: dict[str, object], told: str) -> None:
    with pytest.raises(CorpusError) as caught:
        columns_of({**PLAIN, **changes}, "r.toml: [data]")
    assert told in str(caught.value)


@pytest.mark.parametrize("key", PLAIN)
def test_a_key_that_must_be_there_is_missed(key: str) -> None:
    with pytest.raises(CorpusError, match=rf"\[data\]: {key} is missing"):
        columns_of({name: value for name, value in PLAIN.items() if name != key}, "[data]")
