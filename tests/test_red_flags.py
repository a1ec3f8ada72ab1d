"""Red flags: each kind with what shows it, and what is none."""

from datetime import date

from office_facts import facts

from verbatim.facts import number_of
from verbatim.ratings import ratings
from verbatim.red_flags import Quiet, flagged

TODAY = number_of(date(2026, 6, 30))


def row(day, contact, score, account="Acme", **more):
    return {"day": day, "account": account, "contact": contact, "score": score, "by_person": True, **more}


def flags(rows, quiet=None, accounts=None):
    found = facts(rows, accounts)
    (acme, *_) = flagged(found, ratings(found, TODAY), TODAY, quiet)
    return acme.level, {one.kind: one for one in acme.flags}


def test_a_decider_whose_latest_answer_is_a_critics_makes_an_account_red():
    rows = [row("2026-03-01", "ann", 10, influence="Decider"), row("2026-06-01", "ann", 4, influence="Decider")]
    level, found = flags(rows)
    assert (level, found["critical decider"].n, found["critical decider"].verbatims) == ("red", 1, (2,))
    assert flags([rows[1], row("2026-06-02", "ann", 9, influence="Decider")])[0] == "none"
    assert flags([row("2026-06-01", "bob", 4, influence="user")]) == ("none", {})
    assert flags([row("2025-06-01", "ann", 4, influence="Decider")])[1].get("critical decider") is None


def test_a_fall_of_thirty_points_is_told_with_both_spans():
    before = [row("2026-02-01", name, 9) for name in "abcdefgh"]
    after = [row("2026-05-01", name, 3) for name in "abcdefgh"]
    level, found = flags(before + after)
    fall = found["falling"]
    assert (level, fall.before, fall.after, fall.spans, fall.sure) == ("amber", 100, -100, ("2026Q1", "2026Q2"), True)
    slight = [row("2026-02-01", name, 9) for name in "ab"] + [row("2026-05-01", "a", 8), row("2026-05-01", "b", 9)]
    assert flags(slight)[1]["falling"].sure is False
    risen = [row("2026-02-01", name, 3) for name in "ab"] + [row("2026-05-01", name, 9) for name in "ab"]
    assert "falling" not in flags(risen)[1]


def test_who_was_heard_before_and_is_silent_for_two_spans_is_flagged():
    others = [row("2026-05-01", "zed", 9, account="Other")]
    level, found = flags([row("2025-11-01", "ann", 9), *others])
    assert (level, set(found), found["silence"].n) == ("amber", {"silence"}, 2)
    assert flags([row("2026-02-01", "ann", 9), *others])[0] == "none"


def test_key_contacts_who_were_asked_and_are_silent_are_told_by_number():
    level, found = flags([row("2026-05-01", "ann", 9)], Quiet({1: [7, 9]}))
    assert (level, found["silent contacts"].n, found["silent contacts"].contacts) == ("amber", 2, (7, 9))


def test_critics_whom_nobody_has_looked_at_for_two_weeks_are_unresolved():
    waiting = [row("2026-06-01", name, 3, by_person=False) for name in "ab"]
    level, found = flags(waiting)
    assert (level, found["unresolved"].n, found["unresolved"].verbatims) == ("amber", 2, (2, 1))
    assert flags(waiting[:1]) == ("none", {})
    assert flags([row("2026-06-25", name, 3, by_person=False) for name in "ab"])[0] == "none"
    alone = [row("2026-06-01", "ann", 3, by_person=False, influence="decider")]
    assert flags(alone)[0] == "red"


def test_accounts_without_an_answer_have_no_flag():
    assert flags([row("2026-05-01", "zed", 9, account="Other")], accounts={"Acme": {}, "Other": {}}) == ("none", {})
