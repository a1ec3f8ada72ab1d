"""Themes in the store, on both engines: kept, handed over, and emptied of whom is erased."""

import json

import numpy as np
import pytest
from sqlalchemy import text

from verbatim.domain import Verbatim
from verbatim.errors import NotFoundError
from verbatim.store import themes as kept
from verbatim.store.erasure import erase
from verbatim.store.opening import reading, writing
from verbatim.store.people import list_contacts
from verbatim.store.themes import Member
from verbatim.store.verbatims import Received, add_verbatims

CENTROID = np.array([0.6, 0.8], dtype=np.float32)


def run(connection, organisation="north", scope="residual"):
    values = {"encoder": "e", "plan": {}, "segments": 9, "verbatims": 5, "placed": 4, "job": None, "actor": "key:1"}
    return kept.add_run(connection, organisation, {"scope": scope, "since": None, "until": None, **values})


def theme(connection, number, words=("parking",), organisation="north", **values):
    first = {"scope": "residual", "words": {"en": list(words)}, "state": "new", "centroid": CENTROID}
    return kept.add_theme(connection, organisation, {**first, "first_run": number, "last_run": number, **values})


def add(connection, *said):
    return [one.id for one in add_verbatims(connection, "north", "s", [Received(one) for one in said])]


def member(theme, verbatim, start=0, end=7, nearness=0.9):
    return Member(theme, verbatim, 1, None, start, end, nearness)


def test_a_theme_comes_back_as_it_was_kept(store):
    with writing(store) as connection:
        number = theme(connection, run(connection), match={"score": 0.7}, name="Parking")
        one = kept.theme(connection, "north", number)
        assert (one.name, one.words, one.match, one.state) == ("Parking", {"en": ["parking"]}, {"score": 0.7}, "new")
        assert one.centroid.tolist() == CENTROID.tolist()
        assert kept.list_themes(connection, "north", "price.level") == ()
        assert kept.latest_run(connection, "north", "residual").placed == 4
        with pytest.raises(NotFoundError, match="theme 1: not in organisation 'south'"):
            kept.theme(connection, "south", number)


def test_members_are_put_in_place_of_the_former_and_handed_over_once(store):
    with writing(store) as connection:
        first, second = theme(connection, 1), theme(connection, 1)
        numbers = add(connection, Verbatim("a", "Parking is dear"), Verbatim("b", "Parking again"))
        rows = [member(first, numbers[0]), member(first, numbers[1]), member(second, numbers[1])]
        kept.put_members(connection, "north", "residual", rows)
        kept.hand_over(connection, "north", first, second)
        assert {(one.theme, one.verbatim) for one in kept.members(connection, "north", [first, second])} == {
            (second, numbers[0]),
            (second, numbers[1]),
        }
        assert kept.verbatims_of(connection, "north", second).tolist() == numbers
        kept.put_members(connection, "north", "residual", [member(first, numbers[0])])
        assert kept.pairs(connection, "north").tolist() == [[first, numbers[0]]]


def test_whoever_is_erased_leaves_no_member_and_no_word(store):
    said = [Verbatim("a", "Zeppelin parking", contact="Ann Lee"), Verbatim("b", "Parking, Ann Lee", contact="Bo Ray")]
    with writing(store) as connection:
        number = theme(connection, run(connection), ("parking", "zeppelin", "Ann Lee"), name="What Ann Lee said")
        numbers = add(connection, *said)
        kept.put_members(connection, "north", "residual", [member(number, one) for one in numbers])
        ann = next(one.id for one in list_contacts(connection, "north") if one.contact.name == "Ann Lee")
        erase(connection, "north", ann, "officer")
    with reading(store) as connection:
        one = kept.theme(connection, "north", number)
        assert (one.words, one.name, one.centroid) == ({"en": ["parking"]}, "What ███████ said", None)
        assert [member.verbatim for member in kept.members(connection, "north", [number])] == numbers[1:]
        for table in ("themes", "theme_members", "theme_runs"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()
            told = json.dumps([list(map(str, row)) for row in rows]).lower()
            assert not any(word in told for word in ("zeppelin", "ann lee"))


def test_words_are_looked_for_in_either_script():
    words = {"en": ["parking fee"], "zh-Hant": ["停車"], "zh-Hans": ["停车", "客服"]}
    assert kept.kept_words(words, "Parking  FEE\n停车贵") == {
        "en": ["parking fee"],
        "zh-Hant": ["停車"],
        "zh-Hans": ["停车"],
    }
