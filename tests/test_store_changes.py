from contextlib import suppress

import pytest
from sqlalchemy import text

from verbatim.domain import CodeMention, Coding, Excerpt, Stance, Verbatim
from verbatim.store.changes import Place, changed_since, cut, cut_all, place
from verbatim.store.codings import Judged, add_codings, register_model, withdraw
from verbatim.store.opening import reading, writing
from verbatim.store.people import Contact, add_contacts
from verbatim.store.promotions import Step, promote
from verbatim.store.verbatims import Received, add_verbatims

PRICE = CodeMention("price", "negative", 0.9, (Excerpt(0, 3),))
CODING = Coding("a", "en", (PRICE,), Stance("critic", "estimated", 0.9), False, "b2b@1")


@pytest.fixture
def number(store):
    """A verbatim that a model has coded."""
    with writing(store, "north") as connection:
        register_model(connection, "north", "b2b@1")
        said = Verbatim("a", "too dear", account="Hill")
        found = add_verbatims(connection, "north", "s", [Received(said)])[0].id
        add_codings(connection, "north", [Judged(found, CODING)])
    return found


def here(store):
    with reading(store, "north") as connection:
        return place(connection, "north")


def since(store, before):
    with reading(store, "north") as connection:
        return changed_since(connection, "north", before)


def test_nothing_has_changed_where_nobody_wrote(store, number):
    before = here(store)
    assert since(store, before).nothing
    assert since(store, since(store, before).place).nothing


def test_a_coding_tells_its_verbatim_and_so_does_taking_it_back(store, number):
    before = here(store)
    with writing(store, "north") as connection:
        coding = add_codings(connection, "north", [Judged(number, CODING, person=True)])[0].id
    coded = since(store, before)
    assert (coded.everything, coded.attributes, coded.verbatims) == (False, False, (number,))
    with writing(store, "north") as connection:
        withdraw(connection, "north", coding, "ann")
    assert since(store, coded.place).verbatims == (number,)


def test_a_deletion_tells_its_verbatim(store, number):
    before = here(store)
    with writing(store, "north") as connection:
        connection.execute(text("DELETE FROM verbatims"))
    assert since(store, before).verbatims == (number,)


def test_a_contact_tells_that_attributes_changed_and_a_promotion_everything(store, number):
    before = here(store)
    with writing(store, "north") as connection:
        add_contacts(connection, "north", [Contact("Ann", "Hill")])
    known = since(store, before)
    assert (known.everything, known.attributes, known.verbatims) == (False, True, ())
    with writing(store, "north") as connection:
        promote(connection, "north", Step("b2b@1", "old@1", "ann", "better"))
    assert since(store, known.place).everything


def test_another_organisation_changes_nothing_here(store, number):
    before = here(store)
    with writing(store, "south") as connection:
        add_verbatims(connection, "south", "s", [Received(Verbatim("a", "fine", account="Dale"))])
    assert since(store, before).nothing


def test_what_failed_has_changed_nothing(store, number):
    before = here(store)
    with suppress(ZeroDivisionError), writing(store, "north") as connection:
        add_codings(connection, "north", [Judged(number, CODING, person=True)])
        raise ZeroDivisionError
    assert since(store, before).nothing


def test_a_change_that_is_committed_after_a_later_one_is_told_once(store, number):
    """Only on PostgreSQL do two write at once."""
    if store.dialect.name == "sqlite":
        return
    with writing(store, "north") as slow:
        first = add_verbatims(slow, "north", "s", [Received(Verbatim("slow", "x"))])[0].id
        before = here(store)
        with writing(store, "north") as quick:
            quick.execute(text("UPDATE verbatims SET channel = 'mail' WHERE id = :id"), {"id": number})
        early = since(store, before)
        assert early.verbatims == (number,)
        assert since(store, early.place).nothing
    late = since(store, early.place)
    assert late.verbatims == (first,)
    assert since(store, late.place).nothing


def test_a_reader_behind_the_cut_is_told_everything_and_one_before_it_is_not(store, number):
    before = Place(0)
    with writing(store, "north") as connection:
        for channel in "abcdef":
            connection.execute(text("UPDATE verbatims SET channel = :to"), {"to": channel})
    newest = here(store)
    with writing(store, "north") as connection:
        assert cut(connection, "north", kept=0) > 0
        assert cut_all(connection, kept=1) == 0
    assert since(store, before).everything
    assert since(store, newest).nothing
