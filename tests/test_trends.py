"""Trends: counts by period and group, changes that hold up, breaks of the code frame, all on facts made by hand."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from office_facts import facts

from verbatim.errors import InputError
from verbatim.estimates import Gold
from verbatim.trends import (
    Edition,
    Known,
    Least,
    Measure,
    Question,
    Span,
    change_points,
    periods_of,
    trends,
)
from verbatim.trends.periods import slots

PRICE = Measure("code", "price.level")
NPS = Measure("nps")


def year(shares, accounts=40, month0=1):
    """Facts of so many accounts, each with one answer a month, of which a share says price.level."""
    rows = []
    for month, share in enumerate(shares, start=month0):
        told = round(share * accounts)
        rows += [
            (f"2026-{month:02d}-10", f"a{at}", ["price.level"] if at < told else ["other"]) for at in range(accounts)
        ]
    return facts(rows)


def asked(*measures, **more):
    return Question(measures or (PRICE,), **more)


def only(answer):
    (series,) = answer.series
    return series


@pytest.mark.parametrize(
    ("unit", "names"),
    [
        ("day", ["2025-12-31", "2026-01-01", "2026-01-02"]),
        ("week", ["2026-W01"]),
        ("month", ["2025-12", "2026-01"]),
        ("quarter", ["2025Q4", "2026Q1"]),
        ("year", ["2025", "2026"]),
    ],
)
def test_periods_have_the_names_of_the_calendar(unit, names):
    found = periods_of(Span(unit), date(2025, 12, 31), date(2026, 1, 2))
    assert [one.name for one in found] == names
    assert all(one.end == other.start for one, other in pairwise(found))


def test_a_day_lies_in_every_window_that_rolls_over_it():
    span = Span("rolling", 60, 30)
    windows = periods_of(span, date(2026, 1, 1), date(2026, 4, 30))
    assert [str(one.start) for one in windows] == ["2026-01-01", "2026-01-31", "2026-03-02"]
    day = np.array([date(2026, 2, 5).toordinal() - date(1970, 1, 1).toordinal()], np.int32)
    assert slots(span, windows, day)[1].tolist() == [1, 0]


def test_a_window_that_is_no_whole_number_of_steps_is_refused():
    with pytest.raises(InputError, match="window 50, every 30"):
        Span("rolling", 50, 30)


def test_a_point_counts_verbatims_persons_and_accounts_on_its_base():
    rows = [
        {"day": "2026-01-05", "account": "a", "respondent": 1, "codes": ["price.level"]},
        {"day": "2026-01-06", "account": "a", "respondent": 1, "codes": ["price.level", "other"]},
        {"day": "2026-01-07", "account": "b", "respondent": 2, "codes": ["other"]},
        {"day": "2026-01-08", "account": "b", "respondent": 3, "empty": True, "codes": ["no_content"]},
        {"day": "2026-02-08", "account": "b", "respondent": 3, "coded": False},
        {"account": "b", "respondent": 3, "codes": ["other"]},
    ]
    found = trends(facts(rows), asked())
    january, february = only(found).points
    assert (january.n, january.respondents, january.accounts, january.k) == (3, 2, 2, 2)
    assert january.value == pytest.approx(2 / 3)
    assert january.low < january.value < january.high
    assert (february.n, february.value) == (0, None)
    assert found.undated == 1
    assert only(trends(facts(rows), asked(base="all"))).points[0].n == 4


def test_a_category_holds_its_codes_and_a_polarity_only_its_own():
    rows = [("2026-01-01", "a", [("price.level", "negative")]), ("2026-01-02", "b", [("price.terms", "positive")])]
    whole, negative = trends(
        facts(rows), asked(Measure("category", "price"), Measure("category", "price", "negative"))
    ).series
    assert (whole.points[0].k, negative.points[0].k) == (2, 1)


def test_a_theme_is_what_its_rows_say():
    found = trends(year([0.5]), asked(Measure("theme", "7", rows=np.arange(40) < 10)))
    assert (only(found).points[0].k, only(found).points[0].n) == (10, 40)


def test_a_score_is_told_by_respondent_by_account_and_by_revenue():
    rows = [{"day": "2026-01-01", "account": "a", "score": 10} for _ in range(3)]
    rows += [{"day": "2026-01-01", "account": "b", "score": 2}]
    known = {"a": {"revenue": 100.0}, "b": {"revenue": 300.0}}
    point = only(trends(facts(rows, known), asked(NPS))).points[0]
    assert (point.value, point.scores.promoters, point.scores.critics) == (pytest.approx(50), 3, 1)
    assert point.scores.by_account.value == pytest.approx(0)
    assert point.scores.by_revenue.value == pytest.approx(-50)


def test_in_a_score_everybody_counts_once_in_each_period_by_the_latest():
    rows = [
        {"day": day, "account": "a", "contact": contact, "score": score}
        for contact, day, score in (
            ("ann", "2026-01-03", 10),
            ("ann", "2026-01-20", 2),
            ("ann", "2026-01-05", 9),
            ("ben", "2026-01-09", 9),
            ("ann", "2026-02-02", 7),
        )
    ]
    january, february = only(trends(facts(rows), asked(NPS))).points
    assert (january.n, january.scores.promoters, january.scores.critics, january.value) == (2, 1, 1, 0)
    assert (february.n, february.scores.passives) == (1, 1)
    rolling = only(trends(facts(rows), asked(NPS, span=Span("rolling", 60, 30)))).points[-1]
    assert (rolling.n, rolling.value) == (2, pytest.approx(50))


def test_a_score_of_a_part_beside_the_rest_counts_nobody_away():
    rows = [
        {"day": "2026-01-01", "account": f"a{at}", "contact": f"{at}", "source": source, "score": score}
        for at in range(40)
        for source, score in (("visits", 2 + 8 * (at % 2)), ("calls", 9))
    ]
    answer = trends(facts(rows), asked(NPS, split="source", against="rest"))
    calls = next(one for one in answer.series if one.part == "calls")
    (change,) = calls.changes
    assert (calls.points[0].n, change.value, change.before) == (40, 100, 0)


def test_stances_and_contradictions_are_shares_of_those_that_can_have_them():
    rows = [
        {"day": "2026-01-01", "account": "a", "score": 2, "conflict": True},
        {"day": "2026-01-01", "account": "a", "score": 9},
        {"day": "2026-01-01", "account": "b", "stance": "critic"},
        {"day": "2026-01-01", "account": "b"},
    ]
    critics, conflict = trends(facts(rows), asked(Measure("stance", "critic"), Measure("conflict"))).series
    assert (critics.points[0].k, critics.points[0].n, critics.points[0].estimated) == (2, 3, 1)
    assert (conflict.points[0].k, conflict.points[0].n) == (1, 2)


def test_a_change_that_stays_is_durable_and_one_that_goes_is_not():
    stays = only(trends(year([0.2, 0.6, 0.6]), asked())).changes
    goes = only(trends(year([0.2, 0.6, 0.2]), asked())).changes
    last = only(trends(year([0.2, 0.6]), asked())).changes
    assert [(one.verdict, one.durable) for one in stays] == [("rose", "yes"), ("no change shown", None)]
    assert [(one.verdict, one.durable) for one in goes] == [("rose", "no"), ("fell", "not yet")]
    assert last[0].durable == "not yet"
    assert (stays[0].before, stays[0].value, stays[0].difference) == pytest.approx((0.2, 0.6, 0.4))
    assert stays[0].low < 0.4 < stays[0].high


def test_one_loud_account_moves_nothing():
    rows = [(f"2026-{month:02d}-10", f"a{at}", ["other"]) for month in (1, 2) for at in range(10) for _ in range(3)]
    rows += [("2026-02-10", "loud", ["price.level"])] * 30
    change = only(trends(facts(rows), asked())).changes[0]
    assert change.difference == pytest.approx(0.5)
    assert (change.verdict, change.p > 0.05) == ("no change shown", True)


def test_too_little_data_is_said_and_not_tested():
    found = trends(year([0.1, 0.9], accounts=20), asked())
    assert (only(found).changes[0].verdict, only(found).changes[0].p, found.looked) == ("not enough data", None, 0)
    assert only(found).points[0].few
    assert only(trends(year([0.1, 0.9], accounts=20), asked(least=Least(10, 3)))).changes[0].verdict == "rose"


def test_q_values_know_everything_that_was_looked_at():
    many = tuple(Measure("code", f"c{at}") for at in range(20))
    facts_ = year([0.2, 0.5])
    alone = only(trends(facts_, asked())).changes[0]
    among = trends(facts_, asked(PRICE, Measure("code", "other"), *many))
    assert among.looked == 2  # what nobody said was not tested
    assert alone.q == pytest.approx(alone.p)
    assert among.series[0].changes[0].q >= alone.q


def test_the_same_period_a_year_before_is_compared_on_request():
    rows = [
        (f"{y}-03-10", f"a{at}", ["price.level"] if at < k else ["other"])
        for y, k in ((2025, 5), (2026, 25))
        for at in range(40)
    ]
    changes = only(trends(facts(rows), asked(year_ago=True))).changes
    told = [one for one in changes if one.versus == "year" and one.verdict == "rose"]
    assert [(one.period.name, one.other.name) for one in told] == [("2026-03", "2025-03")]


def test_parts_are_compared_with_the_rest_with_all_and_with_each_other():
    rows = [
        {"day": "2026-01-10", "account": f"{region}{at}", "codes": ["price.level"] if at < k else ["other"]}
        for region, k in (("north", 24), ("south", 8), ("west", 8))
        for at in range(40)
    ]
    known = {row["account"]: {"region": row["account"].rstrip("0123456789")} for row in rows}
    told = {}
    for against in ("rest", "all", "south"):
        answer = trends(facts(rows, known), asked(split="region", against=against))
        told[against] = {one.part: one.changes[-1] for one in answer.series if one.part and one.changes}
    assert told["rest"]["north"].verdict == "higher"
    assert told["rest"]["north"].difference == pytest.approx(24 / 40 - 16 / 80)
    assert told["all"]["north"].difference == pytest.approx(24 / 40 - 40 / 120)
    assert told["south"]["north"].difference == pytest.approx(16 / 40)
    assert told["south"]["west"].verdict == "no change shown"
    assert "south" not in told["south"]


def test_a_value_that_the_split_has_not_is_refused():
    with pytest.raises(InputError, match=r"region 'moon'"):
        trends(year([0.5]), asked(split="region", values=("moon",)))


def test_a_share_is_corrected_for_what_the_coder_made_of_gold():
    known = Known(gold={("code", "price.level"): Gold(160, 200, 1710, 1800)})  # finds 80 %, spares 95 %
    point = only(trends(year([0.275], accounts=200), asked(), known)).points[0]
    assert point.corrected.share == pytest.approx((0.275 - 0.05) / 0.75)
    assert point.corrected.low < point.corrected.share < point.corrected.high
    assert only(trends(year([0.3]), asked())).points[0].corrected.refusal == "not measured"


def test_what_persons_coded_needs_no_correction():
    rows = [
        {
            "day": "2026-01-01",
            "account": f"a{at}",
            "by_person": True,
            "codes": ["price.level"] if at < 10 else ["other"],
        }
        for at in range(40)
    ]
    known = Known(gold={("code", "price.level"): Gold(160, 200, 1710, 1800)})
    assert only(trends(facts(rows), asked(), known)).points[0].corrected.share == pytest.approx(0.25)


def test_nothing_is_joined_or_compared_across_a_split_of_the_code():
    cut = Edition(2, "own@2", date(2026, 3, 1), "split", "price.level", ("price.list", "price.raise"))
    found = only(trends(year([0.2, 0.2, 0.6, 0.6]), asked(), Known(editions={"price.level": (cut,)})))
    assert [one.joined for one in found.points] == [False, True, False, True]
    assert [one.verdict for one in found.changes] == ["no change shown", "frame changed", "no change shown"]
    assert (found.seams[0].edition.label, found.seams[0].recoded) == ("own@2", 0.0)


def test_a_break_heals_where_all_history_was_coded_by_the_new_version():
    rows = [
        {"day": f"2026-0{month}-10", "account": f"a{at}", "book": 2, "codes": ["price.raise"] if at < 10 else ["other"]}
        for month in (1, 2, 3)
        for at in range(40)
    ]
    cut = Edition(2, "own@2", date(2026, 3, 1), "added", None, ("price.raise",))
    known = Known(editions={"price.raise": (cut,)})
    assert only(trends(facts(rows), asked(Measure("code", "price.raise")), known)).seams == ()


def test_a_step_is_found_where_the_level_changes():
    found = only(trends(year([0.2, 0.22, 0.18, 0.2, 0.5, 0.52, 0.48, 0.5]), asked()))
    assert [(one.period.name, one.verdict) for one in found.steps] == [("2026-05", "rose")]
    assert only(trends(year([0.3] * 8), asked())).steps == ()


def test_levels_are_those_of_the_cheapest_partition():
    values = np.array([1.0, 1.1, 0.9, 1.0, 3.0, 3.1, 2.9, np.nan, 3.0])
    sizes = np.array([50.0] * 7 + [0.0, 50.0])
    levels = change_points(values, sizes, np.full(9, 0.01))
    assert [(one.start, one.end) for one in levels] == [(0, 4), (4, 9)]


def test_an_interval_is_narrower_where_few_could_have_answered():
    facts_ = year([0.3])
    endless = only(trends(facts_, asked())).points[0]
    finite = only(trends(facts_, asked(), Known(population={None: 45}))).points[0]
    assert finite.high - finite.low < 0.5 * (endless.high - endless.low)


def test_too_many_points_are_refused():
    rows = [("2020-01-01", "a", ["price.level"]), ("2025-06-01", "a", ["price.level"])]
    with pytest.raises(InputError, match="40,000 points"):
        trends(facts(rows), asked(*(Measure("code", f"c{at}") for at in range(30)), span=Span("day")))


def test_nothing_said_is_no_trend():
    assert trends(facts([]), asked()).series[0].points == ()
