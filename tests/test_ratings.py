"""Ratings of accounts: each person once in a span, standings, spans, what is not dated."""

from datetime import date

import pytest
from office_facts import facts

from verbatim.ratings import Circle, Voices, ratings, standing_of


def row(day, contact, score=None, account="Acme", **more):
    return {"day": day, "account": account, "contact": contact, "score": score, **more}


def test_a_person_counts_once_in_a_span_with_the_latest_answer():
    rows = [
        row("2026-04-01", "ann", 2),
        row("2026-05-01", "ann", 10),
        row("2026-05-02", "ben", 7),
        row("2026-06-01", "cat", 9),
    ]
    (acme,) = ratings(facts(rows))
    assert acme.voices == Voices(0, 1, 2, 0)
    assert acme.net.value == pytest.approx(100 * 2 / 3)
    (span,) = acme.spans
    assert (span.name, span.verbatims, span.respondents, span.voices.promoters) == ("2026Q2", 4, 3, 2)
    assert (acme.standing, acme.latest) == ("promoting", date(2026, 6, 1))


def test_the_standing_is_that_of_the_last_year():
    rows = [row("2024-05-01", name, 10) for name in "abc"] + [row("2026-05-01", name, 3) for name in "abc"]
    (acme,) = ratings(facts(rows))
    assert (acme.standing, acme.net.value, acme.respondents) == ("critical", -100, 3)
    assert [one.name for one in acme.spans] == [f"{year}Q{q}" for year in (2024, 2025, 2026) for q in range(1, 5)][1:10]
    assert [one.voices.n for one in acme.spans] == [3, 0, 0, 0, 0, 0, 0, 0, 3]


def test_estimated_stances_count_and_are_told_but_have_no_score():
    rows = [row("2026-05-01", "ann", stance="critic"), row("2026-05-01", "ben", 9), row("2026-05-02", "cat")]
    (acme,) = ratings(facts(rows))
    assert acme.voices == Voices(1, 0, 1, 1)
    assert acme.spans[0].scored == Voices(0, 0, 1, 0)
    assert acme.standing == "not enough data"


def test_mentions_make_the_polarity():
    codes = [
        ("price.level", "negative"),
        ("service.attitude", "positive"),
        ("service.training", "positive"),
        ("x", "neutral"),
    ]
    (acme,) = ratings(facts([row("2026-05-01", "ann", 5, codes=codes)]))
    assert acme.spans[0].polarity == pytest.approx(1 / 3)


def test_where_all_contacts_answered_there_is_nothing_left_to_guess():
    rows = [row("2026-05-01", name, 9) for name in "abc"]
    (acme,) = ratings(facts(rows), circles={1: Circle(3, 3, 3)})
    assert (acme.net.low, acme.net.value, acme.net.high) == (100, 100, 100)
    (acme,) = ratings(facts(rows))
    assert acme.net.low < 60


def test_what_is_not_dated_or_comes_later_does_not_count_and_silent_accounts_are_there():
    rows = [row(None, "ann", 9), row("2026-05-01", "ben", 9), row("2026-09-01", "cat", 9)]
    acme, mute = ratings(facts(rows, {"Acme": {}, "Mute": {}}), as_of=20600)
    assert (acme.verbatims, acme.latest) == (1, date(2026, 5, 1))
    assert (mute.standing, mute.spans, mute.latest) == ("not enough data", (), None)
    assert [one.verbatims for one in ratings(facts([]))] == []


@pytest.mark.parametrize(
    ("voices", "standing"),
    [((1, 0, 1), "not enough data"), ((2, 1, 1), "critical"), ((1, 1, 1), "mixed"), ((0, 2, 2), "promoting")],
)
def test_standings_have_fixed_limits(voices, standing):
    assert standing_of(Voices(*voices)) == standing
