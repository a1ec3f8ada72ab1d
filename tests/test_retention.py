"""What is older than it is kept goes, from the files too."""

from datetime import UTC, datetime, timedelta

import pytest

from verbatim.actions.retention import Retained, retain
from verbatim.domain import Verbatim
from verbatim.errors import InputError, NotFoundError
from verbatim.store.audit import events
from verbatim.store.jobs import Lease, claim, enqueue, finish, put_file
from verbatim.store.listing import list_verbatims
from verbatim.store.opening import reading, writing
from verbatim.store.verbatims import Received, add_verbatims

NOW = datetime.now(UTC)
SAID = [
    Verbatim("old", "Xqzvwk was here", date=NOW - timedelta(days=40)),
    Verbatim("new", "still here", date=NOW - timedelta(days=20)),
    Verbatim("undated", "here too"),
]


@pytest.fixture
def filled(store):
    with writing(store) as connection:
        for name in ("north", "south"):
            add_verbatims(connection, name, "s", [Received(one) for one in SAID])
        number = enqueue(connection, "north", "export", {}, None)
        put_file(connection, "north", number, [b"Xqzvwk was here"])
        finish(connection, Lease(None, claim(connection, "w", NOW), "w"))
    return store


def ids(store, organisation):
    with reading(store, organisation) as connection:
        return sorted(one.stored.verbatim.id for one in list_verbatims(connection, organisation).items)


def test_what_is_older_goes_with_the_exports_that_may_hold_it(filled):
    assert retain(filled, "north", 30) == Retained(1, 1, True)
    assert ids(filled, "north") == ["new", "undated"]
    assert ids(filled, "south") == ["new", "old", "undated"]
    assert retain(filled, "north", 30) == Retained(0, 0, True)
    with reading(filled) as connection:
        assert [one.event.action for one in events(connection, "north")] == ["retention", "retention"]


def test_no_byte_of_it_stays_in_the_files(filled, tmp_path):
    retain(filled, "north", 30)
    retain(filled, "south", 30)
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"qzvwk" not in content.lower()


def test_exports_stay_where_nothing_was_too_old(filled):
    assert retain(filled, "north", 50) == Retained(0, 0, True)


@pytest.mark.parametrize("days", [-1, 0, 36_501, 10**12])
def test_a_number_of_days_that_cannot_be_is_refused(filled, days):
    with pytest.raises(InputError, match=f"older than {days} days: expected 1 to 36500"):
        retain(filled, "north", days)


def test_an_unknown_organisation_is_told(filled):
    with pytest.raises(NotFoundError, match="organisation 'west'"):
        retain(filled, "west", 30)
