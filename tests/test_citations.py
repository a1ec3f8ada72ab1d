"""Words for a report: exact pieces, of those who permit it, and no more of them than they permit."""

import pytest
from office_store import fill

from verbatim.actions.citations import LONGEST, citations, permissions
from verbatim.actions.figures import facts_of
from verbatim.store.opening import reading

SLOW = ("service.responsiveness", "negative")


@pytest.fixture
def cited(desk):
    def found(rows, **options):
        fill(desk.engine, rows)
        with reading(desk.engine, "north") as connection:
            return citations(connection, "north", facts_of(desk, "north"), [SLOW], **options)[SLOW]

    return found


def row(text, **more):
    return {"text": text, "codes": [SLOW], "day": "2026-08-01", "account": "Acme", "role": "buyer", **more}


def test_a_person_who_permits_it_is_named(cited):
    (one,) = cited([row("They answer far too slowly.", contact="Ana Lopez", permission="named")])
    assert (one.text, one.person, one.account, one.role) == (
        "They answer far too slowly.",
        "Ana Lopez",
        "Acme",
        "buyer",
    )


def test_of_an_anonymous_person_only_the_words_are_told(cited):
    (one,) = cited([row("They answer far too slowly.", contact="Ana Lopez", permission="anonymous")])
    assert (one.person, one.account, one.role, one.anonymous) == (None, None, None, True)


def test_nobody_is_quoted_who_is_only_to_be_counted(cited, desk):
    assert cited([row("They answer far too slowly.", contact="Ana Lopez", permission="aggregate")]) == ()
    with reading(desk.engine, "north") as connection:
        assert len(permissions(connection, "north").counted_only) == 1


def test_an_excerpt_is_cut_without_blanks_and_stays_a_piece_of_the_source(cited):
    text = "  慢。" + "很慢。" * 200 + "\n"
    (one,) = cited([row(text)])
    assert text[one.start : one.end] == one.text
    assert (one.start, len(one.text), one.cut) == (2, LONGEST, True)


def test_words_come_from_several_accounts_and_never_twice(cited):
    rows = [row(f"They answer far too slowly, {one}.", account=account) for one, account in enumerate("AAAB")]
    found = cited([*rows, row("They answer far too slowly, 3.", account="C")])
    assert len({one.account for one in found}) == len({one.text for one in found}) == 2
