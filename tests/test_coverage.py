"""Coverage by hand: seven people at three accounts, of whom five decide or influence."""

from datetime import date

import numpy as np
import pytest
from office_facts import EPOCH, facts

from verbatim.coverage import Roster, Sought, coverage, coverage_beside
from verbatim.errors import InputError
from verbatim.estimates import wilson
from verbatim.facts import NOBODY, Labels, Narrowed

ACCOUNTS = {
    "Hill": {"revenue": 700, "tier": "1", "team": "east"},
    "Dale": {"revenue": 200, "tier": "2", "team": "west"},
    "Vale": {"revenue": 100, "tier": "2", "team": "west"},
}
PEOPLE = [
    (1, "Hill", "cfo", "decider", ["2026-01-10", "2026-02-10"]),
    (2, "Hill", "buyer", "influencer", ["2026-01-10"]),
    (3, "Hill", "user", "user", []),
    (4, "Dale", "cfo", "Decider", ["2026-01-10", "2026-02-10", "2026-03-10"]),
    (5, "Dale", "buyer", None, []),
    (6, "Vale", "cfo", "decider", []),
    (7, "Vale", "buyer", "influencer", ["2026-02-10"]),
]
SAID = [
    {"day": "2026-02-12", "account": "Hill", "contact": 1},
    {"day": "2026-02-13", "account": "Hill", "contact": 1},
    {"day": "2025-03-01", "account": "Vale", "contact": 7},
    {"day": "2026-02-14", "account": "Hill", "contact": 3},
    {"day": "2026-02-15", "account": "Dale"},
]
WHOLE = facts(SAID, ACCOUNTS)


def labels(values):
    names = tuple(sorted({value for value in values if value}))
    return Labels(np.array([names.index(one) if one else NOBODY for one in values], np.int32), names)


def roster(people=PEOPLE):
    invited = [(place, day) for place, one in enumerate(people) for day in one[4]]
    return Roster(
        contact=np.array([one[0] for one in people], np.int64),
        account=np.array([list(ACCOUNTS).index(one[1]) if one[1] else NOBODY for one in people], np.int32),
        role=labels([one[2] for one in people]),
        influence=labels([one[3] for one in people]),
        invited=np.array([place for place, _ in invited], np.int32),
        day=np.array([date.fromisoformat(day).toordinal() - EPOCH for _, day in invited], np.int32),
    )


def test_the_rate_is_of_the_right_people_on_the_roster():
    found = coverage(WHOLE, roster())
    assert (found.whole.right, found.whole.answered, found.people, found.unknown) == (5, 2, 7, 1)
    assert found.whole.rate.share == 0.4
    assert found.whole.below
    assert (found.response.k, found.response.n) == (2, 4)
    assert (found.accounts, found.heard, found.revenue) == (3, 2, pytest.approx(0.8))


def test_a_period_counts_what_was_heard_and_asked_in_it():
    found = coverage(WHOLE, roster(), Narrowed(since=date(2026, 2, 1), until=date(2026, 3, 1)))
    assert (found.whole.answered, found.response.k, found.response.n) == (1, 1, 3)
    assert [one.contact for one in found.missing] == [2, 4, 6, 7]
    assert [one.invited for one in found.missing] == [0, 1, 0, 1]
    assert found.missing[3].last_answered == date(2025, 3, 1)


def test_cells_come_with_wilsons_limits_the_lowest_rates_first():
    found = coverage(WHOLE, roster(), by=("account",))
    assert [(cell.names, cell.right, cell.answered, cell.below) for cell in found.cells] == [
        (("Dale",), 1, 0, True),
        (("Hill",), 2, 1, True),
        (("Vale",), 2, 1, True),
    ]
    assert found.cells[1].rate == wilson(1, 2)
    roles = coverage(WHOLE, roster(), by=("account", "role"))
    assert roles.cells[-1].rate is None
    assert {cell.names: cell.people for cell in roles.cells}["Hill", "user"] == 1


def test_people_are_narrowed_by_what_they_are_and_words_by_what_they_are_about():
    assert coverage_beside(WHOLE, roster(), Narrowed(team=("east",))).right == 2
    assert coverage_beside(WHOLE, roster(), Narrowed(role=("cfo",))).right == 3
    mail = facts([{**SAID[0], "channel": "mail"}, {**SAID[2], "channel": "call"}], ACCOUNTS)
    beside = coverage_beside(mail, roster(), Narrowed(channel=("mail",)))
    assert (beside.right, beside.answered) == (5, 1)


def test_who_is_right_can_be_said():
    only = coverage_beside(WHOLE, roster(), sought=Sought(("decider",)))
    assert (only.right, only.answered, only.left) == (3, 1, pytest.approx((3 - 1) / (3 - 1)))
    roles = coverage_beside(WHOLE, roster(), sought=Sought((), ("buyer",)))
    assert (roles.right, roles.answered) == (3, 1)


def test_a_rate_at_the_goal_is_not_flagged():
    heard = facts([{"contact": number, "account": "Hill"} for number in (1, 2, 6)], ACCOUNTS)
    assert not coverage_beside(heard, roster()).below
    assert coverage_beside(heard, roster(), sought=Sought(goal=0.7)).below


def test_key_contacts_are_silent_who_never_answered_or_no_longer_do():
    later = [{"day": "2026-03-20", "account": "Dale"}]
    found = coverage(facts([*SAID, *later], ACCOUNTS), roster())
    assert [(one.contact, one.silence, one.invited) for one in found.silent] == [
        (4, "never answered", 3),
        (7, "fell silent", 1),
    ]
    assert coverage(WHOLE, roster(), sought=Sought(times=4, quiet=1000)).silent == ()


def test_where_nobody_is_right_there_is_no_rate():
    nobody = coverage(WHOLE, roster([(1, "Hill", "cfo", None, [])]))
    assert (nobody.whole.rate, nobody.whole.below, nobody.whole.left, nobody.response) == (None, False, 1.0, None)
    empty = coverage(facts([]), roster([]))
    assert (empty.people, empty.cells, empty.whole.rate) == (0, (), None)


def test_accounts_are_clusters_where_there_are_several():
    people = [(number, name, "cfo", "decider", []) for number, name in enumerate(["Hill"] * 10 + ["Dale"] * 10, 1)]
    heard = facts([{"contact": number, "account": "Hill"} for number in range(1, 11)], ACCOUNTS)
    rate = coverage_beside(heard, roster(people)).rate
    assert (rate.k, rate.n) == (10, 20)
    assert rate.high - rate.low > wilson(10, 20).high - wilson(10, 20).low


@pytest.mark.parametrize("by", [["colour"], [], ["role", "role"], ["account", "role", "tier", "team"]])
def test_a_division_that_there_is_not_is_refused(by):
    with pytest.raises(InputError, match="division"):
        coverage(WHOLE, roster(), by=by)
