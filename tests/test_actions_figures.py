import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import numpy as np
import pytest
from office_facts import facts

from verbatim.actions import figures
from verbatim.actions.figures import Narrowed, facts_of, narrow, of_accounts, warm
from verbatim.domain import CodeMention, Coding, Excerpt, Stance, Verbatim
from verbatim.errors import UnavailableError
from verbatim.facts import NOBODY
from verbatim.store.changes import cut
from verbatim.store.codings import Judged, add_codings
from verbatim.store.erasure import erase
from verbatim.store.opening import writing
from verbatim.store.people import Contact, add_contacts
from verbatim.store.roster import Account, put_accounts

SAID = (
    Verbatim("1", "too dear", date=datetime(2026, 3, 1, tzinfo=UTC), account="Hill", contact="Ann", role="cfo"),
    Verbatim("2", "too slow", account="Hill", contact="Ann", fields={"product": "press"}),
    Verbatim("3", "fine", account="Dale"),
)


def said(found, attribute):
    labels = found.labels(attribute)
    return [None if place == NOBODY else labels.names[place] for place in labels.places]


def mentions(found, row):
    return [found.codes[code] for code in found.mention_code[found.mention_row == row]]


def judged(number, code):
    mention = CodeMention(code, "positive", 1, (Excerpt(0, 2),))
    return Judged(number, Coding("x", "en", (mention,), Stance(None, "estimated", 0), False, "ann"), person=True)


def test_a_correction_acts_on_the_next_figure(desk, shelf):
    first, second, third = shelf.add(*SAID)
    before = facts_of(desk, "north")
    assert facts_of(desk, "north") is before
    with writing(desk.engine, "north") as connection:
        add_codings(connection, "north", [judged(second, "service")])
    after = facts_of(desk, "north")
    assert [mentions(before, row) for row in range(3)] == [["price"]] * 3
    assert [mentions(after, row) for row in range(3)] == [["price"], ["service"], ["price"]]
    assert after.by_person.tolist() == [False, True, False]
    assert after.number.tolist() == [first, second, third]


def test_attributes_are_the_verbatims_own_else_those_of_contact_and_account(desk, shelf):
    shelf.add(*SAID)
    with writing(desk.engine, "north") as connection:
        add_contacts(connection, "north", [Contact("Ann", "Hill", "buyer", "decider")])
        put_accounts(connection, "north", [Account("Hill", team="east", product="lathe", revenue=90), Account("Dale")])
    found = facts_of(desk, "north")
    assert said(found, "role") == ["cfo", "buyer", None]
    assert said(found, "influence") == ["decider", "decider", None]
    assert said(found, "product") == ["lathe", "press", None]
    assert said(found, "team") == ["east", "east", None]
    assert said(found, "tier") == ["1", "1", None]
    assert found.respondent[0] == found.respondent[1] != found.respondent[2]
    with writing(desk.engine, "north") as connection:
        put_accounts(connection, "north", [Account("Hill", tier="key")])
    assert said(facts_of(desk, "north"), "tier") == ["key", "key", None]
    assert said(facts_of(desk, "north"), "team") == ["east", "east", None]


def test_an_erased_contact_is_counted_no_more(desk, shelf):
    shelf.add(*SAID)
    with writing(desk.engine, "north") as connection:
        ann = add_contacts(connection, "north", [Contact("Ann", "Hill", "buyer")])[0]
        assert facts_of(desk, "north").n == 3
    with writing(desk.engine, "north") as connection:
        erase(connection, "north", ann, "ops")
    found = facts_of(desk, "north")
    assert (found.n, found.labels("role").names) == (1, ())


def test_a_reader_whose_place_was_cut_off_reads_everything_anew(desk, shelf):
    shelf.add(*SAID)
    warm(desk)
    shelf.add("another")
    with writing(desk.engine, "north") as connection:
        cut(connection, "north", kept=0)
    assert facts_of(desk, "north").n == 4
    assert facts_of(desk, "south").n == 0


def test_of_those_who_ask_while_all_is_read_only_some_wait(desk, monkeypatch):
    monkeypatch.setattr(figures, "PATIENCE", 0.01)
    facts_of(desk, "north")
    memory = desk.figures["north"]
    with memory.lock, ThreadPoolExecutor(figures.MOST_WAITING) as pool:
        waiting = [pool.submit(facts_of, desk, "north") for _ in range(figures.MOST_WAITING)]
        while memory.queue._value:
            time.sleep(0.001)
        with pytest.raises(UnavailableError, match="asked again"):
            facts_of(desk, "north")
        memory.lock.release()
        assert [one.result().n for one in waiting] == [0] * figures.MOST_WAITING
        memory.lock.acquire()


def test_an_answer_without_content_is_empty(desk, shelf):
    shelf.add("none", codes=(desk.codebook.id_with_role("no_content"),))
    shelf.add("too dear")
    assert facts_of(desk, "north").empty.tolist() == [True, False]


def test_a_manager_gets_nothing_of_other_accounts(desk, shelf):
    shelf.add(*SAID)
    own = facts_of(desk, "north", ("Dale", "Vale"))
    assert (own.n, own.accounts.names, own.account.tolist()) == (1, ("Dale",), [0])
    assert own.labels("account").names == ("Dale",)


ROWS = [
    {"day": "2026-03-01", "account": "Hill", "role": "buyer", "codes": ["price"]},
    {"day": "2026-03-31", "account": "Dale", "role": "user"},
    {"day": None, "account": "Hill"},
]


@pytest.mark.parametrize(
    ("narrowed", "rows"),
    [
        (Narrowed(), [1, 2, 3]),
        (Narrowed(since=date(2026, 3, 1)), [1, 2]),
        (Narrowed(since=date(2026, 3, 2), until=date(2026, 4, 1)), [2]),
        (Narrowed(until=date(2026, 3, 31)), [1]),
        (Narrowed(account=("Hill",)), [1, 3]),
        (Narrowed(role=("user", "buyer"), region=("north",)), [1]),
        (Narrowed(account=("Vale",)), []),
    ],
)
def test_what_passes_is_counted(narrowed, rows):
    assert narrow(facts(ROWS, {"Hill": {"region": "north"}}), narrowed).number.tolist() == rows


def test_accounts_that_are_left_keep_their_places():
    found = of_accounts(facts(ROWS, {"Hill": {"revenue": 5}, "Dale": {"revenue": 7, "team": "b"}}), ["Dale"])
    assert np.array_equal(found.accounts.revenue, [7])
    assert said(found, "team") == ["b"]


def test_what_was_asked_for_can_be_told():
    assert Narrowed(since=date(2026, 3, 1), tier=("1",)).told() == {"since": "2026-03-01", "tier": ["1"]}
