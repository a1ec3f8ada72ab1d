from datetime import date

import numpy as np
import pytest
from office_facts import facts

from verbatim.errors import InputError
from verbatim.facts import NOBODY, UNDATED, Narrowed, computed_tiers, latest

ROWS = [
    {"day": "2026-03-01", "account": "Hill", "contact": "Ann", "score": 3, "codes": ["price", ("service", "positive")]},
    {"day": "2026-03-02", "account": "Dale", "role": "buyer", "score": 9},
    {"account": None, "codes": ["price"], "stance": "critic"},
]


def test_some_rows_keep_their_mentions():
    found = facts(ROWS).of(np.array([True, False, True]))
    assert found.n == 2
    assert found.mention_row.tolist() == [0, 0, 1]
    assert [found.codes[place] for place in found.mention_code] == ["price", "service", "price"]


def test_attributes_of_accounts_are_told_by_row():
    found = facts(ROWS, {"Hill": {"region": "north"}, "Dale": {"region": "south"}}).labels("region")
    assert [found.names[place] if place != NOBODY else None for place in found.places] == ["north", "south", None]


def test_an_attribute_that_there_is_not_is_refused():
    with pytest.raises(InputError, match="attribute 'colour': expected one of account"):
        facts(ROWS).labels("colour")


@pytest.mark.parametrize("until", [date(2026, 9, 1), date(2026, 1, 1)])
def test_days_the_wrong_way_about_are_refused_with_both(until):
    with pytest.raises(InputError, match=f"until {until}: expected a day after 2026-09-01"):
        Narrowed(since=date(2026, 9, 1), until=until)


@pytest.mark.parametrize(
    ("revenue", "strategic", "tiers"),
    [
        ([50, 30, 10, 6, 4], [0, 0, 0, 0, 0], [1, 1, 2, 2, 3]),
        ([4, 50, 6, 30, 10], [1, 0, 0, 0, 0], [2, 1, 2, 1, 2]),
        ([100], [0], [1]),
        ([np.nan, 10, 0], [0, 0, 0], [0, 1, 3]),
        ([np.nan, np.nan], [1, 0], [2, 0]),
        ([0, 0], [0, 1], [3, 2]),
        ([], [], []),
    ],
)
def test_tier_1_brings_eighty_percent_and_tier_2_eighty_of_the_rest_or_is_strategic(revenue, strategic, tiers):
    found = computed_tiers(np.array(revenue, np.float64), np.array(strategic, np.bool_))
    assert found.tolist() == tiers


@pytest.mark.parametrize("seed", range(5))
def test_the_latest_of_each_key_is_that_of_the_last_day_and_of_a_day_the_last(seed):
    chance = np.random.default_rng(seed)
    keys, days = chance.integers(-3, 6, 60), chance.integers(UNDATED, UNDATED + 4, 60).astype(np.int32)
    order = np.lexsort((np.arange(60), days, keys))
    last = np.append(np.diff(keys[order]) != 0, True)
    assert latest(keys, days).tolist() == sorted(order[last].tolist())
    assert latest(keys[:0], days[:0]).tolist() == []
