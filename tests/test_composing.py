"""Figures become sentences by rule; groups of few people are not shown, nor what would tell of them."""

from datetime import date

import pytest
from office_facts import facts

from verbatim.briefing import LEAST, CodeName, Scope
from verbatim.composing.groups import grid, grouped
from verbatim.composing.heads import figures, findings, received
from verbatim.composing.stance import score_sentences, stance_part
from verbatim.composing.subjects import subjects, subjects_part, wanted
from verbatim.composing.unknown import Coder, Hidden, unknown_part
from verbatim.composing.view import base, score, stances, view_of
from verbatim.errors import NotFoundError
from verbatim.estimates import Accuracy, Gold
from verbatim.periods import period_of
from verbatim.trends import Measure, Question, Span, trends

Q3 = period_of("2026Q3")
SLOW, VALUE = "service.responsiveness", "price.value"


def said(account, people, day="2026-08-01", score=5, codes=((SLOW, "negative"),), **more):
    """A row each of so many people of an account."""
    return [
        {"day": day, "account": account, "contact": f"{account} {one}", "score": score, "codes": codes, **more}
        for one in range(people)
    ]


def names(found):
    return [(one.name, one.base.respondents, one.folded) for one in found]


def test_groups_of_few_people_are_one_group_together():
    found = grouped(facts([*said("A", 9), *said("B", 6), *said("C", 3), *said("D", 2)]), "account")
    assert names(found) == [("A", 9, 0), ("B", 6, 0), (None, 5, 2)]


def test_no_group_is_told_by_what_is_missing_from_the_whole():
    found = grouped(facts([*said("A", 9), *said("B", 6), *said("C", 2)]), "account")
    assert names(found) == [("A", 9, 0), (None, 8, 2)]
    assert grid(facts([*said("A", 9), *said("B", 6), *said("C", 2)]), "account") is None


def test_a_score_needs_five_people_and_counts_each_by_the_latest():
    twice = [*said("A", 5, score=2), *said("A", 1, day="2026-08-09", score=10)]
    assert stances(facts(twice)) == (4, 0, 1)
    assert score(facts(twice)).value == -60
    assert score(facts(said("A", LEAST - 1))) is None


def test_a_view_holds_the_period_and_the_one_before():
    rows = [*said("A", 3), *said("A", 2, day="2026-05-01"), *said("B", 4), {"account": "A"}]
    view = view_of(facts(rows), Scope("account", "A"), Q3)
    assert (view.now.n, view.former.n, view.undated) == (3, 2, 1)
    with pytest.raises(NotFoundError, match="account 'Z'"):
        view_of(facts(rows), Scope("account", "Z"), Q3)


def test_a_team_is_that_of_its_accounts():
    teams = {"A": {"team": "East"}, "B": {"team": "West"}}
    view = view_of(facts([*said("A", 3), *said("B", 4)], teams), Scope("team", "West"), Q3)
    assert view.now.n == 4


def test_subjects_are_shares_of_what_was_said_with_who_is_behind_them():
    rows = [
        *said("A", 6),
        *said("B", 2, codes=((VALUE, "positive"), (SLOW, "negative"))),
        *said("C", 2, empty=True, codes=()),
    ]
    first, second = subjects(facts(rows))
    assert (first.id, first.whole.k, first.whole.n, first.people, first.accounts) == (SLOW, 8, 8, 8, 2)
    assert (second.id, second.positive.share, second.negative.k) == (VALUE, 0.25, 0)
    assert wanted((first, second)) == ((SLOW, "negative"), (VALUE, "positive"))


def test_what_stands_first_are_the_rules_sentences():
    rows = [one for name in "ABCDEF" for one in (*said(name, 6), *said(name, 6, day="2026-05-02", score=9))]
    view = view_of(facts(rows), Scope(), Q3)
    part = subjects_part(view.now, {})
    keys = [one.says.key for one in findings([received(view), *score_sentences(view)], [part], ["subjects"])]
    assert keys == ["briefing.received_at", "briefing.score", "briefing.score_moved", "briefing.complaint"]
    assert part.cited[0].says.values["name"] == CodeName(SLOW)
    assert next(one.key for one in figures(view)) == "briefing.figure_verbatims"


def test_the_score_and_its_change_are_those_of_the_trends():
    rows = []
    for at in range(30):
        rows += said(f"a{at}", 2, score=9 if at % 3 else 2)
        rows += said(f"a{at}", 2, day="2026-09-02", score=10 if at % 3 == 1 else 3)
        rows += said(f"a{at}", 2, day="2026-05-02", score=10 if at % 3 else 8)
    view = view_of(facts(rows), Scope(), Q3)
    told = [one.says.values for one in score_sentences(view)]
    (series,) = trends(facts(rows), Question((Measure("nps"),), Span("quarter"))).series
    (change,) = series.changes
    assert told[0]["score"].value == pytest.approx(series.points[-1].value)
    moved = told[1]["change"]
    assert (moved.points, moved.low, moved.high) == pytest.approx((change.difference, change.low, change.high))


def test_a_period_in_which_nothing_came_in_says_so():
    view = view_of(facts(said("A", 6)), Scope(), period_of("2025Q1"))
    assert received(view).says.key == "briefing.nothing"
    assert base(view.now).enough is False


def test_the_course_of_the_score_shows_periods_with_enough_people():
    rows = [*said("A", 6), *said("A", 7, day="2026-05-02"), *said("A", 2, day="2026-02-02")]
    (chart,) = stance_part(view_of(facts(rows), Scope(), Q3)).charts
    assert [mark.name for mark in chart.marks] == ["2026Q2", "2026Q3"]


def test_what_is_not_known_is_told_in_numbers():
    rows = [*said("A", 4), {"day": date(2026, 8, 2), "coded": False}, {"day": "2026-08-02", "codes": ()}, {"codes": ()}]
    view = view_of(facts(rows), Scope(), Q3)
    part = unknown_part(
        view,
        Coder("b2b@2", 0.62, "card", 500, {SLOW: Accuracy.of(Gold(35, 50, 440, 450))}),
        Hidden(2, 1),
        [SLOW, VALUE],
    )
    told = {one.says.key: one.says.values.get("n") for one in part.statements}
    assert told["briefing.no_code"] == 1
    assert (told["briefing.not_coded"], told["briefing.undated"], told["briefing.counted_only"]) == (1, 1, 2)
    assert part.grids[0].rows[0][0] == CodeName(SLOW)
