"""Teams that need help: planted complaints, planted red accounts, too few accounts."""

from datetime import date

from office_facts import facts

from verbatim.facts import number_of
from verbatim.ratings import ratings
from verbatim.red_flags import flagged
from verbatim.teams import teams

TODAY = number_of(date(2026, 6, 30))


def said(team, accounts=8, blamed=2, deciders=0):
    """Six answers of each account of a team; so many blame; in the first accounts a critic decides."""
    return [
        {
            "day": "2026-05-01",
            "account": f"{team} {account}",
            "contact": f"{team} {account} {place}",
            "score": 3 if place < blamed else 8,
            "influence": "decider" if account < deciders and place == 0 else "user",
            "codes": [("service.responsiveness", "negative")] if place < blamed else [],
            "by_person": True,
        }
        for account in range(accounts)
        for place in range(6)
    ]


def of(*rows):
    flat = [row for some in rows for row in some]
    accounts = {row["account"]: {"team": row["account"].split()[0]} for row in flat}
    found = facts(flat, accounts)
    return teams(found, flagged(found, ratings(found, TODAY), TODAY))


def test_a_team_whose_customers_complain_more_needs_help():
    found = of(said("East", blamed=5), said("West", blamed=1), said("South", blamed=1))
    worst = found.items[0]
    assert (worst.name, worst.verdict, worst.accounts) == ("East", "needs help", 8)
    assert {one.measure for one in worst.reasons} == {"complaint", "stance"}
    assert all(one.worse for one in worst.reasons)
    assert worst.measures["complaint"].difference.value > 0.5
    assert found.looked_at == 9


def test_a_team_with_more_red_accounts_needs_help():
    found = of(said("East", deciders=8), said("West"), said("South"))
    assert (found.items[0].name, found.items[0].red, found.items[0].verdict) == ("East", 8, "needs help")
    assert [one.measure for one in found.items[0].reasons] == ["flagged"]


def test_few_accounts_are_not_enough_and_alike_teams_are_as_expected():
    found = of(said("East"), said("West"), said("Two", accounts=2, blamed=6))
    assert {one.name: one.verdict for one in found.items} == {
        "East": "as expected",
        "West": "as expected",
        "Two": "not enough data",
    }


def test_accounts_without_a_team_are_counted():
    rows = said("East", accounts=1)
    found = facts(rows, {"East 0": {}})
    told = teams(found, flagged(found, ratings(found, TODAY), TODAY))
    assert (told.items, told.without) == ((), 1)
