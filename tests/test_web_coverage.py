"""The page Coverage in a real Chromium."""

import os
from datetime import UTC, datetime

import pytest
from browser import fits, violations

from verbatim.domain import Verbatim
from verbatim.store.opening import writing
from verbatim.store.people import Contact, add_contacts
from verbatim.store.roster import Account, Invitation, put_accounts, put_invitations
from verbatim.store.verbatims import Received, add_verbatims

SHOTS = os.environ.get("SHOTS")


@pytest.fixture(scope="module")
def roster(office):
    """Three accounts with two of the right people each; one of Acme's and both of Hill's answered."""
    names = [
        ("Acme", "Ann"),
        ("Acme", "Bob"),
        ("Hill", "Cid"),
        ("Hill", "Dan"),
        ("东港物流", "李安"),
        ("东港物流", "王敏"),
    ]
    people = [Contact(name, at, "cfo" if place % 2 else "buyer", "decider") for place, (at, name) in enumerate(names)]
    with writing(office.desk.engine, "north") as connection:
        accounts = [("Acme", 500, "east"), ("Hill", 300, "west"), ("东港物流", 900, "east")]
        put_accounts(connection, "north", [Account(name, revenue=sum, team=team) for name, sum, team in accounts])
        numbers = add_contacts(connection, "north", people)
        known = dict(zip(names, numbers, strict=True))
        days = [datetime(2026, month, 5, tzinfo=UTC) for month in (1, 2)]
        asked = [Invitation(*who, day, "nps") for who in names[4:] for day in days]
        put_invitations(connection, "north", asked, known)
        said = [names[0], names[2], names[3]]
        rows = [Received(Verbatim(name, "Fine.", account=at, contact=name)) for at, name in said]
        add_verbatims(connection, "north", "s", rows)


def test_the_rate_the_cells_and_who_is_missing_are_shown(visit, roster):
    page = visit("/coverage")
    main = page.inner_text("main")
    assert "50 %" in page.inner_text(".headline")
    assert "3 of 6 on the roster were heard." in main
    assert "3 of the right people are missing" in main
    assert "2 key contacts are silent" in main
    assert "李安" in page.inner_text(".people >> nth=0")
    assert page.locator(".cells svg").count() == 6
    page.select_option("#by", "account")
    page.select_option("#team", "west")
    page.click("form.filters button")
    assert page.locator(".cells tbody tr").count() == 1
    assert page.locator(".tag.bad").count() == 0
    assert page.heard == []


def test_a_manager_sees_the_own_account_without_names(visit, roster):
    main = visit("/coverage", user="mia").inner_text("main")
    assert "Acme" in main
    assert "Hill" not in main
    assert "Bob" not in main
    assert "Names are shown to those who may read contacts." in main


@pytest.mark.parametrize(("language", "width", "scheme"), [("en", 1440, "light"), ("zh-Hans", 375, "dark")])
def test_the_page_fits_and_can_be_read_by_everybody(visit, roster, language, width, scheme):
    page = visit("/coverage", language=language, width=width, scheme=scheme)
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/coverage-{language}-{width}-{scheme}.png", full_page=True)
    assert violations(page) == []
    assert fits(page)
