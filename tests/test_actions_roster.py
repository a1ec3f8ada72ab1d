import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from verbatim.actions.roster import RosterOrder, take_roster
from verbatim.cli import app
from verbatim.store.audit import events
from verbatim.store.opening import reading
from verbatim.store.people import list_contacts
from verbatim.store.roster import list_accounts, list_invitations

ROSTER = """account,region,revenue,strategic,contact,role,influence,permission,invited,survey
Hill,north,900,,Ann,buyer,decider,named,2026-03-02,nps
Hill,,,yes,Bob,user,uses,,2026-03-02,nps
Dale,south,lots,,Cid,buyer,decider,,,
Dale,south,100,,,,,,2026-03-02,
Dale,south,100,,Cid,buyer,decider,,,
"""


@pytest.fixture
def take(store, tmp_path):
    """What takes in a roster from a text for "north"."""

    def taking(text, **more):
        path = tmp_path / "roster.csv"
        path.write_text(text, encoding="utf-8")
        return take_roster(store, RosterOrder(path, "north", "ops", **more))

    return taking


def state(store):
    with reading(store, "north") as connection:
        accounts = [one.account for one in list_accounts(connection, "north")]
        contacts = [one.contact for one in list_contacts(connection, "north")]
        return accounts, contacts, [one.invitation for one in list_invitations(connection, "north")]


def test_a_roster_comes_in_row_by_row_and_twice_is_once(store, take):
    done = take(ROSTER)
    assert (done.rows, done.accounts, done.contacts, done.invitations) == (5, 2, 3, 2)
    assert [(one.row, one.reason.split(";")[0]) for one in done.rejections] == [
        (4, "column 'revenue': 'lots' is no amount"),
        (5, "invited, but no contact is named"),
    ]
    accounts, contacts, invitations = state(store)
    assert [(one.name, one.region, one.revenue, one.strategic) for one in accounts] == [
        ("Dale", "south", 100, False),
        ("Hill", "north", 900, True),
    ]
    assert [(one.name, one.influence, one.permission) for one in contacts] == [
        ("Ann", "decider", "named"),
        ("Bob", "user", "aggregate"),
        ("Cid", "decider", "aggregate"),
    ]
    assert [(one.contact, one.date, one.survey) for one in invitations] == [
        (name, datetime(2026, 3, 2, tzinfo=UTC), "nps") for name in ("Ann", "Bob")
    ]
    take(ROSTER)
    assert state(store) == (accounts, contacts, invitations)


def test_what_a_row_leaves_out_stays_as_it_was_known(store, take):
    take(ROSTER)
    take("account,contact,influence\nHill,Ann,influencer\n")
    accounts, contacts, _ = state(store)
    assert (accounts[1].revenue, contacts[0].role, contacts[0].permission) == (900, "buyer", "named")
    assert contacts[0].influence == "influencer"


def test_a_dry_run_keeps_nothing(store, take):
    assert take(ROSTER, dry_run=True).contacts == 3
    assert state(store) == ([], [], [])


def test_nobody_is_invited_in_the_future(store, take):
    done = take("account,contact,invited\nHill,Ann,2126-01-01\n")
    assert "date 2126-01-01: expected one after the year 1900, and not after tomorrow" in done.rejections[0].reason


def test_the_commands_take_a_roster_in_and_show_who_was_heard(tmp_path):
    from verbatim.actions.stores import opened
    from verbatim.domain import Verbatim
    from verbatim.store.opening import writing
    from verbatim.store.people import add_organisation
    from verbatim.store.verbatims import Received, add_verbatims

    path = tmp_path / "roster.csv"
    path.write_text(ROSTER, encoding="utf-8")
    data = ["--data", str(tmp_path / "data")]
    with opened(tmp_path / "data", make=True) as engine, writing(engine) as connection:
        add_organisation(connection, "default")
    first = CliRunner().invoke(app, ["roster", str(path), *data])
    assert first.exit_code == 2
    assert "row 4: column 'revenue': 'lots' is no amount" in first.output
    assert "2 accounts, 3 contacts, 2 invitations taken in; 2 rows rejected" in first.output
    with opened(tmp_path / "data") as engine, writing(engine, "default") as connection:
        add_verbatims(connection, "default", "s", [Received(Verbatim("1", "x", account="Hill", contact="Ann"))])
    told = CliRunner().invoke(app, ["coverage", *data])
    assert "heard 1 of 2 (50%" in told.output, told.output
    assert "Cid" in told.output
    with opened(tmp_path / "data") as engine, reading(engine, "default") as connection:
        assert [one.event.action for one in events(connection, "default", "coverage")] == ["read"]
    found = json.loads(CliRunner().invoke(app, ["coverage", "--json", "--by", "account", *data]).output)
    assert [(cell["names"], cell["answered"]) for cell in found["cells"]] == [(["Dale"], 0), (["Hill"], 1)]
    wrong = CliRunner().invoke(app, ["coverage", "--by", "colour", *data])
    assert "division 'colour': expected one of account" in str(wrong.exception)
