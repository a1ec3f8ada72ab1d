import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from verbatim.domain import CodeMention, Coding, Stance, Verbatim
from verbatim.errors import StoreError
from verbatim.store.codings import Judged, add_codings, register_model
from verbatim.store.listing import NOTHING_LEFT_OUT, Filters, count, list_verbatims, passes
from verbatim.store.opening import reading, writing
from verbatim.store.verbatims import Received, add_verbatims

DAY = datetime(2026, 3, 1, tzinfo=UTC)
SAID = [
    Verbatim("a", "dear", date=DAY, account="Hill", contact="Ann", role="Buyer"),
    Verbatim("b", "slow", date=DAY + timedelta(days=1), account="Hill", contact="Bo", role="User"),
    Verbatim("c", "fine", date=DAY + timedelta(days=1), account="Dale", contact="Cy", role="Buyer"),
    Verbatim("d", "late"),
]


OVER = base64.urlsafe_b64encode(json.dumps([DAY.isoformat(), 2**63]).encode()).decode()


def coding(author, *codes, stance="critic", review=False):
    mentions = tuple(CodeMention(code, polarity, 0.9, ()) for code, polarity in codes)
    return Coding("x", "en", mentions, Stance(stance, "estimated", 0.8), review, author)


CODINGS = {
    "a": [coding("b2b@1", ("price.level", "negative"), ("service", "positive"))],
    "b": [coding("b2b@1", ("price.level", "negative")), coding("Ann", ("service.delivery", "negative"), review=True)],
    "c": [coding("b2b@2", ("price", "positive"), stance="promoter")],
}


@pytest.fixture
def filled(store):
    with writing(store) as connection:
        for label in ("b2b@1", "b2b@2"):
            register_model(connection, "north", label)
        kept = add_verbatims(connection, "north", "s", [Received(one) for one in SAID])
        of = {one.id: number.id for one, number in zip(SAID, kept, strict=True)}
        judged = [Judged(of[name], one, "@" not in one.author) for name, each in CODINGS.items() for one in each]
        add_codings(connection, "north", judged)
        add_verbatims(connection, "south", "s", [Received(one) for one in SAID])
    return store


def names(page):
    return [one.stored.verbatim.id for one in page.items]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, "abcd"),
        ({"since": DAY + timedelta(hours=1)}, "bc"),
        ({"until": DAY + timedelta(days=1)}, "a"),
        ({"since": DAY, "until": DAY + timedelta(days=2)}, "abc"),
        ({"account": "Hill"}, "ab"),
        ({"account": "Hill", "role": "Buyer"}, "a"),
        ({"role": "Buyer"}, "ac"),
        ({"code": "price.level"}, "a"),
        ({"code": "price"}, "c"),
        ({"category": "price"}, "ac"),
        ({"category": "price", "polarity": "negative"}, "a"),
        ({"code": "service", "polarity": "negative"}, ""),
        ({"category": "service", "polarity": "negative"}, "b"),
        ({"polarity": "positive"}, "ac"),
        ({"stance": "promoter"}, "c"),
        ({"review": True}, "b"),
        ({"review": False}, "ac"),
        ({"model": "b2b@1"}, "a"),
        ({"model": "Ann"}, ""),
        ({"search": "slow"}, "b"),
        ({"search": "slow", "account": "Dale"}, ""),
    ],
)
def test_filters_ask_the_coding_in_effect(filled, filters, expected):
    with reading(filled) as connection:
        page = list_verbatims(connection, "north", Filters(**filters))
        assert sorted(names(page)) == list(expected)
        assert count(connection, "north", Filters(**filters)).verbatims == len(expected)


def test_a_page_shows_the_coding_in_effect(filled):
    with reading(filled) as connection:
        page = list_verbatims(connection, "north")
    authors = {one.stored.verbatim.id: one.coding and one.coding.coding.author for one in page.items}
    assert authors == {"a": "b2b@1", "b": "Ann", "c": "b2b@2", "d": None}


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 50])
def test_pages_show_each_verbatim_once_and_the_newest_first(filled, limit):
    seen, cursor = [], None
    with reading(filled) as connection:
        while True:
            page = list_verbatims(connection, "north", limit=limit, cursor=cursor)
            seen += names(page)
            cursor = page.cursor
            if cursor is None:
                break
    assert seen == ["d", "c", "b", "a"]


def test_what_arrives_between_two_pages_moves_nothing(filled):
    with writing(filled) as connection:
        first = list_verbatims(connection, "north", limit=2)
        add_verbatims(connection, "north", "s", [Received(Verbatim("new", "x"))])
        second = list_verbatims(connection, "north", limit=2, cursor=first.cursor)
    assert names(first) + names(second) == ["d", "c", "b", "a"]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "WzFd",
        "bm9uc2Vuc2U",
        "WyJhIiwgMV0",
        "é",
        "W" * 9999,
        OVER,
        "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjAwIiwgMV0",
    ],
)
def test_a_cursor_that_no_page_gave_is_refused(filled, cursor):
    with reading(filled) as connection, pytest.raises(StoreError, match="expected one that a page"):
        list_verbatims(connection, "north", cursor=cursor)


@pytest.mark.parametrize("name", ["account", "role", "code", "category", "model"])
@pytest.mark.parametrize("value", ["a\0", "\ud800"])
def test_a_filter_that_no_text_could_equal_is_refused(filled, name, value):
    with reading(filled) as connection, pytest.raises(StoreError, match=rf"{name}: U\+.* at offset"):
        list_verbatims(connection, "north", Filters(**{name: value}))


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_limit_that_cannot_be_is_refused(filled, limit):
    with reading(filled) as connection, pytest.raises(StoreError, match=f"limit {limit}: expected 1 to 1000"):
        list_verbatims(connection, "north", limit=limit)


def test_counts_tell_who_is_behind_them_and_what_was_coded(filled):
    with reading(filled) as connection:
        counts = count(connection, "north")
        of_none = count(connection, "west")
    assert (counts.verbatims, counts.accounts, counts.contacts, counts.coded, counts.review) == (4, 2, 3, 3, 1)
    assert counts.codes == {
        ("price.level", "negative"): 1,
        ("service", "positive"): 1,
        ("service.delivery", "negative"): 1,
        ("price", "positive"): 1,
    }
    assert (of_none.verbatims, of_none.review, of_none.codes) == (0, 0, {})


def test_another_organisation_has_its_own_codings(filled):
    with reading(filled) as connection:
        assert count(connection, "south").coded == 0
        assert names(list_verbatims(connection, "south", Filters(code="price.level"))) == []
        assert names(list_verbatims(connection, "west")) == []


def test_words_that_change_leave_the_filters(filled):
    with writing(filled) as connection:
        add_verbatims(connection, "north", "s", [Received(replace(SAID[0], text="cheap"))])
        assert names(list_verbatims(connection, "north", Filters(code="price.level"))) == []


def test_one_verbatim_passes_as_it_would_be_listed(filled):
    with reading(filled) as connection:
        ours = {one.stored.verbatim.id: one.stored.id for one in list_verbatims(connection, "north").items}
        theirs = list_verbatims(connection, "south").items[0].stored.id
        asked = [ours["a"], ours["b"], theirs, 0, 2**70]
        assert [passes(connection, "north", one, NOTHING_LEFT_OUT) for one in asked] == [
            True,
            True,
            False,
            False,
            False,
        ]
        assert [passes(connection, "north", one, Filters(code="price.level")) for one in asked[:2]] == [True, False]
