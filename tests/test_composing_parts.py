"""What the answers of the office come to in a report: from planted differences to sentences in every language."""

from datetime import date

import pytest
from office_facts import facts

from verbatim import taxonomy
from verbatim.briefing import Briefing, Cited, Scope
from verbatim.composing.changes import changes_part, courses
from verbatim.composing.coverage import beside, coverage_figure, coverage_part
from verbatim.composing.drivers import drivers_part
from verbatim.composing.emerging import Emerging, shown, themes_part
from verbatim.composing.pressing import accounts_part, open_part, priorities_part, signs, teams_part
from verbatim.composing.served import served_part
from verbatim.coverage import Beside, Cell, Coverage
from verbatim.domain import Interval
from verbatim.drivers import DriverQuestion, drivers
from verbatim.formats.briefing_page import render
from verbatim.formats.wording import LANGUAGES
from verbatim.periods import period_of
from verbatim.priorities import priorities
from verbatim.ratings import ratings
from verbatim.red_flags import flagged
from verbatim.served import served
from verbatim.teams import teams
from verbatim.trends import Measure, Question, Span, trends

SLOW, VALUE, BILL = "service.responsiveness", "price.value", "price.billing"
Q3 = period_of("2026Q3")
DAYS = ("2026-02-02", "2026-05-05", "2026-08-08")


@pytest.fixture(scope="module")
def said():
    """Three quarters of forty accounts: from the second on most complain of slow answers; East's accounts of all."""
    rows, accounts = [], {}
    for place in range(40):
        east, name = place < 12, f"A{place:02}"
        accounts[name] = {"team": "East" if east else "West", "customer_type": "dealer" if east else "direct"}
        for quarter, day in enumerate(DAYS):
            for person in range(3):
                slow = east or (quarter > 0 and (place + person) % 3 > 0)
                codes = [(SLOW, "negative")] if slow else [(VALUE, "positive")]
                about = {
                    "contact": f"{name} {person}",
                    "role": "buyer",
                    "influence": "decider" if not person else "user",
                }
                rows.append(
                    {
                        "day": day,
                        "account": name,
                        "score": 2 if slow == ((place + 3 * person + quarter) % 7 > 0) else 9,
                        "codes": codes,
                        **about,
                    }
                )
    return facts(rows, accounts)


@pytest.fixture(scope="module")
def parts(said):
    late = said.of(said.day >= Q3.days.start)
    question = Question((Measure("code", SLOW, "negative"), Measure("code", BILL, "negative")), span=Span("quarter"))
    answer = trends(said, question)
    now = int(said.day.max())
    found = flagged(said, ratings(said, now, "quarter"), now)
    ordered = sorted(found, key=lambda one: one.rating.place)
    marked, hidden = signs(found, [None] * len(found), frozenset(range(10_000)))
    return {
        "changes": changes_part(Q3, courses("negative", answer), answer.looked),
        "drivers": drivers_part(drivers(said, DriverQuestion(draws=50))),
        "served": served_part(served(late, ("customer_type", "role"))),
        "priorities": priorities_part(priorities(said)),
        "accounts": accounts_part(marked, hidden),
        "teams": teams_part(teams(said, ordered)),
        "open": open_part(found, 3),
    }


def keys(part):
    return {one.says.key for one in part.statements}


def test_a_change_that_lasts_two_periods_is_told_as_durable(parts):
    assert "briefing.lasted_negative_rose" in keys(parts["changes"])
    assert [mark.name for mark in parts["changes"].charts[0].marks] == ["2026Q1", "2026Q2", "2026Q3"]


def test_who_is_under_served_is_told_with_what_shows_it(parts):
    assert keys(parts["served"]) == {"briefing.under_served"}
    assert parts["served"].statements[0].says.values["name"] == "dealer · buyer"


def test_what_comes_first_is_told_with_its_arithmetic(parts):
    first = parts["priorities"].statements[0]
    assert (first.says.key, first.tone) == ("briefing.first_concern", "bad")
    assert "100 ×" in first.says.values["arithmetic"]


def test_what_goes_with_the_score_is_association(parts):
    assert "briefing.driver_down" in keys(parts["drivers"])


def test_a_team_whose_customers_say_worse_things_needs_help(parts):
    assert keys(parts["teams"]) == {"briefing.needs_help"}
    assert "complaint" in str(parts["teams"].statements[0].says.values["why"])


def test_where_no_group_can_be_compared_that_is_all_that_is_told(said):
    lone = served(said.of(said.contact == said.contact[0]), ("customer_type", "role"))
    assert keys(served_part(lone)) == {"briefing.none_compared"}
    assert not served_part(lone).notes


def test_signs_of_few_people_who_are_only_counted_are_not_shown(parts, said):
    notes = {one.key: one.values["n"] for one in parts["accounts"].notes}
    assert notes["briefing.flags_hidden"] == 40
    now = int(said.day.max())
    found = flagged(said, ratings(said, now, "quarter"), now)
    assert len(signs(found, [None] * len(found), frozenset())[0]) >= 12


def test_open_matters_are_counted(parts):
    assert keys(parts["open"]) >= {"briefing.doubtful"}


def test_themes_of_few_people_are_not_shown():
    words = Cited("slow portal", 3, 0, 11)
    some = [
        Emerging(one, f"t{one}", state, 9, people, 2, 0.1, (words,))
        for one, state, people in ((1, "stable", 9), (2, "new", 7), (3, "new", 4), (4, "dismissed", 9))
    ]
    assert [one.id for one in shown(some)] == [2, 1]
    assert themes_part([], date(2026, 9, 1)).empty
    assert [one.says.key for one in themes_part(shown(some), date(2026, 9, 1)).cited] == [
        "briefing.theme_new",
        "briefing.theme_stable",
    ]


def covered():
    rate = Interval(0.4, 0.2, 0.6, 4, 10)
    cells = (Cell(("A01",), 6, 5, 4, 2, rate, True), Cell((None,), 3, 0, 0, 0, None, False))
    whole = Beside(10, 4, rate, True, 0.6, 0.5)
    return Coverage(whole, rate, 20, 3, 8, 5, None, ("account",), cells, (), 6, (), 2)


def test_a_rate_under_the_goal_is_told_and_stands_beside_every_figure():
    part = coverage_part(covered())
    assert keys(part) >= {"briefing.below_goal", "briefing.missing", "briefing.silent", "briefing.unheard_accounts"}
    assert beside(covered()).values["n"] == coverage_figure(covered()).note.values["n"] == 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_can_be_told(parts, language):
    themes = themes_part(shown([Emerging(2, "t", "growing", 9, 7, 2, 0.1)]), date(2026, 9, 1))
    told = Briefing(
        Q3, Scope(), date(2026, 10, 1), (), (), (coverage_part(covered()), *parts.values(), themes), beside(covered())
    )
    page = render(told, taxonomy.default(), language)
    assert "dealer · buyer" in page
    assert "{" not in page.partition("</style>")[2].partition("<template")[0]
