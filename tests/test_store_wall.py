"""The wall of PostgreSQL between organisations: row-level security, under the conditions that every query has."""

import pytest
from sqlalchemy import Engine, func, insert, select, text, update
from sqlalchemy.exc import ProgrammingError

from verbatim.domain import CodeMention, Coding, Excerpt, Stance, Verbatim
from verbatim.errors import StoreError
from verbatim.store.access_keys import create_key
from verbatim.store.audit import Event, record
from verbatim.store.codings import Judged, add_codings, register_model
from verbatim.store.layout import EVERY
from verbatim.store.opening import open_store, reading, writing
from verbatim.store.people import add_organisation
from verbatim.store.schema import (
    accounts,
    code_mentions,
    codings,
    contacts,
    effective_codings,
    metadata,
    organisations,
    search_texts,
    verbatims,
)
from verbatim.store.sources import Source, put_source
from verbatim.store.verbatims import Received, add_verbatims

FILLED = (accounts, contacts, verbatims, codings, code_mentions, search_texts, effective_codings)
PRICE = CodeMention("price", "negative", 0.9, (Excerpt(0, 3),))
CODING = Coding("a", "en", (PRICE,), Stance("critic", "estimated", 0.9), False, "b2b@1")


@pytest.fixture
def walled(postgresql_store):
    """A store on PostgreSQL in which "north" and "south" have a row each of almost everything."""
    engine = open_store(postgresql_store)
    with writing(engine) as connection:
        connection.exec_driver_sql("TRUNCATE organisations RESTART IDENTITY CASCADE")
    for name in ("north", "south"):
        with writing(engine, name) as connection:
            fill(connection, name)
    yield engine
    engine.dispose()


def fill(connection, organisation):
    add_organisation(connection, organisation)
    said = Verbatim("a", f"words of {organisation}", account="Hill", contact="Ann Lee")
    number = add_verbatims(connection, organisation, "s", [Received(said)])[0].id
    register_model(connection, organisation, "b2b@1")
    add_codings(connection, organisation, [Judged(number, CODING)])
    create_key(connection, organisation, "crm", "admin")
    put_source(connection, organisation, Source("s"))
    record(connection, organisation, Event("ops", "note", "x"))


def owners(connection, table):
    return set(connection.execute(select(table.c.organisation)).scalars())


def test_the_owner_of_the_tables_is_no_superuser(walled: Engine):
    with reading(walled) as connection:
        row = connection.execute(
            text(
                "SELECT rolsuper, rolbypassrls, current_user = tableowner AS owns FROM pg_roles, pg_tables"
                " WHERE rolname = current_user AND tablename = 'verbatims'"
            )
        ).one()
    assert tuple(row) == (False, False, True)


def test_every_table_is_walled_for_its_owner_too(walled):
    query = text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity AND relforcerowsecurity")
    policies = text("SELECT tablename FROM pg_policies WHERE cmd = 'ALL' AND policyname = 'own_organisation'")
    with reading(walled) as connection:
        assert set(connection.execute(query).scalars()) == set(metadata.tables)
        assert set(connection.execute(policies).scalars()) == set(metadata.tables)


@pytest.mark.parametrize("table", FILLED, ids=lambda table: table.name)
def test_a_query_without_a_condition_sees_one_organisation_only(walled, table):
    with reading(walled, "north") as connection:
        assert owners(connection, table) == {"north"}
    with reading(walled, EVERY) as connection:
        assert owners(connection, table) == {"north", "south"}


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_without_the_setting_nothing_is_there(walled, table):
    with walled.begin() as connection:
        assert connection.scalar(select(func.count()).select_from(metadata.tables[table])) == 0
        assert connection.scalar(select(func.count()).select_from(effective_codings)) == 0


def test_an_organisation_sees_itself_only(walled):
    with reading(walled, "north") as connection:
        assert connection.execute(select(organisations.c.id)).scalars().all() == ["north"]


def test_a_row_of_another_organisation_is_refused(walled):
    with pytest.raises(ProgrammingError, match="row-level security"), writing(walled, "north") as connection:
        connection.execute(insert(accounts).values(organisation="south", name="Dale"))
    with reading(walled) as connection:
        assert set(connection.execute(select(accounts.c.name)).scalars()) == {"Hill"}


def test_a_row_cannot_be_handed_to_another_organisation(walled):
    with pytest.raises(ProgrammingError, match="row-level security"), writing(walled, "north") as connection:
        connection.execute(update(accounts).values(organisation="south"))


def test_rows_of_another_organisation_are_neither_changed_nor_deleted(walled):
    with writing(walled, "north") as connection:
        assert connection.execute(update(verbatims).values(text="x")).rowcount == 1
        assert connection.exec_driver_sql("DELETE FROM codings").rowcount == 1
    with reading(walled, "south") as connection:
        assert connection.scalar(select(verbatims.c.text)) == "words of south"
        assert len(connection.execute(select(effective_codings)).all()) == 1


def test_an_organisation_is_forgotten_when_its_block_ends(walled):
    with reading(walled, "north") as connection:
        process = connection.scalar(text("SELECT pg_backend_pid()"))
    with walled.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) == process
        assert connection.scalar(select(func.count()).select_from(verbatims)) == 0


@pytest.mark.parametrize("name", ["nor%", "north,south", "", " north", "NORTH"])
def test_a_name_that_is_nearly_that_of_an_organisation_shows_nothing(walled, name):
    with reading(walled, name) as connection:
        assert connection.execute(select(organisations.c.id)).all() == []


def test_no_organisation_is_called_by_the_sign_for_all(store):
    with pytest.raises(StoreError, match=r"organisation '\*': expected an id"), writing(store) as connection:
        add_organisation(connection, EVERY)
