from dataclasses import replace

import pytest

from verbatim.domain import Verbatim
from verbatim.errors import NotFoundError, StoreError
from verbatim.store.audit import Event, StoredEvent, events, record
from verbatim.store.opening import reading, writing
from verbatim.store.people import Contact, add_contacts, add_organisation, list_contacts
from verbatim.store.verbatims import Received, add_verbatims

ROSTER = [
    Contact("Ann Lee", "Hill", "Buyer", "decides", "A", "named"),
    Contact("王芳", "Hill", "User", permission="anonymous"),
    Contact("Ann Lee"),
]


def test_a_roster_is_kept_as_it_was_given(store):
    with writing(store) as connection:
        numbers = add_contacts(connection, "north", ROSTER)
        listed = list_contacts(connection, "north")
    assert [(one.id, one.contact) for one in listed] == list(zip(numbers, ROSTER, strict=True))


def test_a_contact_that_comes_again_gets_its_newest_values(store):
    moved = replace(ROSTER[0], role="Chief", permission="anonymous")
    with writing(store) as connection:
        first = add_contacts(connection, "north", ROSTER)
        assert add_contacts(connection, "north", [moved]) == first[:1]
        assert list_contacts(connection, "north")[0].contact == moved


def test_verbatims_find_the_contacts_of_the_roster(store):
    with writing(store) as connection:
        add_contacts(connection, "north", ROSTER)
        said = Verbatim("a", "x", account="Hill", contact="Ann Lee", role="Visitor")
        add_verbatims(connection, "north", "s", [Received(said)])
        assert [one.contact for one in list_contacts(connection, "north")] == ROSTER


def test_contacts_of_one_account_are_listed_alone(store):
    with writing(store) as connection:
        add_contacts(connection, "north", [*ROSTER, Contact("Bo", "Dale")])
        names = [one.contact.name for one in list_contacts(connection, "north", "Hill")]
        assert list_contacts(connection, "south", "Hill") == ()
    assert names == ["Ann Lee", "王芳"]


@pytest.mark.parametrize(
    ("contact", "message"),
    [
        (Contact(" "), "contact ' ': expected a name that is not blank"),
        (Contact("A\0"), r"contact, name: U\+0000 at offset 1"),
        (Contact("Ann", tier="\ud800"), r"contact, tier: U\+D800"),
        (Contact("Ann", permission="all"), "permission 'all': expected one of named, anonymous, aggregate"),
    ],
)
def test_a_contact_that_cannot_be_is_refused(store, contact, message):
    with pytest.raises(StoreError, match=message), writing(store) as connection:
        add_contacts(connection, "north", [contact])


def test_an_organisation_is_added_once_and_has_an_id(store):
    with writing(store) as connection:
        add_organisation(connection, "north", "Another name")
        with pytest.raises(StoreError, match="organisation ' ': expected an id that is not blank"):
            add_organisation(connection, " ")
        with pytest.raises(NotFoundError, match="organisation 'west': not in this store"):
            add_contacts(connection, "west", ROSTER)


def test_events_are_told_in_order_and_by_subject(store):
    given = [Event("Ann", "review", "verbatim:1", {"code": "price"}), Event("ops", "upgrade", "store")]
    with writing(store) as connection:
        for event in given:
            record(connection, "north", event)
    with reading(store) as connection:
        told = events(connection, "north")
        assert events(connection, "north", "store") == told[1:]
        assert events(connection, "south") == ()
    assert [one.event for one in told] == given
    assert all(isinstance(one, StoredEvent) and one.created.tzinfo for one in told)
