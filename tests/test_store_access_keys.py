import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from verbatim.access import ROLES
from verbatim.domain import Verbatim
from verbatim.errors import NotFoundError, StoreError
from verbatim.store.access_keys import (
    NOTED,
    create_key,
    holder,
    jobs_of,
    list_keys,
    note_use,
    revoke_key,
    scope,
    use_is_due,
)
from verbatim.store.audit import Event, events
from verbatim.store.listing import Filters, count, list_verbatims, passes
from verbatim.store.opening import reading, writing
from verbatim.store.verbatims import Received, add_verbatims

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_key_is_a_prefix_and_256_random_bits_and_tells_its_holder(store):
    with writing(store) as connection:
        made, secret = create_key(connection, "north", "crm", "submitter")
        _, other = create_key(connection, "north", "crm", "submitter")
    assert re.fullmatch(r"vk_[A-Za-z0-9_-]{43}", secret)
    assert secret != other
    with reading(store) as connection:
        assert holder(connection, secret) == made
    assert (made.organisation, made.name, made.role, made.accounts) == ("north", "crm", "submitter", None)
    assert made.actor == f"key:{made.id}"


def test_the_key_itself_is_kept_nowhere(store):
    with writing(store) as connection:
        _, secret = create_key(connection, "north", "crm", "admin")
        kept = [str(connection.execute(text(f"SELECT * FROM {name}")).all()) for name in ("api_keys", "audit_events")]
    assert all(secret not in each and secret.removeprefix("vk_") not in each for each in kept)
    assert "hash" not in {field.name for field in fields(list_keys_of(store)[0])}


def list_keys_of(store, organisation="north"):
    with reading(store, organisation) as connection:
        return list_keys(connection, organisation)


@pytest.mark.parametrize(
    "change", [str.upper, str.lower, lambda key: key[:-1], lambda key: key + "A", lambda key: "vk_"]
)
def test_what_is_not_the_key_opens_nothing(store, change):
    with writing(store) as connection:
        _, secret = create_key(connection, "north", "crm", "admin")
        assert holder(connection, change(secret)) is None


@pytest.mark.parametrize(
    "secret", ["", "vk_" + "a" * 43, "sk_" + "a" * 43, "vk_" + "é" * 43, "x" * 100_000, "vk_\0\ud800"]
)
def test_an_unknown_key_opens_nothing(store, secret):
    with reading(store) as connection:
        assert holder(connection, secret) is None


def test_a_key_without_the_prefix_is_not_looked_up(store):
    asked = []
    event.listen(store, "before_cursor_execute", lambda *args: asked.append(args[2]))
    with reading(store) as connection:
        assert holder(connection, "x" * 46) is None
    assert not any("api_keys" in statement for statement in asked)


def test_a_revoked_key_opens_nothing_and_stays_in_the_list(store):
    with writing(store) as connection:
        made, secret = create_key(connection, "north", "crm", "admin")
        revoke_key(connection, "north", made.id, NOW)
        revoke_key(connection, "north", made.id, NOW + timedelta(days=1))
        assert holder(connection, secret) is None
    assert [(one.id, one.revoked) for one in list_keys_of(store)] == [(made.id, NOW)]


def test_keys_of_another_organisation_are_neither_listed_nor_revoked(store):
    with writing(store) as connection:
        made, secret = create_key(connection, "south", "crm", "admin")
        for number in (made.id, 0, 2**70):
            with pytest.raises(NotFoundError, match=f"key {number}: not in organisation 'north'"):
                revoke_key(connection, "north", number, NOW)
        note_use(connection, "north", made.id, NOW)
        assert holder(connection, secret).last_used is None
    assert list_keys_of(store) == ()
    assert [one.name for one in list_keys_of(store, "south")] == ["crm"]


def test_the_last_use_is_noted_once_a_minute(store):
    with writing(store) as connection:
        made, secret = create_key(connection, "north", "crm", "admin")
        noted = []
        for seconds in (0, 59, 60, 61):
            note_use(connection, "north", made.id, NOW + timedelta(seconds=seconds))
            noted.append(holder(connection, secret).last_used)
    assert noted == [NOW, NOW, NOW + NOTED, NOW + NOTED]


def test_a_use_is_due_before_the_first_and_after_a_minute(store):
    with writing(store) as connection:
        made, secret = create_key(connection, "north", "crm", "admin")
        assert use_is_due(made, NOW)
        note_use(connection, "north", made.id, NOW)
        again = holder(connection, secret)
    assert [use_is_due(again, NOW + timedelta(seconds=seconds)) for seconds in (0, 59, 60)] == [False, False, True]


@pytest.mark.parametrize(
    ("name", "role", "accounts", "told"),
    [
        (" ", "admin", None, "name of a key, 1 characters: expected 1 to 200"),
        ("x" * 201, "admin", None, "name of a key, 201 characters"),
        ("x\0", "admin", None, r"U\+0000"),
        ("x", "owner", None, "role 'owner': expected one of submitter, analyst, manager, admin"),
        ("x", "manager", None, "role 'manager' with 0 accounts: expected some"),
        ("x", "manager", [], "role 'manager' with 0 accounts"),
        ("x", "analyst", ["Hill"], "role 'analyst' with 1 accounts"),
        ("x", "manager", ["Hill", " "], "account ' '"),
    ],
)
def test_a_key_that_cannot_be_is_refused(store, name, role, accounts, told):
    with writing(store) as connection:
        with pytest.raises(StoreError, match=told):
            create_key(connection, "north", name, role, accounts)
        assert list_keys(connection, "north") == ()
        with pytest.raises(NotFoundError, match="organisation 'west'"):
            create_key(connection, "west", "crm", "admin")


def test_making_and_revoking_a_key_is_an_event(store):
    with writing(store) as connection:
        made, _ = create_key(connection, "north", "crm", "admin", actor="key:7")
        revoke_key(connection, "north", made.id, NOW)
        kept = [one.event for one in events(connection, "north")]
    subject = f"key:{made.id}"
    assert kept == [
        Event("key:7", "key created", subject, {"role": "admin"}),
        Event("operator", "key revoked", subject),
    ]


def test_each_role_sees_its_own_part(store):
    with writing(store) as connection:
        keys = [
            create_key(connection, "north", "k", role, ["Hill"] if role == "manager" else None)[0] for role in ROLES
        ]
        sender = next(key.actor for key in keys if key.role == "submitter")
        said = Verbatim("a", "x", account="Hill"), Verbatim("b", "y", account="Dale"), Verbatim("c", "z")
        senders = None, sender, "key:0"
        arrivals = [Received(one, submitter=by) for one, by in zip(said, senders, strict=True)]
        kept = add_verbatims(connection, "north", "s", arrivals)
        for key, expected in zip(keys, ("b", "abc", "a", "abc"), strict=True):
            page = list_verbatims(connection, "north", scope(key)).items
            assert sorted(one.stored.verbatim.id for one in page) == list(expected)
            seen = [passes(connection, "north", one.id, scope(key)) for one in kept]
            assert seen == [name in expected for name in "abc"]
            assert count(connection, "north", scope(key)).verbatims == len(expected)


def test_a_scope_keeps_the_other_filters_and_no_filter_widens_it(store):
    with writing(store) as connection:
        manager, _ = create_key(connection, "north", "lead", "manager", ["Hill", "Hill"])
        analyst, _ = create_key(connection, "north", "desk", "analyst")
    assert manager.accounts == ("Hill",)
    wanted = Filters(account="Dale", accounts=("Dale",), role="Buyer")
    assert scope(manager, wanted) == Filters(account="Dale", accounts=("Hill",), role="Buyer")
    assert scope(analyst, wanted) == wanted
    assert (jobs_of(manager), jobs_of(analyst)) == (manager.actor, None)
