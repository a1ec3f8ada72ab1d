"""The [check] table of a recipe: read whole, or refused with the key that is wrong."""

import pytest

from verbatim.errors import CorpusError
from verbatim.learning.limits import Limits, limits_of


def test_what_is_left_out_has_a_default() -> None:
    assert limits_of({}, "here") == Limits()
    assert limits_of({"floor": 5, "scripts": ["en"]}, "here") == Limits(floor=5, scripts=("en",))


def test_an_id_has_its_own_floor_else_its_categorys_else_that_of_all() -> None:
    limits = Limits(floors={"sales_process": 600, "sales_process.needs": 9})
    floors = [limits.floor_of(id) for id in ("sales_process.needs", "sales_process.ordering", "sales_process", "price")]
    assert floors == [9, 600, 600, 400]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"flor": 3}, "unknown key 'flor'; expected some of characters, cosine"),
        ({"floor": -1}, "floor = -1; expected a whole number from 0 to"),
        ({"cosine": 2}, "cosine = 2; expected a number from -1 to 1"),
        ({"floors": {"price": "many"}}, "floors = {'price': 'many'}; expected a table in which each value is a whole"),
        ({"floors": 3}, "floors = 3; expected a table"),
        ({"scripts": "en"}, "scripts = 'en'; expected a list of texts"),
        ({"words": 1}, "words = 1; expected a whole number from 2 to 1000"),
        (7, "[check] is 7; expected a table"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(given: object, told: str) -> None:
    with pytest.raises(CorpusError) as caught:
        limits_of(given, "r.toml: [check]")
    assert told in str(caught.value)
    assert str(caught.value).startswith("r.toml: [check]")
